"""Budgets: which amounts of a message are what an hour of the expert may cost."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from experts.search.constraints import money_words as words
from experts.search.constraints.model import Constraints, Finding, Span
from experts.search.constraints.money import (
    Money,
    money_at,
    number_from,
    pass_hour,
    range_at,
    stated_currency,
)
from experts.search.constraints.money_words import Cue
from experts.search.constraints.people_words import EXPERTS
from experts.search.constraints.tokens import (
    Kind,
    Phrases,
    Tokens,
    clause_after,
    clause_before,
    ends_clause,
    holds,
    norm_at,
)

PLAUSIBLE_HOUR = (Decimal(1), Decimal(5000))
PLAUSIBLE_UNSAID_HOUR = (Decimal(5), Decimal(500))
PLAUSIBLE_BUDGET = (Decimal(5), Decimal(200))
ABOUT_SLACK = Decimal("1.2")
REACH = 8  # how far words look for what they belong to

DIRECTIONS = (Cue.MAX, Cue.MIN, Cue.MORE, Cue.LESS)
CLEAR = {Cue.MAX, Cue.MIN, Cue.LESS, Cue.BETWEEN, Cue.BUDGET, Cue.RATE}


@dataclass(frozen=True, slots=True)
class Statement:
    """An amount with the cues around it, in tokens `start` to `end`."""

    money: Money
    cues: tuple[Cue, ...]
    start: int
    end: int

    @property
    def direction(self) -> Cue | None:
        return next((cue for cue in self.cues if cue in DIRECTIONS), None)

    @property
    def hourly(self) -> bool:
        return self.money.hourly or Cue.HOURLY in self.cues


def find_budgets(tokens: Tokens) -> Iterator[Finding]:
    at = done = 0
    while at < len(tokens):
        statement = _statement_at(tokens, at, done) if tokens[at].kind is Kind.NUMBER else None
        pair = _pair_from(tokens, statement) if statement else None
        read = pair or ([statement] if statement else [])
        if read and all(_is_budget(tokens, each) for each in read):
            yield _finding(tokens, read)
            at = done = read[-1].end
        else:
            at += 1


def _statement_at(tokens: Tokens, at: int, done: int) -> Statement | None:
    """The statement around the number at `at`; tokens before `done` are another's."""
    first = money_at(tokens, at)
    if first is None or first.start < done:
        return None
    start, cues = _cues_before(tokens, first.start, done)
    joining = words.BETWEEN_AND if Cue.BETWEEN in cues else words.TO
    money = range_at(tokens, first, joining) or first
    return _with_what_follows(tokens, Statement(money, cues, start, money.end))


def _cues_before(tokens: Tokens, at: int, done: int) -> tuple[int, tuple[Cue, ...]]:
    """The cues that lead up to `at`, nearest first, and where their words begin."""
    start, cues, here = at, list[Cue](), at
    for _ in range(REACH):
        hit = words.BEFORE_AMOUNT.ending(tokens, here)
        if hit is None or hit[0] < done or _is_of_earlier_amount(tokens, *hit):
            break
        here, cue = hit
        if cue is not Cue.FILLER:
            start = here
            cues.append(_unless_denied(tokens, here, cue))
    return max(done, _with_small_words(tokens, start)), tuple(cues)


def _is_of_earlier_amount(tokens: Tokens, at: int, cue: Cue) -> bool:
    """Whether a "per hour" belongs to the amount it follows."""
    before = tokens[at - 1] if at else None
    counted = before is not None and (before.kind in {Kind.NUMBER, Kind.SYMBOL})
    return cue is Cue.HOURLY and (counted or words.CURRENCIES.ending(tokens, at) is not None)


def _unless_denied(tokens: Tokens, at: int, cue: Cue) -> Cue:
    if cue is not Cue.MORE:
        return cue
    before = tokens[clause_before(tokens, at, REACH) : at]
    return Cue.MAX if any(token.norm in words.DENIALS for token in before) else cue


def _with_small_words(tokens: Tokens, start: int) -> int:
    """`start` moved back over the "for a" that would be left dangling."""
    for _ in range(3):
        hit = words.BEFORE_AMOUNT.ending(tokens, start)
        if hit is None or hit[1] is not Cue.FILLER or tokens[hit[0]].kind is not Kind.WORD:
            break
        start = hit[0]
    return start


def _with_what_follows(tokens: Tokens, statement: Statement) -> Statement:
    money, cues, end = statement.money, statement.cues, statement.end
    for _ in range(5):
        after, hour = pass_hour(tokens, end)
        in_currency = stated_currency(tokens, end)
        cue = words.AFTER_AMOUNT.starting(tokens, end)
        if hour:
            money, end = replace(money, hourly=True), after
        elif in_currency and money.currency in {None, in_currency[1]}:
            end = in_currency[0]
            money = replace(money, currency=in_currency[1])
        elif cue and not _leads_to_amount(tokens, end):
            end = cue[0]
            cues += () if cue[1] is Cue.FILLER else (cue[1],)
        else:
            break
    return Statement(money, cues, statement.start, end)


