"""What a lead is worth a call: parts that say why, weights that can be changed, and fading."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from conversations.leads import recomputing
from conversations.leads.scoring import score
from conversations.leads.sources import source_label
from conversations.models import (
    Click,
    Conversation,
    Feedback,
    Lead,
    Recommendation,
    ScoreSettings,
    figures,
)
from tests.conversations.admin import rows
from tests.conversations.conftest import Ask

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def lead(**fields: Any) -> Lead:
    return Lead(email="ana@example.com", **({"last_seen_at": NOW} | fields))


def value(one: Lead, **weights: int) -> int:
    return score(one, ScoreSettings(**weights), NOW).value


def test_a_score_is_between_0_and_100() -> None:
    best = lead(exchanges=500, matches=50, clicks=90, ups=99, fit=1.0, budget=Decimal(90))
    worst = lead(downs=500, last_seen_at=NOW - timedelta(days=3650))
    assert value(best) in (99, 100)
    assert value(worst) == 0
    assert value(lead(last_seen_at=NOW + timedelta(days=1))) <= 100


@pytest.mark.parametrize(
    "better",
    [
        {"exchanges": 3}, {"clicks": 1}, {"matches": 1, "fit": 1.0}, {"ups": 1},
        {"budget": Decimal(80), "budget_currency": "EUR"},
    ],
)  # fmt: skip
def test_whatever_speaks_for_a_lead_raises_its_score(better: dict[str, Any]) -> None:
    assert value(lead(exchanges=better.get("exchanges", 1), **{
        name: value for name, value in better.items() if name != "exchanges"
    })) > value(lead(exchanges=1))  # fmt: skip


def test_after_a_half_life_a_score_has_halved() -> None:
    fresh = value(lead(exchanges=4, clicks=2, fit=1.0, matches=1))
    later = lead(exchanges=4, clicks=2, fit=1.0, matches=1, last_seen_at=NOW - timedelta(days=10))
    assert value(later, half_life_days=10) == pytest.approx(fresh / 2, abs=1)


def test_a_weight_of_nothing_takes_its_part_out() -> None:
    only = {"engagement": 0, "fit": 0, "recency": 0, "feedback": 0, "budget": 50}
    assert value(lead(exchanges=9, clicks=9), **only) == 0
    assert value(lead(budget=Decimal(80)), **only) == 100
    assert value(lead(), **(only | {"budget": 0})) == 0


def test_the_parts_say_why_in_words() -> None:
    one = lead(exchanges=2, clicks=1, matches=1, fit=1.0, ups=1, budget=Decimal(80),
               budget_currency="EUR", last_seen_at=NOW - timedelta(days=3))  # fmt: skip
    why = {part["name"]: part["why"] for part in score(one, ScoreSettings(), NOW).stored()}
    assert why == {
        "engagement": "2 questions, 1 profile opened",
        "fit": "the best expert of the last match was a strong one",
        "recency": "last here 3 days ago",
        "feedback": "1 up",
        "budget": "would pay up to EUR 80.00 an hour",
        "faded": "86% is left of it since the last visit",
    }


def test_each_new_word_vote_and_click_scores_the_lead_anew(experts: None, ask: Ask) -> None:
    def now() -> int:
        return Lead.objects.values_list("score", flat=True).get()

    answer = ask("Who can check our webshop for the GDPR?")
    asked = now()
    claim = {"number": answer["id"], "thread": Conversation.objects.get().thread}
    Click.objects.note(username=answer["experts"][0]["id"], **claim)
    opened = now()
    Feedback.objects.cast(vote="up", **claim)
    voted = now()
    ask("Somebody under 100 euro an hour?")
    assert 0 < asked < opened < voted < now()
    assert Lead.objects.get().budget == Decimal(100)


def test_the_command_lets_scores_fade(experts: None, ask: Ask) -> None:
    ask("Who can check our webshop for the GDPR?")
    before = Lead.objects.get().score
    Lead.objects.update(last_seen_at=timezone.now() - timedelta(days=28))
    assert "Scored 1 leads." in str(call_command("score_leads"))
    assert Lead.objects.get().score == pytest.approx(before / 4, abs=1)


def test_a_score_that_is_still_so_is_not_written_again(
    experts: None, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("Who can check our webshop for the GDPR?")
    ask("Who can check our webshop for the GDPR?", email="bob@example.com")
    written: list[Any] = []
    write = figures._write

    def watched(leads: Any, names: Any) -> None:
        written.extend(leads)
        write(leads, names)

    monkeypatch.setattr(figures, "_write", watched)
    call_command("score_leads")
    assert written == []
    bob = Lead.objects.get(email="bob@example.com")
    Lead.objects.filter(pk=bob.pk).update(last_seen_at=timezone.now() - timedelta(days=3))
    call_command("score_leads")
    assert written == [bob]


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_visitors_are_let_in_while_all_leads_are_counted_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(4):
        rows.conversation(f"person{number}@example.com")
    monkeypatch.setattr(recomputing, "LEADS", 1)
    told: list[str] = []

    def look(_: int) -> None:  # between two batches nothing holds the place to write
        held = connection.in_atomic_block
        told.append("held" if held else "free")

    assert recomputing.recompute(progress=look) == (4, 4)
    assert recomputing.score_all(look) == 4
    assert told == ["free"] * 5


def test_counting_again_makes_good_what_was_lost(experts: None, ask: Ask) -> None:
    ask("Who can check our webshop for the GDPR?", source={"utm": {"source": "letter"}})
    kept = Lead.objects.values().get()
    Lead.objects.update(exchanges=9, shown=0, last_words="", first_source="", fit=0, score=0)
    assert call_command("recompute_leads") == "Counted 1 leads with 1 exchanges."
    again = Lead.objects.values().get()
    changing = ("scored_at",)
    assert {k: v for k, v in again.items() if k not in changing} == {
        k: v for k, v in kept.items() if k not in changing
    }
    assert call_command("recompute_leads", "--if-needed") == "Counted 0 leads with 0 exchanges."
    assert again["shown"] == Recommendation.objects.count()


def test_words_are_kept_though_the_figures_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    from conversations.models import words

    def broken(*_: Any) -> None:
        raise ValueError

    monkeypatch.setattr(words, "store", broken)
    Conversation.objects.receive(email="ana@example.com", query="I need a lawyer")
    assert Conversation.objects.get().query == "I need a lawyer"
    assert Lead.objects.get().exchanges == 0


@pytest.mark.parametrize(
    ("source", "label"),
    [
        ({"utm": {"source": "letter"}, "referrer": "https://x.example"}, "letter"),
        ({"referrer": "https://www.google.com/search?q=x", "page": "https://a.b/c"}, "google.com"),
        ({"page": "https://shop.example.com/find?x=1"}, "/find"),
        ({}, ""), (None, ""), ("text", ""), ({"utm": "x"}, ""), ({"utm": {"source": 3}}, ""),
        ({"referrer": "http://[bad"}, ""), ({"referrer": ["x"]}, ""),
        ({"utm": {"source": "x" * 500}}, "x" * 100),
    ],
)  # fmt: skip
def test_a_source_of_any_shape_is_a_short_label(source: Any, label: str) -> None:
    assert source_label(source) == label
