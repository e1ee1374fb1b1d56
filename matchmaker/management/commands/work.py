"""What has to be done beside serving, so that nobody needs to set up a timer."""

import json
import logging
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import datetime
from io import StringIO
from pathlib import Path
from threading import Event
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections
from django.utils import timezone
from filelock import FileLock, Timeout

logger = logging.getLogger(__name__)
LOOK = 1.0  # seconds between two looks at what is due
PATIENCE = 15.0
MINUTE, HOUR, DAY = 60, 3600, 86400
# A command → how often it runs, in seconds.
PARTS = {
    "deliver_outbox --once": 5,
    "sweep_conversations": 5 * MINUTE,
    "rebuild_index --if-needed": 10 * MINUTE,
    "score_leads": HOUR,
    "count_days": HOUR,
    "group_demand": HOUR,
    "send_digest": DAY,
}
APART = {"rebuild_index --if-needed", "group_demand"}  # load a model: their memory is given back
DIGEST_FROM = 7  # o'clock


class Command(BaseCommand):
    help = "Do what is due beside serving, over and over, until it is stopped; only one does."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due, then end")
        parser.add_argument("--beside", action="store_true", help="end with the process above")

    def handle(self, *args: Any, once: bool, beside: bool, **options: Any) -> str:
        self.stopped = Event()
        if not once:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: self.stopped.set())
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(settings.DATA_DIR / "work.lock", timeout=0):
                self.work(once, os.getppid() if beside else 0)
        except Timeout:
            return "Another process does this work already."
        return "Stopped."

    def work(self, once: bool, parent: int) -> None:
        """Round after round; `parent` is the process to end with, if any."""
        if parent:  # the server loads its models first
            self.stopped.wait(PATIENCE)
        memory = Memory(settings.DATA_DIR / "work.json")
        while not self.stopped.is_set():
            for part in memory.due():
                memory.begun(part)
                self.do(part)
                if self.stopped.is_set():
                    return
            connections.close_all()  # none is held while there is nothing to do
            if once or (parent and os.getppid() != parent):
                return
            self.stopped.wait(LOOK)

    def do(self, part: str) -> None:
        """One part; what it fails at is its next turn's business."""
        try:
            if part in APART:
                self.apart(part)
            else:
                call_command(*part.split(), stdout=StringIO(), stderr=StringIO())
        except Exception as error:  # noqa: BLE001 - no part may stop the others
            # Without the error's words: they may be somebody's.
            logger.error("%s failed: %s", part, type(error).__name__)

    def apart(self, part: str) -> None:
        """In a process of its own, which ends when this one is stopped."""
        process = subprocess.Popen(
            [sys.executable, "manage.py", *part.split()],
            cwd=settings.BASE_DIR,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while process.poll() is None:
            if self.stopped.wait(0.2):
                process.terminate()
                process.wait()
        if process.returncode and not self.stopped.is_set():
            logger.error("%s failed: it ended with %s", part, process.returncode)


class Memory:
    """When each part last began, in a file, so that a restart repeats nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.began: dict[str, float] = {}
        with suppress(OSError, ValueError, TypeError, AttributeError):
            told = json.loads(path.read_text(encoding="utf-8"))
            self.began = {part: float(moment) for part, moment in told.items()}

    def due(self) -> list[str]:
        return [part for part in PARTS if self.is_due(part)]

    def is_due(self, part: str) -> bool:
        now, last = time.time(), self.began.get(part, 0.0)
        if part == "send_digest":
            if not settings.EMAIL_IS_SET:
                return False
            day = timezone.localtime()
            before = timezone.localtime(datetime.fromtimestamp(last, tz=day.tzinfo))
            return day.hour >= DIGEST_FROM and before.date() < day.date()
        return not 0 <= now - last < PARTS[part]  # nor after the clock was set back

    def begun(self, part: str) -> None:
        self.began[part] = time.time()
        if PARTS[part] >= MINUTE:
            kept = {one: when for one, when in self.began.items() if PARTS.get(one, 0) >= MINUTE}
            self.path.write_text(json.dumps(kept), encoding="utf-8")
