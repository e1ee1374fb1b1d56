"""Exact inner-product search in PostgreSQL with pgvector, one table per generation."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np
from django.db import DatabaseError, connection

from experts.errors import IndexUnavailable
from experts.search.protocols import Allowed, Rows, Scores, Vector, Vectors

PREFIX = "experts_vectors_"


class PgVectorIndex:
    """The table is written by the build itself and dropped when its generation is pruned."""

    def __init__(self, table: str, size: int, dimension: int) -> None:
        self.table = table
        self.size = size
        self.dimension = dimension

    @classmethod
    def build(cls, vectors: Vectors, generation: str) -> Self:
        table = _table(generation)
        rows, dimension = vectors.shape
        with _cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
            cursor.execute(f"DROP TABLE IF EXISTS {table}")
            cursor.execute(
                f"CREATE TABLE {table} "
                f"(row integer PRIMARY KEY, embedding vector({dimension}) NOT NULL)"
            )
            statement = f"COPY {table} (row, embedding) FROM STDIN"
            with cursor.copy(statement) as copy:
                for row, vector in enumerate(vectors):
                    copy.write_row((row, _literal(vector)))
        return cls(table, rows, dimension)

    def save(self, path: Path) -> None:
        facts = {"table": self.table, "size": self.size, "dimension": self.dimension}
        path.write_text(json.dumps(facts), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads the table's name only: opening an index runs no query."""
        facts = json.loads(path.read_text(encoding="utf-8"))
        return cls(_table(facts["table"].removeprefix(PREFIX)), facts["size"], facts["dimension"])

    def search(self, query: Vector, k: int, allowed: Allowed | None = None) -> tuple[Rows, Scores]:
        wanted = "" if allowed is None else "WHERE row = ANY(%(rows)s)"
        rows = [] if allowed is None else np.flatnonzero(allowed).tolist()
        statement = (
            f"SELECT row, -(embedding <#> %(query)s::vector) FROM {self.table} {wanted} "  # noqa: S608
            "ORDER BY embedding <#> %(query)s::vector, row LIMIT %(k)s"
        )
        found = self._fetch(statement, {"query": _literal(query), "rows": rows, "k": max(k, 0)})
        return _column(found, 0, np.int64), _column(found, 1, np.float32)

    def vectors(self, rows: Sequence[int]) -> Vectors:
        wanted = np.asarray(rows, np.int64).tolist()
        statement = f"SELECT row, embedding::text FROM {self.table} WHERE row = ANY(%(rows)s)"  # noqa: S608
        found: dict[int, str] = dict(self._fetch(statement, {"rows": wanted}))
        vectors = np.empty((len(wanted), self.dimension), np.float32)
        for position, row in enumerate(wanted):
            vectors[position] = np.fromstring(found[row][1:-1], np.float32, sep=",")
        return vectors

    @classmethod
    def discard(cls, generation: str) -> None:
        if connection.vendor == "postgresql":
            with _cursor() as cursor:
                cursor.execute(f"DROP TABLE IF EXISTS {_table(generation)}")

    def _fetch(self, statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        with _cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())


def _table(generation: str) -> str:
    """A name that is safe inside a statement."""
    return PREFIX + re.sub(r"[^a-z0-9]", "_", generation.lower())


def _literal(vector: Vector) -> str:
    return "[" + ",".join(map(repr, vector.tolist())) + "]"


def _column(found: Iterable[tuple[Any, ...]], position: int, kind: Any) -> Any:
    return np.array([row[position] for row in found], kind)


@contextmanager
def _cursor() -> Iterator[Any]:
    if connection.vendor != "postgresql":
        raise IndexUnavailable(
            "VECTOR_STORE=pgvector keeps vectors in PostgreSQL; set DATABASE_URL to one, "
            "or VECTOR_STORE to faiss."
        )
    try:
        with connection.cursor() as cursor:
            yield cursor
    except DatabaseError as error:
        raise IndexUnavailable(f"The vectors in PostgreSQL cannot be used: {error}") from error
