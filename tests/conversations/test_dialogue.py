"""A dialogue: follow-ups are understood from the thread, and nobody reads another one's."""

import uuid
from collections.abc import Callable

import pytest

from conversations.models import Conversation, Feedback, Lead
from tests.conversations.conftest import Ask
from tests.conversations.directory import PEOPLE, add_expert

pytestmark = pytest.mark.django_db

DISPUTE = "I need a lawyer for a tax dispute"


def searched(answer: dict[str, object]) -> str:
    query: str = Conversation.objects.get(pk=answer["id"]).standalone_query
    return query


def test_someone_cheaper_is_cheaper_than_everyone_shown(
    experts: None, ask: Ask, reindex: Callable[[], None]
) -> None:
    add_expert("tax-tess", **{**PEOPLE["tax-ann"], "name": "Tess Roels", "hourly_rate": "130"})
    reindex()
    first = ask(DISPUTE, filters={"min_hourly_rate": 150})
    cheapest = min(float(card["hourly_rate"]) for card in first["experts"])

    second = ask("someone cheaper", thread=first["thread"])

    assert searched(second) == DISPUTE
    assert second["experts"]
    assert all(float(card["hourly_rate"]) < cheapest for card in second["experts"])
    assert float(second["interpreted"]["max_hourly_rate"]) < cheapest


def test_who_only_asks_less_is_not_shown_for_someone_cheaper(experts: None, ask: Ask) -> None:
    first = ask(DISPUTE)
    second = ask("someone cheaper", thread=first["thread"])
    assert "Nobody cheaper than €180 matches." in second["narrative"]
    assert [card["id"] for card in second["experts"]] == ["tax-ann"]


def test_the_last_words_of_a_lead_tell_what_a_follow_up_continues(experts: None, ask: Ask) -> None:
    first = ask(DISPUTE)
    assert Lead.objects.get().last_words == DISPUTE
    ask("in Ghent", thread=first["thread"])
    assert Lead.objects.get().last_words == f"in Ghent (after: {DISPUTE})"
    ask("Someone cheaper?", thread=first["thread"])
    told = f"Someone cheaper? (after: {DISPUTE})"  # a place is a demand, as a price is
    assert Lead.objects.get().last_words == told
    Lead.objects.update(last_words="")
    Lead.objects.refresh([Lead.objects.get().pk])
    assert Lead.objects.get().last_words == told
    ask("Who designs a logo?", thread=first["thread"])
    assert Lead.objects.get().last_words == "Who designs a logo?"


def test_a_client_that_tells_the_history_itself_is_understood_too(experts: None, ask: Ask) -> None:
    said = [{"role": "user", "content": DISPUTE}, {"role": "assistant", "content": "Ann fits."}]
    ask("Someone cheaper?", history=said)
    assert Lead.objects.get().last_words == f"Someone cheaper? (after: {DISPUTE})"


def test_a_later_place_takes_the_place_of_the_one_before_and_is_let_go_openly(
    experts: None, ask: Ask
) -> None:
    first = ask(DISPUTE)
    second = ask("in Namur?", thread=first["thread"])
    assert second["interpreted"]["place"] == "Namur"
    third = ask("of in Oostende?", thread=first["thread"])
    assert third["interpreted"]["place"] == "Oostende"
    assert third["type"] == "match"
    assert "Oostende" in third["narrative"]


def test_who_is_named_is_shown_alone_and_at_once(experts: None, ask: Ask) -> None:
    shown = ask(DISPUTE)["experts"][0]
    answer = ask(f"Is {shown['name']} with you?")
    assert answer["type"] == "match"
    assert [card["id"] for card in answer["experts"]] == [shown["id"]]


@pytest.mark.parametrize("words", ["someone else", "Iemand anders?", "quelqu'un d'autre"])
def test_someone_else_is_nobody_shown_before(experts: None, ask: Ask, words: str) -> None:
    first = ask(DISPUTE)
    second = ask(words, thread=first["thread"])
    third = ask(words, thread=first["thread"])

    seen = [card["id"] for answer in (first, second, third) for card in answer["experts"]]
    assert len(seen) == len(set(seen))


def test_who_was_refused_stays_refused(experts: None, ask: Ask) -> None:
    first = ask(DISPUTE)
    ask("someone else", thread=first["thread"])
    third = ask(DISPUTE, thread=first["thread"])

    assert "tax-ann" not in [card["id"] for card in third["experts"]]


def test_who_was_voted_down_is_not_offered_again(experts: None, ask: Ask) -> None:
    first = ask(DISPUTE)
    Feedback.objects.cast(
        number=first["id"], vote="down", email="ana@example.com", expert_ids=["tax-ann"]
    )

    again = ask(DISPUTE, thread=first["thread"])
    assert "tax-ann" not in [card["id"] for card in again["experts"]]


