"""The folder of generations: which one is current, how another becomes it, what is swept away.

index/CURRENT                 two lines: the generation served, the one before it
index/generations/<id>/       a whole generation, never changed once it is there
index/generations/<id>.building/   one being written, or what a crash left of it
"""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock, Timeout

from experts.errors import IndexUnavailable, RebuildInProgress
from experts.search.manifest import Manifest

BUILDING = ".building"
Discard = Callable[[str], None]  # removes what a generation keeps elsewhere


class Pointer(NamedTuple):
    current: str
    previous: str  # empty when there is none


class Generations:
    """Everything that happens to the folder. Changes are made under `exclusive()` only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "generations"
        self.pointer_file = folder / "CURRENT"

    def path(self, generation: str) -> Path:
        return self.home / generation

    def stamp(self) -> tuple[int, int, int] | None:
        """Changes whenever CURRENT is moved; None while there is none. One stat."""
        try:
            found = self.pointer_file.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def pointer(self) -> Pointer | None:
        try:
            lines = self.pointer_file.read_text(encoding="utf-8").split("\n")
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise IndexUnavailable(f"{self.pointer_file} cannot be read: {error}") from error
        if not lines[0] or any(Path(line).name != line for line in lines if line):
            raise IndexUnavailable(f"{self.pointer_file} names no generation; run rebuild_index.")
        return Pointer(lines[0], lines[1] if len(lines) > 1 else "")

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """One process at a time builds or switches; the system frees the lock of a dead one."""
        self.home.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / "rebuild.lock", timeout=0):
                yield
        except Timeout as error:
            raise RebuildInProgress(
                "Another rebuild or rollback is running on this index; try again when it is done."
            ) from error

    def begin(self) -> Path:
        """A new empty folder to build in; its name less the ending is the generation."""
        generation = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
        building = self.home / f"{generation}{BUILDING}"
        building.mkdir()
        return building

    def publish(self, building: Path) -> str:
        """Make a verified folder the current generation; a crash anywhere leaves the old one."""
        generation = building.name.removesuffix(BUILDING)
        for path in [*building.rglob("*"), building]:
            _sync(path)
        building.rename(self.path(generation))
        _sync(self.home)
        before = self._current_if_readable()
        self._point(Pointer(generation, before))
        return generation

    def before(self) -> str:
        """The generation before the current one. Errors: IndexUnavailable when there is none."""
        pointer = self.pointer()
        if pointer is None or not pointer.previous or not self.path(pointer.previous).is_dir():
            raise IndexUnavailable("There is no earlier generation to go back to.")
        return pointer.previous

    def rollback(self) -> None:
        """Point to the generation before; a second call returns to the later one."""
        before, pointer = self.before(), self.pointer()
        self._point(Pointer(before, pointer.current if pointer else ""))

    def calibrate(self, values: Mapping[str, Any]) -> None:
        """Keep with the current generation what was fitted on it; serving processes notice.

        Errors: IndexUnavailable without a current generation.
        """
        pointer = self.pointer()
        if pointer is None:
            raise IndexUnavailable("There is no index to calibrate; run manage.py rebuild_index.")
        folder = self.path(pointer.current)
        replace(Manifest.read(folder), calibration=values).write(folder)
        self._point(pointer)

    def sweep(self, discard: Discard) -> None:
        """Remove what is neither current nor the one before: old ones, crashed builds."""
        try:
            kept = set(self.pointer() or ())
        except IndexUnavailable:  # nobody knows which one is good: remove none that is finished
            kept = {path.name for path in self.home.iterdir() if path.suffix != BUILDING}
        for path in self.home.iterdir():
            if path.name not in kept:
                discard(path.name.removesuffix(BUILDING))
                shutil.rmtree(path, ignore_errors=True)

    def _current_if_readable(self) -> str:
        try:
            pointer = self.pointer()
        except IndexUnavailable:
            return ""
        return pointer.current if pointer and self.path(pointer.current).is_dir() else ""

    def _point(self, pointer: Pointer) -> None:
        aside = self.folder / f"CURRENT.{secrets.token_hex(4)}"
        aside.write_text("\n".join(pointer), encoding="utf-8")
        _sync(aside)
        os.replace(aside, self.pointer_file)  # noqa: PTH105 - named for what it promises
        _sync(self.folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
