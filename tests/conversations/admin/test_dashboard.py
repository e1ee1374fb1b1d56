"""The first page: what came in, what came of it, for whom it may be shown."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.leads import days
from conversations.models import Conversation, Day, EmailCapture, Lead
from tests.conversations.admin import rows

INDEX = "/admin/"


@pytest.fixture(autouse=True)
def _nothing_cached() -> None:
    cache.clear()


def shown(client: Client, period: str = "30") -> Any:
    answer = client.get(INDEX, {"days": period})
    assert answer.status_code == 200
    return answer.context["dashboard"]


def test_an_empty_desk_says_what_will_be_here(boss: Client) -> None:
    page = boss.get(INDEX).content.decode()
    assert "Nothing happened in this period" in page
    assert "<svg" not in page.split("mm-dashboard")[1]


def test_the_figures_are_those_of_the_period(boss: Client) -> None:
    now = timezone.now()
    ines = rows.expert()
    within: dict[str, Any] = {
        "created_at": now - timedelta(days=2),
        "answered_at": now - timedelta(days=2),
    }
    rows.vote(rows.conversation(shown=(ines,), **within))
    rows.open_profiles()
    rows.conversation("bob@example.com", **within)
    rows.conversation("bob@example.com", status=Conversation.Status.DEGRADED, shown=(ines,),
                      created_at=now - timedelta(minutes=2),
                      answered_at=now - timedelta(minutes=1))  # fmt: skip
    rows.conversation("eve@example.com", status="failed", response_type="")
    rows.conversation("old@example.com", created_at=now - timedelta(days=20))
    Lead.objects.filter(email="old@example.com").update(created_at=now - timedelta(days=20))
    week = shown(boss, "7")
    assert week["total"]["exchanges"] == 4
    assert week["total"]["leads"] == 3
    assert (week["match_rate"], week["clarification_rate"]) == ("50 %", "25 %")
    assert (week["degraded_rate"], week["unanswered_rate"]) == ("33 %", "25 %")
    assert (week["p50"], week["p95"]) == ("20 ms", "61.6 s")
    assert week["up_rate"] == "100 %"
    assert [(row.label, row.value) for row in week["shown"]] == [("Ines Vermeulen", 2)]
    assert [(row.label, row.value) for row in week["clicked"]] == [("Ines Vermeulen", 1)]
    assert sum(bar.value for bar in week["exchanges"]) == 4
    assert shown(boss, "30")["total"]["exchanges"] == 5
    assert shown(boss, "365")["total"]["leads"] == 4


def test_the_funnel_goes_from_an_address_to_won(boss: Client) -> None:
    rows.conversation(shown=(rows.expert(),))
    rows.open_profiles()
    rows.conversation("bob@example.com")
    EmailCapture.objects.capture("quiet@example.com")
    Lead.objects.filter(email="ana@example.com").update(status="won")
    funnel = {row.label: row.value for row in shown(boss)["funnel"]}
    assert list(funnel.values()) == [3, 2, 1, 1, 1, 1, 1]


def test_a_day_that_is_over_is_counted_once_and_kept(boss: Client) -> None:
    rows.conversation(created_at=timezone.now() - timedelta(days=9))
    assert shown(boss)["total"]["exchanges"] == 1
    assert Day.objects.count() == 8
    Conversation.objects.all().delete()
    cache.clear()
    assert shown(boss)["total"]["exchanges"] == 1


def test_days_that_are_not_counted_yet_are_said_to_be_missing(
    boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(days, "MOST_AT_ONCE", 5)
    rows.conversation(created_at=timezone.now() - timedelta(days=20))
    assert "14 older days are still being counted" in boss.get(INDEX).content.decode()
    assert "9 older days" in boss.get(INDEX).content.decode()
    call_command("count_days")
    assert "still being counted" not in boss.get(INDEX).content.decode()


def test_a_minute_is_read_from_the_cache(boss: Client) -> None:
    rows.conversation()
    boss.get(INDEX)
    with CaptureQueriesContext(connection) as context:
        boss.get(INDEX)
    assert len(context) < 12


@pytest.mark.parametrize("period", ["", "0", "-1", "8", "365000", "x", "\x00"])
def test_a_period_that_is_none_is_the_usual_one(boss: Client, period: str) -> None:
    rows.conversation()
    answer = boss.get(INDEX, {"days": period})
    assert ("30", "30 days", True) in answer.context["periods"]


def test_who_may_see_no_lead_sees_no_figure(stranger: Client) -> None:
    rows.conversation(shown=(rows.expert(),))
    editor = Client()
    editor.force_login(rows.staff("editor", role="editors"))
    for client in (stranger, editor):
        answer = client.get(INDEX)
        assert "dashboard" not in answer.context
        assert b"Welcome" in answer.content
        assert b"<svg" not in answer.content.split(b"mm-dashboard")[1]


def test_who_sees_exchanges_only_gets_no_leads() -> None:
    rows.conversation(shown=(rows.expert(),))
    client = Client()
    client.force_login(rows.staff("reader", rights=("view_conversation",)))
    page = client.get(INDEX).content.decode()
    assert "Experts shown most" in page
    assert "From visitor to won" not in page
    assert "Where to begin" not in page


def test_the_tiles_say_how_many_leads_wait_where(seller: Client) -> None:
    me = seller.get(INDEX).wsgi_request.user
    rows.lead("mine@example.com", owner=me)
    rows.lead("due@example.com", follow_up_on=timezone.localdate(), owner=me,
              touched_at=timezone.now())  # fmt: skip
    rows.conversation("lost@example.com", status="abandoned", response_type="")
    counts = {tile["name"]: tile["count"] for tile in seller.get(INDEX).context["queues"]}
    assert counts == {
        "Mine, untouched, hot first": 1, "Nobody’s, hot first": 1, "Due today": 1,
        "Never answered": 1,
    }  # fmt: skip


def test_hostile_names_are_text_on_the_first_page(boss: Client) -> None:
    bad = "<script>alert(1)</script>"
    rows.conversation(shown=(rows.expert(name=bad),), source={"utm": {"source": bad}})
    assert bad not in boss.get(INDEX).content.decode()
