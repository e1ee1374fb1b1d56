"""Finding leads and exchanges, in work that depends on the page and not on the table."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.admin import base
from conversations.models import (
    Attempt,
    Click,
    Conversation,
    EmailCapture,
    Feedback,
    Lead,
)
from tests.conversations.admin import rows

LEADS = "/admin/conversations/lead/"
EXCHANGES = "/admin/conversations/conversation/"


def found(client: Client, url: str, **params: Any) -> set[str]:
    """E-mail addresses of the rows that a list shows."""
    answer = client.get(url, params)
    assert answer.status_code == 200
    return {row.email for row in answer.context["cl"].result_list}


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as context:
        assert client.get(url).status_code == 200
    return len(context)


def crowd(number: int, offset: int = 0) -> None:
    for i in range(offset, offset + number):
        one = rows.expert(f"expert-{i}")
        row = rows.conversation(f"person{i}@example.com", shown=(one,))
        rows.conversation(f"person{i}@example.com", "And in France?")
        rows.vote(row)
        Click.objects.create(conversation=row, claimed_id=row.pk, username=one.username)
        EmailCapture.objects.create(lead=row.lead, email=row.email)
        Attempt.objects.create(reason="throttled", email=row.email)


@pytest.mark.parametrize(
    "url", [f"/admin/conversations/{name}/" for name in rows.LISTS] + ["/admin/experts/expert/"]
)
def test_fifty_rows_take_as_many_queries_as_five(boss: Client, url: str) -> None:
    rows.staff("sam", role="sales")
    crowd(5)
    queries(boss, url)  # whatever is cached once
    few = queries(boss, url)
    crowd(45, offset=5)
    assert queries(boss, url) == few < 14


def test_the_owner_choices_of_fifty_rows_are_asked_for_once(boss: Client) -> None:
    crowd(10)
    with CaptureQueriesContext(connection) as context:
        boss.get(LEADS)
    asked = [query["sql"] for query in context]
    people = [sql for sql in asked if sql.startswith('SELECT "auth_user"') and "EXISTS" in sql]
    assert len(people) == 1


def test_more_rows_than_are_counted_are_said_to_be_more(
    boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "COUNTED", 3)
    for i in range(5):
        rows.conversation(query=f"Question {i}")
    page = boss.get(EXCHANGES).content.decode()
    assert "more than 3 conversations" in page
    assert "more than" not in boss.get(EXCHANGES, {"q": "'Question 1'"}).content.decode()


def test_a_lead_is_listed_with_last_words_and_counts(boss: Client) -> None:
    ines = rows.expert()
    first = rows.conversation(shown=(ines,), created_at=timezone.now() - timedelta(days=1))
    rows.conversation(query="And who speaks French?")
    rows.vote(first)
    rows.vote(first, up=False, counted=False)
    rows.open_profiles()
    (lead,) = boss.get(LEADS).context["cl"].result_list
    assert lead.last_words == "And who speaks French?"
    assert (lead.exchanges, lead.shown, lead.clicks, lead.ups, lead.downs) == (2, 1, 1, 1, 0)


def test_counts_of_one_lead_are_not_multiplied_by_another_table(boss: Client) -> None:
    experts = tuple(rows.expert(f"expert-{i}") for i in range(3))
    row = rows.conversation(shown=experts)
    for _ in range(4):
        rows.vote(row)
    (lead,) = boss.get(LEADS).context["cl"].result_list
    assert (lead.exchanges, lead.shown, lead.ups) == (1, 3, 4)


@pytest.mark.parametrize("url", [LEADS, EXCHANGES])
@pytest.mark.parametrize(
    "words",
    [
        "ana@",
        "ANA@EXAMPLE",
        "payroll",
        "our payroll",
        '"run our"',
        "vermeulen",
        "ines-verm",
        "ana PAYROLL Ines",
    ],
)
def test_the_search_finds_addresses_words_and_experts_shown(
    boss: Client, url: str, words: str
) -> None:
    rows.conversation(shown=(rows.expert(),))
    rows.conversation("bob@example.org", "Somebody for our webshop")
    assert found(boss, url, q=words) == {"ana@example.com"}


@pytest.mark.parametrize("url", [LEADS, EXCHANGES])
def test_an_expert_gone_from_the_directory_is_still_found_by_username(
    boss: Client, url: str
) -> None:
    ines = rows.expert()
    rows.conversation(shown=(ines,))
    ines.delete()
    assert found(boss, url, q="ines-vermeulen") == {"ana@example.com"}


@pytest.mark.parametrize("url", [LEADS, EXCHANGES])
def test_a_name_that_many_experts_bear_finds_them_all(boss: Client, url: str) -> None:
    for i in range(3):
        rows.conversation(f"person{i}@example.com", shown=(rows.expert(f"expert-{i}"),))
    rows.conversation("bob@example.org", "Somebody for our webshop")
    assert found(boss, url, q="vermeulen") == {f"person{i}@example.com" for i in range(3)}


@pytest.mark.parametrize("url", [LEADS, EXCHANGES])
def test_case_and_accents_do_not_matter_to_the_search(boss: Client, url: str) -> None:
    rows.conversation(query="Un CAFÉ à Liège, façade comprise")
    rows.conversation("bob@example.org", "Somebody for our webshop")
    for words in ("cafe", "café liege", "FACADE", '"a liège"'):
        assert found(boss, url, q=words) == {"ana@example.com"}


@pytest.mark.parametrize("url", [LEADS, EXCHANGES])
def test_quoted_words_have_to_stand_together(boss: Client, url: str) -> None:
    rows.conversation(query="Payroll for our shop")
    rows.conversation("bob@example.org", "Our shop needs payroll")
    assert found(boss, url, q="shop payroll") == {"ana@example.com", "bob@example.org"}
    assert found(boss, url, q='"shop needs"') == {"bob@example.org"}


def test_an_exchange_is_found_by_number_thread_and_request(boss: Client) -> None:
    thread = uuid.uuid4()
    row = rows.conversation(thread=thread, request_id="req-77")
    rows.conversation("bob@example.org")
    for words in (f"#{row.pk}", str(thread), "req-77"):
        assert "ana@example.com" in found(boss, EXCHANGES, q=words)
    assert found(boss, EXCHANGES, q=str(thread)) == {"ana@example.com"}


@pytest.mark.parametrize(
    "nonsense",
    ["\x00", "%", "_", "'", '"', "\\", "9" * 40, "#", "x " * 50, "﷽", "' OR 1=1 --"],
)
@pytest.mark.parametrize("url", [LEADS, EXCHANGES])
def test_nonsense_in_the_search_box_is_no_error(boss: Client, url: str, nonsense: str) -> None:
    rows.conversation()
    assert boss.get(url, {"q": nonsense}).status_code == 200


@pytest.mark.parametrize(
    "params",
    [
        {"status": "nonsense"}, {"status": "\x00"}, {"owner": "me; drop"}, {"owner": "9" * 30},
        {"type": "\x00"}, {"created_at_from": "yesterday"}, {"created_at_to": "9999-12-31"},
        {"created_at_from": "2026-02-31"}, {"feedback": "\x00"}, {"p": "99999"}, {"o": "1.2.99"},
        {"nonsense": "1"}, {"email__regex": "(a+)+$"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("url", [LEADS, EXCHANGES])
def test_nonsense_in_the_address_is_no_error(
    boss: Client, url: str, params: dict[str, str]
) -> None:
    rows.conversation()
    assert boss.get(url, params).status_code in (200, 302, 400)


def test_leads_are_filtered_by_status_owner_and_what_they_got(boss: Client) -> None:
    sam = rows.staff("sam")
    rows.lead("won@example.com", status=Lead.Status.WON)
    rows.lead("sams@example.com", owner=sam)
    rows.conversation("match@example.com", shown=(rows.expert(),))
    rows.conversation("asked@example.com")
    rows.conversation("lost@example.com", response_type="", status="abandoned")
    assert found(boss, LEADS, status="won") == {"won@example.com"}
    assert found(boss, LEADS, owner=str(sam.pk)) == {"sams@example.com"}
    assert "sams@example.com" not in found(boss, LEADS, owner="nobody")
    assert found(boss, LEADS, owner="me") == set()
    assert found(boss, LEADS, type="match") == {"match@example.com"}
    assert found(boss, LEADS, type="clarification") == {"asked@example.com"}
    assert found(boss, LEADS, type="none") == {"lost@example.com"}


def test_exchanges_are_filtered_by_type_status_owner_and_click(boss: Client) -> None:
    sam = rows.staff("sam")
    rows.lead("match@example.com", owner=sam, status=Lead.Status.WON)
    rows.conversation("match@example.com", shown=(rows.expert(),))
    rows.conversation("asked@example.com")
    rows.conversation("failed@example.com", response_type="", status="failed")
    rows.open_profiles()
    assert found(boss, EXCHANGES, type="match") == {"match@example.com"}
    assert found(boss, EXCHANGES, type="none") == {"failed@example.com"}
    assert found(boss, EXCHANGES, status="failed") == {"failed@example.com"}
    assert found(boss, EXCHANGES, owner=str(sam.pk)) == {"match@example.com"}
    assert found(boss, EXCHANGES, lead_status="won") == {"match@example.com"}
    assert found(boss, EXCHANGES, clicked="yes") == {"match@example.com"}
    assert found(boss, EXCHANGES, clicked="no") == {"asked@example.com", "failed@example.com"}
    one = Lead.objects.get(email="asked@example.com")
    assert found(boss, EXCHANGES, lead__id__exact=str(one.pk)) == {"asked@example.com"}


@pytest.mark.parametrize("url", [LEADS, EXCHANGES])
def test_the_feedback_filter_knows_counted_votes_only(boss: Client, url: str) -> None:
    rows.vote(rows.conversation("up@example.com"))
    rows.vote(rows.conversation("down@example.com"), up=False)
    rows.vote(rows.conversation("forged@example.com"), counted=False)
    rows.conversation("silent@example.com")
    Feedback.objects.create(vote="up", counted=False, claimed_id=999)
    assert found(boss, url, feedback="up") == {"up@example.com"}
    assert found(boss, url, feedback="down") == {"down@example.com"}
    assert found(boss, url, feedback="none") == {"forged@example.com", "silent@example.com"}


@pytest.mark.parametrize(("url", "column"), [(LEADS, "last_seen_at"), (EXCHANGES, "created_at")])
def test_the_last_day_of_a_range_counts_to_its_end(boss: Client, url: str, column: str) -> None:
    for day, hour in ((1, 23), (2, 0), (2, 23), (3, 0)):
        moment = timezone.make_aware(datetime(2026, 3, day, hour, 30))  # noqa: DTZ001
        email = f"d{day}h{hour}@example.com"
        rows.conversation(email, created_at=moment)
        Lead.objects.filter(email=email).update(last_seen_at=moment)
    one_day = {f"{column}_from": "2026-03-02", f"{column}_to": "2026-03-02"}
    assert found(boss, url, **one_day) == {"d2h0@example.com", "d2h23@example.com"}


def test_new_things_come_first(boss: Client) -> None:
    old = rows.conversation("old@example.com", created_at=timezone.now() - timedelta(days=3))
    Lead.objects.filter(pk=old.lead_id).update(last_seen_at=timezone.now() - timedelta(days=3))
    rows.conversation("new@example.com")
    for url in (LEADS, EXCHANGES):
        listed = [row.email for row in boss.get(url).context["cl"].result_list]
        assert listed == ["new@example.com", "old@example.com"]


def test_the_second_page_goes_on_where_the_first_ends(boss: Client) -> None:
    for i in range(60):
        rows.conversation(query=f"Question {i}")
    listed = [
        row.pk
        for page in ("1", "2")
        for row in boss.get(EXCHANGES, {"p": page}).context["cl"].result_list
    ]
    assert listed == list(Conversation.objects.values_list("pk", flat=True))
