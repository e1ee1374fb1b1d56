"""What colleagues are told by e-mail, and the desk's own pages of what is sent."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from conversations.leads import alerts, outbox
from conversations.models import (
    Conversation,
    Delivery,
    Endpoint,
    Lead,
    Message,
    ScoreSettings,
    Try,
)
from tests.conversations.admin import rows
from tests.conversations.receivers import Mailbox, Receiver, due_now, told

pytestmark = pytest.mark.django_db


def run(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue().strip()


def sales(name: str = "sam") -> User:
    person = rows.staff(name, role="sales")
    person.email = f"{name}@desk.example.com"
    person.save()
    return person


def heat(lead: Lead, score: int = 90) -> int:
    Lead.objects.filter(pk=lead.pk).update(score=score, last_words="Who can run our payroll?")
    return alerts.scored([lead.pk])


def test_a_hot_lead_is_mailed_to_its_owner_at_once_and_only_once(mailbox: Mailbox) -> None:
    lead = rows.lead("ana@example.com", owner=sales())
    sales("another")
    assert heat(lead) == 1
    assert heat(lead) == 0
    assert run("deliver_outbox", "--once") == "1 sent, 0 failed."
    (mail,) = mailbox.mails
    assert mail.rcpt_tos == ["sam@desk.example.com"]
    text = mailbox.texts()[0]
    assert "Subject: Hot lead: ana@example.com" in text
    assert "Who can run our payroll?" in text
    assert f"https://desk.example.com/admin/conversations/lead/{lead.pk}/change/" in text
    assert Delivery.objects.get(to="sam@desk.example.com").text == ""


def test_a_hot_lead_of_nobody_is_mailed_to_everybody_in_sales(mailbox: Mailbox) -> None:
    sales("sam")
    sales("eve")
    User.objects.filter(username="eve").update(is_active=False)
    sales("kim")
    heat(rows.lead("ana@example.com"))
    outbox.deliver()
    assert sorted(mail.rcpt_tos[0] for mail in mailbox.mails) == [
        "kim@desk.example.com", "sam@desk.example.com",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "why",
    [{"status": "won"}, {"status": "spam"}, {"last_seen_at": timezone.now() - timedelta(days=3)}],
)
def test_leads_that_are_no_news_are_not_mailed(mailbox: Mailbox, why: dict[str, Any]) -> None:
    lead = rows.lead("ana@example.com", owner=sales())
    Lead.objects.update(**why)
    assert heat(lead) == 0


def test_a_score_that_rises_over_the_threshold_tells_by_itself(
    mailbox: Mailbox, endpoint: Endpoint
) -> None:
    sales()
    ScoreSettings(hot_from=1).save()
    Conversation.objects.receive(email="ana@example.com", query="Who can run our payroll?")
    outbox.deliver()
    assert len(mailbox.mails) == 1
    assert [one["lead"]["email"] for one in told("lead.hot")] == ["ana@example.com"]
    assert told("lead.hot")[0]["lead"]["score"] > 0


def test_whom_to_tell_is_looked_up_when_a_lead_becomes_hot_and_not_while_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ScoreSettings(hot_from=1).save()
    asked: list[list[int]] = []
    monkeypatch.setattr(alerts, "scored", lambda keys: asked.append(list(keys)))
    first = Conversation.objects.receive(email="ana@example.com", query="Who runs a payroll?")
    Conversation.objects.receive(email="ana@example.com", query="And in Ghent?")
    assert asked == [[first.lead_id], []]


def test_the_digest_lists_untouched_leads_the_hottest_first(mailbox: Mailbox) -> None:
    sam = sales()
    for name, score in (("cold", 10), ("hot", 80)):
        lead = rows.lead(f"{name}@example.com", owner=sam)
        Lead.objects.filter(pk=lead.pk).update(
            score=score, created_at=timezone.now() - timedelta(days=2)
        )
    rows.lead("new@example.com", owner=sam)
    touched = rows.lead("touched@example.com", owner=sam)
    Lead.objects.filter(pk=touched.pk).update(
        touched_at=timezone.now(), created_at=timezone.now() - timedelta(days=2)
    )
    assert run("send_digest").startswith("1 digests wait")
    outbox.deliver()
    (text,) = mailbox.texts()
    assert "Subject: 2 leads wait for a first word" in text
    assert text.index("hot@example.com") < text.index("cold@example.com")
    assert "touched@" not in text
    assert "new@example.com" not in text


def test_without_a_mail_server_nothing_is_mailed_and_the_digest_says_so(settings: Any) -> None:
    settings.EMAIL_IS_SET = False
    heat(rows.lead("ana@example.com", owner=sales()))
    assert not Delivery.objects.exists()
    with pytest.raises(CommandError, match="EMAIL_URL"):
        run("send_digest")


def test_a_mail_server_that_is_down_costs_nothing_but_time(mailbox: Mailbox, settings: Any) -> None:
    heat(rows.lead("ana@example.com", owner=sales()))
    right, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    assert outbox.deliver() == (0, 1)
    settings.EMAIL_PORT = right
    due_now()
    assert outbox.deliver() == (1, 0)
    assert len(mailbox.mails) == 1


# --- The admin -----------------------------------------------------------------------------------


def test_an_endpoint_is_added_tested_and_given_a_new_key(boss: Client, receiver: str) -> None:
    url = "/admin/conversations/endpoint/"
    answer = boss.post(f"{url}add/", {"url": receiver, "events": ["lead.hot"], "is_active": "on"})
    assert answer.status_code == 302, answer.context["errors"]
    endpoint = Endpoint.objects.get()
    assert endpoint.secret in boss.get(f"{url}{endpoint.pk}/change/").content.decode()
    chosen = {"_selected_action": [str(endpoint.pk)]}
    boss.post(url, {"action": "ping", **chosen})
    outbox.deliver()
    assert json.loads(Receiver.got[0][1])["type"] == "ping"
    boss.post(url, {"action": "new_key", **chosen})
    before, endpoint.secret = endpoint.secret, ""
    endpoint.refresh_from_db()
    assert endpoint.secret not in ("", before)


def test_an_endpoint_inside_is_refused_in_the_form(boss: Client) -> None:
    data = {"url": "https://169.254.169.254/", "is_active": "on"}
    page = boss.post("/admin/conversations/endpoint/add/", data).content.decode()
    assert "This cannot be sent to: a private address." in page
    assert not Endpoint.objects.exists()


def test_hostile_answers_and_addresses_are_text(boss: Client, endpoint: Endpoint) -> None:
    hostile = "<script>alert(1)</script>\"'><img src=x>"
    message = Message.objects.create(event="ping", content={"x": hostile})
    delivery = Delivery.objects.create(message=message, endpoint=endpoint)
    Endpoint.objects.update(description=hostile, disabled_reason=hostile)
    Try.objects.create(delivery=delivery, said=hostile)
    for url in ("endpoint/", f"endpoint/{endpoint.pk}/change/", "delivery/",
                f"delivery/{delivery.pk}/change/"):  # fmt: skip
        page = boss.get(f"/admin/conversations/{url}").content.decode()
        assert "<script>alert" not in page, url
        assert "<img src=x" not in page, url


def test_sales_see_no_keys_and_send_nothing_again(endpoint: Endpoint) -> None:
    seller = Client()
    seller.force_login(sales())
    for url in ("endpoint/", f"endpoint/{endpoint.pk}/change/", "delivery/"):
        assert seller.get(f"/admin/conversations/{url}").status_code == 403
        assert seller.post(f"/admin/conversations/{url}").status_code == 403
