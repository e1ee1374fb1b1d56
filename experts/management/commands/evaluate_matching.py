"""Score the production search against judged questions."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm  # type: ignore[import-untyped]

from experts import evaluation
from experts.errors import ExpertsError
from experts.search import wiring


class Command(BaseCommand):
    help = "Score the search as visitors get it against judged questions, by language."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--queries", type=Path, required=True, metavar="q.jsonl")
        parser.add_argument("--qrels", type=Path, required=True, metavar="q.tsv")
        parser.add_argument("--run", type=Path, metavar="out.tsv", help="write what was found")
        parser.add_argument("--json", action="store_true", help="print JSON in place of a table")

    def handle(self, **options: Any) -> str:
        try:
            return evaluate(options["queries"], options["qrels"], options["run"], options["json"])
        except ExpertsError as error:
            raise CommandError(str(error)) from error


def evaluate(queries: Path, qrels: Path, run_file: Path | None, as_json: bool) -> str:
    questions = evaluation.read_questions(queries)
    judgements = evaluation.read_judgements(qrels)
    with tqdm(questions, unit="query", desc="Asking") as bar:
        run = evaluation.answer(questions, wiring.retriever(), bar.update)
    if run_file:
        evaluation.write_run(run_file, run)
    table = evaluation.score(questions, judgements, run)
    return json.dumps(table, indent=2) if as_json else evaluation.as_text(table)
