"""The work beside serving: done in its time, by one process, whatever fails."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from filelock import FileLock
from pytest_django import Settings

from conversations.models import Conversation
from matchmaker.management.commands import work
from tests.live.server import Deployment

Done = list[str]


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> Done:
    """What was done, without doing it; `deliver_outbox` fails each time."""
    settings.DATA_DIR, settings.EMAIL_IS_SET = tmp_path, False
    told: Done = []

    def pretend(name: str, *options: str, **_: object) -> None:
        told.append(name)
        if name == "deliver_outbox":
            raise OSError("no network")

    monkeypatch.setattr(work, "call_command", pretend)
    monkeypatch.setattr(work.Command, "apart", lambda self, part: told.append(part.split()[0]))
    return told


def once() -> str:
    out = StringIO()
    call_command("work", "--once", stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    def at(moment: datetime) -> None:
        monkeypatch.setattr("time.time", moment.timestamp)
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    return at


def test_all_is_done_at_first_and_a_restart_repeats_only_what_is_due(done: Done) -> None:
    once()
    assert done == [
        "deliver_outbox", "sweep_conversations", "rebuild_index", "score_leads", "count_days",
        "group_demand",
    ]  # fmt: skip
    done.clear()
    once()
    assert done == ["deliver_outbox"]


def test_each_part_comes_back_in_its_time(done: Done, at: Callable[[datetime], None]) -> None:
    now = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Europe/Brussels"))
    at(now)
    once()
    done.clear()
    at(now + timedelta(minutes=6))
    once()
    assert done == ["deliver_outbox", "sweep_conversations"]
    done.clear()
    at(now + timedelta(minutes=61))
    once()
    assert len(done) == 6


def test_the_digest_is_sent_once_a_day_in_the_morning(
    done: Done, at: Callable[[datetime], None], settings: Settings
) -> None:
    settings.EMAIL_IS_SET = True
    monday = datetime(2026, 11, 23, tzinfo=ZoneInfo("Europe/Brussels"))
    for hours in (6, 7, 15, 30, 31):
        at(monday + timedelta(hours=hours))
        once()
    assert done.count("send_digest") == 2


def test_only_one_process_does_it(done: Done, tmp_path: Path) -> None:
    with FileLock(tmp_path / "work.lock"):
        assert once() == "Another process does this work already."
    assert done == []


def test_what_was_remembered_and_cannot_be_read_is_done_again(done: Done, tmp_path: Path) -> None:
    (tmp_path / "work.json").write_text('["?"]')
    once()
    assert len(done) == 6


@pytest.mark.live
def test_a_real_one_sweeps_and_ends_when_it_is_told_or_alone(tmp_path: Path) -> None:
    product = Deployment(tmp_path / "data")
    product.data.mkdir()
    product.manage("migrate", "--verbosity=0")
    product.manage(
        "shell",
        "-c",
        "from datetime import timedelta; from django.utils import timezone;"
        "from conversations.models import Conversation;"
        "Conversation.objects.receive(email='a@example.com', query='Hello?');"
        "Conversation.objects.update(created_at=timezone.now() - timedelta(hours=1))",
    )
    again = (
        "from conversations.models import Conversation as C; C.objects.update(status='received')"
    )
    command = [sys.executable, "manage.py", "work", "--beside"]
    shell = f"{' '.join(command)} & exec sleep 600"
    above = subprocess.Popen(["bash", "-c", shell], env=product.environ, start_new_session=True)
    asked = "from conversations.models import Conversation as C; print(C.objects.get().status)"
    try:
        wait_until(lambda: Conversation.Status.ABANDONED in product.manage("shell", "-c", asked))
        above.kill()  # what stands above ends, and the work with it
        above.wait()
        wait_until(lambda: "Stopped" in product.manage("work", "--once"))
    finally:
        with suppress(ProcessLookupError):
            os.killpg(above.pid, signal.SIGKILL)
    product.manage("shell", "-c", again)
    (product.data / "work.json").unlink()
    alone = subprocess.Popen(command[:-1], env=product.environ)
    wait_until(lambda: Conversation.Status.ABANDONED in product.manage("shell", "-c", asked))
    assert "Another process" in product.manage("work", "--once")
    alone.terminate()
    assert alone.wait(30) == 0


def wait_until(so: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < deadline
        time.sleep(0.5)
