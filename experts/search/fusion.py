"""From two rankings to one: each side's scores are made comparable, then added.

The constants were chosen over judged sets (benchmarks/quality.md), each left out in turn. Sums of
standardised scores beat reciprocal ranks on every set: ranks throw away how sure a side is, and
lose wherever one side is blind.
"""

import numpy as np
from numpy.typing import NDArray

from experts.search.protocols import Allowed, QueryWeight, Rows, Scores

Column = NDArray[np.float64]
PASSAGE_WEIGHT = 0.5  # of the best sentence beside the whole profile; flat from 0.35 to 0.7
LENGTH_BIAS = 0.4  # deviations, times the logarithm of how many passages there were to choose from
LEXICAL_WEIGHT = 2.0  # of the words beside the meaning, in a directory of one language
SMOOTHING = 0.47  # of the deviation of word scores, times the weight of the question's words
UNKNOWN_WORDS = 6.0  # how much the smoothing grows when no word of the question is known
PLACES = 6  # of a score that count, so that machines that add in another order agree on ties


def best(scores: Scores | Column, k: int, allowed: Allowed | None = None) -> Rows:
    """The k best allowed rows that score above zero, best first, equal scores by row."""
    found = np.flatnonzero(scores > 0 if allowed is None else (scores > 0) & allowed)
    if len(found) > k > 0:
        least = np.partition(scores[found], len(found) - k)[len(found) - k]
        found = found[scores[found] >= least]  # ties with the last one stay until rows decide
    return found[np.argsort(-scores[found], kind="stable")[: max(k, 0)]].astype(np.int64)


def smoothing(query: QueryWeight) -> float:
    """What is added to the deviation of a question's BM25 scores before they are divided by it.

    Where words match by chance alone, scores deviate little, and dividing by that little would
    count as much as a full match. It grows with the weight of the question's words, so one rare
    word that a profile has counts in full; and with the share of words that nobody uses, which is
    how a question in another language than the profiles shows.
    """
    return SMOOTHING * query.norm * (1 + UNKNOWN_WORDS * (1 - query.known) ** 2)


def lexical_weight(main_language: float) -> float:
    """Weight of the words, given the share of profiles in the most frequent language.

    Words find only those who write in the language of the question; meaning finds the others.
    """
    return LEXICAL_WEIGHT * main_language


def length_bias(counts: NDArray[np.int64]) -> Column:
    """How far the best of so many passages stands above an average one by chance, in deviations.

    The best of forty sentences resembles any question more than the best of two: without this,
    long profiles that chat about everything come first wherever nobody truly answers.
    """
    expected: Column = LENGTH_BIAS * np.log(np.maximum(counts, 1))
    return expected


def fused(dense: Column, passage: Column, words: Column, weight: float) -> Column:
    """One score a row from z-scores over the directory; an average profile has zero.

    Args:
        dense: of the profile's cosine, corrected for hubness.
        passage: of the best passage's cosine, on the scale of `dense`, less the length bias.
        words: of BM25, within the language of the profile.
        weight: of the words.
    """
    return np.round(dense + PASSAGE_WEIGHT * passage + weight * words, PLACES)


def best_first(rows: Rows, scores: Column) -> NDArray[np.int64]:
    """Positions in descending order of score; equal scores by row, which is by username."""
    return np.lexsort((rows, -scores))
