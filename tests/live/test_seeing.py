"""What operators see of a running server: logs, metrics over all workers, errors at Sentry."""

import gzip
import json
import os
import shutil
import signal
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.live.conftest import DIRECTORY, write_directory
from tests.live.server import Deployment

pytestmark = pytest.mark.live

EMAIL = "ana.peeters@example.com"
WORDS = "my brother owes taxes in Ghent"
# A database that quotes the row it refuses, as PostgreSQL does in its DETAIL.
HOSTILE = f"""
CREATE TRIGGER hostile BEFORE UPDATE ON conversations
BEGIN SELECT RAISE(ABORT, 'row ({EMAIL}, {WORDS}) is refused'); END
"""
CHUNKED = (
    b"POST /api/chat/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
Serve = Callable[..., Deployment]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the small directory, indexed, on SQLite."""
    folder = tmp_path_factory.mktemp("prepared")
    made = Deployment(folder / "data")
    made.data.mkdir()
    made.manage("migrate", "--verbosity=0")
    made.manage("import_experts", str(write_directory(folder / "experts.csv", DIRECTORY)))
    made.manage("rebuild_index")
    return made.data


@pytest.fixture
def serve(tmp_path: Path, prepared: Path) -> Iterator[Serve]:
    """A running server over a copy of that folder; its lines go to its `log`."""
    started: list[Deployment] = []

    def serve(**settings: str) -> Deployment:
        server = Deployment(tmp_path / "data", **settings)
        shutil.copytree(prepared, server.data)
        server.log = tmp_path / "server.log"
        started.append(server.start())
        return server

    yield serve
    for server in started:
        server.kill()


def break_database(server: Deployment) -> None:
    with sqlite3.connect(server.data / "conversations.db") as database:
        database.execute(HOSTILE)


def log_of(server: Deployment) -> str:
    assert server.log is not None
    return server.log.read_text()


def lines(server: Deployment) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log_of(server).splitlines() if line.startswith("{")]


def test_a_turn_can_be_followed_by_its_id_and_nothing_in_the_log_says_what_was_said(
    serve: Serve,
) -> None:
    server = serve()
    answered = server.ask(WORDS, email=EMAIL)
    streamed = server.ask(WORDS, email=EMAIL, stream=True)
    httpx.get(f"{server.url}/api/experts/", params={"q": WORDS})
    refused = httpx.get(f"{server.url}/nowhere/{EMAIL}", params={"q": WORDS})
    break_database(server)
    failed = server.ask(WORDS, email=EMAIL)
    server.ask(WORDS, email=EMAIL, stream=True)
    server.stop()

    assert (answered.status_code, refused.status_code, failed.status_code) == (200, 404, 503)
    by_id = {(line["request_id"], line["event"]): line for line in lines(server)}
    for response in (answered, streamed, failed):
        identifier = response.headers["X-Request-ID"]
        assert by_id[identifier, "request"]["route"] == "/api/chat/"
        turn = by_id[identifier, "turn"]
        assert turn["conversation"] > 0
        assert turn["ms"].keys() >= {"receive", "retrieve", "decide", "compose", "answer", "total"}
    assert failed.json()["request_id"] == failed.headers["X-Request-ID"]
    errors = [error for line in lines(server) for error in line.get("exception", [])]
    assert any("IntegrityError" in error["error"] and error["at"] for error in errors)
    assert EMAIL not in log_of(server)
    assert WORDS not in log_of(server)
    assert "Ghent" not in log_of(server)
    assert "Traceback" not in log_of(server)


def test_what_is_no_http_is_refused_as_a_problem_and_not_quoted_in_the_log(serve: Serve) -> None:
    server = serve()
    for raw in (
        f"GET /api/experts/?q={WORDS} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(),
        b"GET /api/experts/?q=" + b"x" * 9000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /api/experts/ HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"x" * 9000 + b"\r\n\r\n",
        CHUNKED + b"zz\r\n{}\r\n",
    ):
        status, headers, body = exchange(server.port, raw)
        assert status in (400, 414, 431)
        assert "application/problem+json" in headers
        assert json.loads(body)["status"] == status
    assert "Ghent" not in log_of(server)


def test_a_body_that_stops_half_way_is_a_problem_and_no_fault(serve: Serve) -> None:
    server = serve()
    status, headers, _ = exchange(
        server.port,
        b"POST /api/chat/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b'Content-Length: 500\r\n\r\n{"email": "ana@example.com", "que',
        half_closed=True,
    )
    assert status == 400
    assert "application/problem+json" in headers
    assert not [line for line in lines(server) if line["level"] == "error"]


def exchange(port: int, raw: bytes, *, half_closed: bool = False) -> tuple[int, str, str]:
    """Status, headers and body of the answer to these bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(raw)
        if half_closed:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while b"\r\n\r\n" not in answer or not answer.rstrip().endswith(b"}"):
            some = connection.recv(65536)
            if not some:
                break
            answer += some
    head, _, body = answer.decode().partition("\r\n\r\n")
    return int(head.split()[1]), head, body


@pytest.mark.parametrize("size", [100, 1_000_000])
def test_a_body_in_chunks_is_read_and_bounded(serve: Serve, size: int) -> None:
    server = serve()

    def chunks() -> Iterator[bytes]:
        yield b'{"email": "ana@example.com", "query": "Who knows corporate tax?", "more": "'
        for _ in range(0, size, 100):
            yield b"x" * 100
        yield b'"}'

    response = httpx.post(
        f"{server.url}/api/chat/",
        content=chunks(),
        headers={"Content-Type": "application/json"},
        timeout=30,
    )
    assert response.status_code == (200 if size == 100 else 413)


def value(server: Deployment, name: str, **labels: str) -> float:
    response = httpx.get(f"{server.url}/metrics", timeout=10)
    assert response.status_code == 200
    return sum(
        sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def test_the_numbers_of_all_workers_are_summed_and_outlive_a_worker(serve: Serve) -> None:
    server = serve()
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda n: server.ask("corporate tax", email=f"v{n}@example.com"), range(40))
        )
    assert {answer.status_code for answer in answers} == {200}

    counted = {"status": "answered", "type": "match"}
    for _ in range(6):  # whichever worker is asked
        assert value(server, "matchmaker_turns_total", **counted) == 40
    for stage in ("receive", "retrieve", "decide", "compose", "answer", "total"):
        assert value(server, "matchmaker_stage_seconds_count", stage=stage) == 40
    assert value(server, "matchmaker_index_experts") == len(DIRECTORY)
    assert value(server, "matchmaker_index_ready") == 1
    chats = {"method": "POST", "route": "/api/chat/", "status": "200"}
    assert value(server, "matchmaker_http_requests_total", **chats) == 40

    assert server.process is not None
    kill_one_worker(server.process.pid)
    deadline = time.monotonic() + 60
    while value(server, "matchmaker_turns_total", **counted) != 40 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert server.ask("corporate tax").status_code == 200
    assert value(server, "matchmaker_turns_total", **counted) == 41


