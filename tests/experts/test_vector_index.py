"""The contract of a vector index, over FAISS, pgvector and the brute force they agree with."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
import pytest

from experts.errors import IndexUnavailable
from experts.search.backends.faiss import FaissIndex
from experts.search.backends.pgvector import PgVectorIndex
from experts.search.protocols import Allowed, Rows, Scores, Vector, VectorIndex, Vectors


class BruteForce:
    """Every row compared, sorted: what the others promise."""

    def __init__(self, table: Vectors) -> None:
        self.table = table

    @property
    def size(self) -> int:
        return len(self.table)

    @classmethod
    def build(cls, vectors: Vectors, generation: str) -> Self:
        return cls(vectors)

    def save(self, path: Path) -> None:
        path.write_bytes(b"")
        np.save(path.with_suffix(".npy"), self.table)

    @classmethod
    def load(cls, path: Path) -> Self:
        return cls(np.load(path.with_suffix(".npy")))

    def search(self, query: Vector, k: int, allowed: Allowed | None = None) -> tuple[Rows, Scores]:
        scores = self.table @ query
        rows = np.arange(len(self.table)) if allowed is None else np.flatnonzero(allowed)
        order = np.lexsort((rows, -scores[rows]))[: max(k, 0)]
        return rows[order], scores[rows[order]]

    def vectors(self, rows: Sequence[int]) -> Vectors:
        return self.table[np.asarray(rows, np.int64)]

    @classmethod
    def discard(cls, generation: str) -> None:
        pass


@pytest.fixture(
    params=[
        BruteForce,
        FaissIndex,
        pytest.param(PgVectorIndex, marks=(pytest.mark.django_db, pytest.mark.postgresql)),
    ]
)
def kind(request: pytest.FixtureRequest) -> type[VectorIndex]:
    found: type[VectorIndex] = request.param
    return found


def unit(vectors: np.ndarray) -> Vectors:
    table: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return table


@pytest.fixture
def table() -> Vectors:
    return unit(np.random.default_rng(7).normal(size=(500, 24)))


@pytest.fixture
def index(kind: type[VectorIndex], table: Vectors, tmp_path: Path) -> VectorIndex:
    """Built, saved and loaded again, as a server gets it."""
    kind.build(table, "20260101T000000-abc").save(tmp_path / "vectors")
    return kind.load(tmp_path / "vectors")


def test_it_finds_what_comparing_everything_finds(index: VectorIndex, table: Vectors) -> None:
    for query in table[:20]:
        rows, scores = index.search(query, 10)
        expected_rows, expected_scores = BruteForce(table).search(query, 10)
        assert rows.tolist() == expected_rows.tolist()
        assert np.allclose(scores, expected_scores, atol=1e-5)


def test_only_allowed_rows_come_back(index: VectorIndex, table: Vectors) -> None:
    for share in (0.9, 0.05, 0.002):
        allowed = np.random.default_rng(3).random(len(table)) < share
        rows, _ = index.search(table[0], 50, allowed)
        assert rows.tolist() == BruteForce(table).search(table[0], 50, allowed)[0].tolist()
        assert allowed[rows].all()


@pytest.mark.parametrize("size", [1, 7, 8, 9, 500])
def test_the_last_rows_of_a_mask_count(kind: type[VectorIndex], table: Vectors, size: int) -> None:
    allowed = np.zeros(size, np.bool_)
    allowed[-1] = True
    rows, _ = kind.build(table[:size], "mask").search(table[0], 5, allowed)
    assert rows.tolist() == [size - 1]


def test_equal_scores_come_by_row(kind: type[VectorIndex]) -> None:
    same = unit(np.ones((40, 8)))
    rows, _ = kind.build(same, "ties").search(same[0], 40)
    assert rows.tolist() == list(range(40))


def test_more_is_asked_than_there_is(index: VectorIndex, table: Vectors) -> None:
    rows, scores = index.search(table[0], 10_000)
    assert sorted(rows.tolist()) == list(range(len(table)))
    assert (np.diff(scores) <= 0).all()


def test_nothing_allowed_or_asked_finds_nothing(index: VectorIndex, table: Vectors) -> None:
    assert not len(index.search(table[0], 5, np.zeros(len(table), np.bool_))[0])
    assert not len(index.search(table[0], 0)[0])


def test_an_empty_directory_finds_nothing(kind: type[VectorIndex], tmp_path: Path) -> None:
    kind.build(np.empty((0, 8), np.float32), "empty").save(tmp_path / "vectors")
    empty = kind.load(tmp_path / "vectors")
    assert empty.size == 0
    assert not len(empty.search(unit(np.ones((1, 8)))[0], 5)[0])


def test_vectors_come_back_as_they_were_stored(index: VectorIndex, table: Vectors) -> None:
    assert np.allclose(index.vectors([499, 0, 0]), table[[499, 0, 0]], atol=1e-6)
    assert index.vectors([]).shape == (0, 24)


def test_a_damaged_faiss_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "vectors").write_bytes(b"not an index")
    with pytest.raises(IndexUnavailable, match="cannot be read"):
        FaissIndex.load(tmp_path / "vectors")


@pytest.mark.django_db
@pytest.mark.sqlite
def test_pgvector_on_another_database_is_a_sentence(table: Vectors) -> None:
    with pytest.raises(IndexUnavailable, match="DATABASE_URL"):
        PgVectorIndex.build(table, "x")
