"""The text read to its end: what the readers find, what is left, and where it stood."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from experts.search.constraints.budgets import find_budgets
from experts.search.constraints.currencies import find_currencies
from experts.search.constraints.languages import find_languages
from experts.search.constraints.model import Constraints, Finding, Reading, Span
from experts.search.constraints.places import find_places
from experts.search.constraints.tokens import Tokens, tokenise

Finder = Callable[[Tokens], Iterator[Finding]]
FINDERS: tuple[Finder, ...] = (find_budgets, find_currencies, find_languages, find_places)

MAX_PASSES = 5
LEFTOVERS = re.compile(
    r"(?<=[.!?])[ \t]+[.,;:](?=\s|$)|[ \t]+(?=[ \t,.;:!?)])|(?<=\()[ \t]+|,(?=[ \t]?[,.;!?])"
)
EMPTY_BRACKETS = re.compile(r"\(\)")
EDGES = " \t\n,;:-–"


def read_constraints(text: str) -> Reading:
    """What the words demand, and the text without those words. Never raises; no state, no I/O.

    The text left is read again until nothing more is found in it, so that reading `Reading.text`
    finds nothing. A text that keeps revealing demands is no visitor's sentence: it is left whole.
    """
    left = _Left(text, range(len(text)))
    found: list[Finding] = []
    for _ in range(MAX_PASSES):
        more = _findings(left.text)
        if not more:
            found.sort(key=lambda finding: finding.span)
            return Reading(_settled(found), left.text, _joined(found))
        found += [left.placed(finding) for finding in more]
        left = left.without([finding.span for finding in more])
    return Reading(Constraints(), text)


def _findings(text: str) -> list[Finding]:
    tokens = tokenise(text)
    found = [finding for find in FINDERS for finding in find(tokens)]
    return sorted(found, key=lambda finding: finding.span)


class _Left:
    """Text left over, with the place of each character in the original."""

    def __init__(self, text: str, places: Sequence[int]) -> None:
        self.text = text
        self.places = places

    def placed(self, finding: Finding) -> Finding:
        span = finding.span
        start, end = self.places[span.start], self.places[span.end - 1] + 1
        return replace(finding, span=Span(start, end, span.kind))

    def without(self, spans: list[Span]) -> "_Left":
        pieces: list[str] = []
        places: list[int] = []
        end = 0
        for span in spans:
            if span.start >= end:
                # A space in its place, lest the words on both sides become one.
                pieces += [self.text[end : span.start], " "]
                places += [*self.places[end : span.start], self.places[span.start]]
            end = max(end, span.end)
        cut = _Left("".join([*pieces, self.text[end:]]), [*places, *self.places[end:]])
        return cut.dropping(LEFTOVERS).dropping(EMPTY_BRACKETS).dropping(LEFTOVERS).trimmed()

    def dropping(self, unwanted: re.Pattern[str]) -> "_Left":
        pieces: list[str] = []
        places: list[int] = []
        end = 0
        for match in unwanted.finditer(self.text):
            pieces.append(self.text[end : match.start()])
            places += self.places[end : match.start()]
            end = match.end()
        return _Left("".join([*pieces, self.text[end:]]), [*places, *self.places[end:]])

    def trimmed(self) -> "_Left":
        start = len(self.text) - len(self.text.lstrip(EDGES + ".!"))
        end = max(start, len(self.text.rstrip(EDGES)))
        return _Left(self.text[start:end], self.places[start:end])


def _settled(found: list[Finding]) -> Constraints:
    """One set of demands: later budgets and places win, currencies are never mixed, languages add
    up."""
    low = high = currency = None
    for budget in (finding.constraints for finding in found if finding.span.kind == "budget"):
        if currency and budget.currency and budget.currency != currency:
            low = high = None
        low = low if budget.min_hourly_rate is None else budget.min_hourly_rate
        high = high if budget.max_hourly_rate is None else budget.max_hourly_rate
        currency = budget.currency or currency
    if low is not None and high is not None and low > high:
        low, high = high, low
    if currency is None:
        stated = [each.constraints for each in found if each.span.kind == "currency"]
        currency = stated[-1].currency if stated else None
    languages = frozenset[str]().union(*(finding.constraints.languages for finding in found))
    places = [finding.constraints.place for finding in found if finding.span.kind == "place"]
    return Constraints(low, high, currency, languages, places[-1] if places else None)


def _joined(found: list[Finding]) -> tuple[Span, ...]:
    """The spans in order, none overlapping the next."""
    spans: list[Span] = []
    for span in sorted(finding.span for finding in found):
        last = spans[-1] if spans else None
        if last and span.start < last.end:
            spans[-1] = replace(last, end=max(last.end, span.end))
        else:
            spans.append(span)
    return tuple(spans)
