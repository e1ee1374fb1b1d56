"""Fit the chances by which answers are decided and tiers told, for the model in use."""

import json
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from experts import calibrating, evaluation
from experts.calibrating import Collecting, Example, Fit
from experts.errors import ExpertsError, IndexUnavailable
from experts.search import wiring
from experts.search.calibration import Calibration
from experts.search.snapshots import Snapshot


class Command(BaseCommand):
    help = (
        "Fit the calibration of the model in use on judged questions over the index served, on "
        "labelled messages, and on examples collected over other directories before."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--queries", type=Path, action="append", default=[], metavar="q.jsonl")
        parser.add_argument("--qrels", type=Path, action="append", default=[], metavar="q.tsv")
        parser.add_argument(
            "--dialogue", type=Path, action="append", default=[], metavar="d.jsonl",
            help="messages with label and reason, written for the directory served",
        )  # fmt: skip
        parser.add_argument(
            "--nobody", type=Path, action="append", default=[], metavar="d.jsonl",
            help="of such a file only the messages that no directory answers",
        )  # fmt: skip
        parser.add_argument("--source", default="here", help="name of what is collected here")
        parser.add_argument(
            "--collect", type=Path, metavar="e.jsonl", help="keep the examples and fit nothing"
        )
        parser.add_argument(
            "--anchor", action="append", default=[], metavar="SOURCE",
            help="a source judged over its whole directory: it says how often experts are right",
        )  # fmt: skip
        parser.add_argument(
            "--examples", type=Path, nargs="*", default=[], metavar="e.jsonl",
            help="examples collected before; each source is measured by a fit without it",
        )  # fmt: skip
        parser.add_argument("--out", type=Path, metavar="c.json", help="where the weights go")
        parser.add_argument("--name", default="", help="the model the weights are for")
        parser.add_argument(
            "--any-model", action="store_true", help="for models that have no weights of their own"
        )

    def handle(self, **options: Any) -> str:
        try:
            examples = _collected(options)
            if options["collect"]:
                calibrating.write(options["collect"], examples)
                return f"{len(examples)} examples are in {options['collect']}."
            examples += [each for path in options["examples"] for each in calibrating.read(path)]
            return _fitted(examples, options)
        except (ExpertsError, OSError, KeyError, ValueError) as error:
            raise CommandError(str(error)) from error


def _collected(options: dict[str, Any]) -> list[Example]:
    files = [*options["queries"], *options["dialogue"], *options["nobody"]]
    if not files:
        return []
    if len(options["queries"]) != len(options["qrels"]):
        raise ExpertsError("Every --queries needs its --qrels.")
    asking = Collecting(_served(), wiring.embedder(), options["source"])
    examples: list[Example] = []
    for queries, qrels in zip(options["queries"], options["qrels"], strict=True):
        judgements = evaluation.read_judgements(qrels)
        examples += asking.judged(evaluation.read_questions(queries), judgements)
    for path in options["dialogue"]:
        examples += asking.labelled(_lines(path))
    for path in options["nobody"]:
        examples += asking.labelled(
            line for line in _lines(path) if line.get("reason") in calibrating.NOTHING
        )
    return examples


def _fitted(examples: list[Example], options: dict[str, Any]) -> str:
    embedder, served = wiring.embedder(), wiring.snapshots().current()
    before = wiring.calibration()
    found, fits = calibrating.fit(
        examples,
        options["name"] or ("neutral" if options["any_model"] else embedder.name),
        "" if options["any_model"] else embedder.question_fingerprint,
        before,
        frozenset(options["anchor"]),
    )
    path: Path = options["out"] or settings.DATA_DIR / "calibrations" / "own.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_text(found), encoding="utf-8")
    wiring.reset()
    lines = [_line(each) for each in fits] or ["Nothing could be fitted: too few examples."]
    return "\n".join([*lines, f"{path} is written. {_applied(served)}"])


def _applied(served: Snapshot | None) -> str:
    """The generation served is weighed anew at once when the weights are those it should have."""
    now = wiring.calibration()
    if served is None or replace(served.calibration, null={}) == now:
        return "The index served stays as it is."
    kept = replace(now, null=served.calibration.null).as_dict()
    wiring.snapshots().generations.calibrate(kept)
    return "The index served uses it."


def _served() -> Snapshot:
    served = wiring.snapshots().current()
    if served is None:
        raise IndexUnavailable(wiring.snapshots().problem)
    return served


def _text(found: Calibration) -> str:
    fields = found.as_dict()
    del fields["null"]  # measured on every generation
    return json.dumps(fields, indent=1) + "\n"


def _line(each: Fit) -> str:
    return (
        f"{each.part:<11} {each.source:<12} {each.examples:>6}  "
        f"AUC {each.auc:.3f}  Brier {each.brier:.3f}  "
        f"right kept {each.kept:.3f}  wrong refused {each.refused:.3f}"
    )


def _lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8-sig") as file:
        return [json.loads(line) for line in file if line.strip()]
