"""Who is worth showing beside the first."""

from collections.abc import Iterator

from experts.search.retrieval import Candidate, Retrieval

SHARE = 0.5  # of the first one's chance: further behind is no honest second or third


def worth_showing(retrieval: Retrieval) -> Iterator[Candidate]:
    """The first, and whoever answers well or nearly as well, best first."""
    first, *others = retrieval.candidates
    yield first
    for other in others:
        if other.tier == "strong" or other.relevance >= SHARE * first.relevance:
            yield other
