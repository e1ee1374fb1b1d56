"""The one table from errors to HTTP problem details (RFC 9457)."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import DisallowedHost, RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views import defaults
from rest_framework import exceptions, status

from conversations.errors import ConversationsError, Crowded, KeyInFlight, KeyReused, TurnFailed
from experts.errors import ExpertsError, IndexUnavailable

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class BodyTooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large; send at most 256 kB."
    default_code = "too_large"


# The first row whose class fits wins: class, status, title, detail (None: the error's own words).
TABLE: list[tuple[type[Exception], int, str, str | None]] = [
    (KeyInFlight, 409, "Still being answered", None),
    (KeyReused, 422, "Idempotency key reused", None),
    (IndexUnavailable, 503, "Search is not ready", "The directory is being prepared; try again."),
    (ExpertsError, 503, "Search failed", "Your message is stored; try again in a moment."),
    (ConversationsError, 503, "No answer", "Your message is stored; try again in a moment."),
    (RequestDataTooBig, 413, "Body too large", "Send at most 256 kB."),
    (DatabaseError, 503, "Storage is not available", "Nothing could be stored; try again shortly."),
    (
        InterfaceError,
        503,
        "Storage is not available",
        "Nothing could be stored; try again shortly.",
    ),
    (OSError, 503, "Storage is not available", "Try again shortly."),
]
TITLES = {
    400: "Invalid request", 401: "Not authenticated", 403: "Not allowed", 404: "Not found",
    405: "Method not allowed", 406: "Not acceptable", 413: "Body too large",
    415: "Unsupported media type", 429: "Too many requests", 500: "Internal error",
    503: "Not available",
}  # fmt: skip


def problem(
    request: HttpRequest | None, status_code: int, title: str, detail: str, **extra: Any
) -> dict[str, Any]:
    """The body of a problem: type, title, status, detail, instance, request_id and extras."""
    return {
        "type": "about:blank",
        "title": title,
        "status": status_code,
        "detail": detail,
        "instance": request.path if request is not None else "",
        "request_id": getattr(request, "request_id", ""),
        **extra,
    }


def exception_handler(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """DRF's hook: whatever a view raises becomes problem details; our faults are logged."""
    request: HttpRequest = context["request"]
    if isinstance(error, SuspiciousOperation) and not isinstance(error, RequestDataTooBig):
        error = exceptions.ParseError("The request cannot be understood.")
    elif isinstance(error, Http404):
        error = exceptions.NotFound("Nothing is found here.")
    if isinstance(error, exceptions.APIException):
        return _api_problem(request, error)
    for kind, status_code, title, detail in TABLE:
        if isinstance(error, kind):
            if status_code >= 500 and not isinstance(error, TurnFailed):  # the turn logged its own
                said = error if isinstance(error, ExpertsError) else type(error).__name__
                logger.error("%s: %s", title, said, extra={"error": error})
            body = problem(request, status_code, title, detail or str(error))
            headers = {"Retry-After": "5"} if status_code in (409, 503) else {}
            return _json(body, headers)
    logger.error("Unexpected %s", type(error).__name__, extra={"error": error})
    body = problem(request, 500, TITLES[500], "This is our fault; it has been recorded.")
    return _json(body, {})


def _api_problem(request: HttpRequest, error: exceptions.APIException) -> HttpResponse:
    extra: dict[str, Any] = {}
    if isinstance(error, exceptions.ValidationError):
        extra["errors"] = list(_pointed(error.detail, "#"))
        detail = "; ".join(f"{row['pointer']}: {row['detail']}" for row in extra["errors"][:5])
    else:
        detail = str(error.detail)
    headers: dict[str, str] = dict(getattr(error, "headers", {}))
    if isinstance(error, exceptions.MethodNotAllowed):
        headers |= getattr(error, "allow", {})
    wait = getattr(error, "wait", None)
    if isinstance(error, exceptions.Throttled):
        from matchmaker import metrics  # commands import this module, and serve no metrics

        metrics.count_refusal(request)
    if wait is not None:
        headers["Retry-After"] = str(max(1, int(wait)))
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(error.auth_header)  # type: ignore[attr-defined]
    code = error.status_code
    if code == 400 and "errors" not in extra:
        extra["errors"] = [{"pointer": "#", "code": "malformed", "detail": detail}]
    body = problem(request, code, TITLES.get(code, "Request refused"), detail, **extra)
    return _json(body, headers)


def _json(body: Mapping[str, Any], headers: Mapping[str, str]) -> HttpResponse:
    """JSON whatever the view would render, in ASCII: a refused value may be half a character."""
    return JsonResponse(body, status=body["status"], headers=headers, content_type=MEDIA_TYPE)


def _pointed(detail: Any, pointer: str) -> Iterator[dict[str, str]]:
    """DRF's nested error details as a flat list of JSON pointers."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            escaped = str(key).replace("~", "~0").replace("/", "~1")
            at = pointer if key == "non_field_errors" else f"{pointer}/{escaped}"
            yield from _pointed(value, at)
    elif isinstance(detail, list):
        for position, value in enumerate(detail):
            nested = isinstance(value, (Mapping, list))
            yield from _pointed(value, f"{pointer}/{position}" if nested else pointer)
    else:
        yield {
            "pointer": pointer,
            "code": str(getattr(detail, "code", "invalid")),
            "detail": str(detail),
        }


def is_api(request: HttpRequest) -> bool:
    return request.path == "/api" or request.path.startswith("/api/")


def respond(request: HttpRequest, status_code: int, detail: str, **extra: Any) -> HttpResponse:
    body = problem(request, status_code, TITLES[status_code], detail, **extra)
    return _json(body, {})


def crowded(request: HttpRequest, error: Crowded) -> HttpResponse:
    response = respond(request, 503, str(error))
    response["Retry-After"] = "5"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_api(request):
        if isinstance(exception, RequestDataTooBig):
            return respond(request, 413, "Send at most 256 kB.")
        detail = "The request cannot be understood."
        if isinstance(exception, DisallowedHost):
            detail = "This server does not go by the name in the Host header."
        errors = [{"pointer": "#", "code": "malformed", "detail": detail}]
        return respond(request, 400, detail, errors=errors)
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    if is_api(request):
        return respond(request, 404, "No such path; /api/docs/ lists what there is.")
    return defaults.page_not_found(request, exception or Http404())


def server_error(request: HttpRequest) -> HttpResponseBase:
    if is_api(request):
        return respond(request, 500, "This is our fault; it has been recorded.")
    return defaults.server_error(request)
