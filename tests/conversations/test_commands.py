"""What operators type, and the sentence they get back."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from conversations.evaluation import concordance, overlap, recall
from conversations.models import (
    Attempt,
    Click,
    Conversation,
    EmailCapture,
    Feedback,
    Lead,
    Recommendation,
)
from conversations.replies import Reply
from tests.conversations.conftest import Ask

pytestmark = pytest.mark.django_db


def run(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue().strip()


def test_match_prints_the_answer_and_stores_nothing(experts: None) -> None:
    printed = run("match", "Who can check our webshop for the GDPR?")

    assert "Noor Peeters, Privacy lawyer, Peeters Legal (95.00 EUR" in printed
    assert "I audit webshops for the GDPR." in printed
    assert not Conversation.objects.exists()
    assert not Lead.objects.exists()


def test_match_as_json_is_a_ranking(experts: None) -> None:
    ranked = json.loads(run("match", "Who can check our webshop for the GDPR?", "--json"))

    assert ranked[0]["username"] == "privacy-noor"
    assert len(ranked) == 3
    scores = [one["score"] for one in ranked]
    assert scores == sorted(scores, reverse=True)


def test_match_ranks_as_many_as_are_asked_for(experts: None) -> None:
    assert len(json.loads(run("match", "webshop", "--json", "--top", "7"))) == 7


@pytest.mark.parametrize("args", [["match", "  "], ["match", "x", "--json", "--top", "0"]])
def test_match_refuses_nonsense_with_a_sentence(db: None, args: list[str]) -> None:
    with pytest.raises(CommandError, match=r"\.$"):
        run(*args)


def test_match_without_an_index_says_what_to_do(db: None, index_dir: Path) -> None:
    with pytest.raises(CommandError, match="rebuild_index"):
        run("match", "I need a lawyer")


def test_the_sweep_closes_what_a_crash_left_open(received: Conversation) -> None:
    assert run("sweep_conversations") == "Closed 0 conversations that were never answered."
    Conversation.objects.update(created_at=timezone.now() - timedelta(minutes=11))

    assert run("sweep_conversations") == "Closed 1 conversations that were never answered."
    assert Conversation.objects.get().status == Conversation.Status.ABANDONED


def test_the_sweep_of_zero_seconds_closes_all_that_is_open(received: Conversation) -> None:
    assert "Closed 1 " in run("sweep_conversations", "--older-than", "0s")


@pytest.mark.parametrize("duration", ["", "10", "-5m", "1w", "tomorrow", "10 minutes", "9e9d"])
def test_a_duration_that_is_none_is_refused(db: None, duration: str) -> None:
    with pytest.raises(CommandError, match="duration"):
        run("sweep_conversations", f"--older-than={duration}")


@pytest.fixture
def known(experts: None, ask: Ask) -> dict[str, Any]:
    """A lead of whom everything there can be is known."""
    answer: dict[str, Any] = ask("Who can check our webshop for the GDPR?")
    claim = {"number": answer["id"], "thread": Conversation.objects.get().thread}
    Feedback.objects.cast(vote="up", comment="Thanks!", **claim)
    Click.objects.note(username="privacy-noor", **claim)
    EmailCapture.objects.capture("ANA@example.com", "newsletter")
    Attempt.objects.note("too many", email="ana@example.com", query="again")
    return answer


def test_a_person_gets_all_that_is_known(known: dict[str, Any]) -> None:
    exported = json.loads(run("export_lead", "Ana@Example.com"))

    assert exported["lead"]["email"] == "ana@example.com"
    exchange = exported["conversations"][0]
    assert exchange["query"] == "Who can check our webshop for the GDPR?"
    assert exchange["recommendations"][0]["username"] == "privacy-noor"
    assert exchange["feedback"][0]["comment"] == "Thanks!"
    assert exchange["clicks"][0]["username"] == "privacy-noor"
    assert exported["captures"][0]["query"] == "newsletter"
    assert exported["rejected_attempts"][0]["query"] == "again"


def test_a_person_is_forgotten_whole(known: dict[str, Any]) -> None:
    Conversation.objects.receive(email="other@example.com", query="I stay")
    run("forget_lead", "ANA@EXAMPLE.COM")

    assert [lead.email for lead in Lead.objects.all()] == ["other@example.com"]
    assert Conversation.objects.get().query == "I stay"
    for gone in (Recommendation, Feedback, Click, EmailCapture, Attempt):
        assert not gone.objects.exists()


@pytest.mark.parametrize("command", ["forget_lead", "export_lead"])
def test_an_unknown_address_is_a_sentence(db: None, command: str) -> None:
    with pytest.raises(CommandError, match="Nothing is known"):
        run(command, "nobody@example.com")


def test_old_conversations_go_and_leads_of_whom_nothing_is_left(
    db: None, django_user_model: Any
) -> None:
    long_ago = timezone.now() - timedelta(days=400)
    for email in ("old@example.com", "won@example.com", "both@example.com"):
        Conversation.objects.receive(email=email, query="old")
    Conversation.objects.update(created_at=long_ago)
    Lead.objects.update(last_seen_at=long_ago)
    Lead.objects.filter(email="won@example.com").update(status=Lead.Status.WON)
    Conversation.objects.receive(email="both@example.com", query="new")

    printed = run("purge_conversations", "--older-than", "365d")
    assert "Deleted 3 conversations, 1 leads" in printed
    assert [one.query for one in Conversation.objects.all()] == ["new"]
    left = set(Lead.objects.values_list("email", flat=True))
    assert left == {"won@example.com", "both@example.com"}


def test_decisions_are_measured_against_labels(experts: None, tmp_path: Path) -> None:
    lines = [
        {"text": "Who can check our webshop for the GDPR?", "label": "match", "lang": "en"},
        {"text": "hello", "label": "clarification", "lang": "en"},
        {"text": "bonjour", "label": "clarification", "lang": "fr"},
        {"text": "hallo", "label": "match", "lang": "nl"},
    ]
    file = tmp_path / "labels.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)))

    rows = json.loads(run("evaluate_dialogue", str(file), "--json"))
    figures = {(row["name"], row["language"]): row["value"] for row in rows}
    assert figures["accuracy", "all"] == 0.75
    assert figures["clarify precision", "all"] == pytest.approx(2 / 3)
    assert figures["clarify recall", "all"] == 1.0
    assert figures["accuracy", "nl"] == 0.0
    assert "accuracy" in run("evaluate_dialogue", str(file))


def test_needs_and_rewrites_are_measured_too(experts: None, tmp_path: Path) -> None:
    file = tmp_path / "mixed.jsonl"
    file.write_text(
        '{"text": "tax lawyer for a dispute", "clarification_need": 1}\n'
        '{"text": "stuff", "clarification_need": 4}\n\n'
        '{"conv": "a", "turn": 1, "text": "a tax lawyer", "rewrite": "a tax lawyer"}\n'
        '{"conv": "a", "turn": 2, "text": "someone cheaper", "rewrite": "a cheaper tax lawyer"}\n'
    )

    rows = json.loads(run("evaluate_dialogue", str(file), "--json"))
    figures = {row["name"]: row["value"] for row in rows}
    assert figures["need AUC"] == 1.0
    assert figures["rewrite F1"] > figures["rewrite F1 of the bare message"]
    assert 0 <= figures["found of the rewrite's by the bare message"] <= 1
    assert (
        figures["found of the rewrite's"] >= figures["found of the rewrite's by the bare message"]
    )


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"label": "match"}', '{"text": "x"}', '{"text": "x", "label": "no"}'],
)
def test_a_file_that_cannot_be_measured_is_a_sentence(
    db: None, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(content)

    with pytest.raises(CommandError, match=r"\.$"):
        run("evaluate_dialogue", str(file))
    with pytest.raises(CommandError, match="cannot be read"):
        run("evaluate_dialogue", str(tmp_path / "missing.jsonl"))


def test_concordance_and_overlap_mean_what_they_say() -> None:
    assert concordance([(1, 0.1), (4, 0.9)]) == 1.0
    assert concordance([(1, 0.9), (4, 0.1)]) == 0.0
    assert concordance([(1, 0.5), (4, 0.5)]) == 0.5
    assert overlap("tax lawyer", "a tax lawyer") == 1.0
    assert overlap("roof", "tax lawyer") == 0.0
    assert recall("a tax lawyer for my roof", "tax lawyer") == 1.0


def test_an_answered_conversation_is_not_swept(received: Conversation) -> None:
    received.answer(Reply("Done."))
    assert "Closed 0 " in run("sweep_conversations", "--older-than", "0s")
