"""JSON bodies, bounded before they are read."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import ParseError
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
        except ValueError as error:
            raise ParseError(f"The body is not valid JSON: {error}.") from error
        hear(body)
        return body


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON value")
