"""Who is worth showing beside the first."""

from conversations.chat.protocols import MOST_SHOWN
from experts.search.calibration import Tier
from experts.search.retrieval import Candidate, Retrieval

TIERS: tuple[Tier, ...] = ("strong", "good", "possible")
SHARE = 0.5  # of the first one's chance: further behind is no honest second or third
NEAR_TIE = 2.0  # times better odds: too little to hide the next one behind the last one shown


def worth_showing(retrieval: Retrieval) -> list[Candidate]:
    """The first, and whoever answers well, nearly as well, or as well as the last one shown.

    In the order of the ranking within a tier: nobody stands before somebody of a better one.
    """
    first, *others = retrieval.candidates
    shown = [first]
    for other in others[: MOST_SHOWN - 1]:
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
