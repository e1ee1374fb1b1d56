"""What is known of a person: agreed to, given to them, forgotten without a trace, or in time."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from conversations.leads import privacy
from conversations.models import (
    Attempt,
    Change,
    Click,
    Consent,
    Conversation,
    Delivery,
    Demand,
    EmailCapture,
    Endpoint,
    Erasure,
    Feedback,
    IdempotencyKey,
    Lead,
    LeadMeaning,
    Message,
    Note,
    SavedView,
    Try,
    Uncovered,
    Verdict,
)
from tests.conversations.admin import rows
from tests.conversations.conftest import Ask

pytestmark = pytest.mark.django_db
EMAIL = "Zebulon.Quux@Example.org"
TRACE = "zebulon"


def run(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue().strip()


def traces(word: str = TRACE) -> list[str]:
    """Tables and columns that hold the word anywhere, those of the full-text index included."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            columns = [
                one.name for one in connection.introspection.get_table_description(cursor, table)
            ]
            for column in columns:
                if connection.vendor == "sqlite":
                    sql = f'SELECT hex("{column}"), "{column}" FROM "{table}"'
                else:
                    sql = f'SELECT "{column}"::text, \'\' FROM "{table}"'
                cursor.execute(sql)
                for coded, plain in cursor.fetchall():
                    text = f"{coded} {plain}".casefold()
                    if word in text or word.encode().hex() in text:
                        found.append(f"{table}.{column}")
    return found


@pytest.fixture
def known(settings: Any) -> Lead:
    """A lead with a row in every table there can be one in, and traces beside."""
    settings.EMAIL_IS_SET = True
    boss = User.objects.create_superuser("boss", "boss@example.com")
    endpoint = Endpoint.objects.create(url="https://crm.example.com/")
    Conversation.objects.receive(
        email=EMAIL,
        query=f"Who can help? Write to {EMAIL}",
        key="k-1",
        fingerprint="f",
        consent={"given": True, "policy_version": "2026-01"},
    )
    lead = Lead.objects.get()
    row = rows.conversation(EMAIL, "Payroll?", shown=(rows.expert(),))
    rows.vote(row, comment=f"I am {EMAIL.lower()}, thanks")
    Click.objects.create(conversation=row, claimed_id=row.pk, username="x")
    EmailCapture.objects.capture(EMAIL, "newsletter")
    Attempt.objects.note("too many", email=EMAIL.upper(), query="again")
    Note.objects.create(lead=lead, text=f"called {EMAIL}")
    Change.objects.create(lead=lead, field="status", before="new", after="won")
    Verdict.objects.create(conversation=row, word="good", note=EMAIL)
    demand = Demand.objects.create(
        title=f"A diver for {EMAIL}", center=b"", model="m", first_at=row.created_at,
        last_at=row.created_at,
    )  # fmt: skip
    half = b"\x00\x3c"  # 1.0
    Uncovered.objects.create(demand=demand, conversation=row, reason="down", meaning=half)
    LeadMeaning.objects.create(lead=lead, conversation=row, model="m", vector=half)
    by_mail = {"to": ["sam@example.com"], "subject": f"Hot: {EMAIL}", "text": EMAIL}
    message = Message.objects.tell("lead.hot", lead, {"lead": {"email": EMAIL}}, **by_mail)
    assert message is not None
    sent = Delivery.objects.filter(endpoint=endpoint, message=message).get()
    Try.objects.create(delivery=sent, code=200, said=f"thanks for {EMAIL}")
    Delivery.objects.create(
        message=Message.objects.create(event="digest"), to="sam@example.com", subject="3 leads",
        text=f"80 {EMAIL}: Payroll?\n70 joe@example.com: Roof?",
    )  # fmt: skip
    LogEntry.objects.create(
        user_id=boss.pk, content_type=ContentType.objects.get_for_model(Lead),
        object_id=str(lead.pk), object_repr=str(lead), action_flag=CHANGE,
        change_message=json.dumps([{"x": EMAIL}]),
    )  # fmt: skip
    SavedView.objects.create(owner=boss, name="That man", query="q=Zebulon.Quux%40Example.org")
    rows.conversation("joe@example.com", f"My colleague {EMAIL.lower()} said you know a roofer")
    Feedback.objects.create(claimed_id=99, vote="up", comment=f"from {EMAIL}")
    return lead


