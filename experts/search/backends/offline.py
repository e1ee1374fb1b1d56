"""An embedder without weights: hashed words and pieces of words, for tests and benchmarks."""

import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from experts.search.languages import ALL_FUNCTION_WORDS, words
from experts.search.protocols import Progress, QuestionVectors, Vector, Vectors

if TYPE_CHECKING:
    from experts.models import Document

DIMENSION = 256
PLACES = 6  # coordinates a hashed feature sets, each +1 or -1
PIECE_WEIGHT = 0.35  # of one character n-gram beside its whole word
FUNCTION_WORD_WEIGHT = 0.05
MOST_WORDS = 20_000  # kept vectors: 20 MB; directories repeat their words
REPORT_EVERY = 500
NOTHING: Vector = np.eye(1, DIMENSION, dtype=np.float32).ravel()  # of a text without words


class HashingEmbedder:
    """Texts that share words, or pieces of them, are near; the same text is the same everywhere."""

    name = "offline"
    fingerprint = question_fingerprint = f"hashing-2-{DIMENSION}"
    dimension = DIMENSION

    def __init__(self) -> None:
        self._word_vectors: dict[str, Vector] = {}
        self._lock = Lock()

    def prepare(self) -> None:
        """Nothing to fetch."""

    def reads(self, text: str) -> float:
        """Every word has a hash."""
        return 1.0

    def embed_documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        vectors = np.empty((len(texts), DIMENSION), np.float32)
        done = 0
        for row, text in enumerate(texts, start=1):
            vectors[row - 1] = self.embed_query(text)
            if progress and (row % REPORT_EVERY == 0 or row == len(texts)):
                progress(row - done)
                done = row
        return vectors

    def embed_profiles(
        self, documents: "Sequence[Document]", progress: Progress | None = None
    ) -> Vectors:
        return self.embed_documents([document.text for document in documents], progress)

    def embed_query(self, text: str) -> Vector:
        counts = Counter(words(text))
        if not counts:
            return NOTHING
        weights = np.array(
            [
                np.sqrt(count) * (FUNCTION_WORD_WEIGHT if word in ALL_FUNCTION_WORDS else 1.0)
                for word, count in counts.items()
            ],
            np.float32,
        )
        total: Vector = weights @ np.stack([self._word_vector(word) for word in counts])
        length = float(np.linalg.norm(total))
        return total / np.float32(length) if length else NOTHING

    def embed_question(self, text: str) -> QuestionVectors:
        return QuestionVectors.alike(self.embed_query(text))

    def _word_vector(self, word: str) -> Vector:
        vector = self._word_vectors.get(word)
        if vector is None:
            vector = _hashed(word)
            with self._lock:
                if len(self._word_vectors) >= MOST_WORDS:
                    self._word_vectors.clear()
                self._word_vectors[word] = vector
        return vector


def _hashed(word: str) -> Vector:
    vector = np.zeros(DIMENSION, np.float32)
    _add(vector, f"={word}", 1.0)
    for piece in _pieces(f"<{word}>"):
        _add(vector, piece, PIECE_WEIGHT)
    return vector / np.linalg.norm(vector)


def _pieces(word: str) -> Iterable[str]:
    return (word[at : at + size] for size in (3, 4, 5) for at in range(len(word) - size + 1))


def _add(vector: Vector, feature: str, weight: float) -> None:
    seed = zlib.crc32(feature.encode("utf-8", "replace"))
    for _ in range(PLACES):
        seed = (seed * 1_664_525 + 1_013_904_223) & 0xFFFFFFFF  # a linear congruential step
        vector[(seed >> 8) % DIMENSION] += weight if seed >> 31 else -weight
