"""The desk's verdicts as a judged set."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from conversations.leads import verdicts


class Command(BaseCommand):
    help = "Write what the desk thinks of answers as a set that evaluate_matching reads."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--queries", type=Path, required=True, metavar="q.jsonl")
        parser.add_argument("--qrels", type=Path, required=True, metavar="q.tsv")

    def handle(self, *args: Any, queries: Path, qrels: Path, **options: Any) -> str:
        try:
            done = verdicts.write(queries, qrels)
        except OSError as error:
            raise CommandError(f"Cannot be written: {error.strerror}.") from error
        told = f"{done.questions} questions with {done.judgements} judgements."
        if done.left_out:
            told += f" {done.left_out} left out: nobody said yet who would have been right."
        return told
