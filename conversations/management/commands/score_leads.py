"""Score every lead as of now."""

from typing import Any

from django.core.management.base import BaseCommand

from conversations.leads import recomputing
from conversations.models import Lead
from experts.progress import progress_bar


class Command(BaseCommand):
    help = "Score every lead as of now: scores fade, so run it daily or hourly."

    def handle(self, *args: Any, **options: Any) -> str:
        with progress_bar("Scoring leads", Lead.objects.count()) as progress:
            scored = recomputing.score_all(progress)
        return f"Scored {scored} leads."
