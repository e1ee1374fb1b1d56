"""One specific question from what was found, with answers to click that split the candidates."""

from collections.abc import Iterable

from conversations.chat.evidence import readable_title
from conversations.chat.follow_ups import rejected_words
from conversations.chat.protocols import Turn
from conversations.chat.splitting import (
    categories_of,
    splitting,
    subjects_of,
    subjects_of_directory,
)
from conversations.chat.texts import Phrases, listed, phrases
from conversations.chat.words import subject_words
from experts.search.languages import words
from experts.search.retrieval import Retrieval

LOOKED_AT = 12  # candidates whose subjects are compared
MOST = 4
NAMED = 3  # choices that a question names
FAR = 0.4  # of the first one's chance: whoever has less is not meant
FEW_WORDS = 3  # of a subject that is repeated in the question


def clarify(turn: Turn) -> tuple[str, tuple[str, ...]]:
    """The question and up to 4 answers to click; neither was used before in this dialogue."""
    text, reason = phrases(turn.language), turn.decision.reason
    if reason == "no_question":
        found = subjects_of_directory(turn.language, turn.retrieval.generation, turn.message)
        fresh = _fresh(turn, [one.label for one in found])[:MOST]
        choices = tuple(fresh) if len(fresh) > 1 else ()
    else:
        choices = _nearest(turn) or _choices(turn)
    return _unused(text, text.opens.get(reason, text.opens["no_evidence"]), turn), choices


def refine(turn: Turn) -> tuple[str, tuple[str, ...]]:
    """A short question after people were shown, and its answers to click; empty where there is
    nothing to ask that was not asked before."""
    text, asked, choices = phrases(turn.language), _asked(turn), _choices(turn)[:NAMED]
    variants = [one.format(choices=listed(choices, text.or_)) for one in text.refine]
    if not choices:
        variants = [text.about.format(asked=asked)] if asked else []
    for question in variants:
        if not any(question in reply for reply in turn.dialogue.replies):
            return question, choices
    return "", choices


def _choices(turn: Turn) -> tuple[str, ...]:
    """What splits those who may be meant: whose chance is no small part of the first one's."""
    found = turn.retrieval.candidates
    least = FAR * found[0].relevance if found else 0.0
    profiles = [
        subjects_of(
            one.expert,
            turn.retrieval.query,
            turn.language,
            one.relevance if at < LOOKED_AT and one.relevance >= least else 0.0,
        )
        for at, one in enumerate(found)
    ]
    subjects = splitting(profiles, 2 * MOST)
    fresh = _fresh(turn, [one.label for one in subjects])[:MOST]
    return tuple(fresh) if len(fresh) > 1 else ()  # one is no choice


def _nearest(turn: Turn) -> tuple[str, ...]:
    """The categories of the directory that come nearest to what was asked."""
    fresh = _fresh(turn, categories_of(turn.retrieval.candidates))[:MOST]
    return tuple(fresh) if len(fresh) > 1 else ()


def _fresh(turn: Turn, labels: Iterable[str]) -> list[str]:
    """Those that were not offered yet, and do not read as a refusal: "non-profit"."""
    offered = turn.dialogue.offered
    return [one for one in labels if one.casefold() not in offered and not rejected_words(one)]


def _asked(turn: Turn) -> str:
    """The subject as the visitor spelled it, where it is short enough to be repeated."""
    subjects = set(subject_words(turn.retrieval.query))
    said = turn.retrieval.query.strip(" ?.!,;:").split()
    at = [place for place, word in enumerate(said) if subjects & {*words(word)}]
    phrase = said[at[0] : at[-1] + 1] if at else []
    return " ".join(phrase).strip(" ?.!,;:") if len(phrase) <= FEW_WORDS else ""


def _unused(text: Phrases, variants: Iterable[str], turn: Turn) -> str:
    for question in variants:
        if question not in turn.dialogue.replies:
            return question
    return text.last_resort.format(number=len(turn.dialogue.past) + 1)


def assumption(retrieval: Retrieval) -> str:
    """What an answer without a clear question is about: what the first candidate does."""
    expert = retrieval.candidates[0].expert
    tag = next((tag.strip() for tag in expert.tags if isinstance(tag, str)), "")
    return tag or readable_title(expert.job_title) or expert.category or expert.name
