"""Bodies of the API, whole before anybody works on them."""

from io import BytesIO
from typing import Any

from django.conf import settings


class WholeBodies:
    """Reads a body of the API up to its bound, so that a slow sender holds up nobody else.

    One sent in chunks, without saying how long it is, gets the length it has: Django takes those
    for empty. One byte past the bound is kept, so that the parser refuses it like any other; the
    rest is read and thrown away, for who is cut off while sending never reads the refusal, and
    would send the next request into a closed connection.
    """

    MOST_DISCARDED = 32 * 1024 * 1024

    def __init__(self, application: Any) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        length = _length(environ)
        if length and environ.get("PATH_INFO", "").startswith("/api/"):
            try:
                body = environ["wsgi.input"].read(min(length, settings.MAX_BODY_BYTES + 1))
                if len(body) > settings.MAX_BODY_BYTES:
                    _discard(environ["wsgi.input"], min(length, self.MOST_DISCARDED) - len(body))
            except Exception:  # noqa: BLE001 - each server has its own errors for bad chunks
                body, environ["wsgi.input"] = b"?", CutOff()
            else:
                environ["wsgi.input"] = BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
        return self.application(environ, start_response)


def _length(environ: dict[str, Any]) -> int:
    """Bytes that are announced; beyond any bound when they come in chunks."""
    if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
        return 2**63
    announced = environ.get("CONTENT_LENGTH") or ""
    return int(announced) if announced.isdecimal() else 0


def _discard(stream: Any, left: int) -> None:
    while left > 0 and (some := stream.read(min(left, 65536))):
        left -= len(some)


class CutOff:
    """What is left of a body that did not arrive whole."""

    def read(self, size: int = -1) -> bytes:
        raise OSError("The body did not arrive whole.")

    readline = read
