"""Words of the desk's search box → leads and exchanges that hold all of them.

A word finds what begins with it, without regard to case and accents; quoted words, and words that
were joined by a sign as in an address, stand beside each other. Whatever is typed is data.
"""

import uuid
from contextlib import suppress
from typing import Any

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.text import smart_split, unescape_string_literal

from conversations.models import words

MOST_WORDS = 8
# Exchanges looked at for one search, the newest: a word that half of them hold costs no more.
NEWEST = 10_000
NOTHING = Q(pk__in=[])


def phrases(text: str) -> list[tuple[list[str], bool]]:
    """What was typed, taken apart at spaces; quoted words stay together. With each phrase goes
    whether its last word may go on."""
    found = []
    for bit in smart_split(text.replace("\x00", " ")):
        quoted = bit[0] in "\"'" and bit[0] == bit[-1] and len(bit) > 1
        plain = unescape_string_literal(bit) if quoted else bit
        folded = words.folded(plain)
        if folded:
            found.append((folded, True))
    return found[:MOST_WORDS]


def lead_matches(text: str) -> Q:
    """Leads whose address, words or shown experts hold every phrase."""
    if not text.strip():
        return Q()
    wanted = phrases(text)
    return Q(pk__in=_found("lead", wanted)) if wanted else NOTHING


def conversation_matches(text: str) -> Q:
    """Exchanges whose address, words or shown experts hold every phrase; a number, a thread or a
    request id finds its own."""
    if not text.strip():
        return Q()
    wanted = phrases(text)
    known = _known_as(text.strip())
    return known | Q(pk__in=_found("conversation", wanted)) if wanted else known


def _found(kind: str, wanted: list[tuple[list[str], bool]]) -> Any:
    table, rows = words.TABLES[kind]
    newest = f" ORDER BY {{}} DESC LIMIT {NEWEST}" if kind == "conversation" else ""
    if connection.vendor == "sqlite":
        match = " ".join(f'"{" ".join(phrase)}"{"*" if on else ""}' for phrase, on in wanted)
        order = newest.format("rowid")
        return RawSQL(f"SELECT rowid FROM {table} WHERE {table} MATCH %s{order}", [match])  # noqa: S608, S611
    match = " & ".join(
        "(" + " <-> ".join(f"'{word}'" for word in phrase) + (":*" if on else "") + ")"
        for phrase, on in wanted
    )
    order = newest.format("id")
    return RawSQL(f"SELECT id FROM {rows} WHERE words @@ %s::tsquery{order}", [match])  # noqa: S608, S611


def _known_as(word: str) -> Q:
    known = NOTHING
    if "\x00" in word or not word:
        return known
    known |= Q(request_id=word)
    number = word.removeprefix("#")
    if number.isdecimal() and len(number) < 19:
        known |= Q(pk=int(number))
    with suppress(ValueError):
        known |= Q(thread=uuid.UUID(word))
    return known
