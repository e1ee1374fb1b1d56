"""An HTTP transport whose every wait ends at the deadline, however slowly a server drips.

Timeouts of HTTP clients bound each read; a server that sends a byte now and then outlives them all.
Here the socket itself is given only what is left of the allowance, for connecting, headers, errors
and body alike. What this cannot bound is the system's name resolution.
"""

from collections.abc import Iterable
from ssl import SSLContext
from typing import Any

import httpcore2
import httpx2

from conversations.chat.llm import deadlines

CONNECTIONS = httpx2.Limits(max_connections=1000, max_keepalive_connections=100)


class BoundedTransport(httpx2.HTTPTransport):
    """HTTP/1.1 within `deadlines.current()`. Compressed replies may unfold endlessly: refused."""

    def __init__(self) -> None:
        trust = httpx2.create_ssl_context()
        super().__init__(verify=trust, limits=CONNECTIONS)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=trust,
            max_connections=CONNECTIONS.max_connections,
            max_keepalive_connections=CONNECTIONS.max_keepalive_connections,
            keepalive_expiry=CONNECTIONS.keepalive_expiry,
            network_backend=_BoundedBackend(),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["Accept-Encoding"] = "identity"
        response = super().handle_request(request)
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            response.close()
            raise httpx2.RemoteProtocolError("a compressed reply, which was not asked for")
        return response


class _BoundedBackend(httpcore2.NetworkBackend):
    def __init__(self) -> None:
        self.plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        left = _left(timeout, httpcore2.ConnectTimeout)
        return _BoundedStream(
            self.plain.connect_tcp(host, port, left, local_address, socket_options)
        )


class _BoundedStream(httpcore2.NetworkStream):
    def __init__(self, plain: httpcore2.NetworkStream) -> None:
        self.plain = plain

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        some = self.plain.read(max_bytes, _left(timeout, httpcore2.ReadTimeout))
        allowance = deadlines.current()
        if allowance is not None:
            allowance.took(len(some))
            if allowance.is_flooded:
                raise httpcore2.ReadError("more bytes than a reply may have")
        return some

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.plain.write(buffer, _left(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self.plain.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        left = _left(timeout, httpcore2.ConnectTimeout)
        return _BoundedStream(self.plain.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self.plain.get_extra_info(info)


def _left(timeout: float | None, too_late: type[httpcore2.TimeoutException]) -> float | None:
    """The shorter of this step's own timeout and what is left of the whole answer."""
    allowance = deadlines.current()
    if allowance is None:
        return timeout
    if allowance.is_late:
        raise too_late("the deadline has passed")
    return allowance.seconds if timeout is None else min(timeout, allowance.seconds)
