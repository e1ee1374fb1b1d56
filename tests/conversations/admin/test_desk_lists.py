"""The list of leads at work: filters by what is stored, views, and many at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.admin import bulk
from conversations.leads import search
from conversations.models import Change, Conversation, EmailCapture, Lead, SavedView, ScoreSettings
from tests.conversations.admin import rows
from tests.conversations.admin.test_lists import LEADS, crowd, found

FILTERS = {
    "status": ("new", "won", "open"), "owner": ("me", "nobody"), "heat": ("hot", "warm", "cold"),
    "due": ("today", "overdue", "week", "later", "none"),
    "stale": ("untouched", "spoke", "7", "30"), "type": ("match", "clarification", "none"),
    "clicked": ("yes", "no"), "feedback": ("up", "down", "none"),
    "asked": ("0", "1", "2-4", "5"), "source": ("letter", "unknown"),
    "first_source": ("letter",), "q": ("payroll", "vermeulen"), "o": ("-3", "6", "8.2"),
    "last_seen_at_from": ("2026-01-01",), "created_at_to": ("2099-01-01",),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_cached() -> None:
    cache.clear()


def test_every_filter_takes_the_same_few_queries_for_five_and_for_fifty_leads(boss: Client) -> None:
    def count() -> dict[str, int]:
        counted = {}
        for name, values in FILTERS.items():
            for value in values:
                cache.clear()
                with CaptureQueriesContext(connection) as context:
                    assert boss.get(LEADS, {name: value}).status_code == 200
                counted[f"{name}={value}"] = len(context)
        return counted

    crowd(5)
    boss.get(LEADS)
    few = count()
    crowd(25, offset=5)
    many = count()
    assert max(many.values()) < 20
    assert all(many[name] <= few[name] + 1 for name in few)  # a page with rows asks for them


def test_leads_are_found_by_score_follow_up_and_what_was_done_about_them(boss: Client) -> None:
    today, now = timezone.localdate(), timezone.now()
    soon = now + timedelta(minutes=1)
    rows.lead("hot@example.com", score=80, touched_at=soon, stale_since=soon)
    rows.lead("warm@example.com", score=40, follow_up_on=today - timedelta(days=1))
    week, month = now - timedelta(days=8), now - timedelta(days=40)
    rows.lead("cold@example.com", score=5, follow_up_on=today, stale_since=week)
    later = today + timedelta(days=30)
    rows.lead("later@example.com", follow_up_on=later, touched_at=month, stale_since=month)
    assert found(boss, LEADS, heat="hot") == {"hot@example.com"}
    assert found(boss, LEADS, heat="warm") == {"warm@example.com"}
    ScoreSettings(hot_from=40).save()
    assert found(boss, LEADS, heat="hot") == {"hot@example.com", "warm@example.com"}
    assert found(boss, LEADS, due="overdue") == {"warm@example.com"}
    assert found(boss, LEADS, due="today") == {"warm@example.com", "cold@example.com"}
    assert found(boss, LEADS, due="week") == {"cold@example.com"}
    assert found(boss, LEADS, due="later") == {"later@example.com"}
    assert found(boss, LEADS, due="none") == {"hot@example.com"}
    assert found(boss, LEADS, stale="untouched") == {"warm@example.com", "cold@example.com"}
    assert found(boss, LEADS, stale="spoke") == {"later@example.com"}
    assert found(boss, LEADS, stale="7") == {"cold@example.com", "later@example.com"}
    assert found(boss, LEADS, stale="30") == {"later@example.com"}


def test_leads_are_found_by_source_questions_and_opened_profiles(boss: Client) -> None:
    rows.conversation("letter@example.com", shown=(rows.expert(),),
                      source={"utm": {"source": "letter"}})  # fmt: skip
    rows.open_profiles()
    rows.conversation("site@example.com", source={"referrer": "https://www.example.org/a?b=c"})
    rows.conversation("site@example.com", source={"page": "https://shop.example.com/find"})
    rows.lead("silent@example.com")
    assert found(boss, LEADS, source="letter") == {"letter@example.com"}
    assert found(boss, LEADS, source="/find") == {"site@example.com"}
    assert found(boss, LEADS, first_source="example.org") == {"site@example.com"}
    assert found(boss, LEADS, source="unknown") == {"silent@example.com"}
    assert found(boss, LEADS, asked="0") == {"silent@example.com"}
    assert found(boss, LEADS, asked="2-4") == {"site@example.com"}
    assert found(boss, LEADS, clicked="yes") == {"letter@example.com"}
    assert "letter@example.com" not in found(boss, LEADS, clicked="no")


def test_the_queue_of_mine_puts_the_hottest_untouched_first(seller: Client) -> None:
    me = seller.get(LEADS).wsgi_request.user
    rows.lead("cool@example.com", owner=me, score=20)
    rows.lead("hot@example.com", owner=me, score=90)
    rows.lead("done@example.com", owner=me, score=99, status=Lead.Status.WON)
    rows.lead("touched@example.com", owner=me, score=99, touched_at=timezone.now())
    rows.lead("other@example.com", score=99)
    views = {view["name"]: view["query"] for view in seller.get(LEADS).context["built_in_views"]}
    page = seller.get(f"{LEADS}?{views['Mine, untouched, hot first']}")
    assert [row.email for row in page.context["cl"].result_list] == [
        "hot@example.com", "cool@example.com"
    ]  # fmt: skip
    assert b'aria-current="page">Mine, untouched, hot first' in page.content


def test_due_today_begins_with_what_is_longest_overdue(boss: Client) -> None:
    today = timezone.localdate()
    for days in (0, 5, 2):
        rows.lead(f"due{days}@example.com", follow_up_on=today - timedelta(days=days))
    rows.lead("tomorrow@example.com", follow_up_on=today + timedelta(days=1))
    views = {view["name"]: view["query"] for view in boss.get(LEADS).context["built_in_views"]}
    page = boss.get(f"{LEADS}?{views['Due today']}")
    assert [row.email for row in page.context["cl"].result_list] == [
        "due5@example.com", "due2@example.com", "due0@example.com"
    ]  # fmt: skip


def test_a_view_is_kept_under_a_name_and_shared_only_if_said_so(
    boss: Client, seller: Client
) -> None:
    save = f"{LEADS}views/save/"
    query = "status=won&p=3&q=payroll"
    assert boss.post(save, {"name": "Won payroll", "query": query}).status_code == 302
    boss.post(save, {"name": "Everybody's", "query": "status=new", "shared": "on"})
    assert SavedView.objects.get(name="Won payroll").query == "q=payroll&status=won"
    mine = boss.get(LEADS).content.decode()
    theirs = seller.get(LEADS).content.decode()
    assert "Won payroll" in mine
    assert "Won payroll" not in theirs
    assert "Everybody&#x27;s" in theirs
    key = SavedView.objects.get(name="Everybody's").pk
    seller.post(f"{LEADS}views/{key}/delete/")
    assert SavedView.objects.count() == 2
    boss.post(f"{LEADS}views/{key}/delete/")
    assert SavedView.objects.count() == 1


def test_a_view_is_saved_by_post_and_by_who_may_see_leads(boss: Client, stranger: Client) -> None:
    assert boss.get(f"{LEADS}views/save/").status_code == 405
    assert stranger.post(f"{LEADS}views/save/", {"name": "x"}).status_code == 403
    boss.post(f"{LEADS}views/save/", {"name": "", "query": "status=new"})
    boss.post(f"{LEADS}views/save/", {"name": "x" * 61})
    assert not SavedView.objects.exists()
    answer = boss.post(f"{LEADS}views/save/", {"name": "Away", "query": "//evil.example/?a=1"})
    assert answer["Location"].startswith(LEADS)


def many(leads: list[Lead], **data: str) -> dict[str, Any]:
    return {"action": "change_many", "_selected_action": [str(one.pk) for one in leads]} | data


def test_many_leads_change_at_once_and_each_change_is_written_down(boss: Client) -> None:
    sam = rows.staff("sam", role="sales")
    leads = [rows.lead(f"person{i}@example.com") for i in range(4)]
    page = boss.post(LEADS, many(leads[:2])).content.decode()
    assert "the 2 selected leads" in page
    assert "all 4 leads there are" in page
    answer = boss.post(LEADS, many(leads[:2], apply="1", status="contacted", owner=str(sam.pk),
                                   scope="selected", count="4"), follow=True)  # fmt: skip
    assert "2 leads changed." in answer.content.decode()
    assert Lead.objects.filter(status="contacted", owner=sam).count() == 2
    assert Change.objects.count() == 4
    assert LogEntry.objects.count() == 2


def test_all_of_a_filter_are_exactly_those_that_fit_it(boss: Client) -> None:
    leads = [rows.lead(f"person{i}@example.com") for i in range(60)]
    rows.lead("won@example.com", status="won")
    page = boss.post(f"{LEADS}?status=new", many(leads[:1])).content.decode()
    assert "all 60 leads of this search and filter" in page
    data = many(leads[:1], apply="1", status="lost", scope="filter", count="60")
    rows.lead("late@example.com")
    again = boss.post(f"{LEADS}?status=new", data).content.decode()
    assert "61 fit now" in again
    assert not Lead.objects.filter(status="lost").exists()
    boss.post(f"{LEADS}?status=new", data | {"count": "61"})
    assert Lead.objects.filter(status="lost").count() == 61
    assert Lead.objects.get(email="won@example.com").status == "won"


def test_more_than_the_most_are_not_offered(boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST", 3)
    leads = [rows.lead(f"person{i}@example.com") for i in range(4)]
    page = boss.post(LEADS, many(leads[:1])).content.decode()
    assert "More than 3 leads fit" in page
    boss.post(LEADS, many(leads[:1], apply="1", status="won", scope="filter", count="4"))
    assert not Lead.objects.filter(status="won").exists()


def test_who_may_only_look_changes_nothing(stranger: Client) -> None:
    lead = rows.lead()
    viewer = Client()
    viewer.force_login(rows.staff("viewer", rights=("view_lead",)))
    for client in (viewer, stranger):
        client.post(LEADS, many([lead], apply="1", status="won", scope="selected", count="1"))
    lead.refresh_from_db()
    assert lead.status == "new"


def test_what_is_stored_is_what_counting_again_comes_to(boss: Client) -> None:
    first = rows.conversation(query="Payroll, at most 90 euro an hour", shown=(rows.expert(),))
    rows.vote(first)
    received: Conversation = Conversation.objects.receive(
        email="ana@example.com", query="And under 70 euro an hour?", source={"page": "/x"}
    )
    EmailCapture.objects.capture("ana@example.com", "Call me")
    names = ("exchanges", "matches", "unanswered", "shown", "ups", "last_words", "first_source",
             "last_source", "budget", "budget_currency", "fit", "score")  # fmt: skip
    stored = Lead.objects.values(*names).get()
    Lead.objects.refresh([received.lead_id])
    assert Lead.objects.values(*names).get() == stored
    assert stored["exchanges"] == 2
    assert str(stored["budget"]) == "70.00"


def test_a_deleted_exchange_is_no_longer_counted_or_found(boss: Client) -> None:
    first = rows.conversation(query="Payroll in Ghent", shown=(rows.expert(),))
    rows.conversation(query="Webshop in Bruges")
    boss.post(f"/admin/conversations/conversation/{first.pk}/delete/", {"post": "yes"})
    lead = Lead.objects.get()
    assert (lead.exchanges, lead.shown) == (1, 0)
    assert found(boss, LEADS, q="payroll") == set()
    assert found(boss, LEADS, q="webshop") == {"ana@example.com"}


@pytest.mark.parametrize("url", [LEADS, "/admin/conversations/conversation/"])
def test_a_word_that_many_hold_finds_the_newest_page_and_stays_with_the_filters(
    boss: Client, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "FEW", 3)
    for i in range(8):
        rows.conversation(f"person{i}@example.com", "Payroll please")
    rows.conversation("bob@example.org", "Webshop")
    assert len(found(boss, url, q="payroll")) == 8
    assert "bob@example.org" not in found(boss, url, q="pay")
    assert found(boss, url, q="payroll", type="match") == set()
    rows.conversation("new@example.com", "Payroll again", shown=(rows.expert(),))
    assert found(boss, url, q="payroll", type="match") == {"new@example.com"}
