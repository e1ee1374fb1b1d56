"""Train the dialogue act classifier for the embedding model in use."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from conversations.chat import wiring
from conversations.chat.acts import training
from conversations.chat.acts.scoring import ActScores, score_acts
from conversations.errors import ConversationsError
from experts.errors import ExpertsError
from experts.search.wiring import embedder

DATA = settings.BASE_DIR / "data" / "dialogue_acts.jsonl"


class Command(BaseCommand):
    help = (
        "Train the classifier that tells what a message does (thanks, choice, question about an "
        "expert, …) for the embedding model in use, and print how it does on lines it has not seen."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "files", nargs="*", type=Path, default=[DATA], metavar="FILE",
            help=f"JSON lines with text, before and acts (default: {DATA.name})",
        )  # fmt: skip
        parser.add_argument(
            "--out", type=Path, metavar="w.npz", help="default: DATA_DIR/acts/own.npz"
        )
        parser.add_argument(
            "--measure", action="store_true", help="only print the scores and write nothing"
        )

    def handle(self, files: list[Path], out: Path | None, measure: bool, **options: Any) -> str:
        try:
            lines = [line for file in files for line in training.read(file)]
            sources = {file.name: training.sha256(file) for file in files}
            found = training.train(lines, embedder(), sources, self.stderr.write)
        except (OSError, ConversationsError, ExpertsError) as error:
            raise CommandError(str(error)) from error
        told = "\n".join(_scores(found))
        if measure:
            return told
        path = out or settings.DATA_DIR / "acts" / "own.npz"
        found.weights.save(path)
        wiring.act_classifier.cache_clear()
        return f"{told}\n{path} is written."


def _scores(found: training.Training) -> Iterator[str]:
    """By file and by its languages, then by act."""
    groups: dict[str, list[int]] = defaultdict(list)
    for row, line in enumerate(found.lines):
        groups[line.source].append(row)
        if line.language:
            groups[f"{line.source} {line.language}"].append(row)
    scores = {name: _score(found, rows) for name, rows in groups.items()}
    for name, one in scores.items():
        yield f"{name:<28} {one.lines:>6}  macro F1 {one.macro_f1:.3f}  exact {one.exact:.3f}"
    whole = [name for name in scores if " " not in name]
    yield f"{'F1 by act':<28} " + "  ".join(whole)
    for act in found.weights.acts:
        values = (scores[name].f1.get(act) for name in whole)
        yield f"{act:<28} " + "  ".join("-" if one is None else f"{one:.3f}" for one in values)


def _score(found: training.Training, rows: list[int]) -> ActScores:
    return score_acts(
        [found.lines[row].acts for row in rows], [found.predicted[row] for row in rows]
    )
