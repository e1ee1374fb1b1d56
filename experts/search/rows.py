"""What a generation knows of its experts beside their text: who they are, what they cost, speak,
where they are.

One rule of filtering in two forms: `Columns.mask` inside a search, `meeting` against the database.
"""

import hashlib
import json
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from numpy.typing import NDArray

from experts.models import Document, Expert, ExpertQuerySet
from experts.search.constraints import Constraints
from experts.search.constraints.gazetteer import (
    alternatives,
    codes_of,
    folded,
    named,
    parts_of,
)
from experts.search.protocols import Allowed

UNKNOWN_RATE = -1
MOST_CENTS = 2**62
NOBODY = np.array([], np.int64)
TEXTS = ("names", "companies", "titles", "locations")  # columns of any text


@dataclass(frozen=True, slots=True)
class Profile:
    """One expert as the index sees it."""

    document: Document
    digest: str  # SHA-256 hex of the document
    cents: int  # hourly rate in hundredths of its own currency, UNKNOWN_RATE without one
    currency: str
    languages: tuple[str, ...]
    name: str = ""
    location: str = ""

    @classmethod
    def of(cls, expert: Expert) -> Self:
        document = expert.document()
        rate = expert.hourly_rate
        cents = UNKNOWN_RATE if rate is None else int(rate * 100)
        languages = tuple(code for code in expert.languages if isinstance(code, str))
        return cls(
            document,
            document.digest,
            cents,
            expert.currency,
            languages,
            expert.name,
            expert.location,
        )


def source_of(profiles: Sequence[Profile]) -> str:
    """SHA-256 hex of everything about these experts that an index depends on."""
    digest = hashlib.sha256()
    for each in profiles:
        facts = [each.document.username, each.digest, each.cents, each.currency, each.languages]
        facts += [each.name, each.location]
        digest.update(json.dumps(facts).encode() + b"\n")
    return digest.hexdigest()


