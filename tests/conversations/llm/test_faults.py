"""Every way in which a model server misbehaves, with a real one: a reason in time, never a hang."""

import socket
import time
from typing import Any

import pytest

from conversations.chat.backends.offline import OfflineComposer
from conversations.chat.backends.openai import OpenAIComposer
from conversations.chat.llm.errors import ModelFailed
from tests.conversations.llm import server as serving
from tests.conversations.llm.conftest import MakeTurn
from tests.conversations.llm.server import Behaviour, ModelServer, fails, says, sends
from tests.conversations.llm.test_composing import GOOD

DEADLINE = 0.6
SLACK = 0.8  # a busy machine's

FAULTS: dict[str, tuple[Behaviour, str]] = {
    "hangs before headers": (serving.hangs_before_headers, "timeout"),
    "hangs mid-stream": (serving.hangs_in_the_middle, "timeout"),
    "slow drip": (serving.drips, "timeout"),
    "slow drip of headers": (serving.drips_headers, "timeout"),
    "drops mid-stream": (serving.drops_in_the_middle, "unreachable"),
    "401": (fails(401, "invalid_api_key", "Incorrect API key provided: sk-secret"), "refused"),
    "403": (fails(403), "refused"),
    "404": (fails(404, "model_not_found"), "refused"),
    "429 without Retry-After": (fails(429), "rate_limited"),
    "429 with Retry-After": (fails(429, Retry_After="30"), "rate_limited"),
    "500": (fails(500), "server_error"),
    "503 with a page": (sends(b"<html>down</html>", content_type="text/html"), "garbled"),
    "truncated JSON": (says('{"picks": [{"ref": "c1", "why": "Audits webs'), "unusable"),
    "cut off": (says('{"picks": [{"ref": "c1"', finish_reason="length"), "cut_off"),
    "prose without JSON": (says("I think that c1 is the one you want."), "unusable"),
    "wrong ids": (says({**GOOD, "picks": [{"ref": "zelda", "why": "Best."}]}), "unusable"),
    "picks of another shape": (says({"picks": "c1", "narrative": "", "question": ""}), "unusable"),
    "a list": (says([1, 2]), "unusable"),
    "empty choices": (sends(b'{"choices": []}'), "garbled"),
    "null content": (sends(b'{"choices": [{"message": {"content": null}}]}'), "garbled"),
    "nothing": (sends(b""), "garbled"),
    "5 MB reply": (says("x" * 5_000_000), "too_big"),
    "5 MB error": (sends(b"x" * 5_000_000, status=500), "too_big"),
    "invalid UTF-8": (sends(b'{"choices": [{"message": {"content": "\xff\xfe"}}]}'), "garbled"),
    "deeply nested": (sends(b"[" * 100_000), "garbled"),
    "compressed": (sends(b"\x1f\x8b\x08", Content_Encoding="gzip"), "garbled"),
    "not HTTP": (serving.speaks_no_http, "garbled"),
    "redirect": (fails(302, Location="http://127.0.0.1:1/v1"), "refused"),
}


@pytest.fixture(autouse=True)
def _short_deadline(settings: Any) -> None:
    settings.LLM_TIMEOUT = DEADLINE


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_apart_and_told_in_time(
    fault: str, server: ModelServer, make_turn: MakeTurn
) -> None:
    behaviour, reason = FAULTS[fault]
    server.behave(behaviour)
    composer = OpenAIComposer(OfflineComposer(), "tiny", server.url, "sk-secret")
    turn = make_turn()
    started = time.monotonic()
    with pytest.raises(ModelFailed) as failed:
        composer.compose(turn)
    assert time.monotonic() - started < DEADLINE + SLACK
    assert failed.value.usage["outcome"] == failed.value.reason == reason
    assert "sk-secret" not in str(failed.value)


def test_a_server_that_refuses_connections_is_unreachable_at_once(make_turn: MakeTurn) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        composer = OpenAIComposer(OfflineComposer(), "tiny", url)
        turn = make_turn()
        started = time.monotonic()
        with pytest.raises(ModelFailed) as failed:
            composer.compose(turn)
    assert time.monotonic() - started < DEADLINE + SLACK
    assert failed.value.reason == "unreachable"


def test_an_address_that_is_none_is_unreachable(make_turn: MakeTurn) -> None:
    composer = OpenAIComposer(OfflineComposer(), "tiny", "gopher://example/v1")
    with pytest.raises(ModelFailed):
        composer.compose(make_turn())


@pytest.mark.parametrize("content_type", ["text/plain", "text/html", "application/octet-stream"])
def test_a_wrong_content_type_does_not_spoil_a_right_answer(
    content_type: str, server: ModelServer, make_turn: MakeTurn
) -> None:
    server.behave(sends(serving.completion(GOOD), content_type=content_type))
    composer = OpenAIComposer(OfflineComposer(), "tiny", server.url)
    assert composer.compose(make_turn()).usage["outcome"] == "ok"


@pytest.mark.parametrize(
    "first", [fails(500), fails(429), fails(429, Retry_After="0"), fails(503, Retry_After="0.1")]
)
def test_a_failure_of_a_moment_is_tried_again(
    first: Behaviour, server: ModelServer, make_turn: MakeTurn, settings: Any
) -> None:
    settings.LLM_TIMEOUT = 2.0
    server.behave(first, says(GOOD))
    composer = OpenAIComposer(OfflineComposer(), "tiny", server.url)
    assert composer.compose(make_turn()).usage["requests"] == 2


def test_a_longer_wait_than_the_deadline_allows_is_not_waited_but_kept(
    server: ModelServer, make_turn: MakeTurn
) -> None:
    server.behave(fails(429, Retry_After="30"))
    composer = OpenAIComposer(OfflineComposer(), "tiny", server.url)
    for _ in range(2):
        with pytest.raises(ModelFailed):
            composer.compose(make_turn())
    assert len(server.bodies) == 1
    assert composer.model.breaker.state == "open"
    assert composer.model.breaker.open_until - time.monotonic() > 25


def test_a_wrong_key_is_not_tried_again_for_minutes(
    server: ModelServer, make_turn: MakeTurn
) -> None:
    server.behave(fails(401))
    composer = OpenAIComposer(OfflineComposer(), "tiny", server.url)
    for _ in range(3):
        with pytest.raises(ModelFailed):
            composer.compose(make_turn())
    assert len(server.bodies) == 1
    assert composer.model.breaker.open_until - time.monotonic() > 200


def test_a_dead_server_costs_milliseconds_after_a_few_visitors(
    server: ModelServer, make_turn: MakeTurn, settings: Any
) -> None:
    settings.LLM_TIMEOUT = 0.2
    server.behave(serving.hangs_before_headers)
    composer = OpenAIComposer(OfflineComposer(), "tiny", server.url)
    turn = make_turn()
    for _ in range(4):
        with pytest.raises(ModelFailed):
            composer.compose(turn)
    started = time.perf_counter()
    with pytest.raises(ModelFailed) as failed:
        composer.compose(turn)
    assert time.perf_counter() - started < 0.05
    assert failed.value.reason == "breaker_open"
    assert "did not answer in time" in str(failed.value)


def test_a_server_that_recovers_is_asked_again(server: ModelServer, make_turn: MakeTurn) -> None:
    server.behave(fails(401))
    composer = OpenAIComposer(OfflineComposer(), "tiny", server.url)
    with pytest.raises(ModelFailed):
        composer.compose(make_turn())
    composer.model.breaker.open_until = time.monotonic()
    server.behave(says(GOOD))
    assert composer.compose(make_turn()).usage["outcome"] == "ok"
    assert composer.model.breaker.state == "closed"
