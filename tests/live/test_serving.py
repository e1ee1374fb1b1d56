"""The product as it is deployed: gunicorn with two workers, asked over HTTP."""

import json
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.live.conftest import DIRECTORY, write_directory
from tests.live.server import Deployment

pytestmark = pytest.mark.live


def usernames(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [expert["id"] for expert in response.json()["experts"]]


def test_running_workers_answer_from_a_new_index_without_a_restart(
    deployment: Deployment, tmp_path: Path
) -> None:
    deployment.start()
    question = "Who can teach our restaurant to dance the tango?"
    assert "tango" not in usernames(deployment.ask(question))

    dancer = ["tango", "Tom Tango", "Tango teacher", "Milonga", "I teach tango.", "50", "EUR"]
    deployment.manage(
        "import_experts", str(write_directory(tmp_path / "more.csv", [*DIRECTORY, dancer]))
    )
    deployment.manage("rebuild_index")
    # Twelve questions over new connections reach both workers.
    answers = [usernames(deployment.ask(question, email=f"v{n}@example.com")) for n in range(12)]
    assert all(answer[:1] == ["tango"] for answer in answers), answers


def test_an_expert_deactivated_while_serving_is_not_recommended(
    deployment: Deployment, tmp_path: Path
) -> None:
    deployment.start()
    question = "Our webshop must comply with the GDPR, who can audit it?"
    assert "gdpr" in usernames(deployment.ask(question))
    gone = [row for row in DIRECTORY if row[0] != "gdpr"]
    deployment.manage(
        "import_experts",
        str(write_directory(tmp_path / "fewer.csv", gone)),
        "--deactivate-missing",
        "--max-deactivate=50%",
    )
    assert "gdpr" not in usernames(deployment.ask(question))


def test_nothing_acknowledged_is_lost_when_the_server_is_killed_among_200_posts(
    deployment: Deployment,
) -> None:
    deployment.start()
    acknowledged: list[int] = []

    def post(number: int) -> None:
        try:
            response = deployment.ask(
                f"Question {number}: who knows corporate tax?", email=f"v{number}@example.com"
            )
        except httpx.HTTPError:
            return
        if response.status_code == 200:
            acknowledged.append(response.json()["id"])

    with ThreadPoolExecutor(32) as pool:
        posts = [pool.submit(post, number) for number in range(200)]
        while len(acknowledged) < 40 and not all(done.done() for done in posts):
            time.sleep(0.01)
        deployment.kill()
    assert 40 <= len(acknowledged) < 200, "the kill has to come in the middle"

    deployment.manage("sweep_conversations", "--older-than", "0s")
    script = (
        "from conversations.models import Conversation as C; import json;"
        "print(json.dumps(list(C.objects.values_list('id', 'status', 'lead__email', 'email'))))"
    )
    stored = json.loads(deployment.manage("shell", "-v0", "-c", script).strip().splitlines()[-1])
    statuses = {row[0]: row[1] for row in stored}
    assert all(statuses.get(number) in ("answered", "degraded") for number in acknowledged)
    assert "received" not in statuses.values()
    assert all(lead == email for _, _, lead, email in stored)


def test_a_stopped_server_finishes_what_it_was_answering(deployment: Deployment) -> None:
    deployment.start()
    process = deployment.process
    assert process is not None
    with ThreadPoolExecutor(8) as pool:
        posts = [pool.submit(deployment.ask, "corporate tax dispute") for _ in range(8)]
        time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        outcomes = [post.exception() or post.result().status_code for post in posts]
    assert process.wait(40) == 0
    # A post either was accepted and answered, or was refused before it was received.
    assert all(code == 200 or isinstance(code, httpx.TransportError) for code in outcomes)
    script = (
        "from conversations.models import Conversation as C;"
        "print(C.objects.filter(status='received').count())"
    )
    assert deployment.manage("shell", "-v0", "-c", script).strip().splitlines()[-1] == "0"


def test_the_server_says_where_it_is_ready_and_what_is_missing(tmp_path: Path) -> None:
    bare = Deployment(tmp_path / "bare")
    bare.data.mkdir()
    bare.start()
    try:
        assert httpx.get(f"{bare.url}/livez").status_code == 200
        ready = httpx.get(f"{bare.url}/readyz")
        assert ready.status_code == 503
        assert set(ready.json()["problems"]) == {"database", "index"}
        health = httpx.get(f"{bare.url}/api/health/")
        assert (health.status_code, health.json()["status"]) == (503, "unavailable")
        asked = bare.ask("anyone?")
        assert asked.status_code == 503
        assert asked.headers["content-type"] == "application/problem+json"
    finally:
        bare.kill()
