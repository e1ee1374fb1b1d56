"""Send what waits in the outbox."""

import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from conversations.durations import duration
from conversations.leads import outbox


class Command(BaseCommand):
    help = "Send webhooks and e-mails that are due; goes on until it is stopped, unless --once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="send what is due, then end")
        parser.add_argument("--every", default="5s", help="how often to look, such as 5s or 1m")

    def handle(self, *args: Any, once: bool, every: str, **options: Any) -> str:
        pause = duration(every).total_seconds()
        sent, failed = outbox.deliver()
        stopped = Event()
        if not once:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stopped.set())
        while not once and not stopped.wait(max(0.1, pause)):
            arrived, lost = outbox.deliver()
            sent, failed = sent + arrived, failed + lost
            connection.close()  # none is held while there is nothing to do
        outbox.purge()
        return f"{sent} sent, {failed} failed."
