"""Amounts of money as they are written: one number or a range, a currency, an hour."""

from dataclasses import dataclass
from decimal import Decimal

from experts.search.constraints import money_words as words
from experts.search.constraints.tokens import (
    Kind,
    Phrases,
    Tokens,
    ends_clause,
    norm_at,
)


@dataclass(frozen=True, slots=True)
class Money:
    """`low` to `high` (equal unless it is a range), written in tokens `start` to `end`."""

    low: Decimal
    high: Decimal
    start: int
    end: int
    currency: str | None = None
    doubtful: bool = False
    hourly: bool = False
    ranged: bool = False


def money_at(tokens: Tokens, at: int) -> Money | None:
    """The single amount whose number is token `at`, if that is a plain number."""
    value = tokens[at].value
    if value is None or _is_part_of_something(tokens, at):
        return None
    before, after = _currency_before(tokens, at), _currency_after(tokens, at)
    if before and after and before[1] != after[1]:
        if norm_at(tokens, before[0]) != "$" or not after[1].endswith("D"):
            return None
        before = (before[0], after[1])
    start = before[0] if before else at
    end = after[0] if after else at + 1
    if not after and end < len(tokens) and _spoils(tokens, end):
        return None
    if norm_at(tokens, end) in words.MAGNITUDES:
        return None
    currency = before or after
    doubtful = any(token.norm in words.DOUBTFUL_CURRENCIES for token in tokens[start:end])
    return Money(value, value, start, end, currency[1] if currency else None, doubtful)


def _currency_before(tokens: Tokens, at: int) -> tuple[int, str] | None:
    found = words.CURRENCIES.ending(tokens, at)
    if found and norm_at(tokens, found[0] - 1).isdigit() and not tokens[at].glued:
        return None
    return found


def _is_glued_to_letters(tokens: Tokens, at: int) -> bool:
    """A dollar of letters we do not know, as in "TT$5"."""
    here = tokens[at]
    return here.kind is Kind.SYMBOL and here.glued and tokens[at - 1].kind is Kind.WORD


def _currency_after(tokens: Tokens, at: int) -> tuple[int, str] | None:
    found = words.CURRENCIES.starting(tokens, at + 1)
    if found is None:
        return None
    end = found[0]
    opens_next = end < len(tokens) and tokens[end].kind is Kind.NUMBER and tokens[end].glued
    return None if opens_next and not tokens[at + 1].glued else found


def _is_part_of_something(tokens: Tokens, at: int) -> bool:
    """Whether the number belongs to a name, a phone number, a date, or a count like "no. 5"."""
    if at == 0:
        return False
    before, here = tokens[at - 1], tokens[at]
    if before.norm in {"+", "#", "_", "@"} or _is_glued_to_letters(tokens, at - 1):
        return True
    if here.glued and before.kind is Kind.WORD:
        return words.CURRENCIES.ending(tokens, at) is None and not _ends_bound(tokens, at)
    return here.glued and before.norm in {"/", "."}


def _ends_bound(tokens: Tokens, at: int) -> bool:
    return words.BEFORE_AMOUNT.ending(tokens, at) is not None


def _spoils(tokens: Tokens, end: int) -> bool:
    """Whether what follows a number without a currency makes it another thing: "5x", "20 %"."""
    after = tokens[end]
    if after.norm in {"%", "‰", "°", "_"}:
        return True
    if after.norm in {"/", ":", "."} and after.glued and end + 1 < len(tokens):
        return tokens[end + 1].kind is Kind.NUMBER and tokens[end + 1].glued
    return after.kind is Kind.WORD and after.glued and not words.AN_HOUR.starting(tokens, end)


def range_at(tokens: Tokens, first: Money, joining: Phrases[bool]) -> Money | None:
    """The range that begins with `first`, its two ends joined by one of those words."""
    at, hourly = pass_hour(tokens, first.end)
    joint = joining.starting(tokens, at)
    number = number_from(tokens, joint[0]) if joint else None
    second = money_at(tokens, number) if number is not None else None
    if joint is None or second is None:
        return None
    closed = pass_hour(tokens, second.end)[1] or ends_clause(tokens, second.end)
    bare = not second.currency and not closed and not tokens[joint[0]].glued
    if bare and (hourly or first.currency):
        return None  # "80 euro an hour - 20 years of experience"
    if first.currency and second.currency and first.currency != second.currency:
        return None
    return Money(
        min(first.low, second.low),
        max(first.low, second.low),
        first.start,
        second.end,
        second.currency or first.currency,
        first.doubtful or second.doubtful,
        hourly,
        ranged=True,
    )


def number_from(tokens: Tokens, at: int) -> int | None:
    """The number at `at`, or behind the currency at `at`."""
    currency = words.CURRENCIES.starting(tokens, at)
    at = currency[0] if currency else at
    return at if at < len(tokens) and tokens[at].kind is Kind.NUMBER else None


def pass_hour(tokens: Tokens, at: int) -> tuple[int, bool]:
    """Where the words of an hour at `at` end, with or without brackets, and whether any stood."""
    opened = norm_at(tokens, at) == "("
    hour = words.AN_HOUR.starting(tokens, at + opened)
    if hour is None or (opened and norm_at(tokens, hour[0]) != ")"):
        return at, False
    return hour[0] + opened, True


def stated_currency(tokens: Tokens, at: int) -> tuple[int, str] | None:
    """The "in dollars" at `at`: where it ends, and the currency."""
    if norm_at(tokens, at) not in words.IN:
        return None
    found = words.CURRENCIES.starting(tokens, at + 1)
    if found is None or tokens[at + 1].norm in words.DOUBTFUL_CURRENCIES:
        return None
    followed = found[0] < len(tokens) and tokens[found[0]].kind is Kind.NUMBER
    return None if followed else found
