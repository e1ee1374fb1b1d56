"""One lead and one exchange, readable; status and owner in the hands of the desk."""

import re
import uuid
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.models import Conversation, EmailCapture, Lead, Recommendation
from tests.conversations.admin import rows

LEADS = "/admin/conversations/lead/"


def lead_page(lead: Lead) -> str:
    return f"{LEADS}{lead.pk}/change/"


def exchange_page(row: Conversation) -> str:
    return f"/admin/conversations/conversation/{row.pk}/change/"


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_exchange_reads_with_its_experts_and_what_came_of_it(boss: Client) -> None:
    ines = rows.expert()
    row = rows.conversation(
        shown=(ines,),
        history=[{"role": "user", "content": "Hello there"}],
        suggestions=["Only in Ghent"],
        interpreted={"max_hourly_rate": "100.00"},
        source={"page": "https://www.example.com/find", "utm": {"source": "letter"}},
        composer="offline",
        request_id="req-77",
    )
    rows.vote(row, up=False, comment="Too expensive")
    Recommendation.objects.update(clicked_at=timezone.now())
    page = text_of(boss, exchange_page(row))
    for words in (
        "Who can run our payroll?", "Here is who fits.", "Ines Vermeulen", "Payroll consultant",
        "Loonwijs", "EUR 95.00", "Ran payroll for ten years.", "strong", "opened", "Payroll.",
        "Hello there", "Only in Ghent", "max hourly rate", "100.00", "source: letter", "offline",
        "req-77", "Too expensive", f"/admin/experts/expert/{ines.pk}/change/", lead_page(row.lead),
    ):  # fmt: skip
        assert words in page, words
    assert page.index("Who can run our payroll?") < page.index("Here is who fits.")


def test_a_failed_exchange_says_why_to_operators(boss: Client) -> None:
    row = rows.conversation(status="failed", response_type="", failure="the index is missing")
    page = text_of(boss, exchange_page(row))
    assert "Never answered." in page
    assert "the index is missing" in page


def test_an_expert_deactivated_or_gone_since_is_still_readable(boss: Client) -> None:
    ines, tom = rows.expert(), rows.expert("tom", name="Tom Maes")
    row = rows.conversation(shown=(ines, tom))
    type(ines).objects.filter(pk=ines.pk).deactivate()
    tom.delete()
    page = text_of(boss, exchange_page(row))
    assert "deactivated since" in page
    assert "Tom Maes" in page
    assert "no longer in the directory" in page


@pytest.mark.parametrize(
    "broken",
    [
        {"response_experts": {"not": "a list"}},
        {"response_experts": ["text", None, 3, {"evidence": "text"}, {"id": None}]},
        {"history": "text", "suggestions": {"a": 1}, "interpreted": ["x"], "source": "x"},
        {"history": [None, {"role": 1}, []], "usage": [1], "filters": 3},
    ],
)
def test_stored_json_of_another_shape_is_still_readable(
    boss: Client, broken: dict[str, object]
) -> None:
    row = rows.conversation(**broken)  # type: ignore[arg-type]
    assert "Who can run our payroll?" in text_of(boss, exchange_page(row))
    assert "Who can run our payroll?" in text_of(boss, lead_page(row.lead))


def test_a_dialogue_holds_nothing_of_another_lead_with_the_same_thread(boss: Client) -> None:
    thread = uuid.uuid4()
    row = rows.conversation(thread=thread)
    rows.conversation(thread=thread, query="And in France?")
    rows.conversation("eve@example.org", "Words of somebody else", thread=thread)
    page = text_of(boss, exchange_page(row))
    assert "And in France?" in page
    assert "Words of somebody else" not in page


def test_a_lead_reads_by_dialogue_the_newest_first(boss: Client) -> None:
    now, old, new = timezone.now(), uuid.uuid4(), uuid.uuid4()
    for hours, thread, query in ((5, old, "first"), (3, new, "second"), (1, new, "third")):
        rows.conversation(query=f"{query} question", thread=thread,
                          created_at=now - timedelta(hours=hours))  # fmt: skip
    lead = Lead.objects.get()
    EmailCapture.objects.create(lead=lead, email=lead.email, query="Please call me")
    page = text_of(boss, lead_page(lead))
    places = [page.index(f"{name} question") for name in ("second", "third", "first")]
    assert places == sorted(places)
    assert "Please call me" in page
    assert "mailto:ana@example.com" in page


