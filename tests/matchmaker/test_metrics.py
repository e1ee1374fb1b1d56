"""What Prometheus reads, and who may read it."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.parser import text_string_to_metric_families

from conversations.chat.turns import carry_out
from conversations.errors import TurnFailed
from conversations.models import Conversation
from conversations.signals import breaker_moved, turn_finished
from matchmaker import middleware

pytestmark = pytest.mark.django_db


@pytest.fixture
def received() -> Conversation:
    made: Conversation = Conversation.objects.receive(email="ana@example.com", query="A lawyer?")
    return made


def value(client: Client, name: str, **labels: str) -> float:
    """The sum of the samples with these labels."""
    text = client.get("/metrics").content.decode()
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def finished(status: str, **columns: Any) -> None:
    conversation = Conversation(pk=1, status=status, **columns)
    turn_finished.send_robust(Conversation, conversation=conversation, seconds={"retrieve": 0.02})


def test_turns_are_counted_by_outcome_and_reason(client: Client) -> None:
    degraded = {"type": "match", "status": "degraded", "reason": "timeout"}
    before = value(client, "matchmaker_turns_total", **degraded)
    tokens = value(client, "matchmaker_tokens_total", kind="prompt")
    stages = value(client, "matchmaker_stage_seconds_count", stage="retrieve")

    usage = {"reason": "timeout", "prompt_tokens": 120, "completion_tokens": "many"}
    finished("degraded", response_type="match", usage=usage)

    assert value(client, "matchmaker_turns_total", **degraded) == before + 1
    assert value(client, "matchmaker_tokens_total", kind="prompt") == tokens + 120
    assert value(client, "matchmaker_stage_seconds_count", stage="retrieve") == stages + 1


def test_a_failure_is_counted_by_its_kind_without_its_sentence(client: Client) -> None:
    finished("failed", failure="EmbedderError: the model of ana@example.com is gone")

    failed = {"type": "none", "status": "failed", "reason": "EmbedderError"}
    assert value(client, "matchmaker_turns_total", **failed) >= 1
    assert b"ana@" not in client.get("/metrics").content


def test_requests_are_counted_by_route_and_never_by_what_a_client_made_up(client: Client) -> None:
    counted = {"method": "GET", "route": "/api/v1/health/", "status": "503"}
    before = value(client, "matchmaker_http_requests_total", **counted)

    client.get("/api/v1/health")
    client.get("/nowhere/at/all")
    client.generic("BREW", "/livez")

    assert value(client, "matchmaker_http_requests_total", **counted) == before + 1
    assert value(client, "matchmaker_http_requests_total", method="OTHER", route="/livez") >= 1
    assert b"nowhere" not in client.get("/metrics").content


def test_a_browser_that_asks_whether_it_may_is_counted_under_the_route_it_asks_for(
    client: Client, settings: Any
) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://www.example.com"]
    counted = {"method": "OPTIONS", "route": "/api/chat/", "status": "200"}
    before = value(client, "matchmaker_http_requests_total", **counted)
    asked = {"Origin": "https://www.example.com", "Access-Control-Request-Method": "POST"}

    client.options("/api/chat/", headers=asked)

    assert value(client, "matchmaker_http_requests_total", **counted) == before + 1


def test_a_turn_is_in_flight_until_it_ends(client: Client, received: Conversation) -> None:
    during: list[float] = []
    before = value(client, "matchmaker_turns_in_flight")

    def look(*_: Any, **__: Any) -> Any:
        during.append(value(client, "matchmaker_turns_in_flight"))
        raise RuntimeError

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("conversations.chat.wiring.assistant", look)
        with pytest.raises(TurnFailed):
            carry_out(received)

    assert during == [before + 1]
    assert value(client, "matchmaker_turns_in_flight") == before


@pytest.mark.parametrize(
    ("route", "shown"),
    [
        ("api/^chat/?$", "/api/chat/"),
        ("api/v1/^schema/?$", "/api/v1/schema/"),
        ("", "/"),
        ("admin/conversations/lead/<path:object_id>/change/",
         "/admin/conversations/lead/<path:object_id>/change/"),
    ],
)  # fmt: skip
def test_a_route_reads_like_a_path(route: str, shown: str) -> None:
    assert middleware.readable(route) == shown


def test_refusals_by_a_limit_are_counted_under_their_policy(client: Client, settings: Any) -> None:
    settings.THROTTLE_CHAT = "1/d"
    before = value(client, "matchmaker_throttled_total", policy="email")
    body = {"email": "often@example.com", "query": "who?"}

    codes = {client.post("/api/chat/", body, "application/json").status_code for _ in range(3)}

    assert 429 in codes
    assert value(client, "matchmaker_throttled_total", policy="email") >= before + 2


def test_the_breaker_and_the_index_are_told(client: Client) -> None:
    breaker_moved.send_robust(None, is_open=True)
    assert value(client, "matchmaker_breaker_open") == 1
    breaker_moved.send_robust(None, is_open=False)
    assert value(client, "matchmaker_breaker_open") == 0
    assert value(client, "matchmaker_index_ready") == 0
    assert value(client, "matchmaker_index_experts") == 0


def test_commands_start_without_metrics_and_without_sentry() -> None:
    script = (
        "import sys, django; django.setup();"
        "print(sorted({'prometheus_client', 'sentry_sdk'} & sys.modules.keys()))"
    )
    started = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "matchmaker.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert started.stdout.strip() == "[]"


def test_a_listener_that_fails_costs_no_answer(client: Client, caplog: Any) -> None:
    def failing(**_: Any) -> None:
        raise RuntimeError("no")

    turn_finished.connect(failing)
    try:
        finished("answered", response_type="match")
    finally:
        turn_finished.disconnect(failing)


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("::ffff:127.0.0.1", {}, 200),
        ("10.0.0.7", {}, 403),
        ("", {}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, 403),
        ("127.0.0.1", {"Forwarded": "for=203.0.113.9"}, 403),
    ],
)
def test_without_a_token_only_this_machine_reads(
    client: Client, address: str, headers: dict[str, str], status: int
) -> None:
    assert client.get("/metrics", REMOTE_ADDR=address, headers=headers).status_code == status


def test_with_a_token_it_alone_decides(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "let-me-in"

    assert client.get("/metrics").status_code == 401
    for wrong in ("Bearer let-me-out", "Bearer ", "let-me-in", "Bearer lét-me-in"):
        assert client.get("/metrics", headers={"Authorization": wrong}).status_code == 401
    right = client.get(
        "/metrics", REMOTE_ADDR="10.0.0.7", headers={"Authorization": "Bearer let-me-in"}
    )
    assert right.status_code == 200
    assert right["Content-Type"] == CONTENT_TYPE_LATEST
