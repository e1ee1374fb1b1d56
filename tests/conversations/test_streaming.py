"""The same turn as server-sent events."""

import json
import threading
from typing import Any

import pytest
from django.test import Client

from conversations.api import streaming
from conversations.chat.assistant import Assistant
from conversations.chat.backends.offline import OfflineComposer
from conversations.models import Conversation
from conversations.replies import Reply
from experts.search import wiring
from tests.conversations.conftest import Ask
from tests.conversations.test_failures import Failing, use

pytestmark = pytest.mark.django_db(transaction=True)

BODY = {"email": "ana@example.com", "query": "Who can check our webshop for the GDPR?"}


def events(response: Any) -> list[dict[str, Any]]:
    """The events in order; each names itself twice, and comments are left out."""
    found = []
    for block in b"".join(response.streaming_content).decode().split("\n\n"):
        if not block or block.startswith(":"):
            continue
        name, data = block.split("\n")
        payload = json.loads(data.removeprefix("data: "))
        assert name == f"event: {payload['event']}"
        found.append(payload)
    return found


@pytest.mark.parametrize(
    ("body", "headers"), [({"stream": True}, {}), ({}, {"accept": "text/event-stream"})]
)
def test_a_stream_says_status_text_result_and_done(
    experts: None, post: Ask, body: dict[str, Any], headers: dict[str, str]
) -> None:
    response = post("/api/chat/", BODY | body, **headers)

    assert response.status_code == 200
    assert response["Content-Type"] == "text/event-stream"
    assert response["Cache-Control"] == "no-cache"
    assert response["X-Accel-Buffering"] == "no"
    assert "Content-Encoding" not in response
    told = events(response)
    names = [event["event"] for event in told]
    assert names[0] == "status"
    assert told[0]["status"] == "thinking"
    assert set(names[1:-2]) == {"delta"}
    assert names[-2:] == ["result", "done"]


def test_a_stream_tells_what_json_tells(experts: None, post: Ask) -> None:
    plain = post("/api/chat/", BODY).json()
    told = events(post("/api/chat/", BODY | {"stream": True}))

    result = told[-2]
    own = ("id", "conversation_id", "thread", "event")
    assert {k: v for k, v in result.items() if k not in own} == {
        k: v for k, v in plain.items() if k not in own
    }
    text = "".join(event["text"] for event in told if event["event"] == "delta")
    assert text == result["narrative"]
    assert Conversation.objects.get(pk=result["id"]).status == Conversation.Status.ANSWERED


def test_a_request_refused_before_the_stream_gets_a_problem(experts: None, post: Ask) -> None:
    response = post("/api/chat/", {"email": "no", "query": ""}, accept="text/event-stream")

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_a_failure_takes_the_place_of_the_result(
    experts: None, post: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, finder=Failing(RuntimeError("secret")))

    told = events(post("/api/chat/", BODY | {"stream": True}))
    assert [event["event"] for event in told] == ["status", "error", "done"]
    assert told[1]["retryable"] is True
    assert "stored" in told[1]["message"]
    assert "secret" not in told[1]["message"]
    assert Conversation.objects.get().status == Conversation.Status.FAILED


class Gate:
    """A finder that waits until it is let go."""

    def __init__(self) -> None:
        self.asked, self.opened = threading.Event(), threading.Event()

    def retrieve(self, *args: Any, **kwargs: Any) -> Any:
        self.asked.set()
        assert self.opened.wait(10)
        return wiring.retriever().retrieve(*args, **kwargs)

    def about(self, *args: Any) -> Any:
        return wiring.retriever().about(*args)

    def named(self, text: str) -> Any:
        return wiring.retriever().named(text)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    gate = Gate()
    monkeypatch.setattr(
        "conversations.chat.wiring.assistant", lambda: Assistant(gate, OfflineComposer())
    )
    return gate


def test_the_status_comes_before_anything_is_asked(experts: None, post: Ask, gate: Gate) -> None:
    parts = iter(post("/api/chat/", BODY | {"stream": True}).streaming_content)

    assert b'"thinking"' in next(parts)
    assert not gate.asked.is_set()
    gate.opened.set()
    assert b"".join(parts).endswith(b'event: done\ndata: {"event": "done"}\n\n')


def test_a_comment_keeps_a_thinking_stream_alive(
    experts: None, post: Ask, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert streaming.HEARTBEAT < 15
    monkeypatch.setattr(streaming, "HEARTBEAT", 0.05)

    parts = iter(post("/api/chat/", BODY | {"stream": True}).streaming_content)
    next(parts)
    assert next(parts).startswith(b":")
    assert next(parts).startswith(b":")
    gate.opened.set()
    assert b"event: result" in b"".join(parts)


@pytest.mark.parametrize("read", [0, 1, 2])
def test_a_closed_tab_still_ends_in_a_stored_answer(
    experts: None, post: Ask, gate: Gate, monkeypatch: pytest.MonkeyPatch, read: int
) -> None:
    monkeypatch.setattr(streaming, "HEARTBEAT", 0.05)
    response = post("/api/chat/", BODY | {"stream": True})
    parts = iter(response.streaming_content)
    for _ in range(read):
        next(parts)

    response.close()
    gate.opened.set()
    for thread in threading.enumerate():
        if thread.name == "turn":
            thread.join(10)
    assert Conversation.objects.get().status == Conversation.Status.ANSWERED


def test_a_repeated_key_replays_a_stream(experts: None, post: Ask, client: Client) -> None:
    first = events(post("/api/chat/", BODY | {"stream": True}, idempotency_key="k-1"))
    again = events(post("/api/chat/", BODY | {"stream": True}, idempotency_key="k-1"))
    as_json = post("/api/chat/", BODY, idempotency_key="k-1").json()

    assert first == again
    assert as_json == {name: value for name, value in first[-2].items() if name != "event"}
    assert Conversation.objects.count() == 1


def test_who_was_told_something_else_than_what_is_stored_asks_again(received: Conversation) -> None:
    received.answer(Reply("What another request answered."))

    told = b"".join(streaming.ending(received, "What this one said.")).decode()
    assert told.startswith("event: error")
    assert '"retryable": true' in told