def _leads_to_amount(tokens: Tokens, at: int) -> bool:
    """Whether the words at `at` bound an amount that is yet to come: "… 50 max 80"."""
    for _ in range(3):
        hit = words.BEFORE_AMOUNT.starting(tokens, at)
        if hit is None or norm_at(tokens, at) == ",":
            break
        at = hit[0]
    return number_from(tokens, at) is not None


def _pair_from(tokens: Tokens, first: Statement) -> list[Statement] | None:
    """Two bounds in one breath, "min 50 and max 80 euro": the first borrows from the second."""
    if first.direction is None or first.money.ranged:
        return None
    joint = words.AND.starting(tokens, first.end)
    after = joint[0] if joint else first.end
    ahead = range(after, clause_after(tokens, after, 6))
    number = next((at for at in ahead if tokens[at].kind is Kind.NUMBER), None)
    second = _statement_at(tokens, number, first.end) if number is not None else None
    if second is None or second.direction is None or second.start > after:
        return None
    if first.direction == second.direction:
        return None
    if first.money.currency not in {None, second.money.currency}:
        return None
    borrowed = replace(
        first.money, currency=second.money.currency, hourly=first.hourly or second.hourly
    )
    return [replace(first, money=borrowed), second]


def _is_budget(tokens: Tokens, said: Statement) -> bool:
    money = said.money
    if (Cue.BETWEEN in said.cues and not money.ranged) or _is_own_money(tokens, said):
        return False
    if said.hourly:
        if _belongs_to(words.HOURLY_SUBJECTS, tokens, said):
            return False
        return _is_money(tokens, said) and _within(money, PLAUSIBLE_HOUR)
    if money.currency is None or money.doubtful or not _is_clear(tokens, said):
        return False
    plausible = PLAUSIBLE_BUDGET if Cue.BUDGET in said.cues else PLAUSIBLE_UNSAID_HOUR
    return _within(money, plausible) and not _is_of_another_thing(tokens, said)


def _is_money(tokens: Tokens, said: Statement) -> bool:
    """Whether what is said of an hour is money: 90 in "max 90/h", not in "90 calls an hour"."""
    if said.money.currency:
        return True
    if said.money.hourly:
        return bool(said.direction or said.money.ranged or Cue.HOURLY in said.cues)
    after = norm_at(tokens, said.end)
    return ends_clause(tokens, said.end) or after in words.MAY_FOLLOW_NUMBER


def _within(money: Money, bounds: tuple[Decimal, Decimal]) -> bool:
    return bounds[0] <= money.low and money.high <= bounds[1]


def _is_clear(tokens: Tokens, said: Statement) -> bool:
    if Cue.ABOUT in said.cues:
        return False
    if CLEAR & set(said.cues):
        return True
    alone = ends_clause(tokens, said.start - 1) and ends_clause(tokens, said.end)
    return said.money.ranged and alone


def _is_own_money(tokens: Tokens, said: Statement) -> bool:
    start = clause_before(tokens, said.start, REACH)
    if holds(words.OWN_MONEY, tokens, start, clause_after(tokens, said.end, 3)):
        return True
    if words.JUDGEMENTS.starting(tokens, said.end):
        return True
    # "My cleaner is at 15 euro an hour" tells, "max 15 euro an hour" asks.
    told = not said.cues and not said.money.ranged
    mine = norm_at(tokens, start) in words.POSSESSIVES and ends_clause(tokens, start - 1)
    return told and mine and start < said.start


def _is_of_another_thing(tokens: Tokens, said: Statement) -> bool:
    if words.OTHER_UNITS.starting(tokens, said.end):
        return True
    rest = clause_after(tokens, said.end, REACH)
    if holds(words.WHOLE_JOBS, tokens, said.end, rest):
        return True
    if holds(words.SUBJECTS, tokens, said.end, min(rest, said.end + 2)):
        return True
    return any(_belongs_to(table, tokens, said) for table in (words.SUBJECTS, words.WHOLE_JOBS))


def _belongs_to(table: Phrases[bool], tokens: Tokens, said: Statement) -> bool:
    """Whether, going back from the amount, such a word is met before any expert."""
    if holds(table, tokens, said.start, said.money.start):
        return True
    for end in range(said.start, clause_before(tokens, said.start, REACH), -1):
        if tokens[end - 1].norm in EXPERTS:
            return False
        if table.ending(tokens, end):
            return True
    return False


def _finding(tokens: Tokens, read: list[Statement]) -> Finding:
    low: Decimal | None = None
    high: Decimal | None = None
    for said in read:
        if said.money.ranged:
            low, high = said.money.low, said.money.high
        elif said.direction in {Cue.MIN, Cue.MORE}:
            low = said.money.low
        else:
            about = Cue.ABOUT in said.cues and not {Cue.BUDGET, *DIRECTIONS} & set(said.cues)
            high = said.money.high * (ABOUT_SLACK if about else 1)
    span = Span(tokens[read[0].start].start, tokens[read[-1].end - 1].end, "budget")
    return Finding(span, Constraints(low, high, read[-1].money.currency))
