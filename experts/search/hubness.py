"""Hubs: profiles that resemble whatever is asked.

In a space of many dimensions some vectors are near to everything and take places that are not
theirs. How near each profile is to what people here write about is measured at build time, on
passages of other profiles that stand for questions, and half of it is taken off (cf. local scaling
and mutual proximity: Schnitzer et al., JMLR 13, 2012).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from experts.search.passages import PassageVectors
from experts.search.protocols import Rows, Vectors

Column = NDArray[np.float64]
STRENGTH = 0.5  # 0 leaves z-scores as they are, 1 makes them each row's own; flat from 0.3 to 0.7
QUESTIONS = 1000  # passages asked; 400 say nearly the same
FEWEST = 100  # with fewer, what they say of a profile is chance
CHUNK = 8192  # rows at a time, so that a large build needs little memory


@dataclass(frozen=True, slots=True)
class Hubness:
    """Of the rows of one generation: mean and deviation of their z-scores over many questions."""

    means: NDArray[np.float32]  # (rows,)
    deviations: NDArray[np.float32]  # (rows,), relative to their mean

    @classmethod
    def of(cls, vectors: Vectors, passages: PassageVectors) -> Self:
        """Measure rows whose vectors are language-centred. The sample is the same every time."""
        size, count = len(vectors), len(passages.hashes)
        found = cls(np.zeros(size, np.float32), np.ones(size, np.float32))
        if count < FEWEST or not size:
            return found
        draw = np.random.default_rng(0)
        asked = np.sort(draw.choice(count, min(QUESTIONS, count), replace=False))
        questions = passages.vectors[asked].astype(np.float32)
        mean = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
        spread = vectors.T @ vectors / size - np.outer(mean, mean)
        deviation = np.sqrt(np.maximum(np.sum(questions @ spread * questions, axis=1), 1e-12))
        scaled = questions / deviation[:, None]
        for start in range(0, size, CHUNK):
            rows = slice(start, start + CHUNK)
            scores = (vectors[rows] - mean) @ scaled.T
            others = ~passages.holding(rows, asked)
            total = np.maximum(others.sum(axis=1), 1)
            found.means[rows] = np.sum(scores * others, axis=1) / total
            apart = (scores - found.means[rows, None]) ** 2 * others
            found.deviations[rows] = np.sqrt(apart.sum(axis=1) / total)
        found.deviations[:] /= max(float(found.deviations.mean()), 1e-6)
        return found

    @classmethod
    def load(cls, path: Path) -> Self:
        with np.load(path) as table:
            return cls(table["means"], table["deviations"])

    def save(self, path: Path) -> None:
        np.savez(path, means=self.means, deviations=self.deviations)

    def corrected(self, scores: Column, rows: Rows) -> Column:
        """Z-scores of these rows, half-way to what they are over the row's own questions."""
        scales = 1 - STRENGTH + STRENGTH * self.deviations[rows]
        found: Column = (scores - STRENGTH * self.means[rows]) / scales
        return found
