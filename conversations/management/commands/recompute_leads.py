"""Count everything that is stored of leads again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from conversations.leads import recomputing
from experts.progress import progress_bar


class Command(BaseCommand):
    help = "Count figures, search words and scores of all leads again from their exchanges."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-needed", action="store_true", help="only leads that were never counted"
        )

    def handle(self, *args: Any, if_needed: bool, **options: Any) -> str:
        wanted = recomputing.to_count(if_needed).count()
        with progress_bar("Counting leads", wanted) as progress:
            leads, exchanges = recomputing.recompute(only_uncounted=if_needed, progress=progress)
        return f"Counted {leads} leads with {exchanges} exchanges."
