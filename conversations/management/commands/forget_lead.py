"""Forget a person."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from conversations.leads import privacy


class Command(BaseCommand):
    help = "Delete a lead with every message, answer, vote and click of theirs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> str:
        rows = privacy.forget(email)
        if not rows:
            raise CommandError("Nothing is known of this address.")
        return f"Deleted {rows} rows; nothing is left of this address."
