"""JSON bodies, bounded before they are read."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

from matchmaker.problems import BodyTooLarge
from matchmaker.redaction import hear


class BoundedJSONParser(BaseParser):
    """UTF-8 JSON of at most MAX_BODY_BYTES, whatever Content-Length says. Errors: 400, 413."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        encoding = _encoding((parser_context or {}).get("request"))
        if encoding:
            raise UnsupportedMediaType(encoding, "Send the body as it is, not compressed.")
        try:
            raw: bytes = stream.read(settings.MAX_BODY_BYTES + 1)
        except OSError as error:
            raise ParseError("The body did not arrive whole.") from error
        if len(raw) > settings.MAX_BODY_BYTES:
            raise BodyTooLarge
        try:
            body = json.loads(raw.decode("utf-8-sig"), parse_constant=_refuse_constant)
        except UnicodeDecodeError as error:
            raise ParseError("The body is not UTF-8.") from error
        except RecursionError as error:
            raise ParseError("The body is nested too deeply.") from error
        except (json.JSONDecodeError, NotAValue) as error:
            raise ParseError(f"The body is not valid JSON: {error}.") from error
        except ValueError as error:  # of digits without end
            raise ParseError("The body holds a number that is too long.") from error
        hear(body)
        return body


class NotAValue(ValueError):
    """What Python reads and JSON does not know."""


def _refuse_constant(name: str) -> Any:
    raise NotAValue(f"{name} is not a JSON value")


def _encoding(request: Any) -> str:
    """How the body is encoded on its way; empty when it is not."""
    named = request.headers.get("Content-Encoding", "") if request is not None else ""
    return "" if named.strip().lower() in ("", "identity") else str(named)
