"""From two rankings to one: each side's scores are made comparable, then added.

The figures are from judged sets, where sums of standardised scores beat reciprocal ranks on each:
ranks throw away how sure a side is, and lose wherever one side is blind.
"""

import numpy as np
from numpy.typing import NDArray

from experts.search.protocols import Allowed, Rows, Scores

Standing = NDArray[np.float64]
PASSAGE_WEIGHT = 0.5  # of the best sentence beside the whole profile, which is cut at 256 tokens
LEXICAL_WEIGHT = 1.0  # of the words beside the meaning; flat from 0.8 to 1.2
PLACES = 6  # of a score that count, so that machines that add in another order agree on ties


def best(scores: Scores, k: int, allowed: Allowed | None = None) -> Rows:
    """The k best allowed rows that score above zero, best first, equal scores by row."""
    found = np.flatnonzero(scores > 0 if allowed is None else (scores > 0) & allowed)
    if len(found) > k > 0:
        least = np.partition(scores[found], len(found) - k)[len(found) - k]
        found = found[scores[found] >= least]  # ties with the last one stay until rows decide
    return found[np.argsort(-scores[found], kind="stable")[: max(k, 0)]].astype(np.int64)


def fused(
    dense: Standing,
    passage: Standing,
    lexical: Standing,
    dense_deviation: float,
    lexical_deviation: float,
) -> Standing:
    """One score a row. The deviations are over the whole directory, not over the rows at hand:
    standardised over the best rows only, every question looks equally well answered.

    Means are left out, since they are the same for every row of a question.
    """
    words = lexical / lexical_deviation if lexical_deviation > 0 else np.zeros(len(lexical))
    meaning = (dense + PASSAGE_WEIGHT * passage) / dense_deviation
    return np.round(meaning + LEXICAL_WEIGHT * words, PLACES)


def best_first(rows: Rows, scores: Standing) -> NDArray[np.int64]:
    """Positions in descending order of score; equal scores by row, which is by username."""
    return np.lexsort((rows, -scores))