def test_no_trace_of_a_forgotten_person_remains_in_any_table(known: Lead) -> None:
    assert len(traces()) > 15
    report = privacy.forget(EMAIL.swapcase())
    assert traces() == []
    assert report.deleted["conversations.Conversation"] == 2
    assert report.deleted["conversations.Lead"] == 1
    for table in ("Note", "Change", "Consent", "IdempotencyKey", "Attempt", "EmailCapture", "Click",
                  "Verdict", "Uncovered", "LeadMeaning", "Try"):  # fmt: skip
        assert report.deleted[f"conversations.{table}"] == 1, table
    assert report.anonymous["conversations.Conversation"] == 1
    assert report.anonymous["conversations.SavedView"] == 1


def test_others_keep_what_is_theirs(known: Lead) -> None:
    privacy.forget(EMAIL)
    joe = Conversation.objects.get()
    assert joe.email == "joe@example.com"
    assert joe.query == "My colleague [forgotten] said you know a roofer"
    digest = Delivery.objects.get(message__event="digest")
    assert digest.text == "80 [forgotten]: Payroll?\n70 joe@example.com: Roof?"
    assert Lead.objects.get().last_words == joe.query


def test_an_address_that_ends_alike_is_another_one() -> None:
    rows.conversation("ana@example.com")
    other = rows.conversation("joana@example.com", "I am joana@example.com, not ana@example.com.nl")
    privacy.forget("ana@example.com")
    other.refresh_from_db()
    assert other.query == "I am joana@example.com, not ana@example.com.nl"
    assert [lead.email for lead in Lead.objects.all()] == ["joana@example.com"]


@pytest.mark.parametrize("text", ["", " ", "Payroll", "a", "@", "example.com", "a b@example.com"])
def test_what_is_no_address_touches_nobody(known: Lead, text: str) -> None:
    Attempt.objects.note("too many requests by address", query="Who knows VAT?")
    before = traces(), list(Conversation.objects.values().order_by("pk")), Attempt.objects.count()

    assert not privacy.forget(text)
    assert privacy.everything_about(text) is None
    for command in ("forget_lead", "export_lead"):
        with pytest.raises(CommandError, match="Nothing is known"):
            run(command, text)
    after = traces(), list(Conversation.objects.values().order_by("pk")), Attempt.objects.count()
    assert after == before


def test_the_report_counts_what_there_was_before_and_is_not_after(known: Lead) -> None:
    before = {
        model: model._default_manager.count()
        for model in (Lead, Conversation, Consent, IdempotencyKey, Note, Message, Delivery, Try)
    }
    report = privacy.forget(EMAIL)
    for model, count in before.items():
        gone = report.deleted[model._meta.label]
        assert model._default_manager.count() == count - gone, model


def test_a_merged_lead_is_forgotten_with_the_one_it_was_merged_into() -> None:
    kept, absorbed = rows.lead("kept@example.com"), rows.lead("zebulon@example.com")
    Lead.objects.filter(pk=absorbed.pk).update(merged_into=kept)
    rows.conversation("kept@example.com", "Hello zebulon@example.com")
    privacy.forget("zebulon@example.com")
    assert not Lead.objects.exists()
    assert traces() == []


def test_a_person_gets_every_table_that_knows_them(known: Lead) -> None:
    told = json.loads(run("export_lead", EMAIL))
    assert told["notes"][0]["text"] == f"called {EMAIL}"
    assert told["consents"][0]["policy_version"] == "2026-01"
    assert told["changes"][0]["after"] == "won"
    assert told["messages"][-1]["event"]
    by_words = {one["query"]: one for one in told["conversations"]}
    assert by_words["Payroll?"]["verdicts"][0]["word"] == "good"
    assert by_words[f"Who can help? Write to {EMAIL}"]["keys"][0]["key"] == "k-1"
    assert told["lead"]["score"] >= 0
    assert Erasure.objects.get().kind == "export"


def test_the_commands_report_and_keep_a_record_of_nobody(known: Lead) -> None:
    said = run("forget_lead", EMAIL)
    assert said.startswith("Nothing is left of this address: ")
    assert "2 conversations deleted" in said
    record = Erasure.objects.get()
    assert record.report["deleted"]["conversations.Lead"] == 1
    assert traces() == []
    with pytest.raises(CommandError, match="Nothing is known"):
        run("forget_lead", EMAIL)


