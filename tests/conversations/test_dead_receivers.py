"""Receivers that hang, drip or say nothing cost the desk little time, and nobody else any."""

import socket
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any

import pytest
from django.test import Client

from conversations.leads import outbox, webhooks
from conversations.models import Delivery, Endpoint, Message, Try
from conversations.models.outreach import new_secret
from tests.conversations.admin import rows
from tests.conversations.receivers import due_now
from tests.live.server import free_port

pytestmark = pytest.mark.django_db


class Drips(BaseHTTPRequestHandler):
    """Answers byte by byte, for ever: in the head or in the body."""

    head = True

    def do_POST(self) -> None:
        if not self.head:
            self.send_response(200)
            self.end_headers()
        with suppress(OSError):
            while True:
                self.wfile.write(b"x")
                time.sleep(0.05)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.mark.parametrize("head", [True, False])
def test_a_receiver_that_answers_without_end_is_hung_up_on(
    head: bool, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = (ip_network("127.0.0.0/8"),)
    monkeypatch.setattr(webhooks, "WHOLE", 0.5)
    monkeypatch.setattr(Drips, "head", head)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Drips)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    started = time.monotonic()
    url = f"http://127.0.0.1:{server.server_port}/"
    outcome = webhooks.send(Endpoint(url=url, secret=new_secret()), Message(event="ping"))
    assert time.monotonic() - started < 5
    assert outcome.code is None if head else outcome.code == 200
    server.shutdown()
    server.server_close()


def test_an_endpoint_that_says_nothing_holds_up_nobody_else(
    endpoint: Endpoint, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hung:  # accepts and never answers
        url = f"http://127.0.0.1:{hung.getsockname()[1]}/"
        silent = Endpoint.objects.create(url=url, events=["lead.created"])
        for number in range(20):
            rows.lead(f"lead{number}@example.com")
        monkeypatch.setattr(webhooks, "WHOLE", 1.2)
        started = time.monotonic()
        assert outbox.deliver() == (20, 1)
        assert time.monotonic() - started < 10
    waiting = Delivery.objects.filter(endpoint=silent, state="waiting")
    assert (waiting.count(), waiting.filter(tries=0).count()) == (20, 19)


def test_an_admin_sees_which_endpoint_takes_nothing(endpoint: Endpoint, client: Client) -> None:
    client.force_login(rows.staff("adam", role="admins"))
    url = "/admin/conversations/endpoint/"
    assert "nothing sent yet" in client.get(url).content.decode()
    dead = Endpoint.objects.create(url=f"http://127.0.0.1:{free_port()}/")
    for number in range(3):
        rows.lead(f"lead{number}@example.com")
    outbox.deliver()
    page = client.get(url).content.decode()
    assert "answered 200" in page
    assert "3 to be tried again</a>, last: NewConnectionError" in page
    Endpoint.objects.filter(pk=dead.pk).update(is_active=False)
    due_now()
    outbox.deliver()
    assert "no answer: The endpoint is switched off." in client.get(url).content.decode()


def test_the_page_of_a_delivery_shows_what_was_sent_and_when_by_one_clock(
    endpoint: Endpoint, client: Client, settings: Any
) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    client.force_login(rows.staff("adam", role="admins"))
    rows.lead("ana@example.com")
    outbox.deliver()
    delivery = Delivery.objects.get()
    moment = datetime(2026, 3, 1, 20, 30, 5, tzinfo=UTC)
    Try.objects.update(created_at=moment)
    Delivery.objects.update(sent_at=moment)
    page = client.get(f"/admin/conversations/delivery/{delivery.pk}/change/").content.decode()
    assert "2026-03-02 05:30:05: 200" in page
    assert "2 Mar 2026, 05:30" in page
    assert "&quot;type&quot;: &quot;lead.created&quot;" in page
