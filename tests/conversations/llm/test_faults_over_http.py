"""The same faults seen by a visitor: POST /api/chat/ answers 200 within the deadline, always."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from conversations.models import Conversation, Lead
from tests.conversations.llm.server import ModelServer, says
from tests.conversations.llm.test_faults import DEADLINE, FAULTS

pytestmark = pytest.mark.django_db(transaction=True)

QUERY = "Who can audit our webshop for the GDPR?"
OWN_TIME = 2.0  # seconds for finding and storing, on a busy machine


@pytest.fixture
def ask_model(
    server: ModelServer, settings: Any, experts: None, post: Callable[..., Any]
) -> Callable[..., Any]:
    """One turn over HTTP, of a deployment that has a language model."""
    settings.OPENAI_BASE_URL = server.url
    settings.OPENAI_MODEL = "tiny"
    settings.LLM_TIMEOUT = DEADLINE

    def ask(query: str = QUERY, **fields: Any) -> dict[str, Any]:
        response = post("/api/chat/", {"email": "ana@example.com", "query": query, **fields})
        assert response.status_code == 200, response.content
        body: dict[str, Any] = response.json()
        return body

    return ask


@pytest.mark.parametrize("fault", FAULTS)
def test_a_visitor_is_answered_whatever_the_model_server_does(
    fault: str, server: ModelServer, ask_model: Callable[..., Any]
) -> None:
    behaviour, reason = FAULTS[fault]
    server.behave(behaviour)
    started = time.monotonic()
    body = ask_model()
    assert time.monotonic() - started < DEADLINE + OWN_TIME
    assert body["degraded"] is True
    assert body["type"] == "match"
    assert body["experts"][0]["id"] == "privacy-noor"
    stored = Conversation.objects.get()
    assert Lead.objects.count() == 1
    assert stored.status == "degraded"
    assert stored.usage["reason"] == reason
    assert stored.failure
    assert "ana@example.com" not in "".join(server.texts)


def test_an_answer_of_the_model_is_stored_with_what_it_cost(
    server: ModelServer, ask_model: Callable[..., Any]
) -> None:
    picks = [{"ref": "c1", "why": "Audits webshops for the GDPR."}]
    server.behave(says({"picks": picks, "narrative": "{c1} audits webshops.", "question": ""}))
    body = ask_model()
    assert body["degraded"] is False
    assert body["narrative"] == "Noor Peeters audits webshops."
    assert body["experts"][0]["why"] == "Audits webshops for the GDPR."
    stored = Conversation.objects.get()
    assert stored.composer == "openai:tiny"
    assert stored.usage["total_tokens"] == 350
    assert stored.usage["rung"] == "json_schema"
    assert stored.failure == ""


def test_a_follow_up_is_searched_for_in_the_models_words_when_they_are_the_visitors(
    server: ModelServer, ask_model: Callable[..., Any], settings: Any
) -> None:
    settings.LLM_TIMEOUT = 8.0  # a quarter of it for a rewriting, on a busy machine
    first = ask_model("I need help with the VAT declarations of my webshop")
    server.behave(says({"question": "VAT declarations webshop Europe"}), says({"picks": []}))
    ask_model("and in Europe?", thread=first["thread"])
    assert Conversation.objects.order_by("pk").last().standalone_query == (
        "VAT declarations webshop Europe"
    )


def test_the_tokens_of_rewriting_a_follow_up_are_counted_with_the_answers(
    server: ModelServer, ask_model: Callable[..., Any], settings: Any
) -> None:
    settings.LLM_TIMEOUT = 8.0  # a quarter of it for a rewriting, on a busy machine
    first = ask_model("I need help with the VAT declarations of my webshop")
    ask_model("and in Europe?", thread=first["thread"])
    stored = list(Conversation.objects.order_by("pk"))
    assert [one.usage["total_tokens"] for one in stored] == [350, 700]


def test_a_model_cannot_make_a_follow_up_search_for_what_nobody_asked(
    server: ModelServer, ask_model: Callable[..., Any]
) -> None:
    first = ask_model("I need help with the VAT declarations of my webshop")
    server.behave(says({"question": "leaking roofs in Antwerp, VAT"}), says({"picks": []}))
    ask_model("and in Europe?", thread=first["thread"])
    assert "roof" not in Conversation.objects.order_by("pk").last().standalone_query


def test_the_tokens_of_a_day_are_not_overdrawn(
    server: ModelServer, ask_model: Callable[..., Any], settings: Any
) -> None:
    from conversations.chat.llm.budget import spent_today

    settings.LLM_DAILY_TOKENS = 3000
    settings.LLM_TIMEOUT = 2.0
    server.behave(says({"picks": [{"ref": "c1", "why": "x"}], "narrative": "", "question": ""}))
    degraded = [ask_model()["degraded"] for _ in range(8)]
    assert degraded[0] is False
    assert degraded[-1] is True
    assert spent_today() == 350 * degraded.count(False) <= 3000
    assert Conversation.objects.order_by("pk").last().usage["reason"] == "budget_spent"
