"""What the desk tells by itself: written with what happened, delivered later, by real servers."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from ipaddress import ip_network
from typing import Any, ClassVar

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from conversations.leads import alerts, outbox, webhooks
from conversations.models import (
    Conversation,
    Delivery,
    EmailCapture,
    Endpoint,
    Lead,
    Message,
    ScoreSettings,
    Try,
)
from tests.conversations.admin import rows
from tests.live.server import free_port

pytestmark = pytest.mark.django_db


class Receiver(BaseHTTPRequestHandler):
    """A real HTTP server that remembers what it got and answers as it is told."""

    got: ClassVar[list[tuple[dict[str, str], str, str]]] = []
    answers: ClassVar[list[int]] = []
    location = ""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.got.append((headers, body, self.path))
        self.send_response(self.answers.pop(0) if self.answers else 200)
        if self.location:
            self.send_header("Location", self.location)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_GET = do_POST  # noqa: N815 - the names that the library asks for

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def receiver(settings: Any) -> Iterator[str]:
    settings.WEBHOOK_ALLOW_PRIVATE = (ip_network("127.0.0.0/8"),)
    Receiver.got, Receiver.answers, Receiver.location = [], [], ""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook?x=1"
    server.shutdown()
    server.server_close()


@pytest.fixture
def endpoint(receiver: str) -> Endpoint:
    return Endpoint.objects.create(url=receiver)


class Mailbox:
    def __init__(self) -> None:
        self.mails: list[Envelope] = []

    async def handle_DATA(  # noqa: N802 - so too here
        self, server: Any, session: Any, envelope: Envelope
    ) -> str:
        self.mails.append(envelope)
        return "250 OK"

    def texts(self) -> list[str]:
        return [bytes(mail.content or b"").decode() for mail in self.mails]


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    box = Mailbox()
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_IS_SET = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    settings.SITE_URL = "https://desk.example.com"
    yield box
    controller.stop()


def run(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue().strip()


def due_now() -> None:
    Delivery.objects.filter(state="waiting").update(due_at=timezone.now())


def told(event: str) -> list[dict[str, Any]]:
    bodies = [json.loads(body) for _, body, _ in Receiver.got]
    return [body["data"] for body in bodies if body["type"] == event]


def sales(name: str = "sam") -> User:
    person = rows.staff(name, role="sales")
    person.email = f"{name}@desk.example.com"
    person.save()
    return person


# --- Webhooks ------------------------------------------------------------------------------------


def test_a_new_lead_is_told_signed_by_standard_webhooks(endpoint: Endpoint) -> None:
    Conversation.objects.receive(email="ana@example.com", query="Who can run our payroll?")
    assert run("deliver_outbox", "--once") == "1 sent, 0 failed."
    headers, body, path = Receiver.got[0]
    assert path == "/hook?x=1"
    assert headers["content-type"] == "application/json"
    assert headers["host"].startswith("127.0.0.1:")
    verified = Webhook(endpoint.secret).verify(body, headers)
    assert verified["type"] == "lead.created"
    assert verified["data"]["lead"]["email"] == "ana@example.com"
    assert headers["webhook-id"] == Message.objects.get().uid
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint.secret).verify(body.replace("ana", "bob"), headers)
    assert run("deliver_outbox", "--once") == "0 sent, 0 failed."


def test_what_is_rolled_back_is_told_to_nobody(endpoint: Endpoint) -> None:
    with transaction.atomic():
        EmailCapture.objects.capture("ana@example.com")
        transaction.set_rollback(True)
    assert not Message.objects.exists()
    outbox.deliver()
    assert Receiver.got == []


def test_an_endpoint_hears_only_what_it_wants(endpoint: Endpoint) -> None:
    endpoint.events = ["lead.hot"]
    endpoint.save()
    rows.lead("ana@example.com")
    assert not Message.objects.exists()


def test_a_failure_is_tried_again_later_and_later_with_the_same_id(endpoint: Endpoint) -> None:
    Receiver.answers = [500, 503, 200]
    rows.lead("ana@example.com")
    pauses = []
    for _ in range(2):
        due_now()
        before = timezone.now()
        outbox.deliver()
        pauses.append(Delivery.objects.get().due_at - before)
    assert timedelta(seconds=4) < pauses[0] < timedelta(seconds=30)
    assert timedelta(minutes=5) <= pauses[1] < timedelta(minutes=6)
    due_now()
    outbox.deliver()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.tries) == ("sent", 3)
    assert [one.code for one in delivery.log.order_by("pk")] == [500, 503, 200]
    assert len({headers["webhook-id"] for headers, _, _ in Receiver.got}) == 1


def test_after_the_whole_schedule_it_is_given_up_and_can_be_sent_again(
    endpoint: Endpoint, boss: Client
) -> None:
    Receiver.answers = [500] * (len(outbox.SCHEDULE) + 1)
    rows.lead("ana@example.com")
    for _ in range(len(outbox.SCHEDULE) + 1):
        due_now()
        outbox.deliver()
    delivery = Delivery.objects.get()
    assert delivery.state == "failed"
    page = boss.get(f"/admin/conversations/delivery/{delivery.pk}/change/").content.decode()
    assert ": 500 in" in page
    chosen = {"action": "send_again", "_selected_action": [str(delivery.pk)]}
    assert (
        "1 wait"
        in boss.post("/admin/conversations/delivery/", chosen, follow=True).content.decode()
    )
    outbox.deliver()
    delivery.refresh_from_db()
    assert delivery.state == "sent"


def test_an_endpoint_that_is_gone_is_switched_off(endpoint: Endpoint) -> None:
    Receiver.answers = [410]
    rows.lead("ana@example.com")
    outbox.deliver()
    endpoint.refresh_from_db()
    assert not endpoint.is_active
    assert "410" in endpoint.disabled_reason
    assert Delivery.objects.get().state == "failed"
    rows.lead("bob@example.com")
    assert Delivery.objects.count() == 1


def test_a_redirect_is_not_followed(endpoint: Endpoint, receiver: str) -> None:
    Receiver.answers, Receiver.location = [302], receiver
    rows.lead("ana@example.com")
    outbox.deliver()
    assert len(Receiver.got) == 1
    assert Delivery.objects.get().state == "waiting"
    assert Try.objects.get().code == 302


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "https://127.0.0.1/", "https://localhost/", "https://10.0.0.8/",
        "https://192.168.1.1/", "https://172.16.0.1/", "https://169.254.169.254/latest/",
        "https://[::1]/", "https://[fe80::1]/", "https://[fc00::1]/", "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://0.0.0.0/",
        "https://0/", "https://2130706433/", "https://0x7f.1/", "https://100.64.0.1/",
        "https://224.0.0.1/", "http://93.184.216.34/", "ftp://example.com/", "https://",
        "https://user:pw@93.184.216.34/", "https://93.184.216.34:99999/", "https://no.such.invalid/",
    ],
)  # fmt: skip
def test_private_and_nonsense_addresses_are_refused(url: str) -> None:
    with pytest.raises(webhooks.Refused):
        webhooks.check(url)
    outcome = webhooks.send(Endpoint(url=url), Message(event="ping"))
    assert outcome.code is None
    assert outcome.said.startswith("Refused")


def test_a_name_that_changes_its_mind_gains_nothing(
    monkeypatch: pytest.MonkeyPatch, receiver: str, settings: Any
) -> None:
    """The first look-up says public, the second private: there is no second."""
    settings.WEBHOOK_ALLOW_PRIVATE = ()
    port, asked = int(receiver.split(":")[2].split("/")[0]), []

    def look_up(host: str, *args: Any, **kwargs: Any) -> Any:
        asked.append(host)
        return [(2, 1, 6, "", ("93.184.216.34" if len(asked) == 1 else "127.0.0.1", port))]

    connected = []

    def connect(address: tuple[str, int], *args: Any, **kwargs: Any) -> Any:
        connected.append(address[0])
        raise OSError("not in a test")

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    outcome = webhooks.send(Endpoint(url=f"https://rebind.example:{port}/"), Message(event="ping"))
    assert outcome.code is None
    assert asked == ["rebind.example"]
    assert set(connected) == {"93.184.216.34"}


def test_one_private_address_among_public_ones_is_enough_to_refuse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def look_up(*args: Any, **kwargs: Any) -> Any:
        return [(2, 1, 6, "", (one, 443)) for one in ("93.184.216.34", "10.0.0.1")]

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    with pytest.raises(webhooks.Refused):
        webhooks.check("https://mixed.example/")


def test_two_processes_deliver_each_message_once(endpoint: Endpoint) -> None:
    rows.lead("ana@example.com")
    (first,) = outbox._due()
    (second,) = outbox._due()
    assert outbox._claimed(first)
    assert not outbox._claimed(second)


def test_what_a_dead_process_had_claimed_comes_back(endpoint: Endpoint) -> None:
    rows.lead("ana@example.com")
    (claimed,) = outbox._due()
    assert outbox._claimed(claimed)
    assert outbox.deliver() == (0, 0)
    due_now()  # as it is two minutes later
    assert outbox.deliver() == (1, 0)


def test_the_delivery_goes_on_until_it_is_stopped(endpoint: Endpoint) -> None:
    assert run("deliver_outbox", "--once", "--every", "1s") == "0 sent, 0 failed."
    with pytest.raises(CommandError, match="duration"):
        run("deliver_outbox", "--every", "often")


def test_old_messages_are_forgotten_but_those_still_waiting(endpoint: Endpoint) -> None:
    rows.lead("ana@example.com")
    outbox.deliver()
    rows.lead("bob@example.com")
    Message.objects.update(created_at=timezone.now() - timedelta(days=31))
    outbox.purge()
    assert [one.lead.email for one in Message.objects.all() if one.lead] == ["bob@example.com"]


def test_the_status_that_the_desk_sets_is_told(endpoint: Endpoint) -> None:
    lead = rows.lead("ana@example.com")
    lead.status = "won"
    lead.save()
    lead.changes.create(field="status", before="new", after="won")
    outbox.deliver()
    (changed,) = told("lead.status_changed")
    assert (changed["before"], changed["lead"]["status"]) == ("new", "won")


# --- E-mails -------------------------------------------------------------------------------------


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


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("boss"))
    return client


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
