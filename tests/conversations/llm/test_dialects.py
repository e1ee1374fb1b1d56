"""Servers keep to the protocol in their own ways, and refuse in their own ways."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from conversations.chat.backends.offline import OfflineComposer
from conversations.chat.backends.openai import OpenAIComposer
from conversations.chat.llm.errors import ModelFailed
from conversations.chat.telling import Told
from conversations.replies import Reply
from tests.conversations.llm.conftest import MakeTurn
from tests.conversations.llm.server import (
    DONE,
    USAGE,
    Behaviour,
    Handler,
    ModelServer,
    begin_events,
    chunk,
    completion,
    fails,
    says,
    sends,
)
from tests.conversations.llm.test_composing import GOOD

pytestmark = pytest.mark.django_db

TEXT = json.dumps(GOOD)
HALVES = (TEXT[:60], TEXT[60:])
STOPPED = chunk(delta={}, finish_reason="stop")


def pieces(*texts: str) -> bytes:
    return b"".join(chunk(delta={"content": text}, finish_reason=None) for text in texts)


def event(**fields: Any) -> bytes:
    return b"data: " + json.dumps(fields).encode() + b"\n\n"


STREAMS: dict[str, bytes] = {
    "comments": b": PROCESSING\n\n" * 9 + pieces(*HALVES) + b": keep-alive\n\n" + STOPPED + DONE,
    "line ends of another system": (pieces(*HALVES) + STOPPED + DONE).replace(b"\n", b"\r\n"),
    "empty lines first": b"\n" * 40 + pieces(*HALVES) + STOPPED + DONE,
    "a byte order mark": b"\xef\xbb\xbf" + pieces(*HALVES) + STOPPED + DONE,
    "no blanks": (pieces(*HALVES) + STOPPED + DONE).replace(b"data: ", b"data:"),
    "names and numbers of events": b"id: 1\nevent: message\nretry: 5\n" + pieces(TEXT) + STOPPED,
    "the usage in the end, without choices": pieces(TEXT)
    + STOPPED
    + event(choices=[], usage=USAGE)
    + DONE,
    "the usage in every chunk": event(choices=[], usage=None)
    + pieces(TEXT)
    + event(choices=None, usage=USAGE)
    + DONE,
    "what it thinks first": chunk(delta={"reasoning_content": '{"picks": []}'}, finish_reason=None)
    + chunk(delta={"reasoning": "hm", "content": None}, finish_reason=None)
    + pieces(TEXT)
    + STOPPED,
    "no end but a finish": pieces(TEXT) + STOPPED,
    "no finish but an end": pieces(TEXT) + DONE,
    "a limit reached after the answer": pieces(TEXT, "\n\nAnd then")
    + chunk(delta={}, finish_reason="length"),
}


def over_events(payload: bytes) -> Behaviour:
    def answer(handler: Handler) -> None:
        begin_events(handler)
        handler.wfile.write(payload)

    return answer


def followed(composer: OpenAIComposer, make_turn: MakeTurn) -> tuple[Reply, list[Any]]:
    told: list[Any] = []
    return composer.compose(replace(make_turn(), told=Told(told.append))), told


@pytest.mark.parametrize("way", STREAMS)
def test_a_stream_is_understood_however_it_is_framed(
    way: str, server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    server.behave(over_events(STREAMS[way]))
    reply, told = followed(composer, make_turn)
    assert reply.narrative == "".join(piece.text for piece in told)
    assert reply.narrative == "Your webshop needs someone for the GDPR: Gio Dep audits webshops."
    assert [pick.why for pick in reply.picks] == [one["why"] for one in GOOD["picks"]]
    assert reply.usage.get("total_tokens", 350) == 350
    assert ("usage" in way) == ("total_tokens" in reply.usage)
    assert len(server.bodies) == 1


@pytest.mark.parametrize(("end", "most"), [(DONE, 1.0), (b"", 3.0)])
def test_a_server_that_keeps_the_line_after_its_answer_spoils_nothing(
    end: bytes, most: float, server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    def answer(handler: Handler) -> None:
        over_events(pieces(TEXT) + STOPPED + end)(handler)
        handler.wait()

    server.behave(answer)
    started = time.monotonic()
    reply, _ = followed(composer, make_turn)
    assert time.monotonic() - started < most
    assert reply.narrative == "Your webshop needs someone for the GDPR: Gio Dep audits webshops."


def test_the_connection_of_one_stream_serves_the_next(
    server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    seen: list[Any] = []

    def answer(handler: Handler) -> None:
        seen.append(handler.client_address)
        handler.begin(None, content_type="text/event-stream", Transfer_Encoding="chunked")
        for part in (pieces(TEXT), STOPPED, DONE):
            handler.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        time.sleep(0.02)
        handler.wfile.write(b"0\r\n\r\n")

    server.behave(answer)
    for _ in range(3):
        followed(composer, make_turn)
    assert len(seen) == 3
    assert len(set(seen)) == 1


@pytest.mark.parametrize(
    "payload",
    [
        b"\n" * 40 + completion(GOOD),
        b"\xef\xbb\xbf" + completion(GOOD),
        completion(TEXT + "\n\nAnd then", finish_reason="length"),
        completion(GOOD).replace(b'"role"', b'"refusal": null, "tool_calls": [], "role"'),
    ],
)
def test_a_whole_reply_is_understood_with_what_servers_put_around_it(
    payload: bytes, server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    server.behave(sends(payload))
    assert composer.compose(make_turn()).usage["outcome"] == "ok"
    assert len(server.bodies) == 1


def message(finish: str, **fields: Any) -> Behaviour:
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", **fields}}
    return sends(json.dumps({"choices": [choice], "usage": USAGE}).encode())


DECLINED: dict[str, Behaviour] = {
    "a refusal": message("stop", content=None, refusal="I cannot help with that."),
    "a filter": message("content_filter", content='{"picks": ['),
    "a filter without words": message("content_filter", content=None),
    "a filter before the model": fails(400, "content_filter", "response was filtered"),
    "a flagged message": sends(
        json.dumps({"error": {"code": 403, "metadata": {"flagged_input": "x"}}}).encode(), 403
    ),
    "a refusal in pieces": over_events(
        chunk(delta={"refusal": "I cannot"}, finish_reason=None) + STOPPED + DONE
    ),
    "a filter in the middle": over_events(
        pieces('{"pi') + chunk(delta={}, finish_reason="content_filter") + DONE
    ),
}


@pytest.mark.parametrize("way", DECLINED)
def test_a_refusal_is_taken_for_one_and_is_no_fault_of_the_server(
    way: str, server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    server.behave(DECLINED[way])
    for _ in range(6):
        with pytest.raises(ModelFailed) as failed:
            followed(composer, make_turn)
        assert failed.value.reason == "declined"
    assert len(server.bodies) == 6
    assert composer.model.breaker.state == "closed"


CALLS = [{"id": "1", "type": "function", "function": {"name": "rank", "arguments": "{}"}}]


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (message("tool_calls", content=None, tool_calls=CALLS), "garbled"),
        (over_events(chunk(delta={"tool_calls": CALLS}, finish_reason="tool_calls")), "unusable"),
    ],
)
def test_a_call_of_a_tool_that_nobody_offered_is_no_answer(
    behaviour: Behaviour,
    reason: str,
    server: ModelServer,
    composer: OpenAIComposer,
    make_turn: MakeTurn,
) -> None:
    server.behave(behaviour)
    with pytest.raises(ModelFailed) as failed:
        followed(composer, make_turn)
    assert failed.value.reason == reason


def retry_after(written: str | int) -> Behaviour:
    """In these words, or at the date so many seconds from now."""
    if isinstance(written, int):
        date = datetime.now(UTC) + timedelta(seconds=written)
        written = format_datetime(date, usegmt=True)
    return fails(429, Retry_After=written)


@pytest.mark.parametrize(
    ("written", "least", "most"),
    [
        (120, 100, 121),
        (10**7, 590, 601),
        ("99999999999", 590, 601),
        ("inf", 590, 601),
    ],
)
def test_a_long_wait_is_kept_for_as_long_as_it_is_believed(
    written: str | int,
    least: float,
    most: float,
    server: ModelServer,
    composer: OpenAIComposer,
    make_turn: MakeTurn,
) -> None:
    server.behave(retry_after(written))
    with pytest.raises(ModelFailed):
        composer.compose(make_turn())
    assert len(server.bodies) == 1
    assert least < composer.model.breaker.open_until - time.monotonic() < most


@pytest.mark.parametrize("written", ["-5", "nan", "soon", "", -3600])
def test_a_wait_that_means_nothing_or_is_over_is_not_waited_for(
    written: str | int, server: ModelServer, composer: OpenAIComposer, make_turn: MakeTurn
) -> None:
    server.behave(retry_after(written), says(GOOD))
    assert composer.compose(make_turn()).usage["requests"] == 2


def test_what_no_server_counts_is_charged_for_every_request(
    server: ModelServer, make_turn: MakeTurn, settings: Any
) -> None:
    from conversations.chat.llm.budget import spent_today

    settings.LLM_TIMEOUT = 2.0
    composer = OpenAIComposer(OfflineComposer(), "tiny", server.url, budget=100_000)
    server.behave(fails(500), sends(completion(GOOD).replace(b'"usage"', b'"spent"')))
    composer.compose(make_turn())
    twice = spent_today()
    composer.compose(make_turn())
    assert twice > 0
    assert spent_today() == twice + twice // 2
