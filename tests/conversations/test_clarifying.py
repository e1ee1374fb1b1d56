"""Asking back: specific, never twice the same, and twice at most."""

import pytest

from conversations.chat.clarifying import kinds
from experts.models import Expert
from experts.search import wiring
from experts.search.backends.offline import HashingEmbedder
from tests.conversations.conftest import Ask

pytestmark = pytest.mark.django_db

GREETINGS = ["hello", "Hi there!", "Hallo, goeiedag", "bonjour", "merci", "ok", "👋", "...", "help"]
NONSENSE = ["asdf qwer zxcv", "qqqqqqqqq", "xkcd blorp fnord"]


@pytest.mark.parametrize("words", GREETINGS + NONSENSE)
def test_what_asks_nothing_gets_a_kind_question_and_no_experts(
    experts: None, ask: Ask, words: str
) -> None:
    answer = ask(words)

    assert answer["type"] == "clarification"
    assert answer["experts"] == []
    assert answer["narrative"].endswith("?") or answer["narrative"].endswith(".")
    assert 2 <= len(answer["suggestions"]) <= 4


def test_a_field_is_split_into_its_kinds(experts: None, ask: Ask) -> None:
    answer = ask("marketing")

    assert answer["type"] == "clarification"
    assert all(choice in answer["narrative"] for choice in answer["suggestions"])
    tags = {tag for tags in Expert.objects.values_list("tags", flat=True) for tag in tags}
    assert set(answer["suggestions"]) <= tags


def test_the_same_question_is_never_asked_twice(experts: None, ask: Ask) -> None:
    first = ask("hello")
    second = ask("hello", thread=first["thread"])

    assert second["type"] == "clarification"
    assert first["narrative"] != second["narrative"]
    assert not set(first["suggestions"]) & set(second["suggestions"])


@pytest.mark.parametrize("words", ["hello", "asdf qwer", "marketing", "help me please"])
def test_after_two_questions_it_answers_and_says_what_was_assumed(
    experts: None, ask: Ask, words: str
) -> None:
    first = ask(words)
    second = ask("hm", thread=first["thread"])
    third = ask("hello", thread=first["thread"])

    assert (first["type"], second["type"], third["type"]) == (
        "clarification", "clarification", "match",
    )  # fmt: skip
    assert "assumed" in third["narrative"]
    assert third["experts"]


def test_nobody_is_shown_for_a_text_that_the_model_cannot_read(
    experts: None, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HashingEmbedder, "reads", lambda _self, _text: 0.4)
    thread = ""
    for _ in range(4):
        answer = ask("I need a tax lawyer", **({"thread": thread} if thread else {}))
        thread = answer["thread"]
        assert (answer["type"], answer["experts"]) == ("clarification", [])


def test_an_empty_directory_asks_and_never_matches(db: None, reindex: Ask, ask: Ask) -> None:
    reindex()
    first = ask("I need a tax lawyer")
    narratives = [first["narrative"]]
    for _ in range(4):
        answer = ask("I need a tax lawyer", thread=first["thread"])
        assert answer["type"] == "clarification"
        narratives.append(answer["narrative"])

    assert len(set(narratives)) == len(narratives)


def test_a_choice_says_more_than_the_singular_of_what_was_asked(db: None, reindex: Ask) -> None:
    for number, tags in enumerate([["tax"], ["Tax law"], ["Tax return"], ["tax", "Customs"]]):
        Expert.objects.create(
            username=f"t{number}", name=f"T {number}", job_title=f"Adviser {number}", company="C",
            bio="I deal with taxes.", hourly_rate=100, currency="EUR", tags=tags,
        )  # fmt: skip
    reindex()

    found = kinds(wiring.retriever().retrieve("taxes"))

    assert "tax" not in found
    assert {"Tax law", "Tax return"} & set(found)
