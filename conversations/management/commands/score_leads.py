"""Score every lead as of now."""

from typing import Any

from django.core.management.base import BaseCommand

from conversations.leads import recomputing


class Command(BaseCommand):
    help = "Score every lead as of now: scores fade, so run it daily or hourly."

    def handle(self, *args: Any, **options: Any) -> str:
        return f"Scored {recomputing.score_all()} leads."
