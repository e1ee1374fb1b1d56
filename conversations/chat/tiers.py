"""Who is worth showing beside the first."""

from collections.abc import Sequence

from conversations.chat.protocols import MOST_SHOWN
from experts.search.calibration import Tier
from experts.search.retrieval import Candidate, Retrieval

TIERS: tuple[Tier, ...] = ("strong", "good", "possible")
SHARE = 0.5  # of the first one's chance: further behind is no honest second or third
EVEN = 0.5  # chance from which somebody not named is shown beside who is
NEAR_TIE = 2.0  # times better odds: too little to hide the next one behind the last one shown


def worth_showing(retrieval: Retrieval) -> list[Candidate]:
    """The first, and whoever answers well, nearly as well, or as well as the last one shown.

    In the order of the ranking within a tier: nobody stands before somebody of a better one. Who is
    named stands before all, and beside them the others are compared with each other.
    """
    named = [one for one in retrieval.candidates if one.expert.username in retrieval.named]
    others = [one for one in retrieval.candidates if one.expert.username not in retrieval.named]
    if not named:
        return _worth_showing(others, MOST_SHOWN)
    answering = others if others and others[0].relevance >= EVEN else []
    return [*named, *_worth_showing(answering, MOST_SHOWN - len(named))][:MOST_SHOWN]


def _worth_showing(candidates: Sequence[Candidate], most: int) -> list[Candidate]:
    if not candidates or most <= 0:
        return []
    first, *others = candidates
    shown = [first]
    for other in others[: most - 1]:
        if not (
            other.tier == "strong"
            or other.relevance >= SHARE * first.relevance
            or _odds(shown[-1]) <= NEAR_TIE * _odds(other)
        ):
            break
        shown.append(other)
    return sorted(shown, key=lambda one: TIERS.index(one.tier))


def _odds(candidate: Candidate) -> float:
    return candidate.relevance / max(1 - candidate.relevance, 1e-9)
