"""Many turns in flight behind a slow model: no error, few connections, a probe that answers."""

import asyncio
import json
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from benchmarks.flight import PROBE, Beside, Sampler, connections, files, fly
from tests.conversations.llm.server import ModelServer, after, says
from tests.live.server import Deployment, free_port

pytestmark = pytest.mark.live

IN_FLIGHT = 200
WORKERS, PLACES = 2, 4
QUESTION = {"email": "ana@example.com", "query": "Who can audit our webshop for the GDPR?"}
REPLY = {"picks": [{"ref": "c1", "why": ""}], "narrative": "", "question": "What is it about?"}


@pytest.fixture
def slow_model(deployment: Deployment) -> Iterator[Beside]:
    """A model that takes a second, with the server started in front of it."""
    model = Beside("-m", "benchmarks.slow_model", "1")
    deployment.environ = {
        **deployment.environ,
        "OPENAI_BASE_URL": f"http://127.0.0.1:{model.line()}/v1",
        "LLM_TIMEOUT": "60",
        "LOG_LEVEL": "warning",
        "WEB_AT_ONCE": str(PLACES),
    }
    deployment.start()
    yield model
    deployment.kill()
    model.end()


def test_200_turns_at_once_are_answered_over_few_connections(
    deployment: Deployment, slow_model: Beside
) -> None:
    database = deployment.environ.get("DATABASE_URL")
    held = connections(database) if database else files(deployment)
    probe = Beside("-c", PROBE, f"{deployment.url}/livez")
    with Sampler(held=held) as sampler:
        turns = asyncio.run(fly(deployment.url, IN_FLIGHT))
    alive = probe.end()

    assert Counter(turn.outcome for turn in turns) == {"ok": IN_FLIGHT}
    kept = 0 if database else WORKERS  # SQLite's log is held open by one of each
    assert sampler.highest["held"] <= WORKERS * PLACES + kept
    assert alive["failed"] == 0
    # Other processes share these cores: a bound for what must never happen, not a measurement.
    assert sorted(alive["times"])[len(alive["times"]) * 9 // 10] < 1.0


def test_the_status_comes_before_the_model_is_asked(
    deployment: Deployment, slow_model: Beside
) -> None:
    first = [asyncio.run(fly(deployment.url, 2))[1].first for _ in range(5)]
    assert min(first) < 0.2  # 0.05 on a machine of its own


NGINX = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
events {{}}
http {{
    access_log off; gzip on; gzip_types text/plain application/json;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass {upstream};
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
        }}
    }}
}}
"""


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer(says(REPLY)) as running:
        yield running


@pytest.fixture
def behind_nginx(deployment: Deployment, model: ModelServer, tmp_path: Path) -> Iterator[str]:
    """The address of an nginx as most are set up: it buffers, and compresses."""
    folder, port = tmp_path / "nginx", free_port()
    folder.mkdir()
    configuration = folder / "nginx.conf"
    text = NGINX.format(folder=folder, port=port, upstream=deployment.url)
    configuration.write_text(text)
    deployment.environ = {
        **deployment.environ, "OPENAI_BASE_URL": model.url, "TRUSTED_PROXIES": "1",
    }  # fmt: skip
    deployment.start()
    try:
        nginx = subprocess.Popen(["nginx", "-c", str(configuration), "-e", str(folder / "log")])
    except FileNotFoundError:
        deployment.kill()
        pytest.skip("nginx is not installed here")
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url)
        yield url
    finally:
        nginx.terminate()
        nginx.wait(10)


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/livez", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise AssertionError("nginx did not answer")


def test_behind_nginx_events_arrive_when_they_are_sent_and_heartbeats_pass(
    behind_nginx: str, model: ModelServer
) -> None:
    seconds = 11.5  # longer than a heartbeat
    model.behave(after(seconds, says(REPLY)))
    came: dict[str, float] = {}
    started = time.monotonic()
    with httpx.stream(
        "POST", f"{behind_nginx}/api/chat/", json=QUESTION | {"stream": True}, timeout=60
    ) as response:
        assert response.headers["content-type"] == "text/event-stream"
        assert "content-encoding" not in response.headers
        for line in response.iter_lines():
            name = "heartbeat" if line.startswith(":") else line.removeprefix("event: ")
            if name != line or line.startswith(":"):
                came.setdefault(name, time.monotonic() - started)
    assert list(came) == ["status", "heartbeat", "delta", "result", "done"]
    assert came["status"] < 5
    assert 9 < came["heartbeat"] < came["result"]
    assert came["result"] >= seconds


def test_behind_nginx_a_closed_tab_still_ends_in_a_stored_answer(
    behind_nginx: str, model: ModelServer, deployment: Deployment
) -> None:
    model.behave(after(1.0, says(REPLY)))
    with httpx.stream(
        "POST", f"{behind_nginx}/api/chat/", json=QUESTION | {"stream": True}, timeout=60
    ) as response:
        assert next(response.iter_lines()) == "event: status"
    script = (
        "from conversations.models import Conversation as C; import json;"
        "print(json.dumps(list(C.objects.values_list('status', flat=True))))"
    )
    deadline = time.monotonic() + 30
    statuses: list[str] = []
    while statuses != ["answered"] and time.monotonic() < deadline:
        printed = deployment.manage("shell", "-v0", "-c", script)
        statuses = json.loads(printed.strip().splitlines()[-1])
    assert statuses == ["answered"]
