"""What a visitor is shown for judged queries, over the whole path but the language model.

A query is understood, retrieved, decided and cut to one to three experts as in production. The
offline composer decides who is shown; a language model only writes.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from conversations.chat.assistant import Assistant
from conversations.models import Conversation
from experts import evaluation
from experts.evaluation import ALL, Judgements, Question, RankedExpert

DEPTH = 100  # experts ranked for each query
TIERS = ("strong", "good", "possible")
SHOWN = ("shown", "shown_first", "asked_back", "none_asked_back")

Table = dict[str, dict[str, Any]]  # language, or "all", to measure to its value


@dataclass(frozen=True, slots=True)
class Answer:
    """One query's ranking, and the experts shown of it with their tiers; none when asked back."""

    question: Question
    ranking: tuple[RankedExpert, ...]
    shown: tuple[tuple[str, str], ...]  # username and tier, in the order shown

    @property
    def asked_back(self) -> bool:
        return not self.shown


def answer(question: Question, assistant: Assistant) -> Answer:
    """The answer a visitor without filters gets to this query as a first message."""
    turn = assistant.understand(Conversation(query=question.text.strip()), limit=DEPTH)
    ranking = tuple(
        RankedExpert(question.id, candidate.expert.username, rank, candidate.score)
        for rank, candidate in enumerate(turn.retrieval.candidates, start=1)
    )
    picks = assistant.offline.compose(turn).picks
    return Answer(question, ranking, tuple((pick.expert.username, pick.tier) for pick in picks))


def score(
    questions: Sequence[Question],
    judgements: Judgements,
    unanswerable: Collection[str],
    answers: Iterable[Answer],
) -> Table:
    """Ranking measures and what is shown, by language and over all.

    `shown` and `shown_first` are shares of the judged queries with a right expert among those shown
    and in the first place; `asked_back` is the share of them that is answered by a question alone;
    `none_asked_back` the same over the `unanswerable` ids. `precision_by_tier` is the share of the
    experts shown in a tier who are right. A measure over nothing is None.

    Raises:
        ExpertsError: No query is judged.
    """
    answers = list(answers)
    ranking = (hit for each in answers for hit in each.ranking)
    table: Table = {
        group: dict(means)
        for group, means in evaluation.score(questions, judgements, ranking).items()
    }
    groups: dict[str, list[Answer]] = defaultdict(list)
    for each in answers:
        if each.question.id in judgements or each.question.id in unanswerable:
            groups[ALL].append(each)
            groups[each.question.lang or "?"].append(each)
    for group, some in groups.items():
        table.setdefault(group, {"queries": 0.0}).update(_shown(some, judgements, unanswerable))
    return {group: table[group] for group in sorted(table, key=lambda group: (group == ALL, group))}


def _shown(
    answers: Iterable[Answer], judgements: Judgements, unanswerable: Collection[str]
) -> dict[str, Any]:
    answers = list(answers)
    right: list[list[bool]] = []
    by_tier: dict[str, list[bool]] = defaultdict(list)
    for each in answers:
        if (grades := judgements.get(each.question.id)) is not None:
            right.append([grades.get(username, 0) > 0 for username, _ in each.shown])
            for (_, tier), is_right in zip(each.shown, right[-1], strict=True):
                by_tier[tier].append(is_right)
    none = [each.asked_back for each in answers if each.question.id in unanswerable]
    return {
        "shown": _mean([any(some) for some in right]),
        "shown_first": _mean([some[:1] == [True] for some in right]),
        "asked_back": _mean([not some for some in right]),
        "precision_by_tier": {tier: _mean(by_tier[tier]) for tier in TIERS},
        "none_asked_back": _mean(none),
    }


def _mean(some: Sequence[bool]) -> float | None:
    return round(fmean(some), 4) if some else None


def as_json(table: Table) -> dict[str, Any]:
    """All queries at the top level, each language under `by_language`."""
    return table[ALL] | {
        "by_language": {group: row for group, row in table.items() if group != ALL}
    }


def as_text(table: Table) -> str:
    """One line a language; what is shown first, then the tiers, then the ranking."""
    names = [*SHOWN, *TIERS, *evaluation.MEASURES]
    head = f"{'':<6}{'queries':>8}" + "".join(f"{_short(name):>11}" for name in names)
    return "\n".join([head, *(_line(group, row, names) for group, row in table.items())])


def _short(name: str) -> str:
    return {"none_asked_back": "none asked"}.get(name, name.replace("_", " "))


def _line(group: str, row: dict[str, Any], names: Sequence[str]) -> str:
    flat = row | row["precision_by_tier"]
    cells = (flat.get(name) for name in names)
    figures = "".join(f"{'-' if cell is None else format(cell, '.3f'):>11}" for cell in cells)
    return f"{group:<6}{int(row['queries']):>8}{figures}"
