"""The command line: what operators read when the database or the disk is not as it should be."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live.server import free_port

COMMANDS = [
    ["rebuild_index"],
    ["sweep_conversations"],
    ["forget_lead", "ana@example.com"],
    ["purge_conversations", "--older-than=365d"],
]


def run(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_database_that_is_not_migrated_is_one_sentence(
    tmp_path: Path, command: list[str]
) -> None:
    stopped = run(f"sqlite:///{tmp_path / 'bare.db'}", *command)

    assert stopped.returncode == 1
    assert len(stopped.stderr.strip().splitlines()) == 1
    assert "no such table" in stopped.stderr


def test_a_database_that_is_gone_is_one_sentence_without_the_password() -> None:
    stopped = run(f"postgres://u:geheim@127.0.0.1:{free_port()}/x", "sweep_conversations")

    assert stopped.returncode == 1
    assert "The database refused" in stopped.stderr.strip().splitlines()[-1]
    assert "Traceback" not in stopped.stderr
    assert "geheim" not in stopped.stderr


def test_a_folder_that_takes_no_files_is_one_sentence(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "index").write_text("in the way")
    url = f"sqlite:///{tmp_path / 'bare.db'}"
    stopped = subprocess.run(
        [sys.executable, "manage.py", "rebuild_index"],
        env=os.environ | {"DATABASE_URL": url, "DATA_DIR": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert stopped.returncode == 1
    assert stopped.stderr.startswith("The system refused: ")
    assert len(stopped.stderr.strip().splitlines()) == 1


def test_who_asks_for_the_traceback_gets_it(tmp_path: Path) -> None:
    stopped = run(f"sqlite:///{tmp_path / 'bare.db'}", "sweep_conversations", "--traceback")

    assert "Traceback" in stopped.stderr
