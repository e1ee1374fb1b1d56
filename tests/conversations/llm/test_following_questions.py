"""A question back reaches the visitor as a match does: in sentences that stand, as they come."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from conversations.models import Conversation
from tests.conversations.llm.conftest import AUDIT
from tests.conversations.llm.reading import Ask, told_until
from tests.conversations.llm.server import ModelServer, says, streams
from tests.conversations.llm.test_following import BREAKS

pytestmark = pytest.mark.django_db(transaction=True)

VAGUE = "falconry"
ASKING_FIRST, ASKING = "Falconry covers several areas.", "Which part of falconry is it?"
ASKING_GDPR, ASKING_SHOP = "The GDPR covers several areas.", "Which part of your webshop is it?"


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (VAGUE, {"question": f"{ASKING_FIRST} {ASKING}"}),
        (AUDIT, {"picks": [], "narrative": "", "question": f"{ASKING_GDPR} {ASKING_SHOP}"}),
    ],
)
def test_a_question_back_comes_sentence_by_sentence_while_the_model_still_writes(
    query: str,
    answer: dict[str, Any],
    server: ModelServer,
    ask_in_a_stream: Ask,
    post: Callable[..., Any],
    settings: Any,
) -> None:
    settings.LLM_TIMEOUT = 20.0
    first, second = str(answer["question"]).split(". ")
    early, told = told_until(f"{first}.", answer, second[:3], query, server, post)
    assert second not in json.dumps(early)
    assert [one["text"] for one in told if one["event"] == "delta"] == [f"{first}.", f" {second}"]
    assert told[-2]["type"] == "clarification"
    assert told[-2]["narrative"] == answer["question"]
    assert told[-2]["degraded"] is False


@pytest.mark.parametrize(
    "second",
    [
        "Shall I give you the number of Zelda Quist?",
        "Which page, see https://evil.example?",
        "Only the best in the world will do.",
        "Which part?" + " Which part of it?" * 20,
    ],
)
def test_a_question_back_that_goes_wrong_ends_as_our_own(
    second: str, server: ModelServer, ask_in_a_stream: Ask, post: Callable[..., Any]
) -> None:
    answer = {"question": f"{ASKING_FIRST} {second}"}
    server.behave(streams(answer))
    result = ask_in_a_stream(VAGUE)[-2]
    assert "Zelda" not in result["narrative"]
    assert "https" not in result["narrative"]
    assert result["narrative"].startswith(f"{ASKING_FIRST} ")
    assert result["narrative"].endswith("?")
    assert len(result["narrative"]) < 400
    server.behave(says(answer))
    plain = post("/api/chat/", {"email": "ana@example.com", "query": VAGUE}).json()
    assert plain["narrative"] == result["narrative"]


@pytest.mark.parametrize("fault", ["is closed", "hangs", "is cut off", "ends its JSON too early"])
def test_a_question_back_of_which_some_was_told_is_ended_when_the_model_fails(
    fault: str, server: ModelServer, ask_in_a_stream: Ask
) -> None:
    then, reason = BREAKS[fault]
    server.behave(streams({"question": f"{ASKING_FIRST} {ASKING}"}, ASKING[:3], *then))
    result = ask_in_a_stream(VAGUE)[-2]
    assert result["degraded"] is True
    assert result["type"] == "clarification"
    assert result["narrative"].startswith(f"{ASKING_FIRST} ")
    assert result["narrative"].endswith("?")
    assert Conversation.objects.get().usage["reason"] == reason
    assert len(server.bodies) == 1
