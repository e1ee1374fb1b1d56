"""Tell colleagues of leads that wait for a first word."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from conversations.durations import duration
from conversations.leads import alerts


class Command(BaseCommand):
    help = "Put an e-mail about untouched leads into the outbox for each colleague; run it daily."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--untouched-for", default="1d", help="such as 12h or 2d")

    def handle(self, *args: Any, untouched_for: str, **options: Any) -> str:
        if not settings.EMAIL_IS_SET:
            raise CommandError("EMAIL_URL is not set: there is no way to send e-mails.")
        with transaction.atomic():
            count = alerts.digest(duration(untouched_for))
        return f"{count} digests wait in the outbox; deliver_outbox sends them."