class Columns:
    """Parallel columns of one generation, in row order, which is the order of usernames."""

    def __init__(
        self,
        usernames: list[str],
        digests: NDArray[np.uint8],
        cents: NDArray[np.int64],
        currencies: NDArray[np.str_],
        languages: list[tuple[str, ...]],
        names: list[str],
        companies: list[str],
        titles: list[str],
        locations: list[str],
    ) -> None:
        self.usernames = usernames
        self.digests = digests  # (rows, 32)
        self.cents = cents
        self.currencies = currencies
        self.languages = languages
        self.names = names
        self.companies = companies
        self.titles = titles
        self.locations = locations

    @classmethod
    def of(cls, profiles: Sequence[Profile]) -> Self:
        digests = b"".join(bytes.fromhex(profile.digest) for profile in profiles)
        return cls(
            [profile.document.username for profile in profiles],
            np.frombuffer(digests, np.uint8).reshape(-1, 32),
            np.array([profile.cents for profile in profiles], np.int64),
            np.array([profile.currency for profile in profiles], "U3"),
            [profile.languages for profile in profiles],
            [profile.name for profile in profiles],
            [profile.document.company for profile in profiles],
            [profile.document.title for profile in profiles],
            [profile.location for profile in profiles],
        )

    def save(self, path: Path) -> None:
        np.savez(
            path,
            usernames=_packed(self.usernames),
            digests=self.digests,
            cents=self.cents,
            currencies=self.currencies,
            languages=_packed(["\x1f".join(codes) for codes in self.languages]),
            names=_packed(self.names),
            companies=_packed(self.companies),
            titles=_packed(self.titles),
            locations=_packed(self.locations),
        )

    @classmethod
    def load(cls, path: Path) -> Self:
        with np.load(path) as table:
            languages = [
                tuple(filter(None, row.split("\x1f"))) for row in _unpacked(table["languages"])
            ]
            return cls(
                _unpacked(table["usernames"]),
                table["digests"],
                table["cents"],
                table["currencies"],
                languages,
                *(_unpacked(table[name]) for name in TEXTS),
            )

    def __len__(self) -> int:
        return len(self.usernames)

    @cached_property
    def row_of(self) -> dict[str, int]:
        return {username: row for row, username in enumerate(self.usernames)}

    @cached_property
    def speakers(self) -> dict[str, NDArray[np.int64]]:
        """Language code to the rows that list it."""
        return _rows_by(self.languages)

    @cached_property
    def located(self) -> dict[str, NDArray[np.int64]]:
        """The code of a place, and of all that contains it, to the rows that are there."""
        codes = {one: codes_of(one) for one in set(self.locations)}
        return _rows_by(codes[location] for location in self.locations)

    @cached_property
    def called(self) -> dict[str, NDArray[np.int64]]:
        """What locations say, known to the gazetteer or not ("remote"), to their rows."""
        parts = {one: set(parts_of(one)) for one in set(self.locations)}
        return _rows_by(parts[location] for location in self.locations)

    def _speaking(self, code: str) -> Allowed:
        return self._only(self.speakers.get(code, NOBODY))

    def _being_in(self, place: str) -> Allowed:
        there = [NOBODY]
        for one in alternatives(place):
            if meant := named(folded(one)):
                there += [self.located.get(each.code, NOBODY) for each in meant.places]
            else:
                there.append(self.called.get(folded(one), NOBODY))
        return self._only(np.concatenate(there))

    def _only(self, rows: NDArray[np.int64]) -> Allowed:
        allowed = np.zeros(len(self), np.bool_)
        allowed[rows] = True
        return allowed

    def mask(self, constraints: Constraints, excluded: Collection[str] = ()) -> Allowed | None:
        """The rows that meet every demand and are not excluded; None when that is all of them.

        An amount is compared with rates of its own currency. When no currency was named it is
        compared with each rate as a plain number, for then nobody said that it means another one.
        """
        if constraints.is_empty() and not excluded:
            return None
        allowed = np.ones(len(self), np.bool_)
        low, high = constraints.min_hourly_rate, constraints.max_hourly_rate
        if low is not None or high is not None:
            allowed &= self.cents != UNKNOWN_RATE
        if low is not None:
            allowed &= self.cents >= min(math.ceil(low * 100), MOST_CENTS)
        if high is not None:
            allowed &= self.cents <= min(math.floor(high * 100), MOST_CENTS)
        if constraints.currency:
            allowed &= self.currencies == constraints.currency
        for code in constraints.languages:
            allowed &= self._speaking(code)
        if constraints.place:
            allowed &= self._being_in(constraints.place)
        allowed[[self.row_of[username] for username in excluded if username in self.row_of]] = False
        return allowed


def meeting(constraints: Constraints, experts: ExpertQuerySet) -> ExpertQuerySet:
    """The experts that meet every demand as they stand now; the same rule as `Columns.mask`, but
    for a place, which no database compares."""
    rule = Q()
    if constraints.max_hourly_rate is not None:
        rule &= Q(hourly_rate__lte=constraints.max_hourly_rate)
    if constraints.min_hourly_rate is not None:
        rule &= Q(hourly_rate__gte=constraints.min_hourly_rate)
    if constraints.currency:
        rule &= Q(currency=constraints.currency)
    if constraints.languages:
        # SQLite has no containment of JSON; a quoted code inside the text says the same on both.
        experts = experts.alias(languages_text=Cast("languages", TextField()))
        for code in constraints.languages:
            rule &= Q(languages_text__contains=f'"{code}"')
    return experts.filter(rule)


def _rows_by(many: Iterable[Iterable[str]]) -> dict[str, NDArray[np.int64]]:
    """Each value to the rows that have it."""
    found: dict[str, list[int]] = {}
    for row, values in enumerate(many):
        for value in values:
            found.setdefault(value, []).append(row)
    return {value: np.array(rows, np.int64) for value, rows in found.items()}


def _packed(texts: Sequence[str]) -> NDArray[np.uint8]:
    """Texts of any length as one array: smaller than a fixed width, and safe without pickle."""
    return np.frombuffer(json.dumps(texts, ensure_ascii=False).encode(), np.uint8)


def _unpacked(packed: NDArray[np.uint8]) -> list[str]:
    texts: list[str] = json.loads(packed.tobytes())
    return texts