def test_a_correction_takes_the_place_of_what_it_corrects(experts: None, ask: Ask) -> None:
    first = ask("I need a lawyer for my yearly audit")
    second = ask("not a lawyer, an accountant", thread=first["thread"])

    assert "lawyer" not in searched(second)
    assert "accountant" in searched(second)
    assert "audit" in searched(second)
    assert second["experts"][0]["id"] == "books-cas"


def test_a_wish_about_language_joins_the_question(experts: None, ask: Ask) -> None:
    first = ask(DISPUTE)
    second = ask("who speaks French?", thread=first["thread"])

    assert second["interpreted"] == {"languages": ["fr"]}
    assert second["experts"][0]["id"] == "tax-ann"


def test_a_later_limit_takes_the_place_of_the_earlier(experts: None, ask: Ask) -> None:
    first = ask(f"{DISPUTE}, under €160 an hour")
    second = ask("and under €200 an hour?", thread=first["thread"])

    assert second["interpreted"]["max_hourly_rate"] == "200.00"
    assert second["experts"][0]["id"] == "tax-ann"


def test_a_filter_of_one_request_is_not_carried_to_the_next(experts: None, ask: Ask) -> None:
    first = ask(DISPUTE, filters={"max_hourly_rate": 160})
    second = ask("who speaks English?", thread=first["thread"])

    assert second["interpreted"] == {"languages": ["en"]}


def test_a_new_question_in_the_thread_stands_alone(experts: None, ask: Ask) -> None:
    first = ask(DISPUTE)
    second = ask("My roof leaks, dakwerker in Antwerpen needed for daken", thread=first["thread"])

    assert "tax" not in searched(second)
    assert second["experts"][0]["id"] == "roof-rik"


def test_an_answer_to_a_question_after_people_joins_what_was_asked(experts: None, ask: Ask) -> None:
    first = ask("marketing")
    assert first["narrative"].endswith("?")
    assert first["suggestions"]

    second = ask("campaigns", thread=first["thread"])
    assert second["type"] == "match"
    assert searched(second) == "marketing, campaigns"
    assert second["experts"][0]["id"] == "ads-ada"


def test_every_suggestion_can_be_clicked(experts: None, ask: Ask) -> None:
    first = ask("marketing")

    for suggestion in first["suggestions"]:
        answer = ask(suggestion, thread=first["thread"])
        assert answer["type"] == "match"
        assert "marketing" in searched(answer)


def test_history_of_the_client_serves_where_nothing_is_stored(experts: None, ask: Ask) -> None:
    history = [
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "Hello! What is the problem?"},
        {"role": "user", "content": DISPUTE},
        {"role": "assistant", "content": "Three people fit this."},
    ]
    answer = ask("who speaks French?", history=history)

    assert searched(answer) == DISPUTE
    assert answer["interpreted"] == {"languages": ["fr"]}


def test_a_history_that_ends_with_the_message_itself_is_understood(experts: None, ask: Ask) -> None:
    answer = ask(DISPUTE, history=[{"role": "user", "content": DISPUTE}])

    assert searched(answer) == DISPUTE


def test_no_more_history_is_used_than_the_setting_allows(
    experts: None, ask: Ask, settings: object
) -> None:
    settings.HISTORY_TURNS = 0  # type: ignore[attr-defined]
    history = [{"role": "user", "content": DISPUTE}]

    assert searched(ask("who speaks French?", history=history)) != DISPUTE


def test_the_thread_of_another_address_is_a_closed_book(experts: None, ask: Ask) -> None:
    mine = ask(DISPUTE, email="ana@example.com")
    other = ask("someone cheaper", email="eve@example.com", thread=mine["thread"])

    stored = Conversation.objects.get(pk=other["id"])
    assert DISPUTE not in stored.standalone_query
    assert "max_hourly_rate" not in other["interpreted"]
    assert not other["experts"] or other["experts"] != mine["experts"]


def test_a_thread_is_continued_in_any_spelling_of_the_address(experts: None, ask: Ask) -> None:
    mine = ask(DISPUTE, email="ana@example.com")
    again = ask("who speaks French?", email="ANA@example.com", thread=mine["thread"])

    assert searched(again) == DISPUTE


def test_an_unknown_thread_is_a_new_dialogue(experts: None, ask: Ask) -> None:
    thread = str(uuid.uuid4())

    answer = ask(DISPUTE, thread=thread)
    assert answer["thread"] == thread
    assert answer["type"] == "match"
