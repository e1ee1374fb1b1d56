"""Count the days that are over, for the dashboard."""

from typing import Any

from django.core.management.base import BaseCommand

from conversations.leads import days


class Command(BaseCommand):
    help = "Count every day that is over and not counted yet, so that the dashboard has it ready."

    def handle(self, *args: Any, **options: Any) -> str:
        return f"Counted {days.keep_all()} days."
