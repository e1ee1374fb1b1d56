"""A real gunicorn over a data folder of its own, for tests and benchmarks that speak HTTP."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import httpx

ROOT = Path(__file__).resolve().parent.parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Deployment:
    """One configured copy of the product: commands, a server, and its database and index."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        inherited = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
        self.environ: Mapping[str, str] = {
            **inherited,
            "DOTENV": os.devnull,
            "SECRET_KEY": "live-" + "x" * 60,
            "DATA_DIR": str(data),
            "PORT": str(self.port),
            "EMBEDDING_MODEL": "offline",
            "WEB_CONCURRENCY": "2",
            "THROTTLE_CHAT": "100000/min",
            "HF_HUB_OFFLINE": "1",
            **settings,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.log: Path | None = None  # where the server's lines go; None: where the test's go

    def manage(self, *arguments: str, check: bool = True) -> str:
        """What `manage.py …` printed, both streams."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=600,
        )
        if check and done.returncode:
            raise AssertionError(f"manage.py {arguments[0]} failed:\n{done.stdout}")
        return done.stdout

    def start(self, seconds: float = 90) -> Self:
        output = self.log.open("ab") if self.log else None
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "gunicorn",
                "-c",
                "python:matchmaker.gunicorn",
                "matchmaker.wsgi",
            ],
            cwd=ROOT,
            env=self.environ,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"gunicorn ended with {self.process.returncode}")
            try:
                if httpx.get(f"{self.url}/livez", timeout=5).status_code == 200:
                    return self
            except httpx.HTTPError:
                time.sleep(0.1)
        raise AssertionError(f"gunicorn did not answer within {seconds} s")

    def kill(self) -> None:
        """kill -9 for the master and every worker at once."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):  # it ended by itself
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
            self.process = None

    def ask(self, query: str, email: str = "ana@example.com", **more: Any) -> httpx.Response:
        body = {"email": email, "query": query, **more}
        return httpx.post(f"{self.url}/api/chat/", json=body, timeout=60)
