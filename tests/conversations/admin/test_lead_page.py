"""Working through leads one by one: timeline, notes, queue, merging."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from conversations.leads import merging, working
from conversations.models import (
    Change,
    Conversation,
    EmailCapture,
    Endpoint,
    Lead,
    LeadMerge,
    Message,
    Note,
)
from tests.conversations.admin import rows
from tests.conversations.admin.test_lists import LEADS, found
from tests.conversations.admin.test_pages import inline, lead_page, text_of


def saved(lead: Lead, **fields: str) -> dict[str, str]:
    """What the page sends: every field, and what was seen in it."""
    now = {"status": lead.status, "owner": str(lead.owner_id or ""), "follow_up_on": "",
           "name": lead.name, "company": lead.company, "phone": lead.phone}  # fmt: skip
    return now | {f"initial-{name}": value for name, value in now.items()} | fields


def test_a_lead_is_worked_on_and_who_did_what_stays_readable(seller: Client) -> None:
    lead = rows.conversation().lead
    answer = seller.post(lead_page(lead), saved(
        lead, status="contacted", name="Ana Peeters", follow_up_on="2030-05-01",
        note="Called; wants a quote <b>today</b>",
    ))  # fmt: skip
    assert answer.status_code == 302
    lead.refresh_from_db()
    assert (lead.status, lead.name, str(lead.follow_up_on)) == (
        "contacted", "Ana Peeters", "2030-05-01"
    )  # fmt: skip
    assert lead.touched_at is not None
    assert lead.stale_since == lead.touched_at
    assert lead.status_changed_at is not None
    page = text_of(seller, lead_page(lead))
    assert "note by seller" in page
    assert "Called; wants a quote &lt;b&gt;today&lt;/b&gt;" in page
    assert re.search(r"status <s>new</s> → <strong>contacted</strong>", page)
    assert {change.by.username for change in Change.objects.all() if change.by} == {"seller"}
    assert "Status" in LogEntry.objects.get().get_change_message()
    assert found(seller, LEADS, q="quote peeters") == {"ana@example.com"}


def test_the_timeline_tells_everything_the_newest_first(boss: Client) -> None:
    now = timezone.now()
    lead = rows.conversation(query="First question", created_at=now - timedelta(hours=5)).lead
    EmailCapture.objects.create(
        lead=lead, email=lead.email, query="Left words", created_at=now - timedelta(hours=4)
    )
    Note.objects.create(lead=lead, text="A note", created_at=now - timedelta(hours=3))
    Change.objects.create(
        lead=lead, field="status", before="new", after="won", created_at=now - timedelta(hours=2)
    )
    rows.conversation(query="Last question", created_at=now - timedelta(hours=1))
    page = text_of(boss, lead_page(lead)).split('id="timeline"')[1]
    told = ["Last question", "<strong>won</strong>", "A note", "Left words", "First question"]
    places = [page.index(words) for words in told]
    assert places == sorted(places)


def test_a_reply_quotes_their_words_and_nothing_of_them_is_obeyed() -> None:
    words = "Who?\r\nBcc: all@example.com&body=x&cc=eve@example.com\n“é”"
    lead = rows.conversation('"a?b&c"@example.com', query=words).lead
    lead.refresh_from_db()
    from conversations.admin.lead_page import mailto

    link = urlsplit(mailto(lead))
    assert unquote(link.path) == '"a?b&c"@example.com'
    fields = parse_qs(link.query)
    assert set(fields) == {"subject", "body"}
    assert "> Bcc: all@example.com&body=x&cc=eve@example.com" in fields["body"][0]


def neighbours(page: str) -> dict[str, str]:
    return {
        key: unescape(url) for url, key in re.findall(r'<a href="([^"]+)" data-key="(.)"', page)
    }


def test_the_queue_leads_from_one_to_the_next_in_the_order_of_its_list(boss: Client) -> None:
    for i in range(4):
        rows.lead(f"p{i}@example.com", score=10 * i)
    rows.lead("won@example.com", status="won", score=99)
    first = Lead.objects.get(email="p3@example.com")
    url = f"{lead_page(first)}?_changelist_filters=status%3Dnew%26o%3D-3"
    seen = [first.email]
    while True:
        page = text_of(boss, url)
        links = neighbours(page)
        if "j" not in links:
            break
        url = links["j"]
        seen.append(re.search(r'id="lead-email">([^<]+)', text_of(boss, url))[1])  # type: ignore[index]
    assert seen == ["p3@example.com", "p2@example.com", "p1@example.com", "p0@example.com"]
    assert "4 of 4" in page
    assert "k" in links


def test_save_and_next_goes_on_though_the_lead_leaves_the_list(boss: Client) -> None:
    leads = [rows.lead(f"p{i}@example.com", score=10 * i) for i in range(3)][::-1]
    url = f"{lead_page(leads[0])}?_changelist_filters=status%3Dnew%26o%3D-3&at=0"
    answer = boss.post(url, saved(leads[0], status="contacted", _next="1"))
    assert answer["Location"].startswith(lead_page(leads[1]))
    answer = boss.post(answer["Location"], saved(leads[1], status="contacted", _next="1"))
    assert answer["Location"].startswith(lead_page(leads[2]))
    answer = boss.post(answer["Location"], saved(leads[2], status="contacted", _next="1"))
    assert answer["Location"].startswith(f"{LEADS}?")


@pytest.mark.parametrize("nonsense", ["o=99&status=%00", "%00", "e=1&nonsense=1", "p=9999"])
def test_a_queue_that_cannot_be_read_is_no_error(boss: Client, nonsense: str) -> None:
    lead = rows.lead()
    for extra in ({}, {"at": "x"}, {"at": "-1"}, {"before": "yesterday"}):
        answer = boss.get(lead_page(lead), {"_changelist_filters": nonsense, **extra})
        assert answer.status_code == 200


def pair() -> tuple[Lead, Lead]:
    sam = rows.staff("sam")
    rows.conversation("ana@example.com", "Payroll in Ghent")
    other = rows.conversation("ana@work.example", "Webshop", shown=(rows.expert(),)).lead
    working.note(other, sam, "Knows the boss")
    working.change([other.pk], sam, {"company": "Bakkerij", "owner": sam, "status": "qualified"})
    return Lead.objects.get(email="ana@example.com"), Lead.objects.get(pk=other.pk)


def state() -> dict[str, Any]:
    """Everything that a merge could lose."""
    return {
        lead.email: (
            lead.status, lead.owner_id, lead.company, lead.exchanges, lead.shown, lead.created_at,
            lead.last_seen_at, sorted(lead.conversations.values_list("query", flat=True)),
            sorted(lead.notes.values_list("text", flat=True)),
        )
        for lead in Lead.objects.all()
    }  # fmt: skip


def test_merging_fills_blanks_loses_nothing_and_can_be_undone(boss: Client) -> None:
    kept, other = pair()
    before = state()
    data = {"action": "merge_two", "_selected_action": [kept.pk, other.pk]}
    assert "Which one stays?" in boss.post(LEADS, data).content.decode()
    boss.post(LEADS, data | {"keep": kept.pk})
    kept.refresh_from_db()
    assert (kept.company, kept.owner, kept.status) == ("Bakkerij", other.owner, "qualified")
    assert (kept.exchanges, kept.shown) == (2, 1)
    page = text_of(boss, lead_page(kept))
    for words in ("Payroll in Ghent", "Webshop", "Knows the boss", "ana@work.example"):
        assert words in page
    assert found(boss, LEADS) == {"ana@example.com"}
    assert "everything is there" in text_of(boss, lead_page(other))

    boss.post(f"{LEADS}merges/{LeadMerge.objects.get().pk}/undo/")
    assert state() == before
    assert found(boss, LEADS) == {"ana@example.com", "ana@work.example"}


def test_a_merged_address_is_the_kept_lead_and_gets_its_words_back_at_an_undo() -> None:
    kept, other = pair()
    merged = merging.merge(kept, other, None)
    since: Conversation = Conversation.objects.receive(email="ANA@work.example", query="Once more")
    assert since.lead_id == kept.pk
    assert Lead.objects.find("ana@work.example") == kept
    assert Conversation.objects.claimed(since.pk, None, "ana@work.example") == since
    Lead.objects.filter(pk=kept.pk).update(company="Changed since")
    merging.undo(merged, None)
    since.refresh_from_db()
    assert since.lead_id == other.pk
    kept.refresh_from_db()
    assert kept.company == "Changed since"
    with pytest.raises(merging.CannotMerge):
        merging.undo(merged, None)


def test_merges_that_make_no_sense_are_refused_with_a_sentence(boss: Client) -> None:
    kept, other = pair()
    third = rows.lead("third@example.com")
    with pytest.raises(merging.CannotMerge):
        merging.merge(kept, kept, None)
    first = merging.merge(kept, other, None)
    with pytest.raises(merging.CannotMerge):
        merging.merge(third, other, None)
    second = merging.merge(third, kept, None)
    with pytest.raises(merging.CannotMerge, match="undo that first"):
        merging.undo(first, None)
    merging.undo(second, None)
    merging.undo(first, None)
    data = {"action": "merge_two", "_selected_action": [kept.pk]}
    page = boss.post(LEADS, data, follow=True).content.decode()
    assert "exactly two" in page


def test_only_who_may_change_leads_undoes_a_merge(stranger: Client) -> None:
    merged = merging.merge(*pair(), None)
    assert stranger.post(f"{LEADS}merges/{merged.pk}/undo/").status_code == 403
    viewer = Client()
    viewer.force_login(rows.staff("viewer", rights=("view_lead",)))
    assert viewer.post(f"{LEADS}merges/{merged.pk}/undo/").status_code == 403
    assert LeadMerge.objects.get().undone_at is None


@pytest.mark.parametrize("way", ["page", "list", "many"])
def test_a_status_changed_in_any_way_is_told_and_stays_in_the_timeline(
    boss: Client, way: str
) -> None:
    Endpoint.objects.create(url="https://crm.example.com/", description="CRM", events=[])
    lead = rows.lead()
    if way == "page":
        boss.post(lead_page(lead), saved(lead, status="won"))
    elif way == "list":
        boss.post(LEADS, inline(lead, "won"))
    else:
        boss.post(LEADS, {"action": "change_many", "_selected_action": [lead.pk], "apply": "1",
                          "status": "won", "scope": "selected", "count": "1"})  # fmt: skip
    told = Message.objects.get(event="lead.status_changed").content
    assert (told["before"], told["lead"]["status"]) == ("new", "won")
    page = text_of(boss, lead_page(lead))
    assert "told: The desk changed the status of a lead" in page
    assert "CRM: Waiting" in page


def test_the_page_says_whether_the_person_may_be_contacted(boss: Client) -> None:
    row = rows.conversation()
    assert "policy" not in text_of(boss, lead_page(row.lead))
    row.lead.consents.create(given=False, policy_version="2026-01")
    assert "did not agree to be contacted" in text_of(boss, lead_page(row.lead))
    row.lead.consents.create(given=True, policy_version="2026-11")
    page = text_of(boss, lead_page(row.lead))
    assert "may be contacted" in page
    assert "policy 2026-11" in page
