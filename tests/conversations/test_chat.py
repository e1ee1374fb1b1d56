"""The talk over HTTP: one message in, one to three experts or a question out."""

import uuid

import pytest

from conversations.models import Conversation, Lead, Recommendation
from experts.models import Expert
from tests.conversations.conftest import Ask

pytestmark = pytest.mark.django_db

GDPR = "Who can check our webshop for the GDPR?"


def test_a_problem_is_answered_with_an_expert_and_a_reason(experts: None, ask: Ask) -> None:
    answer = ask(GDPR)

    assert answer["type"] == "match"
    assert 1 <= len(answer["experts"]) <= 3
    first = answer["experts"][0]
    assert first["id"] == "privacy-noor"
    assert "I audit webshops for the GDPR." in first["why"]
    assert first["why"] == first["why_them"]
    assert (first["hourly_rate"], first["currency"]) == ("95.00", "EUR")
    assert first["profile_url"] is None
    assert "Noor Peeters" in answer["narrative"]
    assert answer["degraded"] is False


def test_the_body_has_exactly_the_names_of_the_contract(experts: None, ask: Ask) -> None:
    answer = ask(GDPR)

    assert list(answer) == [
        "id", "conversation_id", "thread", "type", "narrative", "experts", "suggestions",
        "interpreted", "degraded",
    ]  # fmt: skip
    assert list(answer["experts"][0]) == [
        "id", "name", "title", "company", "hourly_rate", "currency", "profile_url", "photo_url",
        "why", "why_them", "tier", "evidence",
    ]  # fmt: skip
    assert answer["id"] == answer["conversation_id"]
    assert uuid.UUID(answer["thread"])


def test_what_was_asked_and_answered_is_stored(experts: None, ask: Ask) -> None:
    answer = ask(GDPR, email=" Ana@Example.com ", source={"page": "/", "utm": {"source": "x"}})

    stored = Conversation.objects.get(pk=answer["id"])
    assert stored.email == "Ana@Example.com"
    assert stored.query == GDPR
    assert stored.status == Conversation.Status.ANSWERED
    assert stored.response_type == "match"
    assert stored.response_narrative == answer["narrative"]
    assert stored.response_experts == answer["experts"]
    assert stored.source == {"page": "/", "utm": {"source": "x"}}
    assert stored.composer == "offline"
    assert stored.language == "en"
    assert stored.index_generation
    assert stored.answered_at is not None
    shown = list(Recommendation.objects.values_list("username", "rank"))
    assert shown == [(card["id"], rank) for rank, card in enumerate(answer["experts"], start=1)]


def test_addresses_in_any_spelling_are_one_lead(experts: None, ask: Ask) -> None:
    ask(GDPR, email="Ana@Example.com")
    ask(GDPR, email="ANA@EXAMPLE.COM")

    assert Lead.objects.count() == 1
    assert Lead.objects.get().conversations.count() == 2


def test_every_path_answers_with_and_without_its_slash(experts: None, post: Ask) -> None:
    body = {"email": "ana@example.com", "query": GDPR}

    for path in ("/api/chat", "/api/chat/", "/api/v1/chat", "/api/v1/chat/"):
        assert post(path, body).status_code == 200


def test_unknown_fields_are_ignored(experts: None, ask: Ask) -> None:
    assert ask(GDPR, colour="blue", model={"temperature": 2})["type"] == "match"


def test_a_limit_in_the_words_is_kept_and_echoed(experts: None, ask: Ask) -> None:
    answer = ask("I need a lawyer for a tax dispute, under €160 an hour")

    assert answer["interpreted"] == {"max_hourly_rate": "160.00", "currency": "EUR"}
    assert all(float(card["hourly_rate"]) <= 160 for card in answer["experts"])


def test_filters_win_over_the_words(experts: None, ask: Ask) -> None:
    answer = ask(
        "I need a lawyer for a tax dispute, under €100 an hour",
        filters={"max_hourly_rate": 200, "currency": "eur", "languages": ["fr"]},
    )

    assert answer["interpreted"] == {
        "currency": "EUR", "languages": ["fr"], "max_hourly_rate": "200.00",
    }  # fmt: skip
    assert answer["experts"][0]["id"] == "tax-ann"


def test_a_limit_that_leaves_nobody_is_let_go_openly(experts: None, ask: Ask) -> None:
    answer = ask("I need a privacy lawyer for GDPR audits for at most 10 euro per hour")

    assert answer["type"] == "match"
    assert "Nobody under €10 matches." in answer["narrative"]
    assert "The closest above it is Noor Peeters (€95)." in answer["narrative"]
    assert "Someone cheaper" not in answer["suggestions"]


def test_an_expert_deactivated_since_is_not_recommended(experts: None, ask: Ask) -> None:
    Expert.objects.filter(username="privacy-noor").deactivate()

    assert "privacy-noor" not in [card["id"] for card in ask(GDPR)["experts"]]


def test_facts_are_those_of_today(experts: None, ask: Ask) -> None:
    Expert.objects.filter(username="privacy-noor").update(hourly_rate="101.50", company="New Co")

    first = ask(GDPR)["experts"][0]
    assert (first["hourly_rate"], first["company"]) == ("101.50", "New Co")


def test_no_score_reaches_a_visitor(experts: None, post: Ask) -> None:
    text = post("/api/chat/", {"email": "ana@example.com", "query": GDPR}).content.decode()

    assert "score" not in text
    assert "dense" not in text


def test_markup_in_a_profile_stays_data(experts: None, post: Ask, reindex: Ask) -> None:
    Expert.objects.filter(username="privacy-noor").update(
        company="<script>alert(1)</script>", bio="I audit GDPR <img src=x onerror=alert(1)> files."
    )
    reindex()

    response = post("/api/chat/", {"email": "ana@example.com", "query": GDPR})
    assert response["Content-Type"] == "application/json"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response.json()["experts"][0]["company"] == "<script>alert(1)</script>"


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/png, */*;q=0.1", "junk"])
def test_an_unusual_accept_header_gets_json(experts: None, post: Ask, accept: str) -> None:
    response = post("/api/chat/", {"email": "a@example.com", "query": GDPR}, accept=accept)

    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"


def test_a_match_offers_follow_ups_to_click(experts: None, ask: Ask) -> None:
    answer = ask("I need a tax adviser")
    assert "Someone else" in answer["suggestions"]

    follow_up = ask("Someone else", thread=answer["thread"])
    shown = {card["id"] for card in answer["experts"]}
    assert not shown & {card["id"] for card in follow_up["experts"]}
