"""One question over one generation, by row: who is found, and how good the evidence is.

Nothing here asks the database, so that a build can examine the generation that it made.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experts.search import fusion
from experts.search.protocols import Allowed, QuestionVectors, Rows, Scores
from experts.search.subjects import extent, subject_words
from experts.search.tongues import best_of_parts

if TYPE_CHECKING:
    from experts.search.snapshots import Snapshot

Column = NDArray[np.float64]
WIDE = 16  # times as many nearest rows as are wanted: so many cost a tenth more to find
POOL = 100  # rows that each side brings at first: more never changed the best ten of a question
BEST = 3  # as many as a visitor is shown
NEAR = 10  # profiles whose evidence is looked at
FEATURES = frozenset(
    {"dense", "query_coverage", "query_length"}  # of a query
    | {"gap_to_top", "uncovered"}  # of one profile found for it
    | {"margin_over_mean"}  # of either
)

Features = dict[str, float]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rows and what was found about each, best first."""

    rows: Rows
    scores: Column  # fused
    dense: Column  # cosine of the whole profile, less what its language adds
    passage: Column  # cosine of the best passage, likewise
    lexical: Column  # BM25

    def __len__(self) -> int:
        return len(self.rows)


class Search:
    """One question over one generation.

    Rows are found and ordered by the ranking vector. How well they answer is measured by the plain
    one: its cosines mean the same for a short question and a long one.
    """

    def __init__(
        self,
        snapshot: "Snapshot",
        query: str,
        vectors: QuestionVectors,
        lexical: Scores | None = None,
    ) -> None:
        """`lexical`: the BM25 scores of all rows, where they are known already."""
        self.snapshot = snapshot
        self.query = query
        self.vectors = vectors
        self.vector = vectors.ranking
        self.lexical = snapshot.lexical.scores(query) if lexical is None else lexical
        self._shares: dict[int, float] = {}  # by row, as `_coverage` tells
        self._plainly: dict[int, Column] = {}  # by row, as `_evidence` tells

    def ranked(self, allowed: Allowed | None = None, reach: int = POOL) -> Ranking:
        """The best `reach` rows of either side in one order."""
        by_meaning = self._nearest(allowed, reach)
        by_words = fusion.best(self.word_scores, reach, allowed)
        rows: Rows = np.union1d(by_meaning, by_words)
        dense, passage = self.similar(rows)
        lexical = self.lexical[rows].astype(np.float64)
        similar, quotable = self.standardised(dense, passage, rows)
        words, weight = self.word_scores[rows], self.word_weight
        scores = fusion.fused(similar, quotable, words, weight)
        order = fusion.best_first(rows, scores)
        return Ranking(rows[order], scores[order], dense[order], passage[order], lexical[order])

    def _nearest(self, allowed: Allowed | None, reach: int) -> Rows:
        """The rows nearest to the question, each within its language.

        One wide search mostly tells: nobody whom it leaves out comes near, in any language.
        """
        tongues = self.snapshot.tongues
        if len(tongues.spoken) > 1:
            rows, cosines = self.snapshot.vectors.search(self.vector, WIDE * reach, allowed)
            levelled = cosines - self.added[tongues.of_rows[rows]]
            order = np.lexsort((rows, -levelled))[:reach]
            if len(rows) < WIDE * reach or (
                levelled[order[-1]] > cosines[-1] - self.added[tongues.spoken].min()
            ):
                return rows[order]
        found = []
        for tongue, some in tongues.parts(allowed):
            rows, cosines = self.snapshot.vectors.search(self.vector, reach, some)
            found.append((rows, cosines - self.added[tongue]))
        return best_of_parts(found, reach)

    def similar(self, rows: Rows) -> tuple[Column, Column]:
        """Cosines of these profiles and of their best passages, less what their language adds."""
        added = self.added[self.snapshot.tongues.of_rows[rows]]
        dense = self.snapshot.vectors.vectors(rows.tolist()) @ self.vector
        passage = self.snapshot.passages.best_of_rows(self.vector, rows)
        passage = np.where(passage == 0, dense, passage)  # a profile too short to be cut
        return (dense - added).astype(np.float64), (passage - added).astype(np.float64)

    def standardised(self, dense: Column, passage: Column, rows: Rows) -> tuple[Column, Column]:
        """Both as z-scores of profiles over the whole directory.

        Over the rows at hand instead, every question would look equally well answered.
        """
        mean, deviation = float(self.vector @ self.snapshot.spread.mean), self.deviation
        counts = self.snapshot.passages.counts(rows)
        similar = self.snapshot.hubness.corrected((dense - mean) / deviation, rows)
        return similar, (passage - mean) / deviation - fusion.length_bias(counts)

    @cached_property
    def deviation(self) -> float:
        """Of the question's cosine over the whole directory."""
        return self.snapshot.spread.of_query(self.vector)

    @cached_property
    def word_scores(self) -> Column:
        """Z-scores of the words of every row within its language, smoothed."""
        smoothing = fusion.smoothing(self.snapshot.lexical.weight(self.query))
        return self.snapshot.tongues.z_scores(self.lexical, smoothing)

    @property
    def word_weight(self) -> float:
        return fusion.lexical_weight(self.snapshot.tongues.main_share)

    @cached_property
    def added(self) -> Scores:
        """What each language adds to the similarities of its profiles, (languages,)."""
        return self.snapshot.tongues.added(self.vector)

    @cached_property
    def open(self) -> Ranking:
        """Over the whole directory, whatever is demanded of the experts."""
        return self.ranked()

    @cached_property
    def subjects(self) -> list[str]:
        return subject_words(self.query)

    @cached_property
    def query_length(self) -> float:
        """Logarithm of one plus the number of subject words; a long word counts as several."""
        return float(np.log1p(extent(self.subjects)))

    def features(self) -> Features:
        """Evidence that anybody answers this query; empty when it finds nobody.

        `dense` is the best cosine and `margin_over_mean` the best fused score, that of an average
        profile being 0; `query_coverage` is the share (0 to 1) of the subject words, by their
        weight, that the best of the first three holds. Constraints are left out: whether the
        directory knows the subject does not depend on a budget.
        """
        found = self.open
        if not len(found):
            return {}
        first = range(min(NEAR, len(found)))
        dense, margins = self._evidence(found, first)
        return {
            "dense": float(dense.max()),
            "query_coverage": float(self._coverage(found.rows[:BEST]).max()),
            "query_length": self.query_length,
            "margin_over_mean": float(margins.max()),
        }

    def features_of(self, found: Ranking, places: Sequence[int]) -> list[Features]:
        """Evidence that single profiles answer it, by their places in a ranking.

        `margin_over_mean` and `gap_to_top` are differences of fused scores, to that of an average
        profile and to the first; `uncovered` is the share of the query's words, by their weight,
        that the profile lacks, over one plus their number: a short query has few words to lack.
        """
        if not places:
            return []
        coverage = self._coverage(found.rows[list(places)])
        _, margins = self._evidence(found, places)
        return [
            {
                "margin_over_mean": float(margin),
                "gap_to_top": float(found.scores[0] - found.scores[place]),
                "uncovered": float(1 - share) * float(np.exp(-self.query_length)),
                "query_length": self.query_length,
            }
            for place, margin, share in zip(places, margins, coverage, strict=True)
        ]

    def _coverage(self, rows: Rows) -> Column:
        """The share of the subject words, by their weight, that each row holds."""
        return _remembered(self._shares, rows, self._shares_of)

    def _shares_of(self, rows: Rows) -> Column:
        held, total = self.snapshot.lexical.held(self.subjects, rows)
        return held / total if total else np.zeros(len(rows))

    def _evidence(self, found: Ranking, places: Sequence[int]) -> tuple[Column, Column]:
        """Cosines with the plain vector, and the fused scores by it, of these places; the score of
        an average profile is 0."""
        if self.vectors.plain is self.vectors.ranking:
            return found.dense[list(places)], found.scores[list(places)]
        both = _remembered(self._plainly, found.rows[list(places)], self._plainly_of)
        return both[:, 0], both[:, 1]

    def _plainly_of(self, rows: Rows) -> Column:
        dense, passage = self._plain.similar(rows)
        similar, quotable = self._plain.standardised(dense, passage, rows)
        fused = fusion.fused(similar, quotable, self.word_scores[rows], self.word_weight)
        return np.stack([dense, fused], axis=1)

    @cached_property
    def _plain(self) -> "Search":
        """The same question by its plain vector."""
        vectors = QuestionVectors.alike(self.vectors.plain)
        return Search(self.snapshot, self.query, vectors, self.lexical)


def _remembered(known: dict[int, Any], rows: Rows, measure: Callable[[Rows], Column]) -> Column:
    """What was measured of these rows, in their order; of those not known it is measured now."""
    asked = rows.tolist()
    if new := [row for row in asked if row not in known]:
        known.update(zip(new, measure(np.array(new, np.int64)), strict=True))
    return np.array([known[row] for row in asked])
