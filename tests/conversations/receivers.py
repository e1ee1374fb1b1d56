"""A real HTTP server and a real mail server that remember what they got."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any, ClassVar

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from django.utils import timezone

from conversations.models import Delivery, Endpoint
from tests.live.server import free_port


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
        return [str(_bytes(mail), "utf-8") for mail in self.mails]


def _bytes(mail: Envelope) -> bytes:
    return mail.content if isinstance(mail.content, bytes) else str(mail.content).encode()


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


def due_now() -> None:
    Delivery.objects.filter(state="waiting").update(due_at=timezone.now())


def told(event: str) -> list[dict[str, Any]]:
    bodies = [json.loads(body) for _, body, _ in Receiver.got]
    return [body["data"] for body in bodies if body["type"] == event]
