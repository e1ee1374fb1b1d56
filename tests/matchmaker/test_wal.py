"""The write-ahead log outlives the request that wrote it."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from matchmaker import wal

SQLITE = "django.db.backends.sqlite3"


def on(engine: str, path: Path) -> dict[str, Any]:
    return {"ENGINE": engine, "NAME": path}


def write(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE IF NOT EXISTS words (text)")
    connection.execute("INSERT INTO words VALUES ('hello')")
    connection.commit()
    connection.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a folder with a ? in its name" / "conversations.db"
    path.parent.mkdir()
    return path


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[sqlite3.Connection]]:
    kept: list[sqlite3.Connection] = []
    monkeypatch.setattr(wal, "_kept", kept)
    yield kept
    for connection in kept:
        connection.close()


def test_the_log_stays_when_a_request_closes_its_connection(path: Path) -> None:
    log = path.with_name("conversations.db-wal")
    write(path)
    assert not log.exists()

    wal.keep(on(SQLITE, path))
    write(path)

    assert log.stat().st_size > 0


def test_a_database_that_is_not_there_is_not_made(path: Path) -> None:
    wal.keep(on(SQLITE, path))

    assert not path.exists()


def test_another_database_needs_none(path: Path, kept: list[sqlite3.Connection]) -> None:
    write(path)

    wal.keep(on("django.db.backends.postgresql", path))

    assert kept == []
