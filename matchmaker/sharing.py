"""The folder of files by which worker processes share what they count."""

import fcntl
import shutil
import tempfile
from pathlib import Path
from typing import IO

PREFIX = "matchmaker-metrics-"
_held: list[IO[str]] = []  # the lock lives as long as the process


def make_folder() -> Path:
    """A new one, empty. Those of servers that were killed before they could tidy up are removed.

    A folder is in use while its lock is held, and the system lets go of the lock of a dead process.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        lock = _locked(left / "lock")
        if lock is not None:
            shutil.rmtree(left, ignore_errors=True)
            lock.close()
    made = Path(tempfile.mkdtemp(prefix=PREFIX))
    (made / "lock").touch()
    lock = _locked(made / "lock")
    if lock is not None:
        _held.append(lock)
    return made


def _locked(path: Path) -> IO[str] | None:
    """The file, locked; None when another process holds it or it is not ours."""
    try:
        file = path.open("r+")
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
