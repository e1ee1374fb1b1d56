"""Group what nobody covers, and remember what leads ask for."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from conversations.durations import duration
from conversations.leads import demand, meaning
from conversations.models import Demand, Lead
from experts.errors import ExpertsError


class Command(BaseCommand):
    help = "Group questions that no expert covered by what they mean; run it daily."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", default="90d", help="how far back to look, such as 30d")
        parser.add_argument(
            "--leads", type=int, default=meaning.LOOKED_AT, help="latest leads to remember"
        )

    def handle(self, *args: Any, since: str, leads: int, **options: Any) -> str:
        latest = Lead.objects.filter(merged_into=None).order_by("-last_seen_at", "-id")
        try:
            done = demand.group(duration(since))
            demand.find_nearest(Demand.objects.exclude(status=Demand.Status.CLOSED))
            known = sum(
                meaning.remember(list(latest[start : start + meaning.BATCH]))
                for start in range(0, min(leads, latest.count()), meaning.BATCH)
            )
        except ExpertsError as error:
            raise CommandError(str(error)) from error
        return (
            f"{done.questions} questions that nobody covered: {done.new} new groups, "
            f"{done.reopened} reopened. {known} leads remembered."
        )
