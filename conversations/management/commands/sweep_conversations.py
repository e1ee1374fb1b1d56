"""Close what was received and never answered."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from conversations.durations import duration
from conversations.models import Conversation, IdempotencyKey, RequestCount


class Command(BaseCommand):
    help = "Close as abandoned what was received and never answered; 0s closes all that is open."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--older-than", default="10m", help="such as 30s, 10m, 12h or 2d")

    def handle(self, *args: Any, older_than: str, **options: Any) -> str:
        closed = Conversation.objects.all().sweep(duration(older_than))
        RequestCount.objects.purge()
        IdempotencyKey.objects.purge()
        return f"Closed {closed} conversations that were never answered."
