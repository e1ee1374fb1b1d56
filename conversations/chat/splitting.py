"""Subjects that tell candidates apart: their tags, or what their own texts list, never job titles.

A subject is taken from one profile and looked for in the others, so that "SEO" is known to be what
three of ten do although one of them only mentions it.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import groupby

from django.utils import timezone

from conversations.chat.evidence import forms_of_words, is_quotable
from conversations.chat.words import stem, subject_words
from experts.models import Document, Expert
from experts.search.languages import (
    ALL_FUNCTION_WORDS,
    words,
)
from experts.search.retrieval import Candidate
from experts.text.detection import prose_language

LONGEST = 40  # characters of a choice
WORDS = 4  # of a choice
SHORTEST = 4  # letters of a word that is no acronym
TAG, CATEGORY, LISTED = 1.0, 0.5, 0.4  # what a subject from there is worth
OTHER_LANGUAGE = 0.3  # times that
SEVERAL = 2  # profiles that list what may be offered as a subject
SAMPLED = 40  # profiles whose subjects stand for the directory's
EXAMPLES = 12  # subjects that a greeting's choices are drawn from
REMEMBERED = 512  # profiles whose subjects a process remembers

# What parts the items of a list, and what ends a list.
BETWEEN = re.compile(r"\s*[,;•·|/]\s*|\s(?:and|or|en|of|et|ou|&|\+)\s")
END = re.compile(r"[:()\[\]\n\r!?…–—\"“”«»]|\.(?:\s|$)|\s-\s")
A_LIST = 3  # items
INDEFINITE = frozenset(("a", "an", "een", "un", "une"))
TITLE_PARTS = re.compile(r"[,;:|/@&+()–—]|\s-\s")

Forms = frozenset[str]
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a profile is about, as it is written there."""

    label: str
    words: Words
    forms: tuple[Forms, ...]  # the stems of each of its words, function words apart
    stems: Words  # one of each
    weight: float
    is_tag: bool
    is_in_language: bool  # of the visitor, as far as the profile it stands in tells

    def stands_in(self, forms: Forms) -> bool:
        return not any(one.isdisjoint(forms) for one in self.forms)

    def resembles(self, other: "Subject") -> bool:
        """Whether half of the words of either are the other's."""
        theirs = frozenset[str]().union(*other.forms)
        shared = sum(not one.isdisjoint(theirs) for one in self.forms)
        return 2 * shared >= min(len(self.forms), len(other.forms))


@dataclass(frozen=True, slots=True)
class Written:
    """One profile as far as its subjects go, whatever is asked."""

    subjects: tuple[Subject, ...]  # as if in the visitor's language
    forms: Forms  # the stems of all its words
    title: frozenset[str]
    title_parts: frozenset[Words]
    named: frozenset[Words]  # what stands after an indefinite article: one of a kind, no subject


@dataclass(frozen=True, slots=True)
class Profile:
    """One candidate."""

    weight: float  # 0 for one that is not meant and only shows how things are called here
    subjects: tuple[Subject, ...]  # beside what was asked
    written: Written


def subjects_of(expert: Expert, asked: str, language: str, weight: float = 1.0) -> Profile:
    """What this profile is about beside what was asked, its own language counting for its words."""
    known, kin = _asked(asked)
    written = _written(
        expert.document(),
        tuple(tag.strip() for tag in expert.tags if isinstance(tag, str)),
        expert.category.strip(),
        f"{expert.name} {expert.company} {expert.location}",
    )
    subjects = [
        one
        for one in written.subjects
        if any(forms.isdisjoint(known) for forms in one.forms)
        if not kin.issuperset(map(stem, one.words))
    ]
    if weight and _prose_language(f"{expert.job_title} {expert.bio}") != language:
        subjects = [
            replace(one, weight=one.weight * OTHER_LANGUAGE, is_in_language=False)
            for one in subjects
        ]
    return Profile(weight, tuple(subjects), written)


@lru_cache(maxsize=64)
def _asked(text: str) -> tuple[Forms, frozenset[str]]:
    """The stems of the subject words of a question, and what tells their kin."""
    subjects = subject_words(text)
    return frozenset[str]().union(*forms_of_words(subjects)), frozenset(map(stem, subjects))


@lru_cache(maxsize=REMEMBERED)
def _prose_language(text: str) -> str:
    return prose_language(text)


@lru_cache(maxsize=REMEMBERED)
def _written(document: Document, tags: Words, category: str, own: str) -> Written:
    """`own`: the words that name the expert, their company and their place."""
    found: dict[Words, Subject] = {}
    for label, worth in _labels(document.bio, tags, category, own):
        key = tuple(words(label))
        if key not in found and 1 < len(label) <= LONGEST:
            forms = forms_of_words([word for word in key if word not in ALL_FUNCTION_WORDS])
            stems = tuple(map(min, forms))
            found[key] = Subject(label, key, tuple(forms), stems, worth, worth > LISTED, True)
    title = tuple(words(document.title))
    parts = [tuple(words(part)) for part in TITLE_PARTS.split(document.title)]
    return Written(
        tuple(found.values()),
        frozenset[str]().union(*forms_of_words(words(document.text))),
        frozenset(title),
        frozenset([*parts, title]),
        frozenset(_named(words(document.bio))),
    )


def _named(said: Sequence[str]) -> Iterator[Words]:
    for at, word in enumerate(said):
        if word in INDEFINITE:
            for length in range(1, WORDS):
                yield tuple(said[at + 1 : at + 1 + length])


