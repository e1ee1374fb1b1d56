"""Asking back: specific, never twice the same, and twice at most."""

import pytest

from conversations.chat.splitting import splitting, subjects_of, subjects_of_directory
from conversations.models import Conversation
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


def test_a_broad_subject_shows_people_and_asks_which_kind_is_meant(experts: None, ask: Ask) -> None:
    answer = ask("marketing")

    assert answer["type"] == "match"
    assert answer["narrative"].endswith("?")
    tags = {tag for tags in Expert.objects.values_list("tags", flat=True) for tag in tags}
    choices = [one for one in answer["suggestions"] if one in tags]
    assert len(choices) > 1
    assert all(choice in answer["narrative"] for choice in choices)


def test_the_same_question_is_never_asked_twice(experts: None, ask: Ask) -> None:
    first = ask("hello")
    second = ask("hello", thread=first["thread"])

    assert second["type"] == "clarification"
    assert first["narrative"] != second["narrative"]
    assert not set(first["suggestions"]) & set(second["suggestions"])


@pytest.mark.parametrize("words", ["hello", "asdf qwer", "help me please"])
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

    candidates = wiring.retriever().retrieve("taxes").candidates
    profiles = [subjects_of(one.expert, "taxes", "en") for one in candidates]
    found = {one.label for one in splitting(profiles, 4)}

    assert "tax" not in found
    assert {"Tax law", "Tax return"} & found


def test_choices_are_subjects_and_never_job_titles(db: None, reindex: Ask) -> None:
    for number, (title, bio) in enumerate(
        [
            ("Founder", "I speak about marketing, podcasts, storytelling and growth."),
            ("CEO", "Marketing, storytelling, leadership and podcasts are my subjects."),
            ("CEO and founder", "Growth, founder, leadership, CEO: marketing in one word."),
        ]
    ):
        Expert.objects.create(
            username=f"s{number}", name=f"S {number}", job_title=title, company="C", bio=bio,
            hourly_rate=100, currency="EUR",
        )  # fmt: skip
    reindex()

    candidates = wiring.retriever().retrieve("marketing").candidates
    profiles = [subjects_of(one.expert, "marketing", "en") for one in candidates]
    found = {one.label.casefold() for one in splitting(profiles, 4)}

    assert found
    assert found <= {"podcasts", "storytelling", "growth", "leadership"}


def test_what_is_clicked_after_nobody_was_found_is_a_question_by_itself(
    experts: None, ask: Ask
) -> None:
    first = ask("falconry")
    assert first["type"] == "clarification"

    second = ask(first["suggestions"][0], thread=first["thread"])

    assert second["type"] == "match"
    assert Conversation.objects.get(pk=second["id"]).standalone_query == first["suggestions"][0]


def test_greetings_are_not_answered_with_the_same_subjects_whatever_was_said(
    experts: None, ask: Ask
) -> None:
    offered = {tuple(ask(words)["suggestions"]) for words in ("hello", "Hi there!", "good evening")}

    assert len(offered) > 1


def test_the_directory_is_read_for_the_first_greeting_of_a_day_and_an_index(
    experts: None, django_assert_num_queries: Ask
) -> None:
    with django_assert_num_queries(2):
        first = subjects_of_directory("en", "an index", "hello")
    with django_assert_num_queries(0):
        other = subjects_of_directory("en", "an index", "Hi there!")
    with django_assert_num_queries(2):
        subjects_of_directory("en", "the next index", "hello")

    assert first != other
    assert set(first) == set(other)
