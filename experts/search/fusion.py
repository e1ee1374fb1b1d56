"""From two rankings to one: each side's scores are made comparable, then added.

The figures are from judged sets (benchmarks/quality.md), where sums of standardised scores beat
reciprocal ranks on each: ranks throw away how sure a side is, and lose wherever one side is blind.
"""

import numpy as np
from numpy.typing import NDArray

from experts.search.protocols import Allowed, Rows, Scores

Standing = NDArray[np.float64]
PASSAGE_WEIGHT = 0.5  # of the best sentence beside the whole profile; flat from 0.25 to 0.5
LUCK = 0.4  # deviations, times the logarithm of how many passages there were to choose from
LEXICAL_WEIGHT = 2.0  # of the words beside the meaning
DAMPING = 3.0  # of the words, times the weight of a rare one: flat from 2 to 4
PLACES = 6  # of a score that count, so that machines that add in another order agree on ties


def best(scores: Scores | Standing, k: int, allowed: Allowed | None = None) -> Rows:
    """The k best allowed rows that score above zero, best first, equal scores by row."""
    found = np.flatnonzero(scores > 0 if allowed is None else (scores > 0) & allowed)
    if len(found) > k > 0:
        least = np.partition(scores[found], len(found) - k)[len(found) - k]
        found = found[scores[found] >= least]  # ties with the last one stay until rows decide
    return found[np.argsort(-scores[found], kind="stable")[: max(k, 0)]].astype(np.int64)


def damping(size: int) -> float:
    """What is added to the deviation of word scores in a directory of this size.

    A question in a language that hardly any profile is in shares chance words with some. Their
    scores deviate little, and without damping that little would count as much as a full match. The
    weight of a rare word grows with the logarithm of the directory, and so does this.
    """
    return DAMPING * float(np.log1p(size))


def luck(counts: NDArray[np.int64], deviation: float) -> Standing:
    """How much of the cosine of the best among so many passages is chance.

    The best of forty sentences resembles any question more than the best of two: without this,
    long profiles that chat about everything come first wherever nobody truly answers.
    """
    expected: Standing = LUCK * deviation * np.log(np.maximum(counts, 1))
    return expected


def fused(meaning: Standing, passage: Standing, words: Standing, deviation: float) -> Standing:
    """One score a row: cosines of the profile and of its best passage, in deviations of the former
    over the whole directory, and the standing of its words.

    Over the rows at hand instead, every question would look equally well answered. Means are left
    out where they are the same for every row of a question.
    """
    similar = (meaning + PASSAGE_WEIGHT * passage) / deviation
    return np.round(similar + LEXICAL_WEIGHT * words, PLACES)


def of_average(mean: float, deviation: float) -> float:
    """The fused score of a profile that is like any other, given the mean of all cosines."""
    return (1 + PASSAGE_WEIGHT) * mean / deviation


def best_first(rows: Rows, scores: Standing) -> NDArray[np.int64]:
    """Positions in descending order of score; equal scores by row, which is by username."""
    return np.lexsort((rows, -scores))