def kill_one_worker(master: int) -> None:
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGKILL)
    time.sleep(1)


class Receiver(ThreadingHTTPServer):
    """Takes what Sentry would."""

    def __init__(self) -> None:
        self.bodies: list[str] = []
        super().__init__(("127.0.0.1", 0), Take)

    def __enter__(self) -> "Receiver":
        Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def events(self) -> list[dict[str, Any]]:
        found = [json.loads(line) for body in self.bodies for line in body.splitlines() if line]
        return [one for one in found if "event_id" in one and "platform" in one]


class Take(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.bodies.append(body.decode())
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        """Nothing: the test looks at the bodies."""


@pytest.mark.parametrize("streamed", [False, True])
def test_an_error_arrives_at_sentry_with_its_place_and_without_what_was_said(
    serve: Serve, streamed: bool
) -> None:
    with Receiver() as sentry:
        server = serve(SENTRY_DSN=f"http://key@127.0.0.1:{sentry.server_port}/1")
        break_database(server)
        failed = server.ask(
            WORDS, email=EMAIL, stream=streamed, source={"page": f"https://x.example/?{EMAIL}"}
        )
        assert streamed or failed.status_code == 503
        deadline = time.monotonic() + 20
        while not sentry.events() and time.monotonic() < deadline:
            time.sleep(0.1)
        server.stop()

        assert sentry.events()
        text = "".join(sentry.bodies)
        errors = [
            error
            for event in sentry.events()
            for error in event.get("exception", {}).get("values", [])
        ]
        assert "IntegrityError" in {error["type"] for error in errors}
        assert any(error["stacktrace"]["frames"] for error in errors)
        tags = {event["tags"]["request_id"] for event in sentry.events()}
        assert failed.headers["X-Request-ID"] in tags
        assert EMAIL not in text
        assert "Ghent" not in text
        assert "x.example" not in text
