"""Visitors are answered in their language: that of the message, of the dialogue, of the browser."""

from typing import Any

import pytest

from conversations.chat.language import language_of
from conversations.models import Conversation
from tests.conversations.conftest import Ask

pytestmark = pytest.mark.django_db


def language(answer: Any) -> str:
    told: str = Conversation.objects.get(pk=answer["id"]).language
    return told


@pytest.fixture
def ask_from(post: Ask) -> Ask:
    """One turn from a browser that sends this Accept-Language."""

    def ask_from(accepted: str, query: str) -> Any:
        words = {"email": "ana@example.com", "query": query}
        return post("/api/chat/", words, **{"Accept-Language": accepted}).json()

    return ask_from


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Ik heb een fiscaal probleem met de btw", "nl"),
        ("webwinkel", "nl"),
        ("hallo", "nl"),
        ("Qui peut aider en cas de burn-out ?", "fr"),
        ("bonjour", "fr"),
        ("comptabilité", "fr"),
        ("I need a tax adviser", "en"),
        ("GDPR audit", "en"),
        ("AI", "en"),
        ("podcast", "en"),
        ("Jan Peeters", "en"),
    ],
)
def test_the_answer_is_in_the_visitors_language(
    experts: None, ask: Ask, words: str, told: str
) -> None:
    assert language(ask(words)) == told


@pytest.mark.parametrize(
    ("first", "told"), [("Ik zoek een boekhouder in Gent", "nl"), ("Bonjour à vous", "fr")]
)
@pytest.mark.parametrize("second", ["podcast", "AI", "growth hacker", "2500"])
def test_a_message_of_any_language_keeps_that_of_the_dialogue(
    experts: None, ask: Ask, first: str, told: str, second: str
) -> None:
    thread = ask(first)["thread"]
    assert language(ask(second, thread=thread)) == told


def test_a_clear_message_in_another_language_changes_that_of_the_dialogue(
    experts: None, ask: Ask
) -> None:
    thread = ask("Bonjour, je cherche un fiscaliste")["thread"]
    assert language(ask("sorry, could you answer in English?", thread=thread)) == "en"
    assert language(ask("marketing", thread=thread)) == "en"
    assert language(ask("of toch liever in het Nederlands", thread=thread)) == "nl"


def test_a_history_that_the_client_tells_counts_as_the_dialogue(experts: None, ask: Ask) -> None:
    history = [
        {"role": "user", "content": "Ik zoek een boekhouder in Gent"},
        {"role": "assistant", "content": "What kind of business is it?"},
    ]
    assert language(ask("webshop", history=history)) == "nl"


@pytest.mark.parametrize(
    ("accepted", "words", "told"),
    [
        ("nl-BE,nl;q=0.9,en;q=0.5", "podcast", "nl"),
        ("fr-BE", "data engineer", "fr"),
        ("en;q=0.3, fr;q=0.8", "crypto", "fr"),
        ("fr", "Who can review a lease for us?", "en"),
        ("fr", "wie kan ons huurcontract nalezen?", "nl"),
        ("de-DE,de;q=0.9", "podcast", "en"),
        ("*", "podcast", "en"),
        ("nl;q=junk,,;;", "podcast", "en"),
    ],
)
def test_in_doubt_the_browser_is_followed(
    experts: None, ask_from: Ask, accepted: str, words: str, told: str
) -> None:
    assert language(ask_from(accepted, words)) == told


@pytest.mark.parametrize(
    "words",
    ["Wir suchen einen Steuerberater", "Busco un abogado laboral", "нужен бухгалтер", "محاسب"],
)
def test_a_language_without_texts_is_answered_in_the_expected_one(words: str) -> None:
    assert language_of(words) == "en"
    assert language_of(words, page="fr") == "fr"
    assert language_of(words, earlier=["nl"], page="fr") == "nl"
