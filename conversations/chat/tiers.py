"""How well somebody answers, and who is worth showing beside the first."""

from collections.abc import Iterator

from conversations.chat.evidence import shared_words
from conversations.chat.words import subject_words
from conversations.replies import Tier
from experts.search.retrieval import Candidate, Retrieval

# How far a fused score stands above that of the twentieth, who is background to any question.
# Over the judged sample questions three in four of those from STRONG on were relevant, two in five
# between GOOD and STRONG, and one in eight below.
BACKGROUND = 20
STRONG, GOOD = 7.3, 5.0
# For want of a background: the share of the question's words in the profile, or its similarity.
MOST_WORDS, SOME_WORDS = 0.6, 0.3
NEAR, CLOSE = 0.6, 0.45
WEAKER = 0.6  # of what the first one has: further behind is no honest second or third


def tier_of(candidate: Candidate, retrieval: Retrieval) -> Tier:
    """Strong, good or possible, by evidence that is comparable between questions."""
    background = _background(retrieval)
    if background is None:
        return _by_itself(candidate, retrieval.query)
    above = candidate.score - background
    return "strong" if above >= STRONG else "good" if above >= GOOD else "possible"


def worth_showing(retrieval: Retrieval) -> Iterator[Candidate]:
    """The first, and whoever comes close to it, best first."""
    first, *others = retrieval.candidates
    yield first
    best = tier_of(first, retrieval)
    least = _background(retrieval)
    for other in others:
        if tier_of(other, retrieval) == best == "strong":
            yield other
        elif least is None:
            if tier_of(other, retrieval) != "possible" or _as_near(other, first, best):
                yield other
        elif other.score - least >= WEAKER * (first.score - least):
            yield other


def _as_near(other: Candidate, first: Candidate, best: Tier) -> bool:
    return best == "possible" and other.dense >= WEAKER * first.dense


def _background(retrieval: Retrieval) -> float | None:
    """The score of somebody who was found only because somebody always is."""
    candidates = retrieval.candidates
    return candidates[BACKGROUND - 1].score if len(candidates) >= BACKGROUND else None


def _by_itself(candidate: Candidate, question: str) -> Tier:
    asked = subject_words(question)
    document = candidate.expert.document().text
    coverage = len(shared_words(question, document)) / len(asked) if asked else 0.0
    meaning = max([candidate.dense, *(one.similarity for one in candidate.passages)])
    if coverage >= MOST_WORDS or meaning >= NEAR:
        return "strong"
    return "good" if coverage >= SOME_WORDS or meaning >= CLOSE else "possible"
