"""Somebody cheaper who does the same work: who only asks less is no answer."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from conversations.chat.dialogue import Shown
from conversations.chat.protocols import Finder
from conversations.chat.standalone import CENT, Question
from experts.search.constraints import Constraints
from experts.search.retrieval import Retrieval

CLOSE = 0.5  # of the chance of the first one shown: whoever has less does other work
PRICE = "max_hourly_rate"


def find_cheaper(
    finder: Finder, question: Question, firm: Constraints, limit: int, message: str
) -> Retrieval:
    """Who asks less than everybody shown; else less than the first of them; else, saying so, those
    shown, the cheapest first. Errors: ExpertsError."""
    shown = question.cheaper_than
    known = finder.about(question.text, [one.username for one in shown])
    least = CLOSE * known.candidates[0].relevance if known.candidates else 0.0
    names = {one.username for one in shown}
    for rate in _limits(shown):
        demands = question.wishes.overridden_by(_below(rate, shown)).overridden_by(firm)
        found = finder.retrieve(
            question.text, demands, limit, question.excluded, firm=firm, message=message
        )
        if PRICE in found.relaxed:
            continue
        close = tuple(
            one
            for one in found.candidates
            if one.relevance >= least or one.expert.username in names
        )
        if close:
            return replace(found, candidates=close)
    if not known.candidates:
        return found
    still = sorted(known.candidates, key=lambda one: one.expert.hourly_rate or Decimal(0))
    demands = question.wishes.overridden_by(firm)
    return replace(known, candidates=tuple(still), constraints=demands, relaxed=(PRICE,))


def _limits(shown: Sequence[Shown]) -> Iterator[Decimal]:
    rates = [one.hourly_rate for one in shown if one.hourly_rate is not None]
    yield from dict.fromkeys((min(rates), rates[0]))


def _below(rate: Decimal, shown: Sequence[Shown]) -> Constraints:
    currency = next((one.currency for one in shown if one.hourly_rate == rate), "")
    return Constraints(max_hourly_rate=rate - CENT, currency=currency or None)
