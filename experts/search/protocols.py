"""The seams of the search, one page. Vectors are unit float32; a higher score is better."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from experts.models import Document

Vectors = NDArray[np.float32]  # (rows, dimension), each row of length 1
Vector = NDArray[np.float32]  # (dimension,), of length 1
Rows = NDArray[np.int64]  # positions in a generation, best first
Scores = NDArray[np.float32]  # beside Rows, descending
Allowed = NDArray[np.bool_]  # (rows,): which rows a search may return
Progress = Callable[[int], None]  # called with the number of texts just finished


@dataclass(frozen=True, slots=True)
class QuestionVectors:
    """A question in two readings, the same one twice under most models."""

    ranking: Vector  # who is nearest: what an embedder learnt about questions included
    plain: Vector  # how near: cosines of the published model, comparable between questions

    @classmethod
    def alike(cls, vector: Vector) -> Self:
        """Of a model that reads questions in one way."""
        return cls(vector, vector)


class QueryWeight(NamedTuple):
    """How much the words of a query can matter in one directory."""

    norm: float  # of the inverse document frequencies of its features (order 3), unknown included
    known: float  # share of them, by word, that belongs to words that any row holds, 0 to 1


class Embedder(Protocol):
    """Text to unit vectors, thread-safe. Errors: EmbedderError."""

    @property
    def name(self) -> str:
        """The model as the setting names it."""
        ...

    @property
    def fingerprint(self) -> str:
        """Names the weights: two embedders with the same one give the same vectors. Loads none."""
        ...

    @property
    def question_fingerprint(self) -> str:
        """Names what questions are embedded with; documents need not be embedded anew for it."""
        ...

    @property
    def dimension(self) -> int: ...

    def prepare(self) -> None:
        """Before a build: the weights are there, fetched if need be, and are the published ones."""
        ...

    def embed_documents(
        self, texts: Sequence[str], progress: Progress | None = None
    ) -> Vectors: ...

    def embed_profiles(
        self, documents: "Sequence[Document]", progress: Progress | None = None
    ) -> Vectors:
        """What questions are compared with: the fields of a profile, mixed as suits this model."""
        ...

    def embed_query(self, text: str) -> Vector:
        """The vector that questions rank by."""
        ...

    def embed_question(self, text: str) -> QuestionVectors:
        """Both vectors at the price of one."""
        ...

    def reads(self, text: str) -> float:
        """Share of a text's letters and digits that the model has tokens for, 0 to 1.

        1 for a text without any. What is not read leaves no trace in a vector.
        """
        ...


class VectorIndex(Protocol):
    """Exact search by inner product over the rows of one generation. Errors: IndexUnavailable."""

    @property
    def size(self) -> int: ...

    @classmethod
    def build(cls, vectors: Vectors, generation: str) -> Self: ...

    def save(self, path: Path) -> None: ...

    @classmethod
    def load(cls, path: Path) -> Self: ...

    def search(self, query: Vector, k: int, allowed: Allowed | None = None) -> tuple[Rows, Scores]:
        """The k best allowed rows (fewer when fewer are allowed), equal scores by row."""
        ...

    def vectors(self, rows: Sequence[int]) -> Vectors:
        """The stored vectors of these rows, for reuse by the next build."""
        ...

    @classmethod
    def discard(cls, generation: str) -> None:
        """Remove what a generation keeps outside of its folder, if anything is there."""
        ...


class LexicalIndex(Protocol):
    """Search by the words themselves over the rows of one generation."""

    @property
    def size(self) -> int: ...

    @classmethod
    def build(cls, texts: Sequence[str], progress: Progress | None = None) -> Self: ...

    def save(self, path: Path) -> None: ...

    @classmethod
    def load(cls, path: Path) -> Self: ...

    def scores(self, query: str) -> Scores:
        """The score of every row, in row order; 0 where nothing is shared with the query."""
        ...

    def weight(self, query: str) -> QueryWeight:
        """How much the words of a query can matter here."""
        ...

    def known(self, query: str) -> float:
        """Share of the query's distinct content words that any row holds, 0 to 1."""
        ...

    def holding(self, word: str) -> int:
        """How many rows hold this word, in any form that shares its stem."""
        ...

    def held(self, asked: Sequence[str], rows: Rows) -> tuple[NDArray[np.float64], float]:
        """How much of what is asked each row holds, rare words counting more, and the whole."""
        ...
