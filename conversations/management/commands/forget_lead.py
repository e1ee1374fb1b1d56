"""Forget a person."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from conversations.leads import privacy
from conversations.models import Erasure


class Command(BaseCommand):
    help = "Delete a lead with all that is stored of them; report what that was, table by table."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> str:
        report = privacy.forget(email)
        if not report:
            raise CommandError("Nothing is known of this address.")
        Erasure.objects.create(kind=Erasure.Kind.FORGET, report=report.stored())
        return f"Nothing is left of this address: {report}."
