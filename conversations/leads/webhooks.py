"""One signed HTTP request to an endpoint, which can be made to reach nothing it should not.

The name is looked up once, every address it has must be public, and the connection goes to the
address that was checked: a name that changes its mind in between (DNS rebinding) gains nothing.
Redirects are not followed, and whoever answers byte by byte is hung up on.
"""

import json
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Timer
from time import perf_counter
from typing import Any, Self
from urllib.parse import urlsplit

import certifi
import urllib3
from django.conf import settings
from standardwebhooks import Webhook

from conversations.models import Endpoint, Message

TIMEOUT = urllib3.Timeout(connect=5, read=15)
WHOLE = 20.0  # seconds that an exchange may take; the timeouts above begin anew with every byte
KEPT = 1000  # characters of an answer
GONE = 410
Address = IPv4Address | IPv6Address
# Public by number, and yet a way to somebody's own: IPv4 in other clothes, sites of old.
DISGUISED = tuple(
    map(ip_network, ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "fec0::/10", "5f00::/16"))
)


class Refused(Exception):
    """An endpoint that must not be reached; the message says why."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it; `code` is None when there was no answer."""

    code: int | None
    said: str
    milliseconds: int

    @property
    def ok(self) -> bool:
        return self.code is not None and 200 <= self.code < 300

    @property
    def is_silent(self) -> bool:
        """Whether nothing came back in all that time."""
        return self.code is None and self.milliseconds > 1000


class _Clock:
    """Shuts the connections of an exchange when it takes too long; its reader finds the end."""

    def __init__(self) -> None:
        self.twins: list[socket.socket] = []
        self.timer = Timer(WHOLE, self._ring)
        self.timer.daemon = True

    def __enter__(self) -> Self:
        self.timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.timer.cancel()
        for twin in self.twins:
            twin.close()

    def _ring(self) -> None:
        for twin in self.twins:
            with suppress(OSError):  # it has ended in this moment
                twin.shutdown(socket.SHUT_RDWR)

    def bound(self, kind: Any) -> Any:
        clock = self

        class Bounded(kind):  # type: ignore[misc]  # of http or of https
            def _new_conn(self) -> socket.socket:
                sock: socket.socket = super()._new_conn()
                clock.twins.append(sock.dup())  # TLS takes the socket itself away
                return sock

        return Bounded


def send(endpoint: Endpoint, message: Message) -> Outcome:
    """Never raises; whatever goes wrong is the outcome."""
    started = perf_counter()
    body = json.dumps(message.body(), ensure_ascii=False, separators=(",", ":"))
    try:
        code, said = _post(endpoint.url, body, headers(endpoint.secret, message.uid, body))
    except Refused as error:
        code, said = None, f"Refused: {error}"
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        code, said = None, type(error).__name__
    return Outcome(code, said[:KEPT], round((perf_counter() - started) * 1000))


def headers(secret: str, uid: str, body: str) -> dict[str, str]:
    """Signed by Standard Webhooks 1.0.0, as of now."""
    now = datetime.now(UTC)
    return {
        "Content-Type": "application/json",
        "User-Agent": "matchmaker-webhooks/1",
        "webhook-id": uid,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(uid, now, body),
    }


def check(url: str) -> None:
    """Errors: Refused, when this could not be sent to as things stand."""
    _target(url)


def _post(url: str, body: str, headed: dict[str, str]) -> tuple[int, str]:
    parts, address = _target(url)
    host = parts.hostname or ""
    options: dict[str, Any] = {"timeout": TIMEOUT, "retries": False, "maxsize": 1}
    pool: urllib3.HTTPConnectionPool
    if parts.scheme == "https":
        pool = urllib3.HTTPSConnectionPool(
            str(address),
            parts.port or 443,
            server_hostname=host,
            assert_hostname=host,
            ca_certs=certifi.where(),
            **options,
        )
    else:
        pool = urllib3.HTTPConnectionPool(str(address), parts.port or 80, **options)
    named = host if parts.port is None else f"{host}:{parts.port}"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with pool, _Clock() as clock:
        pool.ConnectionCls = clock.bound(pool.ConnectionCls)
        answer = pool.request(
            "POST",
            path,
            body=body.encode(),
            headers={**headed, "Host": named},
            redirect=False,
            preload_content=False,
        )
        said = answer.read(4 * KEPT, decode_content=False).decode("utf-8", "replace")
        answer.close()
    return answer.status, said.replace("\x00", "")


def _target(url: str) -> tuple[Any, Address]:
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise Refused("not an http or https address")
    if parts.username or parts.password:
        raise Refused("no name and password in the address")
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError, UnicodeError) as error:
        raise Refused("the name is not known") from error
    addresses = [ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    for address in addresses:
        if not _may_reach(address):
            raise Refused("a private address")
        if parts.scheme == "http" and not _is_own(address):
            raise Refused("plain http reaches own networks only")
    return parts, addresses[0]


def _may_reach(address: Address) -> bool:
    if _is_own(address):
        return True
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None,))[-1]
        if inner is not None or any(address in network for network in DISGUISED):
            return False
    return address.is_global and not address.is_multicast


def _is_own(address: Address) -> bool:
    return any(address in network for network in settings.WEBHOOK_ALLOW_PRIVATE)
