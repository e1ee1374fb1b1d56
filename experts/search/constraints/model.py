"""The demands on an expert as values, free of the words they were read from."""

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Literal

Kind = Literal["budget", "currency", "language", "place"]


@dataclass(frozen=True, slots=True)
class Constraints:
    """Hard demands; one that is unset demands nothing.

    Both rates are inclusive and per hour. `currency` is an ISO 4217 code, and `languages` are
    ISO 639-1 codes of which the expert speaks every one. Rates without a currency are amounts whose
    currency nobody named. `place` is where the expert is, as the visitor spells it.
    """

    min_hourly_rate: Decimal | None = None
    max_hourly_rate: Decimal | None = None
    currency: str | None = None
    languages: frozenset[str] = frozenset()
    place: str | None = None

    def is_empty(self) -> bool:
        return self == Constraints()

    def names(self) -> set[str]:
        """The demands that are set."""
        unset = Constraints()
        return {
            each.name
            for each in fields(self)
            if getattr(self, each.name) != getattr(unset, each.name)
        }

    def overridden_by(self, other: "Constraints") -> "Constraints":
        """These demands, with whatever `other` sets in their place.

        A rate of ours gives way when it contradicts one of theirs, and when they name another
        currency than the one it was meant in.
        """
        low, high = self.min_hourly_rate, self.max_hourly_rate
        if self.currency and other.currency and self.currency != other.currency:
            low = high = None
        if low is not None and other.max_hourly_rate is not None and low > other.max_hourly_rate:
            low = None
        if high is not None and other.min_hourly_rate is not None and high < other.min_hourly_rate:
            high = None
        return Constraints(
            low if other.min_hourly_rate is None else other.min_hourly_rate,
            high if other.max_hourly_rate is None else other.max_hourly_rate,
            other.currency or self.currency,
            other.languages or self.languages,
            other.place or self.place,
        )

    def as_interpreted(self) -> dict[str, object]:
        """What is set, ready for JSON: rates as strings of two places, languages sorted."""
        said: dict[str, object] = {}
        if self.min_hourly_rate is not None:
            said["min_hourly_rate"] = f"{self.min_hourly_rate:.2f}"
        if self.max_hourly_rate is not None:
            said["max_hourly_rate"] = f"{self.max_hourly_rate:.2f}"
        if self.currency:
            said["currency"] = self.currency
        if self.languages:
            said["languages"] = sorted(self.languages)
        if self.place:
            said["place"] = self.place
        return said


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters `start` to `end` (exclusive) of the text that was read, and what they told."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Finding:
    """One demand and the words it stands in."""

    span: Span
    constraints: Constraints


@dataclass(frozen=True, slots=True)
class Reading:
    """The demands, the text left to search with, and the spans of the original that were taken."""

    constraints: Constraints
    text: str
    spans: tuple[Span, ...] = ()
