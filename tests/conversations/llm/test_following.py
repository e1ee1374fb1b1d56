"""A visitor reads along while a language model writes, and never has to unread anything."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from conversations.models import Conversation, Lead
from experts.models import Expert
from tests.conversations.llm import server as serving
from tests.conversations.llm.conftest import AUDIT
from tests.conversations.llm.reading import DEADLINE, Ask, text_of, told_until
from tests.conversations.llm.server import (
    Behaviour,
    Handler,
    ModelServer,
    says,
    streams,
    takes_no,
    writes,
)
from tests.conversations.llm.test_faults import FAULTS

pytestmark = pytest.mark.django_db(transaction=True)

WHY = "Audits webshops for the GDPR."
FIRST, SECOND = "{c1} audits webshops.", "Your webshop is in good hands for the GDPR."
ANSWER = {"picks": [{"ref": "c1", "why": WHY}], "narrative": f"{FIRST} {SECOND}", "question": ""}
TOLD = "Noor Peeters audits webshops."
OURS = "I found someone for this: Noor Peeters, Privacy lawyer."
AFTER_PICKS, AFTER_FIRST = '"narrative": "', "audits webshops. Y"


@pytest.mark.parametrize(
    "around",
    [
        "{answer}",
        "Sure, {{c1}} it is:\n```json\n{answer}\n```\nAnything else?",
        '<think>Is it {{"picks": []}}?</think>\n{answer}',
    ],
)
def test_people_and_sentences_come_while_the_model_still_writes(
    around: str, server: ModelServer, ask_in_a_stream: Ask, post: Callable[..., Any], settings: Any
) -> None:
    settings.LLM_TIMEOUT = 20.0
    text = around.format(answer=json.dumps(ANSWER))
    early, told = told_until(TOLD, text, AFTER_FIRST, AUDIT, server, post)
    assert "good hands" not in json.dumps(early)
    deltas = [event for event in told if event["event"] == "delta"]
    assert deltas[0]["experts"] == told[-2]["experts"]
    assert deltas[0]["text"] == ""
    assert [event["text"] for event in deltas[1:]] == [TOLD, f" {SECOND}"]
    assert told[-2]["degraded"] is False


def test_a_stream_is_the_answer_that_json_is(
    server: ModelServer, ask_in_a_stream: Ask, post: Callable[..., Any]
) -> None:
    server.behave(says(ANSWER))
    plain = post("/api/chat/", {"email": "ana@example.com", "query": AUDIT}).json()
    server.behave(streams(ANSWER))
    result = ask_in_a_stream()[-2]

    own = ("id", "conversation_id", "thread", "event")
    assert {k: v for k, v in result.items() if k not in own} == {
        k: v for k, v in plain.items() if k not in own
    }
    first, second = (one.usage for one in Conversation.objects.order_by("pk"))
    assert second["total_tokens"] == first["total_tokens"] == 350
    assert [body.get("stream", False) for body in server.bodies] == [False, True]


@pytest.mark.parametrize(
    "second",
    [
        "She charges 95 EUR per hour.",
        "Zelda Quist would be better.",
        "She is the best in the world.",
        "See https://evil.example for more.",
    ],
)
def test_a_sentence_that_does_not_stand_is_never_told(
    second: str, server: ModelServer, ask_in_a_stream: Ask, post: Callable[..., Any]
) -> None:
    answer = {**ANSWER, "narrative": f"{FIRST} {second} {SECOND}"}
    server.behave(streams(answer))
    told = ask_in_a_stream()
    assert second not in json.dumps(told)
    assert text_of(told) == f"{TOLD} {OURS}"
    assert told[-2]["degraded"] is False
    server.behave(says(answer))
    plain = post("/api/chat/", {"email": "ana@example.com", "query": AUDIT}).json()
    assert plain["narrative"] == told[-2]["narrative"]


def test_a_model_that_talks_on_after_the_answer_stands_is_not_waited_for(
    server: ModelServer, ask_in_a_stream: Ask, settings: Any
) -> None:
    settings.LLM_TIMEOUT = 20.0
    answer = {**ANSWER, "narrative": f"{FIRST} Zelda Quist would be better. And"}
    server.behave(streams(answer, "better. And", lambda handler: handler.wait()))
    started = time.monotonic()
    result = ask_in_a_stream()[-2]
    assert time.monotonic() - started < 10
    assert result["degraded"] is False
    assert result["narrative"] == f"{TOLD} {OURS}"
    assert Conversation.objects.get().usage["replaced_narrative"] == "name"


BREAKS: dict[str, tuple[tuple[Behaviour, ...], str]] = {
    "is closed": ((), "unreachable"),
    "hangs": ((lambda handler: handler.wait(),), "timeout"),
    "sends an error": (
        (writes(b'data: {"error": {"message": "overloaded"}}\n\n'),),
        "server_error",
    ),
    "sends no JSON": ((writes(b"data: {oops\n\n"),), "garbled"),
    "sends no UTF-8": ((writes(b'data: {"a": "\xff"}\n\n'),), "garbled"),
    "sends no message": ((writes(b'data: {"choices": [7]}\n\n'),), "garbled"),
    "is cut off": ((writes(serving.chunk(delta={}, finish_reason="length")),), "cut_off"),
    "ends its JSON too early": ((writes(serving.DONE),), "unusable"),
    "floods": ((writes((b": " + b"x" * 1000 + b"\n") * 4_000),), "too_big"),
}


@pytest.mark.parametrize("place", ["before anything", "after the picks", "after a sentence"])
@pytest.mark.parametrize("fault", BREAKS)
def test_what_was_told_stays_true_when_the_model_fails_later(
    fault: str, place: str, server: ModelServer, ask_in_a_stream: Ask
) -> None:
    until = {"before anything": '{"', "after the picks": AFTER_PICKS}.get(place, AFTER_FIRST)
    then, reason = BREAKS[fault]
    server.behave(streams(ANSWER, until, *then))
    started = time.monotonic()
    told = ask_in_a_stream()
    assert time.monotonic() - started < DEADLINE + 2
    result = told[-2]
    assert result["degraded"] is True
    assert result["type"] == "match"
    shown = [event["experts"] for event in told if event.get("experts") and event != result]
    assert shown == ([] if place == "before anything" else [result["experts"]])
    if place == "after a sentence":
        assert result["narrative"].startswith(f"{TOLD} {OURS}")
    stored = Conversation.objects.get()
    assert stored.usage["reason"] == reason
    assert stored.response_narrative == result["narrative"]
    assert Lead.objects.count() == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_a_stream_is_answered_whatever_the_model_server_does(
    fault: str, server: ModelServer, ask_in_a_stream: Ask
) -> None:
    behaviour, reason = FAULTS[fault]
    server.behave(behaviour)
    started = time.monotonic()
    result = ask_in_a_stream()[-2]
    assert time.monotonic() - started < DEADLINE + 2
    assert result["degraded"] is True
    assert result["experts"][0]["id"] == "privacy-noor"
    assert Conversation.objects.get().usage["reason"] == reason


def test_a_slow_drip_of_events_ends_at_the_deadline(
    server: ModelServer, ask_in_a_stream: Ask
) -> None:
    server.behave(streams(ANSWER, pause=0.08))
    started = time.monotonic()
    result = ask_in_a_stream()[-2]
    assert time.monotonic() - started < DEADLINE + 2
    assert result["degraded"] is True
    assert Conversation.objects.get().usage["reason"] == "timeout"


def test_a_failure_before_anything_was_told_is_tried_again(
    server: ModelServer, ask_in_a_stream: Ask
) -> None:
    server.behave(streams(ANSWER, '{"'), streams(ANSWER))
    told = ask_in_a_stream()
    assert told[-2]["degraded"] is False
    assert len(server.bodies) == 2


def test_nothing_is_asked_again_once_something_was_told(
    server: ModelServer, ask_in_a_stream: Ask
) -> None:
    other = {**ANSWER, "narrative": "The GDPR is what {c1} audits webshops for."}
    server.behave(streams(ANSWER, AFTER_FIRST), streams(other))
    told = ask_in_a_stream()
    assert told[-2]["degraded"] is True
    assert len(server.bodies) == 1


@pytest.mark.parametrize("parameter", ["stream", "stream_options"])
def test_a_server_that_takes_no_stream_is_asked_for_the_whole_and_remembered(
    parameter: str, server: ModelServer, ask_in_a_stream: Ask
) -> None:
    answering = says(ANSWER) if parameter == "stream" else streams(ANSWER)
    server.behave(takes_no(parameter)(answering))
    results = [ask_in_a_stream()[-2], ask_in_a_stream()[-2]]
    assert [one["degraded"] for one in results] == [False, False]
    assert [parameter in body for body in server.bodies] == [True, False, False]
    assert all("stream_options" not in body for body in server.bodies[1:])


def test_who_ignores_that_a_stream_was_asked_for_is_understood(
    server: ModelServer, ask_in_a_stream: Ask
) -> None:
    server.behave(says(ANSWER))
    told = ask_in_a_stream()
    assert told[-2]["degraded"] is False
    assert text_of(told) == f"{TOLD} {SECOND}"


@pytest.mark.parametrize(
    "written",
    [
        "Sure!\n```json\n{answer}\n```",
        '{answer} {{"picks": [], "narrative": "", "question": "", "more": {{"a": 1, "b": 2}}}}',
        '{{"narrative": "{first} A.", "picks": [{{"ref": "c1", "why": ""}}], "narrative": "B."}}',
        '{{"narrative": "{first} {second}", "picks": [{{"ref": "c1", "why": ""}}]}}',
        '{{"picks": [{{"ref": "c1", "why": ""}}], "narrative": "{first} \\ud800 caf\\u00e9."}}',
        '{{"picks": [{{"ref": "c1", "why": "\\ud800"}}], "narrative": "{first}"}}',
        '{{"picks": [{{"ref": "c1", "why": 3}}], "narrative": ["{first}"]}}',
        '{{"picks": 12, "narrative": "{first}"}}',
        '{{"picks": [], "narrative": "{first}", "question": ""}}',
    ],
)
def test_whatever_is_written_the_deltas_are_the_narrative_of_the_result(
    written: str, server: ModelServer, ask_in_a_stream: Ask
) -> None:
    text = written.format(answer=json.dumps(ANSWER), first=FIRST, second=SECOND)
    server.behave(streams(text))
    assert ask_in_a_stream()[-2]["narrative"]


def test_who_leaves_while_a_sentence_about_them_is_told_is_not_in_the_result(
    server: ModelServer, ask_in_a_stream: Ask
) -> None:
    def leaves(_: Handler) -> None:
        time.sleep(0.3)  # for the sentence to be told
        Expert.objects.filter(username="privacy-noor").update(is_active=False)

    rest = json.dumps(ANSWER).partition(AFTER_FIRST)[2]
    ends = [writes(event) for event in serving.words(rest)]
    server.behave(streams(ANSWER, AFTER_FIRST, leaves, *ends, writes(serving.DONE)))
    result = ask_in_a_stream()[-2]
    assert "privacy-noor" not in [card["id"] for card in result["experts"]]
    assert result["narrative"].startswith(f"{TOLD} ")
    assert "the directory has just changed" in result["narrative"]
