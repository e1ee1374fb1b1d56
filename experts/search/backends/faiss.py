"""Exact inner-product search with FAISS, memory-mapped so that workers share its pages."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import faiss
import numpy as np

from experts.errors import IndexUnavailable
from experts.search.protocols import Allowed, Rows, Scores, Vector, Vectors

faiss.omp_set_num_threads(1)  # a worker that takes every core slows down all the others


class FaissIndex:
    """IndexFlatIP: 100k rows take about 10 ms, and nothing is approximated."""

    def __init__(self, index: Any) -> None:
        self.index = index

    @property
    def size(self) -> int:
        return int(self.index.ntotal)

    @classmethod
    def build(cls, vectors: Vectors, generation: str) -> Self:
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, np.float32))
        return cls(index)

    def save(self, path: Path) -> None:
        faiss.write_index(self.index, str(path))

    @classmethod
    def load(cls, path: Path) -> Self:
        try:
            # MMAP_IFC maps a flat index without a copy; plain MMAP does nothing here.
            return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))
        except RuntimeError as error:
            raise IndexUnavailable(f"The vectors in {path} cannot be read: {error}") from error

    def search(self, query: Vector, k: int, allowed: Allowed | None = None) -> tuple[Rows, Scores]:
        wanted = min(k, self.size if allowed is None else int(np.count_nonzero(allowed)))
        if wanted <= 0:
            return np.array([], np.int64), np.array([], np.float32)
        scores, rows = self.index.search(
            np.ascontiguousarray(query[None], np.float32), wanted, params=_selection(allowed)
        )
        return _ordered(rows[0], scores[0])

    def vectors(self, rows: Sequence[int]) -> Vectors:
        keys = np.asarray(rows, np.int64)
        if not len(keys):
            return np.empty((0, self.index.d), np.float32)
        found: Vectors = self.index.reconstruct_batch(keys)
        return found

    @classmethod
    def discard(cls, generation: str) -> None:
        """All of it lies in the generation's folder."""


def _selection(allowed: Allowed | None) -> Any:
    if allowed is None:
        return None
    bitmap = np.packbits(allowed, bitorder="little")
    parameters: Any = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bitmap))  # type: ignore[call-arg, arg-type]
    parameters.bitmap = bitmap  # FAISS keeps a bare pointer: the array has to live as long
    return parameters


def _ordered(rows: Rows, scores: Scores) -> tuple[Rows, Scores]:
    """FAISS leaves the order of equal scores open; rows decide."""
    found = rows >= 0
    rows, scores = rows[found], scores[found]
    order = np.lexsort((rows, -scores))
    return rows[order], scores[order]
