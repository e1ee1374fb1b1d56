"""What a list costs has a bound, and what is bounded is said on the page."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations.leads import search
from conversations.models import Click, Conversation, Lead
from tests.conversations.admin import rows
from tests.conversations.admin.test_lists import EXCHANGES, LEADS, found


def asked(client: Client, url: str, **params: Any) -> tuple[str, list[str]]:
    """The page, and the statements that it took."""
    with CaptureQueriesContext(connection) as context:
        page = client.get(url, params).content.decode()
    return page, [query["sql"] for query in context]


@pytest.mark.parametrize("url", [LEADS, EXCHANGES])
def test_finds_beyond_a_bound_are_not_counted_but_said_to_be_more(
    boss: Client, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "FEW", 3)
    monkeypatch.setattr("conversations.admin.base.FEW", 3)
    for number in range(5):
        rows.conversation(f"person{number}@example.com", "Payroll please", response_type="match")
    page, statements = asked(boss, url, q="payroll")
    assert "more than 3" in page
    assert not [sql for sql in statements if "COUNT(*)" in sql]
    page, statements = asked(boss, url, q="payroll", type="match")
    assert "more than 3" in page  # narrowed further, it has to be counted
    assert [sql for sql in statements if "COUNT(*)" in sql]
    page, _ = asked(boss, url, q="payroll", feedback="down")
    assert "more than" not in page


@pytest.mark.sqlite
def test_of_words_that_most_exchanges_hold_the_newest_are_found_and_that_is_said(
    boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "FEW", 2)
    monkeypatch.setattr(search, "NEWEST", 4)
    for number in range(6):
        rows.conversation(f"person{number}@example.com", "Payroll please")
    told = "These are the newest 4 that hold these words."
    for url in (EXCHANGES, f"{EXCHANGES}export/"):
        assert told in asked(boss, url, q="payroll")[0]
    assert found(boss, EXCHANGES, q="payroll") == {f"person{n}@example.com" for n in (2, 3, 4, 5)}
    assert "These are the newest" not in asked(boss, EXCHANGES, q="person3")[0]


@pytest.mark.postgresql
@pytest.mark.parametrize("url", [LEADS, EXCHANGES])
def test_for_a_rare_phrase_of_common_words_the_newest_rows_are_searched_and_that_is_said(
    boss: Client, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "COMMON", 3)
    monkeypatch.setattr(search, "LOOKED_AT", {"lead": 4, "conversation": 4})
    rows.conversation("old@example.com", "please payroll")
    for number in range(5):
        rows.conversation(f"person{number}@example.com", "payroll please")
    rows.conversation("new@example.com", "please payroll")
    assert found(boss, url, q='"please payroll"') == {"new@example.com"}
    assert "Only the newest 4 " in asked(boss, url, q='"please payroll"')[0]
    assert len(found(boss, url, q='"payroll please"')) == 5  # common as a phrase too: found whole
    assert len(found(boss, url, q="please payroll")) == 7


def test_leads_to_choose_from_are_searched_within_the_same_bound(
    boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "FEW", 3)
    for number in range(5):
        rows.conversation(f"person{number}@example.com", "Payroll please")
    wanted = {"app_label": "conversations", "model_name": "conversation", "field_name": "lead"}
    answer = boss.get("/admin/autocomplete/", {**wanted, "term": "payroll"}).json()
    assert len(answer["results"]) == 5


VOTES, CLICKS = "/admin/conversations/feedback/", "/admin/conversations/click/"


def four_votes_and_clicks() -> None:
    for number in range(4):
        row = rows.conversation(f"person{number}@example.com", "Payroll please")
        rows.vote(row, comment=f"Text{number} was good")
        Click.objects.create(conversation=row, claimed_id=row.pk, username=f"text{number}")


@pytest.mark.parametrize("url", [VOTES, CLICKS])
@pytest.mark.parametrize("most", [2, 500])
def test_votes_and_clicks_are_found_by_their_exchange_and_by_a_text_of_their_own(
    boss: Client, url: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With few finds and, by `most`, with as many as are not looked up one by one."""
    monkeypatch.setattr(search, "FEW", most)
    four_votes_and_clicks()

    def finds(words: str) -> list[int]:
        page, _ = asked(boss, url, q=words)
        return [number for number in range(4) if f"person{number}@example.com" in page]

    assert finds("payroll") == [0, 1, 2, 3]
    assert finds("person2@example.com") == [2]
    assert finds("ext3") == [3]
    assert finds("nobody said this") == []


