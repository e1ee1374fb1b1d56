"""Judged queries in files, and how well a ranking of experts agrees with them (ir-measures)."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from experts.errors import ExpertsError

# Ours, which are those of the literature, to the library's names.
MEASURES = {
    "nDCG@10": "nDCG@10",
    "P@3": "P@3",
    "S@3": "Success@3",
    "Recall@10": "Recall@10",
    "Recall@50": "Recall@50",
    "MRR": "MRR",
}
ALL = "all"


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    text: str
    lang: str


@dataclass(frozen=True, slots=True)
class RankedExpert:
    """One line of a run."""

    query_id: str
    username: str
    rank: int
    score: float


Judgements = Mapping[str, Mapping[str, int]]  # query id to username to grade, relevant from 1
Table = dict[str, dict[str, float]]  # language, or "all", to measure to mean; "queries" counts


def read_questions(path: Path) -> list[Question]:
    """Errors: ExpertsError, naming the line."""
    questions: list[Question] = []
    for number, line in enumerate(_lines(path), start=1):
        try:
            told = json.loads(line)
            questions.append(
                Question(str(told["id"]), str(told["text"]), str(told.get("lang", "")))
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ExpertsError(
                f'{path}, line {number}: expected {{"id": "q1", "text": "…", "lang": "en"}}.'
            ) from error
    if len({question.id for question in questions}) < len(questions):
        raise ExpertsError(f"{path} has a query id twice.")
    return questions


def read_judgements(path: Path) -> dict[str, dict[str, int]]:
    """Errors: ExpertsError, naming the line."""
    judgements: dict[str, dict[str, int]] = {}
    rows = csv.reader(_lines(path), delimiter="\t", quoting=csv.QUOTE_NONE)
    for number, row in enumerate(rows, start=1):
        try:
            query_id, username, grade = row
            judgements.setdefault(query_id, {})[username] = int(grade)
        except ValueError as error:
            raise ExpertsError(
                f"{path}, line {number}: expected query_id<TAB>username<TAB>grade."
            ) from error
    return judgements


def read_ids(path: Path) -> frozenset[str]:
    """Query ids, one a line. Errors: ExpertsError."""
    return frozenset(line.strip() for line in _lines(path))


def score(
    questions: Sequence[Question], judgements: Judgements, run: Iterable[RankedExpert]
) -> Table:
    """Means by language and over all judged queries; one that found nobody counts as zero.

    Errors: ExpertsError when no question is judged.
    """
    import ir_measures

    judged = {question.id: question for question in questions if question.id in judgements}
    if not judged:
        raise ExpertsError("No question has a judgement: do the query ids of both files agree?")
    measures = {ir_measures.parse_measure(theirs): ours for ours, theirs in MEASURES.items()}
    qrels = [
        ir_measures.Qrel(query_id, username, grade)
        for query_id in judged
        for username, grade in judgements[query_id].items()
    ]
    # The rank stands for the score: the library breaks ties its own way, we have none left.
    scored = [
        ir_measures.ScoredDoc(each.query_id, each.username, -each.rank)
        for each in run
        if each.query_id in judged
    ]
    groups: dict[str, dict[str, dict[str, float]]] = {}
    for metric in ir_measures.iter_calc(list(measures), qrels, scored):
        for group in (judged[metric.query_id].lang or "?", ALL):
            of_group = groups.setdefault(group, {})
            of_group.setdefault(measures[metric.measure], {})[metric.query_id] = metric.value
    return {group: _means(groups[group]) for group in sorted(groups, key=lambda g: (g == ALL, g))}


def write_run(path: Path, run: Iterable[RankedExpert]) -> None:
    """One line an answer: query_id, username, rank, score, with tabs between."""
    lines = (f"{a.query_id}\t{a.username}\t{a.rank}\t{a.score:.6f}\n" for a in run)
    try:
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise ExpertsError(f"{path} cannot be written: {error.strerror}.") from error


def _means(values: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    means: dict[str, float] = {
        name: round(sum(of_query.values()) / len(of_query), 4) for name, of_query in values.items()
    }
    return {"queries": float(max(map(len, values.values())))} | means


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ExpertsError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ExpertsError(f"{path} is not UTF-8.") from error
    return [line for line in text.split("\n") if line.strip()]
