"""Bodies sent in chunks, without saying how long they are: Django takes those for empty."""

from io import BytesIO
from typing import Any

from django.conf import settings


class ChunkedBodies:
    """Reads a chunked body of the API up to its bound and gives it the length it has.

    One byte past the bound is read and kept, so that the parser refuses it like any other.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        if chunked and environ.get("PATH_INFO", "").startswith("/api/"):
            try:
                body = environ["wsgi.input"].read(settings.MAX_BODY_BYTES + 1)
            except Exception:  # noqa: BLE001 - each server has its own errors for bad chunks
                body, environ["wsgi.input"] = b"?", CutOff()
            else:
                environ["wsgi.input"] = BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
        return self.application(environ, start_response)


class CutOff:
    """What is left of a body that did not arrive whole."""

    def read(self, size: int = -1) -> bytes:
        raise OSError("The body did not arrive whole.")

    readline = read
