"""Words of the desk's search box → leads and exchanges that hold all of them.

A word finds what begins with it, without regard to case and accents; quoted words, and words that
were joined by a sign as in an address, stand beside each other. Whatever is typed is data.
"""

import uuid
from contextlib import suppress
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, Q
from django.db.models.expressions import RawSQL
from django.utils.text import smart_split, unescape_string_literal

from conversations.models import Conversation, words

MOST_WORDS = 8
# Up to so many finds are looked up one by one, in any order of the list. Of what is more frequent a
# list finds its page soon by walking its own order and asking of each row whether it is among them.
FEW = 1000
# SQLite can ask that of so many exchanges only, the newest; more would cost more than the page.
NEWEST = 10_000
NOTHING = Q(pk__in=[])


def phrases(text: str) -> list[list[str]]:
    """What was typed, taken apart at spaces; quoted words stay together."""
    found = []
    for bit in smart_split(text.replace("\x00", " ")):
        quoted = bit[0] in "\"'" and bit[0] == bit[-1] and len(bit) > 1
        found.append(words.folded(unescape_string_literal(bit) if quoted else bit))
    return [phrase for phrase in found if phrase][:MOST_WORDS]


def lead_matches(text: str) -> Q:
    """Leads whose address, words or shown experts hold every phrase."""
    if not text.strip():
        return Q()
    wanted = phrases(text)
    return _found("lead", wanted) if wanted else NOTHING


def conversation_matches(text: str) -> Q:
    """Exchanges whose address, words or shown experts hold every phrase; a number, a thread or a
    request id finds its own."""
    if not text.strip():
        return Q()
    wanted = phrases(text)
    known = _known_as(text.strip())
    return known | _found("conversation", wanted) if wanted else known


class Among(Func):
    """Whether the row's id is among those that a statement selects; the sum keeps SQLite from
    looking all of them up by id to sort them afterwards."""

    output_field = BooleanField()

    def __init__(self, statement: str, match: str) -> None:
        super().__init__(F("pk"))
        self.statement, self.match = statement, match

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> Any:  # type: ignore[override]
        key, params = compiler.compile(self.get_source_expressions()[0])
        return f"({key} + 0) IN ({self.statement})", (*params, self.match)


def _found(kind: str, wanted: list[list[str]]) -> Q:
    table, rows = words.TABLES[kind]
    if connection.vendor == "sqlite":
        match = " ".join(f'"{" ".join(phrase)}"*' for phrase in wanted)
        among = f"SELECT rowid FROM {table} WHERE {table} MATCH %s"  # noqa: S608 - ours
    else:
        match = " & ".join(
            "(" + " <-> ".join(f"'{word}'" for word in phrase) + ":*)" for phrase in wanted
        )
        among = f"SELECT id FROM {rows} WHERE words @@ %s::tsquery"  # noqa: S608 - ours
    with connection.cursor() as cursor:
        cursor.execute(f"{among} LIMIT {FEW + 1}", [match])
        keys = [key for (key,) in cursor.fetchall()]
    if len(keys) <= FEW:
        return Q(pk__in=keys)
    if connection.vendor != "sqlite":
        return Q(pk__in=RawSQL(among, [match]))  # noqa: S611 - ours
    newest = f" ORDER BY rowid DESC LIMIT {NEWEST}" if kind == "conversation" else ""
    return Q(Among(f"{among}{newest}", match))


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
