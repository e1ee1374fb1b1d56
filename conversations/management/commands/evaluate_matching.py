"""Score what visitors are shown, and the search beneath it, against judged queries."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm  # type: ignore[import-untyped]

from conversations import matching
from conversations.chat import wiring
from experts import evaluation
from experts.errors import ExpertsError


class Command(BaseCommand):
    help = (
        "Score the production path against judged queries, overall and by language: how well the "
        "search ranks, whether a right expert is shown, and how often the visitor is asked back."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--queries", type=Path, required=True, metavar="q.jsonl")
        parser.add_argument("--qrels", type=Path, required=True, metavar="q.tsv")
        parser.add_argument(
            "--none", type=Path, metavar="ids.txt", help="ids of queries that nobody answers"
        )
        parser.add_argument("--run", type=Path, metavar="out.tsv", help="write the ranking")
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")

    def handle(self, **options: Any) -> str:
        try:
            table = _scored(options["queries"], options["qrels"], options["none"], options["run"])
        except ExpertsError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            return json.dumps(matching.as_json(table), indent=2)
        return matching.as_text(table)


def _scored(queries: Path, qrels: Path, none: Path | None, run: Path | None) -> matching.Table:
    questions = evaluation.read_questions(queries)
    judgements = evaluation.read_judgements(qrels)
    unanswerable = evaluation.read_ids(none) if none else frozenset[str]()
    assistant = wiring.assistant()
    asked = tqdm(questions, unit="query", desc="Asking")
    answers = [matching.answer(question, assistant) for question in asked]
    if run:
        evaluation.write_run(run, (hit for answer in answers for hit in answer.ranking))
    return matching.score(questions, judgements, unanswerable, answers)
