"""Gives every request an id that goes to the log and back to the client."""

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from matchmaker.logs import request_id

ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestId:
    """Takes a well-formed X-Request-ID from the client or makes one; sets `request.request_id`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = request.headers.get("X-Request-ID", "")
        identifier = offered if ACCEPTABLE.fullmatch(offered) else uuid.uuid4().hex
        request.request_id = identifier  # type: ignore[attr-defined]
        token = request_id.set(identifier)
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = identifier
        return response