@pytest.mark.parametrize("url", [VOTES, CLICKS])
def test_frequent_words_and_texts_of_their_own_are_searched_in_the_newest_only(
    boss: Client, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "FEW", 2)
    monkeypatch.setattr("conversations.admin.feedback.NEWEST", 1)
    four_votes_and_clicks()
    assert "person2@" not in asked(boss, url, q="payroll")[0]
    assert "person2@" not in asked(boss, url, q="text2")[0]
    assert "person3@" in asked(boss, url, q="text3")[0]
    assert "person2@" in asked(boss, url, q="person2@example.com")[0]  # rare: found whole


def test_exchanges_narrowed_by_their_lead_and_by_themselves_are_counted_less_far(
    boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conversations.admin.conversations.FEW", 3)
    for number in range(5):
        rows.conversation(f"person{number}@example.com", response_type="match")
    assert "more than" not in asked(boss, EXCHANGES, owner="nobody")[0]
    assert "more than" not in asked(boss, EXCHANGES, owner="nobody", o="2")[0]
    assert "more than 3" in asked(boss, EXCHANGES, owner="nobody", type="match")[0]


def plan(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return " ".join(row[-1] for row in cursor.fetchall())


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("url", "params", "index"),
    [
        (LEADS, {}, "lead_recent_whole"),
        (LEADS, {"o": "6"}, "lead_due_first"),
        (LEADS, {"o": "-6"}, "lead_due_last"),
        (LEADS, {"owner": "nobody", "status": "open", "o": "-3"}, "lead_hot_whole"),
        (LEADS, {"owner": "me", "stale": "untouched", "status": "open", "o": "-3"},
         "lead_owner_hot"),
        (EXCHANGES, {}, "created_at"),
        (EXCHANGES, {"owner": "nobody"}, "conversation_recent_whole"),
        (EXCHANGES, {"lead_status": "new"}, "conversation_recent_whole"),
    ],
)  # fmt: skip
def test_a_page_is_walked_in_the_order_of_an_index(
    boss: Client, url: str, params: dict[str, str], index: str
) -> None:
    sam = rows.staff("sam")
    for number in range(60):
        row = rows.conversation(f"person{number}@example.com")
        Lead.objects.filter(pk=row.lead_id).update(owner=sam if number % 2 else None)
    assert Conversation.objects.count() == 60
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    _, statements = asked(boss, url, **params)
    table = '"conversations_lead"' if url == LEADS else '"conversations"'
    (page,) = [sql for sql in statements if sql.startswith(f'SELECT {table}."id" AS "pk"')]
    assert index in plan(page)
    assert "TEMP B-TREE" not in plan(page)


@pytest.mark.parametrize("narrowed", [{}, {"status": "failed"}])
def test_exchanges_are_filtered_by_their_lead_however_else_they_are_narrowed(
    boss: Client, narrowed: dict[str, str]
) -> None:
    sam = rows.staff("sam")
    me = boss.get("/admin/").wsgi_request.user
    leads: dict[str, dict[str, Any]] = {
        "sams": {"owner": sam}, "mine": {"owner": me}, "nobodys": {}, "lost": {"status": "lost"},
    }  # fmt: skip
    for name, fields in leads.items():
        rows.lead(f"{name}@example.com", **fields)
        rows.conversation(f"{name}@example.com", response_type="", status="failed")
    for value, names in {
        "me": {"mine"}, "nobody": {"nobodys", "lost"}, str(sam.pk): {"sams"},
        "me; drop": {"sams", "mine", "nobodys", "lost"},
    }.items():  # fmt: skip
        assert found(boss, EXCHANGES, owner=value, **narrowed) == {
            f"{name}@example.com" for name in names
        }
    assert found(boss, EXCHANGES, lead_status="lost", **narrowed) == {"lost@example.com"}
