"""Forget what is old."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from conversations.durations import duration
from conversations.leads import privacy
from conversations.models import Erasure


class Command(BaseCommand):
    help = "Delete conversations of that age, and leads of whom nothing is left."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--older-than", required=True, help="such as 365d")

    def handle(self, *args: Any, older_than: str, **options: Any) -> str:
        gone = privacy.purge(duration(older_than))
        counts = {"conversations": gone.conversations, "leads": gone.leads, "others": gone.others}
        Erasure.objects.create(kind=Erasure.Kind.PURGE, report={"deleted": counts})
        return (
            f"Deleted {gone.conversations} conversations, {gone.leads} leads of whom nothing is "
            f"left, and {gone.others} other rows."
        )