def splitting(profiles: Sequence[Profile], most: int) -> list[Subject]:
    """Subjects that part those meant, best first: each is of at most half of them, of others than
    the ones before it, and put in other words. Those in the visitor's language where there are two.
    """
    meant = [profile for profile in profiles if profile.weight]
    holders: dict[Subject, set[int]] = {}
    for subject in _subjects(profiles):
        held = {at for at, each in enumerate(meant) if subject.stands_in(each.written.forms)}
        if 0 < len(held) <= (len(meant) + 1) // 2:
            holders[subject] = held
    chosen: list[Subject] = []
    covered: set[int] = set()
    while len(chosen) < most:
        gains = {
            subject: subject.weight * sum(meant[at].weight for at in held - covered)
            for subject, held in holders.items()
        }
        best = max(gains, key=lambda one: gains[one], default=None)
        if best is None or not gains[best]:
            break
        held = holders.pop(best)
        if is_quotable(best.label):
            covered |= held
            chosen.append(best)
            holders = {one: held for one, held in holders.items() if not one.resembles(best)}
    in_language = [one for one in chosen if one.is_in_language]
    return in_language if len(in_language) > 1 else chosen


def _subjects(profiles: Sequence[Profile]) -> list[Subject]:
    """All of those meant that may be offered: tags, or where there are none, what several list;
    nothing that is a job title, nor what titles name as much as lists do."""
    titles = frozenset[Words]().union(*(profile.written.title_parts for profile in profiles))
    meant = [one for profile in profiles if profile.weight for one in profile.subjects]
    named = {one.label.casefold(): one for one in meant if one.words not in titles}
    tags = [one for one in named.values() if one.is_tag]
    if len(tags) >= SEVERAL:
        return tags
    listing = Counter(key for one in profiles for key in {each.stems for each in one.subjects})
    in_lists = Counter(word for one in profiles for word in _words_of(one.subjects))
    in_titles = Counter(word for one in profiles for word in one.written.title)
    one_of_a_kind = frozenset[Words]().union(*(profile.written.named for profile in profiles))
    return [
        one
        for one in named.values()
        if listing[one.stems] >= SEVERAL
        and one.words not in one_of_a_kind
        and all(in_titles[word] < in_lists[word] for word in one.words)
    ]


def _words_of(subjects: Sequence[Subject]) -> set[str]:
    return {word for one in subjects for word in one.words}


def categories_of(candidates: Sequence[Candidate]) -> list[str]:
    """The categories that these are in, those of the likeliest first."""
    chances: dict[str, float] = {}
    for one in candidates:
        category = one.expert.category.strip()
        chances[category] = chances.get(category, 0.0) + one.relevance
    likeliest = sorted(chances, key=lambda name: -chances[name])
    return [name for name in likeliest if name and is_quotable(name)]


def subjects_of_directory(language: str, generation: str, seed: str) -> list[Subject]:
    """Examples of what the directory covers, others on other days; in another order after other
    words."""
    found = list(_of_the_day(timezone.localdate(), language, generation))
    random.Random(seed).shuffle(found)  # noqa: S311 - variety, no secret
    return found


@lru_cache(maxsize=16)
def _of_the_day(day: date, language: str, generation: str) -> tuple[Subject, ...]:
    """Those of a sample of the experts. `generation`: of the index; a new one has new experts."""
    ids = list(Expert.objects.recommendable().order_by("pk").values_list("pk", flat=True))
    some = random.Random(str(day)).sample(ids, min(SAMPLED, len(ids)))  # noqa: S311 - no secret
    experts = Expert.objects.filter(pk__in=some).order_by("pk")
    found = splitting([subjects_of(expert, "", language) for expert in experts], EXAMPLES)
    tags = [one for one in found if one.weight == TAG]
    return tuple(tags if len(tags) > 1 else found)


def _labels(bio: str, tags: Sequence[str], category: str, own: str) -> Iterator[tuple[str, float]]:
    for tag in tags:
        yield tag, TAG
    yield category, CATEGORY
    if tags:
        return
    known = {*words(own)}
    for label in _listed(bio):
        if not known & {*words(label)}:
            yield label, LISTED


def _listed(text: str) -> tuple[str, ...]:
    """The items of the lists that a text has."""
    found: list[str] = []
    for stretch in END.split(text):
        items = [item.strip(" \t'’*_#-.") for item in BETWEEN.split(stretch)]
        before = ""
        for reads, run in groupby(items, _reads_as_subject):
            some = list(run)
            if reads and len(some) >= A_LIST and not _names_one(before):
                found += some
            before = some[-1]
    return tuple(found)


def _names_one(text: str) -> bool:
    """Whether it ends by naming one of a kind: after "is a mentor" come other roles of a person."""
    said = words(text)
    at = max((at for at, word in enumerate(said) if word in INDEFINITE), default=len(said))
    return at < len(said) and not any(word in ALL_FUNCTION_WORDS for word in said[at + 1 :])


def _reads_as_subject(item: str) -> bool:
    """Whether an item of a list stands for itself: no function word at its ends, no number."""
    said = words(item)
    if not said or len(said) > WORDS or any(word.isdigit() for word in said):
        return False
    small = [word for word in said if word in ALL_FUNCTION_WORDS]
    if said[0] in small or said[-1] in small or len(small) > 1:
        return False
    if len(subject_words(item)) < min(len(said), 2):
        return False
    return len(said) > 1 or len(item) >= SHORTEST or item.isupper()
