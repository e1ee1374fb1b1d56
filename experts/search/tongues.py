"""The language that each profile is written in, and what that alone does to its scores.

A question resembles profiles in its own language, whatever they say, and shares words with hardly
any other. In a directory of several languages that hides the better expert, so profiles are
compared within their language: vectors less what all of a language have in common, words by how far
they stand out among the profiles of one language.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from experts.search import neutral
from experts.search.protocols import Allowed, Embedder, Rows, Scores, Vector, Vectors
from experts.text.detection import LANGUAGES, OTHER, detect_all

CODES = (*LANGUAGES, OTHER)
FEW = 10  # profiles: of a language with fewer, what they have in common is mostly chance
Column = NDArray[np.float64]


@dataclass(frozen=True)
class Tongues:
    """Of one generation. A language without profiles has a shift of zero."""

    of_rows: NDArray[np.int8]  # (rows,), positions in CODES
    shifts: NDArray[np.float32]  # (languages, dimension): what a language adds to its vectors
    typical: Vectors  # (languages, dimension): means of texts that say the same; zeros: none

    @classmethod
    def of(cls, texts: Sequence[str], vectors: Vectors, typical: Vectors | None = None) -> Self:
        """Of these profiles. Where a language has few, its shift is near that of `typical`."""
        typical = (
            np.zeros((len(CODES), vectors.shape[1]), np.float32) if typical is None else typical
        )
        of_rows = np.array([CODES.index(code) for code in detect_all(texts)], np.int8)
        shifts = np.zeros((len(CODES), vectors.shape[1]), np.float32)
        everybody = vectors.mean(axis=0, dtype=np.float64) if len(vectors) else 0.0
        expected = _expected(of_rows, typical)
        for tongue in np.unique(of_rows):
            own = vectors[of_rows == tongue]
            common = own.mean(axis=0, dtype=np.float64) - everybody
            trust = _trust(len(own))
            shifts[tongue] = trust * common + (1 - trust) * expected[tongue]
        return cls(of_rows, shifts, typical)

    @classmethod
    def load(cls, path: Path) -> Self:
        with np.load(path) as table:
            return cls(table["of_rows"], table["shifts"], table["typical"])

    def save(self, path: Path) -> None:
        np.savez(path, of_rows=self.of_rows, shifts=self.shifts, typical=self.typical)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        return np.bincount(self.of_rows, minlength=len(CODES))

    @cached_property
    def spoken(self) -> list[int]:
        """The languages that anybody writes in."""
        return np.flatnonzero(self.counts).tolist()

    def levelled(self, vectors: Vectors) -> Vectors:
        """The vectors without what their language adds; not of length 1."""
        return vectors - self.shifts[self.of_rows]

    def added(self, query: Vector) -> Scores:
        """What each language adds to the cosine of a question, (languages,)."""
        found: Scores = self.shifts @ query
        return found

    def parts(self, allowed: Allowed | None) -> list[tuple[int, Allowed | None]]:
        """Each language with those of its rows that are allowed; None when that is every row."""
        if len(self.spoken) == 1:
            return [(self.spoken[0], allowed)]
        masks = [(tongue, self.of_rows == tongue) for tongue in self.spoken]
        return [(tongue, mask if allowed is None else mask & allowed) for tongue, mask in masks]

    @cached_property
    def main_share(self) -> float:
        """Share of the profiles in the most frequent language; 1 without profiles."""
        return float(self.counts.max() / max(self.counts.sum(), 1)) or 1.0

    def z_scores(self, scores: Scores, smoothing: float) -> Column:
        """Each row's score above the mean of its language, in deviations (rows,).

        The smoothing is added to the deviation, so that where nothing stands out nothing does.
        """
        if not len(scores):
            return np.zeros(0)
        means, deviations = self._moments(scores)
        scales = 1 / np.maximum(deviations + smoothing, 1e-9)
        if len(self.spoken) == 1:
            tongue = self.spoken[0]
            found: Column = (scores - means[tongue]) * scales[tongue]
        else:
            found = scores * scales[self.of_rows] - (means * scales)[self.of_rows]
        return found

    def _moments(self, scores: Scores) -> tuple[Column, Column]:
        """Mean and deviation by language, near those of everybody where a language has few rows."""
        counts = np.maximum(self.counts, 1)
        size = len(CODES)
        sums = np.bincount(self.of_rows, scores, size)
        squares = np.bincount(self.of_rows, np.square(scores, dtype=np.float64), size)
        trust = _trust(self.counts)
        means = trust * sums / counts + (1 - trust) * sums.sum() / len(scores)
        second = trust * squares / counts + (1 - trust) * squares.sum() / len(scores)
        return means, np.sqrt(np.maximum(second - means**2, 0.0))


def typical_of(embedder: Embedder) -> Vectors:
    """The mean of the neutral texts of each language; zeros where there are none."""
    found = np.zeros((len(CODES), embedder.dimension), np.float32)
    for language, texts in neutral.BY_LANGUAGE.items():
        found[CODES.index(language)] = embedder.embed_documents(texts).mean(axis=0)
    return found


def _expected(of_rows: NDArray[np.int8], typical: Vectors) -> NDArray[np.float64]:
    """What each language adds, over the mix of languages of these rows, by its typical vector."""
    is_known = np.any(typical != 0, axis=1)
    counts = np.bincount(of_rows, minlength=len(CODES)) * is_known
    mixed = counts @ typical / max(counts.sum(), 1)
    added: NDArray[np.float64] = (typical - mixed) * is_known.reshape(-1, 1)
    return added


def _trust(count: "int | NDArray[np.int64]") -> "float | Column":
    return count / (count + FEW)


def best_of_parts(found: Sequence[tuple[Rows, Scores]], k: int) -> Rows:
    """The k best of several searches whose scores compare; equal scores by row."""
    if not found:
        return np.zeros(0, np.int64)
    rows = np.concatenate([rows for rows, _ in found])
    scores = np.concatenate([scores for _, scores in found])
    return rows[np.lexsort((rows, -scores))[:k]]
