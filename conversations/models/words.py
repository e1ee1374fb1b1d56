"""Words that can be found: taken apart and folded here, kept by the database's full-text index.

SQLite keeps them in FTS5 tables, PostgreSQL in a tsvector column. Both get words that are folded
already, so that they find the same. Whatever was typed, only letters and digits reach a query.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.db.models import Model

WORD = re.compile(r"[^\W_]+")
LONGEST_WORD = 60
MOST_WORDS = 6000  # of one document; PostgreSQL counts places up to 16,383
TABLES = {
    "lead": ("conversations_leadwords", "conversations_lead"),
    "conversation": ("conversations_words", "conversations"),
}


def folded(text: str) -> list[str]:
    """The words of a text without case and accents: "Café Noël's" → cafe, noel, s."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return [
        word[:LONGEST_WORD]
        for word in WORD.findall("".join(c for c in plain if not unicodedata.combining(c)))
    ]


def document(texts: Iterable[str]) -> list[str]:
    """The words of these texts in order, as many as are kept."""
    found: list[str] = []
    for text in texts:
        found += folded(text)
        if len(found) >= MOST_WORDS:
            break
    return found[:MOST_WORDS]


def store(kind: str, documents: Mapping[int, list[str]]) -> None:
    """Put these documents in the place of what is kept under their ids."""
    table, rows = TABLES[kind]
    if not documents:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            forget(kind, documents)
            cursor.executemany(
                f"INSERT INTO {table} (rowid, words) VALUES (%s, %s)",  # noqa: S608 - ours
                [(key, " ".join(found)) for key, found in documents.items()],
            )
        else:
            cursor.executemany(
                f"UPDATE {rows} SET words = %s::tsvector WHERE id = %s",  # noqa: S608 - ours
                [(_tsvector(found), key) for key, found in documents.items()],
            )


def add(kind: str, key: int, found: list[str]) -> None:
    """Put words behind those that are kept under this id."""
    table, rows = TABLES[kind]
    if not found:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            sql = f"UPDATE {table} SET words = words || ' ' || %s WHERE rowid = %s"  # noqa: S608
            if not cursor.execute(sql, [" ".join(found), key]).rowcount:
                store(kind, {key: found})
        else:
            sql = f"UPDATE {rows} SET words = coalesce(words, '') || %s::tsvector WHERE id = %s"  # noqa: S608
            cursor.execute(sql, [_tsvector(found), key])


def forget(kind: str, keys: Iterable[int]) -> None:
    """Only where the words are kept apart from the row."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.executemany(
                f"DELETE FROM {TABLES[kind][0]} WHERE rowid = %s",  # noqa: S608 - ours
                [(key,) for key in keys],
            )


def forget_row(sender: type[Model], instance: Model, **_: Any) -> None:
    """Handler of `post_delete`: a deleted row leaves no words behind."""
    forget(sender._meta.model_name or "", [instance.pk])  # noqa: SLF001


def _tsvector(found: list[str]) -> str:
    return " ".join(f"'{word}':{place}" for place, word in enumerate(found, start=1))
