"""A currency asked for without an amount: "paid in dollars"."""

from collections.abc import Iterator

from experts.search.constraints import money_words as words
from experts.search.constraints.model import Constraints, Finding, Span
from experts.search.constraints.money import stated_currency
from experts.search.constraints.people_words import EXPERTS, PLEASE
from experts.search.constraints.tokens import (
    Tokens,
    clause_after,
    clause_before,
    ends_clause,
    holds,
    norm_at,
)

REACH = 8


def find_currencies(tokens: Tokens) -> Iterator[Finding]:
    for at in range(len(tokens)):
        stated = stated_currency(tokens, at)
        if stated is None:
            continue
        end, currency = stated
        start = _start_of_demand(tokens, at, end)
        if start is not None and not _is_own_affair(tokens, at, end):
            span = Span(tokens[start].start, tokens[end - 1].end, "currency")
            yield Finding(span, Constraints(currency=currency))


def _start_of_demand(tokens: Tokens, at: int, end: int) -> int | None:
    paying = words.PAYING.ending(tokens, at)
    if paying:
        return paying[0]
    closed = ends_clause(tokens, end) or norm_at(tokens, end) in PLEASE
    opened = ends_clause(tokens, at - 1) or norm_at(tokens, at - 1) in EXPERTS
    return at if opened and closed else None


def _is_own_affair(tokens: Tokens, at: int, end: int) -> bool:
    # An expert named between keeps them apart: "my clients need a coach paid in dollars".
    start = clause_before(tokens, at, REACH)
    start = max((i for i in range(start, at) if tokens[i].norm in EXPERTS), default=start)
    return holds(words.OWN_AFFAIRS, tokens, start, clause_after(tokens, end, 4))
