"""Folders of counts: one for each server, gone with it, however it ends."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from matchmaker import sharing

SERVER = "from matchmaker import sharing; print(sharing.make_folder(), flush=True); input()"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def start() -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_a_server_removes_what_a_killed_one_left_and_not_what_another_uses(folder: Path) -> None:
    killed, left = start()
    running, used = start()
    assert left.is_dir()
    killed.kill()
    killed.wait()

    made = sharing.make_folder()

    assert not left.exists()
    assert used.is_dir()
    assert made.is_dir()
    running.kill()
    running.wait()


def test_a_folder_that_is_not_a_servers_is_left_alone(folder: Path) -> None:
    foreign = folder / f"{sharing.PREFIX}notes"
    foreign.mkdir()

    sharing.make_folder()

    assert foreign.is_dir()