def test_consent_comes_with_the_message_and_once_for_a_repeated_key(
    experts: None, ask: Ask, post: Ask
) -> None:
    body = {"email": "ana@example.com", "query": "Who can check our webshop for the GDPR?",
            "consent": {"given": True, "policy_version": "2026-01"}}  # fmt: skip
    for _ in range(2):
        assert post("/api/chat/", body, **{"Idempotency-Key": "k"}).status_code == 200
    consent = Consent.objects.get()
    assert (consent.given, consent.policy_version) == (True, "2026-01")
    assert consent.lead.email == "ana@example.com"
    assert consent.conversation == Conversation.objects.get()
    ask("And a cheaper one?", consent=None)
    ask("And a cheaper one?", consent={"given": False, "policy_version": "2026-02"})
    assert [one.given for one in Consent.objects.order_by("pk")] == [True, False]


@pytest.mark.parametrize(
    "nonsense",
    ["yes", [], {"given": True}, {"policy_version": "1"}, {"given": 3, "policy_version": "1"},
     {"given": True, "policy_version": "x" * 51}, {"given": True, "policy_version": 1}],
)  # fmt: skip
def test_a_consent_that_is_none_is_refused(post: Ask, nonsense: Any) -> None:
    body = {"email": "ana@example.com", "query": "A lawyer", "consent": nonsense}
    assert post("/api/chat/", body).status_code == 400
    assert not Consent.objects.exists()


def test_consent_outlives_the_exchange_it_came_with() -> None:
    Conversation.objects.receive(
        email=EMAIL, query="x", consent={"given": True, "policy_version": "1"}
    )
    Conversation.objects.all().delete()
    assert Consent.objects.get().conversation is None


@pytest.fixture
def adam(client: Client) -> Client:
    client.force_login(rows.staff("adam", role="admins"))
    return client


def test_an_admin_gives_and_forgets_on_the_page_of_the_lead(adam: Client, known: Lead) -> None:
    url = f"/admin/conversations/lead/{known.pk}/"
    given = adam.get(f"{url}data/")
    assert given["Content-Disposition"] == f'attachment; filename="lead-{known.pk}.json"'
    assert json.loads(given.content)["lead"]["email"] == EMAIL
    assert EMAIL in adam.get(f"{url}forget/").content.decode()
    wrong = adam.post(f"{url}forget/", {"email": "joe@example.com"})
    assert "not the address of this lead" in wrong.content.decode()
    assert Lead.objects.filter(pk=known.pk).exists()
    done = adam.post(f"{url}forget/", {"email": f" {EMAIL.lower()} "}, follow=True)
    assert "2 conversations deleted" in done.content.decode()
    assert traces() == []
    record = Erasure.objects.get(kind="forget")
    assert str(record.by) == "adam"
    assert adam.get(f"{url}forget/").status_code == 404


def test_sales_neither_give_nor_forget(known: Lead) -> None:
    seller = Client()
    seller.force_login(rows.staff("seller", role="sales"))
    for page in ("data", "forget"):
        url = f"/admin/conversations/lead/{known.pk}/{page}/"
        assert seller.get(url).status_code == 403
        assert seller.post(url, {"email": EMAIL}).status_code == 403
    assert seller.get("/admin/conversations/erasure/purge/").status_code == 403
    assert Lead.objects.filter(pk=known.pk).exists()
    assert Permission.objects.filter(codename="add_erasure").exists()


def test_an_admin_deletes_what_is_old_only_when_sure(adam: Client) -> None:
    rows.conversation("old@example.com")
    long_ago = timezone.now() - timedelta(days=400)
    Conversation.objects.update(created_at=long_ago)
    Lead.objects.update(last_seen_at=long_ago)
    rows.conversation("new@example.com")
    url = "/admin/conversations/erasure/purge/"
    assert "1 conversation older than 365 days" in adam.get(url).content.decode()
    assert "older than 30 days" in adam.get(url, {"days": "1"}).content.decode()
    assert "say that you are sure" in adam.post(url, {"days": "365"}).content.decode()
    assert Conversation.objects.count() == 2
    page = adam.post(url, {"days": "365", "sure": "on"}, follow=True).content.decode()
    assert "Deleted 1 conversations" in page
    assert [lead.email for lead in Lead.objects.all()] == ["new@example.com"]
    for nonsense in ("x", "-1", "\x00", "9" * 30):
        assert adam.get(url, {"days": nonsense}).status_code == 200
