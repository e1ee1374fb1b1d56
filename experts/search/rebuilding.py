"""A rebuild that nobody waits for: it runs in a process of its own and tells how far it is.

What it tells lies in a file beside the index, so that every worker, and the next one after a
restart, says the same. A lock that the system frees with the process tells a running rebuild from
one that died.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from time import monotonic
from types import TracebackType
from typing import Self

from django.conf import settings
from filelock import FileLock, Timeout

from experts.errors import ExpertsError, RebuildInProgress

PATIENCE = timedelta(minutes=2)  # for a process that was started and has not said anything yet
OFTEN = 0.5  # seconds between two tellings
ENDED = "The rebuild ended before it was done; the generation before stays in service."


@dataclass(frozen=True, slots=True)
class Status:
    """How the last rebuild stands: never, starting, running, done, failed or interrupted."""

    state: str = "never"
    done: int = 0
    steps: int = 0
    message: str = ""
    started_at: str = ""
    finished_at: str = ""
    pid: int = 0

    @property
    def is_running(self) -> bool:
        return self.state in ("starting", "running")


class Telling:
    """Around a rebuild: tells its steps and its end. Another one under way keeps its word."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(settings.INDEX_DIR)
        self.lock = FileLock(_lock(self.folder), timeout=0)
        self.status = Status("running", started_at=_now(), pid=os.getpid())
        self.told = 0.0
        self.speaks = False

    def step(self, done: int, steps: int) -> None:
        self.status = replace(self.status, done=self.status.done + done, steps=steps)
        if monotonic() - self.told > OFTEN:
            self._tell()

    def finish(self, message: str) -> None:
        self.status = replace(self.status, state="done", message=message)

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self.lock.acquire()
        except Timeout:
            return self
        self.speaks = True
        self._tell()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            said = str(error) if isinstance(error, ExpertsError) else f"{ENDED} ({kind.__name__})"  # type: ignore[union-attr]
            self.status = replace(self.status, state="failed", message=said)
        self.status = replace(self.status, finished_at=_now())
        self._tell()
        self.lock.release()

    def _tell(self) -> None:
        self.told = monotonic()
        if self.speaks:
            _write(self.folder, self.status)


def status() -> Status:
    """How the last rebuild stands, whoever started it."""
    folder = Path(settings.INDEX_DIR)
    try:
        told = Status(**json.loads(_file(folder).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return Status()
    if told.is_running and not _is_alive(folder, told):
        # It may have finished between the two looks.
        again = Status(**json.loads(_file(folder).read_text(encoding="utf-8")))
        if again.is_running:
            return replace(again, state="interrupted", message=_last_words(folder))
        return again
    return told


def start(*, full: bool = False, command: Sequence[str] | None = None) -> None:
    """Rebuild in a process that outlives this worker. Errors: RebuildInProgress."""
    folder = Path(settings.INDEX_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "starting.lock", timeout=10):
        if status().is_running:
            raise RebuildInProgress("A rebuild is running already.")
        _write(folder, Status("starting", started_at=_now()))
        environ = {
            name: value for name, value in os.environ.items() if not name.startswith("PROMETHEUS_")
        }
        with _log(folder).open("wb") as log:
            process = subprocess.Popen(
                command or rebuild_command(full=full),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=settings.BASE_DIR,
                env=environ,
            )
        if status().state == "starting":  # it may have told more by now
            _write(folder, Status("starting", started_at=_now(), pid=process.pid))
        # Waited for, so that no dead process keeps its number and looks alive.
        Thread(target=process.wait, daemon=True, name="rebuild").start()


def rebuild_command(*, full: bool = False) -> list[str]:
    manage = str(Path(settings.BASE_DIR) / "manage.py")
    return [sys.executable, manage, "rebuild_index", *(["--full"] if full else [])]


def _is_alive(folder: Path, told: Status) -> bool:
    lock = FileLock(_lock(folder), timeout=0)
    try:
        with lock:
            pass
    except Timeout:
        return True
    if told.state != "starting" or datetime.now(UTC) - _moment(told.started_at) > PATIENCE:
        return False
    return not told.pid or _exists(told.pid)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _last_words(folder: Path) -> str:
    """What the process printed last, when it could not tell by itself."""
    try:
        lines = _log(folder).read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        lines = []
    said = lines[-1].strip()[:300] if lines else ""
    return f"{ENDED} Its last words: {said}" if said else ENDED


def _write(folder: Path, told: Status) -> None:
    aside = folder / f"rebuild.json.{os.getpid()}"
    aside.write_text(json.dumps(asdict(told)), encoding="utf-8")
    aside.replace(_file(folder))


def _file(folder: Path) -> Path:
    return folder / "rebuild.json"


def _lock(folder: Path) -> Path:
    return folder / "telling.lock"


def _log(folder: Path) -> Path:
    return folder / "rebuild.log"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
