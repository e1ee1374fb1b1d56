"""What is answered without a search: small talk, the service itself, and people shown before."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from conversations.chat import wiring
from conversations.chat.acts.classifier import Acts, searched
from conversations.leads import outbox
from conversations.leads.demand import uncovered
from conversations.models import Conversation, Lead, Message, ServiceText
from tests.conversations.admin import rows
from tests.conversations.conftest import Ask
from tests.conversations.receivers import Mailbox

pytestmark = pytest.mark.django_db

DISPUTE = "I need a lawyer for a tax dispute"
ACTS = {
    "thanks!": ("thanks", ""),
    "bedankt": ("thanks", ""),
    "au revoir": ("goodbye", ""),
    "what does she charge?": ("ask_about_expert", "rate"),
    "does Ann speak Dutch?": ("ask_about_expert", "languages"),
    "does Ann plead in court?": ("ask_about_expert", ""),
    "does Ann have a boat?": ("ask_about_expert", ""),
    "the second one": ("select", ""),
    "can I meet Ann?": ("book", ""),
    "yes please": ("yes", ""),
    "what do I pay for this?": ("service_question", "cost"),
    "can a person call me?": ("human", "human"),
    "not Ann": ("reject", ""),
    "that is no good to me": ("reject", ""),
    "forget the budget": ("drop_limit", "budget"),
    "both": ("select", ""),
    "you do not understand me": ("complaint", ""),
}


class Scripted:
    """Reads the messages above surely, and is unsure of all others."""

    def acts(self, message: str, reply: str) -> Acts:
        if message not in ACTS:
            return searched(bool(reply))
        act = ACTS[message][0]
        return Acts({act: 0.99}, frozenset({act}))

    def fact(self, question: str) -> str:
        return next(topic for message, (_, topic) in ACTS.items() if question in _without(message))

    def service(self, question: str) -> str:
        return ACTS[question][1]

    limit = service


def _without(message: str) -> tuple[str, str]:
    return message, message.replace("Ann ", "")


@pytest.fixture(autouse=True)
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "Reader", Scripted)


def stored(answer: dict[str, Any]) -> Conversation:
    found: Conversation = Conversation.objects.get(pk=answer["id"])
    return found


def shown(answer: dict[str, Any]) -> list[str]:
    return [card["id"] for card in answer["experts"]]


def test_thanks_recommend_nobody_and_leave_the_question_as_it_stands(
    experts: None, ask: Ask
) -> None:
    first = ask(f"{DISPUTE}, under €200 an hour")
    thanks = ask("thanks!", thread=first["thread"])
    assert thanks["type"] == "clarification"
    assert thanks["narrative"] == "You're welcome. Good luck with it!"
    assert thanks["suggestions"] == []
    assert thanks["interpreted"]["max_hourly_rate"] == "200.00"

    later = ask("who speaks French?", thread=first["thread"])
    assert stored(later).standalone_query == DISPUTE
    assert later["interpreted"]["max_hourly_rate"] == "200.00"


def test_small_talk_is_varied_and_in_the_visitors_language(experts: None, ask: Ask) -> None:
    first = ask("Wie kan mijn boekhouding doen voor mijn winkel?")
    said = [ask("bedankt", thread=first["thread"])["narrative"] for _ in range(3)]
    assert said[0] == "Graag gedaan. Veel succes ermee!"
    assert len(set(said)) == 3


def test_small_talk_is_no_demand_and_no_question_asked_back(experts: None, ask: Ask) -> None:
    first = ask("thanks!")
    for _ in range(2):
        ask("au revoir", thread=first["thread"])
    asked = ask("zzqx vvkj", thread=first["thread"])
    assert asked["type"] == "clarification", "courtesies used up the questions"
    assert [row.query for row, _ in uncovered(timedelta(days=1))] in ([], ["zzqx vvkj"])


def test_the_last_words_of_a_lead_keep_what_was_asked(experts: None, ask: Ask) -> None:
    first = ask(DISPUTE)
    ask("thanks!", thread=first["thread"])
    assert Lead.objects.get().last_words == f"thanks! (after: {DISPUTE})"


def test_a_question_about_somebody_shown_is_answered_from_their_profile(
    experts: None, ask: Ask
) -> None:
    first = ask(DISPUTE)
    assert first["experts"][0]["id"] == "tax-ann"
    for message, words in (
        ("what does she charge?", "€180"),
        ("does Ann speak Dutch?", "does not list Dutch"),
        ("does Ann plead in court?", "I plead tax cases in court"),
    ):
        answer = ask(message, thread=first["thread"])
        assert shown(answer) == ["tax-ann"]
        assert words in answer["narrative"], message


def test_what_a_profile_does_not_say_is_said_not_to_be_there(experts: None, ask: Ask) -> None:
    first = ask(DISPUTE)
    answer = ask("does Ann have a boat?", thread=first["thread"])
    assert answer["narrative"] == "Ann Maes's profile doesn't say. Shall I ask them?"
    booked = ask("yes please", thread=first["thread"])
    assert shown(booked) == ["tax-ann"]
    assert "is noted" in booked["narrative"]


def test_a_number_chooses_among_those_shown_last(experts: None, ask: Ask) -> None:
    first = ask("marketing")
    assert len(first["experts"]) > 1
    answer = ask("the second one", thread=first["thread"])
    assert shown(answer) == [first["experts"][1]["id"]]
    assert stored(answer).usage["decision"] == "chosen"


def test_a_number_chooses_among_answers_offered_to_click(experts: None, ask: Ask) -> None:
    first = ask("help")
    assert first["type"] == "clarification"
    Conversation.objects.update(suggestions=["Finance", "Tax dispute"])
    answer = ask("the second one", thread=first["thread"])
    assert "tax-ann" in shown(answer)


def test_a_history_tells_who_was_shown(experts: None, ask: Ask) -> None:
    history = [
        {"role": "user", "content": DISPUTE},
        {"role": "assistant", "content": "The best match is Ann Maes, Tax lawyer."},
    ]
    answer = ask("what does she charge?", history=history)
    assert shown(answer) == ["tax-ann"]
    assert "€180" in answer["narrative"]


def test_who_is_turned_down_is_not_talked_about(experts: None, ask: Ask) -> None:
    first = ask(DISPUTE)
    assert shown(ask("not Ann", thread=first["thread"])) != ["tax-ann"]


def test_somebody_who_has_left_is_not_talked_about(experts: None, ask: Ask) -> None:
    from experts.models import Expert

    first = ask(DISPUTE)
    Expert.objects.filter(username="tax-ann").delete()
    assert "tax-ann" not in shown(ask("what does she charge?", thread=first["thread"]))


def test_staff_write_what_the_service_says_of_itself(experts: None, ask: Ask) -> None:
    assert "free" in ask("what do I pay for this?")["narrative"]
    ServiceText.objects.create(topic="cost", language="en", text="Ten euros a year.")
    answer = ask("what do I pay for this?", email="bo@example.com")
    assert answer["narrative"] == "Ten euros a year."
    assert answer["type"] == "clarification"


def test_every_topic_has_a_text_in_every_language() -> None:
    from conversations.chat.acts.examples import OTHER, SERVICE
    from conversations.chat.service import DEFAULTS

    assert set(DEFAULTS) == set(SERVICE) - {OTHER} == set(ServiceText.Topic.values)
    assert all(set(texts) == set(ServiceText.Language.values) for texts in DEFAULTS.values())


def test_the_language_model_is_not_asked_for_an_aside(
    experts: None, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Forbidden:
        name = "model"

        def compose(self, turn: object) -> None:
            raise AssertionError("a model was asked")

    assistant = wiring.assistant()
    assistant.model = Forbidden()  # type: ignore[assignment]
    monkeypatch.setattr(wiring, "assistant", lambda: assistant)
    assert ask("thanks!")["type"] == "clarification"


def test_a_wish_for_contact_is_mailed_to_sales(experts: None, ask: Ask, mailbox: Mailbox) -> None:
    rows.staff("sam", role="sales")
    User.objects.filter(username="sam").update(email="sam@desk.example.com")
    first = ask(DISPUTE)
    ask("can I meet Ann?", thread=first["thread"])
    ask("can a person call me?", thread=first["thread"])
    ask("thanks!", thread=first["thread"])
    outbox.deliver()
    assert Message.objects.filter(event="lead.contact_wanted").count() == 2
    assert {mail.rcpt_tos[0] for mail in mailbox.mails} == {"sam@desk.example.com"}


def test_a_demand_is_taken_back_and_the_question_stands(experts: None, ask: Ask) -> None:
    first = ask(f"{DISPUTE}, under €200 an hour, someone who speaks French")
    later = ask("forget the budget", thread=first["thread"])
    assert stored(later).standalone_query == stored(first).standalone_query
    assert later["interpreted"] == {"languages": ["fr"]}


def test_who_is_turned_down_is_not_shown_again(experts: None, ask: Ask) -> None:
    first = ask(DISPUTE)
    ask("that is no good to me", thread=first["thread"])
    again = ask("who else speaks French?", thread=first["thread"])
    assert "tax-ann" not in shown(again)


def test_both_takes_the_answers_that_were_offered(experts: None, ask: Ask) -> None:
    first = ask("marketing")
    assert first["narrative"].endswith("?")
    named = [one for one in first["suggestions"] if one in first["narrative"]]
    answer = ask("both", thread=first["thread"])
    assert all(one in stored(answer).standalone_query for one in named)


def test_a_complaint_is_answered_with_regret(experts: None, ask: Ask) -> None:
    first = ask(DISPUTE)
    answer = ask("you do not understand me", thread=first["thread"])
    assert answer["experts"] == []
    assert answer["narrative"].startswith("I'm sorry")
