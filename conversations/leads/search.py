"""Words of the desk's search box → leads and exchanges that hold all of them.

A word finds what begins with it, without regard to case and accents; quoted words, and words that
were joined by a sign as in an address, stand beside each other. Whatever is typed is data.

What a search costs has a bound at any size of the tables: few finds are looked up one by one, of
frequent ones a list finds its page by walking its own order. Where even that would read everything,
only the newest rows are searched, and the page says so.
"""

import json
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, Q
from django.utils.text import smart_split, unescape_string_literal

from conversations.models import Conversation, words

MOST_WORDS = 8
FEW = 500  # so many finds are looked up one by one; more are not counted either
NEWEST = 10_000  # finds; SQLite can walk no further through words that most exchanges hold
# PostgreSQL knows where words stand only from the rows: it looks at so many of the newest ones to
# learn how common they are, and for a rare phrase of common words searches the newest ones only.
SAMPLE, COMMON = 2000, 40
LOOKED_AT = {"lead": 5_000, "conversation": 50_000}
NOTHING = Q(pk__in=[])
NAMES = {"lead": "leads", "conversation": "conversations"}
LATEST = {
    "lead": "WHERE merged_into_id IS NULL ORDER BY last_seen_at DESC, id DESC",
    "conversation": "ORDER BY created_at DESC, id DESC",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a search leaves, and what a person should know about its bounds."""

    where: Q
    told: str = ""
    is_many: bool = False  # more than FEW, whatever else narrows them


def phrases(text: str) -> list[list[str]]:
    """What was typed, taken apart at spaces; quoted words stay together."""
    found = []
    for bit in smart_split(text.replace("\x00", " ")):
        quoted = bit[0] in "\"'" and bit[0] == bit[-1] and len(bit) > 1
        found.append(words.folded(unescape_string_literal(bit) if quoted else bit))
    return [phrase for phrase in found if phrase][:MOST_WORDS]


def lead_matches(text: str) -> Found:
    """Leads whose address, words or shown experts hold every phrase."""
    if not text.strip():
        return Found(Q())
    wanted = phrases(text)
    return _found("lead", wanted) if wanted else Found(NOTHING)


def conversation_matches(text: str) -> Found:
    """Exchanges whose address, words or shown experts hold every phrase; a number, a thread or a
    request id finds its own."""
    if not text.strip():
        return Found(Q())
    wanted = phrases(text)
    known = _known_as(text.strip())
    found = _found("conversation", wanted) if wanted else Found(NOTHING)
    return Found(known | found.where, found.told, found.is_many)


class Among(Func):
    """Whether the row's id is among those that a statement selects; the sum keeps SQLite from
    looking all of them up by id to sort them afterwards."""

    output_field = BooleanField()

    def __init__(self, statement: str, param: str) -> None:
        super().__init__(F("pk"))
        self.statement, self.param = statement, param

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> Any:  # type: ignore[override]
        key, params = compiler.compile(self.get_source_expressions()[0])
        return f"({key} + 0) IN ({self.statement})", (*params, self.param)


class Holds(Func):
    """Whether the row's words match; PostgreSQL keeps them beside the row."""

    output_field = BooleanField()

    def __init__(self, match: str) -> None:
        super().__init__(F("pk"))
        self.match = match

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> Any:  # type: ignore[override]
        key, params = compiler.compile(self.get_source_expressions()[0])
        return f'{key.rpartition(".")[0]}."words" @@ %s::tsquery', (*params, self.match)


def _found(kind: str, wanted: list[list[str]]) -> Found:
    if connection.vendor == "sqlite":
        return _in_fts5(kind, wanted)
    return _in_tsvectors(kind, wanted)


def _in_fts5(kind: str, wanted: list[list[str]]) -> Found:
    table, _ = words.TABLES[kind]
    match = " ".join(f'"{" ".join(phrase)}"*' for phrase in wanted)
    among = f"SELECT rowid FROM {table} WHERE {table} MATCH %s"  # noqa: S608 - ours
    # Of a prefix FTS5 reads all places first: of exchanges one statement has to do.
    most = FEW if kind == "lead" else NEWEST
    keys = _keys(f"{among} ORDER BY rowid DESC LIMIT {most + 1}", match)
    if len(keys) <= FEW:
        return Found(Q(pk__in=keys))
    if kind == "lead":
        return Found(Q(Among(among, match)), is_many=True)
    newest = Q(Among("SELECT value FROM json_each(%s)", json.dumps(keys[:most])))
    told = f"These are the newest {most:,} that hold these words." if len(keys) > most else ""
    return Found(newest, told, is_many=True)


def _in_tsvectors(kind: str, wanted: list[list[str]]) -> Found:
    table = words.TABLES[kind][1]
    match = " & ".join(
        "(" + " <-> ".join(f"'{word}'" for word in phrase) + ":*)" for phrase in wanted
    )
    latest = f"SELECT id, words FROM {table} {LATEST[kind]} LIMIT"  # noqa: S608 - ours
    if any(len(phrase) > 1 for phrase in wanted):
        apart = " & ".join(f"'{word}':*" for phrase in wanted for word in phrase)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*), count(*) FILTER (WHERE words @@ %s::tsquery)"  # noqa: S608
                f" FROM ({latest} {SAMPLE}) w WHERE words @@ %s::tsquery",
                [match, apart],
            )
            common, often = cursor.fetchone()
        if common >= COMMON > often:
            most = LOOKED_AT[kind]
            searched = f"SELECT id FROM ({latest} {most}) w WHERE words @@ %s::tsquery"  # noqa: S608
            keys = _keys(searched, match)
            told = f"Only the newest {most:,} {NAMES[kind]} were searched for so common words."
            return Found(Q(pk__in=keys), told)
        if often >= COMMON:
            return Found(Q(Holds(match)))
    keys = _keys(f"SELECT id FROM {table} WHERE words @@ %s::tsquery LIMIT {FEW + 1}", match)  # noqa: S608
    return Found(Q(pk__in=keys)) if len(keys) <= FEW else Found(Q(Holds(match)), is_many=True)


def _keys(statement: str, match: str) -> Sequence[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [match])
        return [key for (key,) in cursor.fetchall()]


def _known_as(word: str) -> Q:
    known = NOTHING
    if "\x00" in word or not any(sign.isdecimal() for sign in word):
        return known
    known |= Q(request_id=word)
    number = word.removeprefix("#")
    if number.isdecimal() and len(number) < 19:
        known |= Q(pk=int(number))
    with suppress(ValueError):
        known |= Q(thread=uuid.UUID(word))
    # Looked up apart, by an index each: as an alternative they would make a list read every row.
    return Q(
        pk__in=list(
            Conversation.objects.filter(known).order_by().values_list("pk", flat=True)[:FEW]
        )
    )
