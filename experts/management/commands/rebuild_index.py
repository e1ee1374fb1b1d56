"""Build the search index beside the served one, and switch to it."""

import sys
from argparse import ArgumentParser
from types import TracebackType
from typing import Any, Self

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm  # type: ignore[import-untyped]

from experts.errors import ExpertsError
from experts.search.indexing import rebuild
from experts.search.rebuilding import Telling

QUIET = 2.0  # seconds that a build may take without a bar when nobody watches a terminal


class Command(BaseCommand):
    requires_system_checks = []  # they would warn of the very index that this builds
    help = "Build the search index beside the served one and switch to it; servers notice it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-needed", action="store_true", help="do nothing when the index is up to date"
        )
        parser.add_argument(
            "--full", action="store_true", help="embed every profile again, changed or not"
        )

    def handle(self, **options: Any) -> str:
        def step(done: int, steps: int) -> None:
            bar.step(done, steps)
            telling.step(done, steps)

        with Bar() as bar:
            try:
                with Telling() as telling:
                    report = str(rebuild(step, options["full"], if_needed=options["if_needed"]))
                    telling.finish(report)
                return report
            except ExpertsError as error:
                raise CommandError(str(error)) from error


class Bar:
    """A progress bar on standard error that appears once the number of steps is known."""

    def __init__(self) -> None:
        self.bar: Any = None

    def step(self, done: int, steps: int) -> None:
        if self.bar is None:
            watched = sys.stderr.isatty()
            self.bar = tqdm(
                total=steps,
                unit="text",
                desc="Indexing",
                delay=0 if watched else QUIET,
                mininterval=0.1 if watched else 5.0,
            )
        self.bar.update(done)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.bar is not None:
            self.bar.close()