def test_a_long_history_is_bounded_and_links_to_the_rest(boss: Client) -> None:
    Conversation.objects.bulk_create(
        Conversation(lead=rows.lead(), email="ana@example.com", query=f"Question {i}.")
        for i in range(60)
    )
    lead = Lead.objects.get()
    Lead.objects.refresh([lead.pk])
    page = text_of(boss, lead_page(lead))
    assert "60 exchanges" in page
    seen = set(re.findall(r"Question \d+\.", page))
    older = re.search(r'href="(\?before=[^"#]+)', page)
    assert older is not None
    rest = text_of(boss, lead_page(lead) + unescape(older[1]))
    asked = seen | set(re.findall(r"Question \d+\.", rest.split("What happened")[0]))
    assert len(seen) == 40
    assert asked == {f"Question {i}." for i in range(60)}
    assert "?before=" not in rest


def test_a_lead_with_forty_exchanges_takes_as_many_queries_as_with_four(boss: Client) -> None:
    counts = []
    for number in (4, 36):
        for i in range(number):
            shown = rows.expert(f"expert-{number}-{i}")
            rows.vote(rows.conversation(shown=(shown,)))
        text_of(boss, lead_page(Lead.objects.get()))
        with CaptureQueriesContext(connection) as context:
            text_of(boss, lead_page(Lead.objects.get()))
        counts.append(len(context))
    assert counts[0] == counts[1] < 20


def inline(
    lead: Lead, status: str, owner: str = "", seen: tuple[str, str] = ("new", "")
) -> dict[str, str]:
    return {
        "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": str(lead.pk),
        "form-0-status": status, "initial-form-0-status": seen[0],
        "form-0-owner": owner, "initial-form-0-owner": seen[1], "_save": "Save",
    }  # fmt: skip


def test_status_and_owner_change_in_the_list_and_the_change_is_written_down(boss: Client) -> None:
    lead, sam = rows.lead(), rows.staff("sam", role="sales")
    assert boss.post(LEADS, inline(lead, "contacted", str(sam.pk))).status_code == 302
    lead.refresh_from_db()
    assert (lead.status, lead.owner) == ("contacted", sam)
    entry = LogEntry.objects.get()
    assert "Status" in entry.get_change_message()
    assert entry.user == User.objects.get(username="boss")


def test_an_old_page_does_not_undo_what_somebody_else_changed(boss: Client) -> None:
    sam = rows.staff("sam", role="sales")
    lead = rows.lead(status="new")
    Lead.objects.update(owner=sam)  # after the page was opened
    boss.post(LEADS, inline(lead, "contacted", owner="", seen=("new", "")))
    lead.refresh_from_db()
    assert (lead.status, lead.owner) == ("contacted", sam)


def test_saving_a_page_asks_for_its_rows_once(boss: Client) -> None:
    leads = [rows.lead(f"person{i}@example.com") for i in range(20)]
    data = {"form-TOTAL_FORMS": "20", "form-INITIAL_FORMS": "20", "_save": "Save"}
    for i, lead in enumerate(leads):
        row = inline(lead, "contacted" if i == 0 else "new")
        data |= {k.replace("-0-", f"-{i}-"): v for k, v in row.items() if "-0-" in k}
    with CaptureQueriesContext(connection) as context:
        assert boss.post(LEADS, data).status_code == 302
    assert Lead.objects.filter(status="contacted").count() == 1
    assert len(context) < 20


def test_nobody_from_outside_the_staff_becomes_an_owner(boss: Client) -> None:
    lead, visitor = rows.lead(), User.objects.create_user("visitor")
    boss.post(LEADS, inline(lead, "new", str(visitor.pk)))
    assert Lead.objects.get().owner is None


def test_a_lead_by_hand_is_one_lead_however_it_is_spelled(boss: Client) -> None:
    data = {"email": "Eva@Example.com", "status": "new", "owner": ""}
    assert boss.post(f"{LEADS}add/", data).status_code == 302
    answer = boss.post(f"{LEADS}add/", data | {"email": "eva@example.COM"})
    assert "There is a lead with this address already." in answer.content.decode()
    assert Lead.objects.count() == 1


def test_the_address_of_a_lead_is_not_edited(boss: Client) -> None:
    lead = rows.lead()
    boss.post(lead_page(lead), {
        "email": "eve@example.org", "status": "won", "initial-status": "new",
        "owner": "", "initial-owner": "",
    })  # fmt: skip
    lead.refresh_from_db()
    assert (lead.email, lead.status) == ("ana@example.com", "won")
