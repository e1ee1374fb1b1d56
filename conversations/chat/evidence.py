"""Which words of a profile answer a question."""

import math
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from conversations.chat.commands import reads_as_command
from conversations.chat.contact_details import has_contact_details
from conversations.chat.words import subject_words
from conversations.replies import Evidence
from experts.models import Expert
from experts.search.features import stems_of
from experts.search.languages import words
from experts.search.passages import sentences
from experts.search.retrieval import Candidate, Passage

TRAILING = " ,;:-–—("
LONGEST = 240  # characters of one quotation
RELATED = 1.5  # deviations above any sentence of the directory: what answers, and not by chance
CHANCE = 0.4  # deviations, times the logarithm of how many sentences there were to choose from
SHARED = 2.0  # deviations that a sentence gains by having all subject words of the question
A_SENTENCE = 5  # words; a shorter piece of a bio is quoted only for want of a longer
MOST_LABELS = 3
PROSE = 0.85  # least share of letters, digits and blanks: less is mark-up or a list of links


def quotations(candidate: Candidate, question: str) -> Iterator[tuple[Evidence, ...]]:
    """What in the profile answers the question, verbatim, the best first; it may be nothing.

    Sentences of the bio, each by itself; then the skills that name what was asked, together; then
    the job title. Contact details, words to a machine, and sentences that several profiles have
    are no evidence.
    """
    expert, asked = candidate.expert, forms_of_words(subject_words(question))
    passages = [one for one in candidate.passages if one.text in getattr(expert, one.field)]
    if not any(one.field == "bio" for one in passages):  # edited since the index was built
        unmeasured = RELATED - SHARED / 2
        passages += [Passage("bio", text, 0.0, unmeasured) for text in sentences(expert.bio)]
    chance = CHANCE * math.log(max(1, sum(one.field == "bio" for one in passages)))
    related = {
        passage: strength
        for passage in passages
        if passage.field == "job_title" or passage.profiles == 1
        if (strength := _strength(passage, asked)) >= RELATED + chance * (passage.field == "bio")
    }
    for passage in sorted(related, key=lambda one: (_is_fragment(one.text), -related[one])):
        if passage.field == "bio" and is_quotable(passage.text):
            yield (Evidence("bio", shortened(passage.text)),)
    tags = [tag for tag in expert.tags if isinstance(tag, str) and is_quotable(tag)]
    named = [Evidence("tags", tag) for tag in tags if _share(asked, tag)]
    if named:
        yield tuple(named[:MOST_LABELS])
    if any(passage.field == "job_title" for passage in related):
        yield from title_line(expert)


def closest(candidate: Candidate) -> Iterator[tuple[Evidence, ...]]:
    """Sentences of the bio, the nearest to the question first: of somebody whose profile answers
    it as a whole."""
    bio = [one for one in candidate.passages if one.field == "bio" and one.profiles <= 1]
    for passage in sorted(bio, key=lambda one: (_is_fragment(one.text), -one.z_score)):
        if passage.text in candidate.expert.bio and is_quotable(passage.text):
            yield (Evidence("bio", shortened(passage.text)),)


def title_line(expert: Expert) -> Iterator[tuple[Evidence, ...]]:
    """The job title, where there is one to be read."""
    title = expert.job_title.strip()
    if readable_title(title) and is_quotable(title):
        yield (Evidence("job_title", shortened(title)),)


def holds(expert: Expert, evidence: Evidence) -> bool:
    """Whether the text stands verbatim in that field of this expert's row."""
    value = getattr(expert, evidence.field, "")
    return bool(evidence.text) and evidence.text in value


def readable_title(title: str) -> str:
    """A job title for use in a sentence, without what decorates it; empty when it says nothing.

    "/", "-" and emoji say nothing. One that is shouted is told quietly, acronyms apart.
    """
    title = UNREAD.sub(" ", title)
    title = re.sub(r"\s+", " ", title).strip(" \t.,;:!/|\\-–—_*~#•·&+")
    if not re.search(r"[^\W\d_]{2}", title):
        return ""
    if title.isupper() and any(len(word) >= SHOUTED for word in words(title)):
        title = re.sub(r"[^\W\d_]{4,}", lambda found: found[0].capitalize(), title)
    return shortened(title)


UNREAD = re.compile("[\U0001f000-\U0001faff\u2190-\u2bff\ufe0f\u200b-\u200f\u2060\ufffd]+")
SHOUTED = 5  # letters of a word that is no acronym


def _strength(passage: Passage, asked: list[frozenset[str]]) -> float:
    return passage.z_score + SHARED * _share(asked, passage.text)


def _share(asked: list[frozenset[str]], text: str) -> float:
    """How many of the words asked for the text has, in any form, as a share."""
    if not asked:
        return 0.0
    there = _stems_in(text)
    return sum(not stems.isdisjoint(there) for stems in asked) / len(asked)


@lru_cache(maxsize=1024)
def _stems_in(text: str) -> frozenset[str]:
    return frozenset[str]().union(*forms_of_words(words(text)))


def forms_of_words(some: Iterable[str]) -> list[frozenset[str]]:
    """The stems of each word in every language."""
    return [stems for word in some if (stems := stems_of(word))]


def is_quotable(text: str) -> bool:
    """Whether a visitor may read it: prose without contact details or commands to a machine."""
    if not text or has_contact_details(text) or reads_as_command(text):
        return False
    return sum(one.isalnum() or one.isspace() for one in text) >= PROSE * len(text)


def _is_fragment(text: str) -> bool:
    return len(text.split()) < A_SENTENCE


def shortened(text: str) -> str:
    """The text, cut between words when it is long: still verbatim, for it is a beginning."""
    text = text.strip()
    if len(text) <= LONGEST:
        return text.rstrip(TRAILING)
    cut = text.rfind(" ", LONGEST // 2, LONGEST)
    return text[: cut if cut > 0 else LONGEST].rstrip(TRAILING)
