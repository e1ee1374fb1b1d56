"""Import a CSV of experts: one plan, previewed or applied."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from experts.errors import ImportFailed
from experts.importing import Action, Plan, make_plan, read_directory, summary, write_report
from experts.importing.plans import WRITING
from experts.progress import progress_bar


class Command(BaseCommand):
    help = "Import a CSV of experts, whole or not at all. The same file again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV with a header row")
        parser.add_argument("--dry-run", action="store_true", help="show the plan, write nothing")
        parser.add_argument(
            "--deactivate-missing",
            action="store_true",
            help="the file is the whole directory: active experts it lacks are deactivated",
        )
        parser.add_argument(
            "--max-deactivate",
            default="20%",
            metavar="20%",
            help="refuse the import beyond this share (20%%) or number (20) of active experts",
        )
        parser.add_argument("--report", type=Path, help="write every row of the plan to this CSV")

    def handle(self, **options: Any) -> str:
        try:
            return self.run(**options)
        except ImportFailed as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(
                f"The database takes no experts ({error}). Was `python manage.py migrate` run?"
            ) from error

    def run(
        self, *, file: Path, dry_run: bool, report: Path | None, deactivate_missing: bool,
        max_deactivate: str, **_: Any,
    ) -> str:  # fmt: skip
        """The sentence that says what was done and how to go on."""
        if report and report.resolve() == file.resolve():
            raise CommandError("The report would overwrite the file that is imported.")
        directory = read_directory(file)
        with progress_bar("Reading", len(directory.records)) as progress:
            plan = make_plan(
                directory,
                deactivate_missing=deactivate_missing,
                max_deactivate=max_deactivate,
                progress=progress,
            )
        if report:
            write_report(plan, report)
        self.stdout.write(summary(plan))
        if plan.refusal:
            absent = plan.actions[Action.DEACTIVATE]
            raise CommandError(
                f"{plan.refusal} If the file is really complete, allow it with "
                f"--max-deactivate {absent}."
            )
        return self.dry_run(plan) if dry_run else self.apply(plan)

    def dry_run(self, plan: Plan) -> str:
        if not plan.writes:
            return "Nothing would change."
        return "Nothing was written: this was a dry run. Run it again without --dry-run to import."

    def apply(self, plan: Plan) -> str:
        if not plan.writes:
            return "Nothing changed: the directory says all of this already."
        with progress_bar("Writing", len(plan.of(*WRITING))) as progress:
            plan.apply(progress)
        return "Imported. Run `python manage.py rebuild_index` so that the search knows it too."
