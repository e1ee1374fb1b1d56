"""Events told to other systems: written with what happened, signed, delivered, never inside."""

import base64
import hashlib
import hmac
import shutil
import ssl
import subprocess
import threading
import time
from datetime import timedelta
from http.server import ThreadingHTTPServer
from io import StringIO
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from conversations.leads import outbox, webhooks
from conversations.models import (
    Conversation,
    Delivery,
    EmailCapture,
    Endpoint,
    Message,
    Try,
)
from conversations.models.outreach import new_secret
from tests.conversations.admin import rows
from tests.conversations.receivers import Receiver, due_now, told

pytestmark = pytest.mark.django_db


def run(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue().strip()


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


def test_the_signature_is_that_of_the_specification(endpoint: Endpoint) -> None:
    """Computed here from the words of Standard Webhooks 1.0.0, without the library that signs."""
    rows.lead("ana@example.com")
    outbox.deliver()
    headers, body, _ = Receiver.got[0]
    key = base64.b64decode(endpoint.secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}"
    digest = hmac.new(key, signed.encode(), hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    assert len(key) >= 24


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
    again = boss.post("/admin/conversations/delivery/", chosen, follow=True).content.decode()
    assert "Waiting in the outbox again: 1." in again
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
        "https://[64:ff9b::7f00:1]/", "https://[64:ff9b:1::a00:8]/", "https://[2002:7f00:1::]/",
        "https://[::7f00:1]/", "https://[fec0::1]/", "https://[5f00::1]/", "https://0.0.0.0/",
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


def test_an_endpoint_is_deleted_by_admins_with_what_was_sent_to_it(
    endpoint: Endpoint, client: Client
) -> None:
    client.force_login(rows.staff("adam", role="admins"))
    other = Endpoint.objects.create(url="https://crm.example.com/other")
    for number in range(3):
        message = Message.objects.create(event="ping")
        Delivery.objects.create(
            message=message, endpoint=endpoint, state="sent" if number else "waiting"
        )
        Delivery.objects.create(message=message, endpoint=other)
    url = f"/admin/conversations/endpoint/{endpoint.pk}/delete/"
    page = client.get(url).content.decode()
    assert "with 3 deliveries to it" in page
    assert "1 of these deliveries still wait" in page
    assert "msg_" not in page  # numbers, not a line for each
    assert client.post(url, {"post": "yes"}).status_code == 302
    assert [one.endpoint for one in Delivery.objects.all()] == [other] * 3
    chosen = {"action": "delete_selected", "_selected_action": [str(other.pk)], "post": "yes"}
    client.post("/admin/conversations/endpoint/", chosen)
    assert not Delivery.objects.exists()


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


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """An authority that nobody knows, and its certificate for hooks.example."""
    made = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout key.pem -out cert.pem"
    name = ["-subj", "/CN=hooks.example", "-addext", "subjectAltName=DNS:hooks.example"]
    subprocess.run([*made.split(), *name], cwd=tmp_path, check=True, capture_output=True)
    return tmp_path


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize(
    ("host", "trusted", "arrives"),
    [
        ("hooks.example", True, True),
        ("hooks.example", False, False),
        ("other.example", True, False),
    ],
)
def test_over_https_the_certificate_has_to_be_that_of_the_name(
    certificates: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    trusted: bool,
    arrives: bool,
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = (ip_network("127.0.0.0/8"),)
    Receiver.got, Receiver.answers = [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "cert.pem", certificates / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    answer = [(2, 1, 6, "", ("127.0.0.1", server.server_port))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: answer)
    if trusted:
        monkeypatch.setattr("certifi.where", lambda: str(certificates / "cert.pem"))
    url = f"https://{host}:{server.server_port}/hook"
    outcome = webhooks.send(Endpoint(url=url, secret=new_secret()), Message(event="ping"))
    server.shutdown()
    server.server_close()
    assert outcome.ok is arrives, outcome
    assert len(Receiver.got) == arrives
    if arrives:
        assert Receiver.got[0][0]["host"] == f"{host}:{server.server_port}"
