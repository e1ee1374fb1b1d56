"""What every request gets: an id, a log line, a place in the metrics, a content security policy."""

import logging
import re
import uuid
from collections.abc import Callable
from functools import cache
from time import perf_counter

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve

from conversations.api.throttles import describe
from conversations.errors import Crowded
from conversations.turnstile import inside
from matchmaker import health, metrics, problems, redaction
from matchmaker.logs import request_id

logger = logging.getLogger(__name__)

Handler = Callable[[HttpRequest], HttpResponse]
ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{8,64}")
UNMATCHED = "unmatched"
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class RequestId:
    """Takes a well-formed X-Request-ID from the client or makes one; sets `request.request_id`."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = request.headers.get("X-Request-ID", "")
        identifier = offered if ACCEPTABLE.fullmatch(offered) else uuid.uuid4().hex
        request.request_id = identifier  # type: ignore[attr-defined]
        token = request_id.set(identifier)
        redaction.forget()  # threads serve one visitor after the other
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = identifier
        return response


class RequestLine:
    """One log line and one count a request, under its route: a raw path may hold anything.

    The time of a stream is that to its first byte; the turn behind it has a line of its own.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = perf_counter()
        response = self.get_response(request)
        seconds = perf_counter() - started
        method = request.method if request.method in METHODS else "OTHER"
        route, status = route_of(request), response.status_code
        metrics.count_request(method, route, status, seconds)
        fields = {
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
            **({"stream": True} if response.streaming else {}),
        }
        is_routine = route in Probes.ANSWERS or route == "static"
        level = logging.DEBUG if is_routine and status < 400 else logging.INFO
        logger.log(level, "request", extra={"fields": fields})
        return response


def route_of(request: HttpRequest) -> str:
    """The route that took the request, such as /api/chat/; never what a client made up."""
    if request.resolver_match is not None:
        return _named(request.resolver_match)
    path = request.path_info.rstrip("/")
    if path in Probes.ANSWERS:
        return path
    if request.path_info.startswith(settings.STATIC_URL):
        return "static"
    return _resolved(request.path_info)


def _resolved(path: str) -> str:
    """Of who was answered before any view: a browser that asks whether it may, one too many."""
    try:
        return _named(resolve(path))
    except Resolver404:
        return UNMATCHED


def _named(match: ResolverMatch) -> str:
    return UNMATCHED if match.url_name == UNMATCHED else readable(match.route)


@cache
def readable(route: str) -> str:
    plain = re.sub(r"/\?\$$|\\[zZ]$|[\^$]", "", route).strip("/")
    return f"/{plain}/" if plain else "/"


class HeadOnly:
    """Answers HEAD without a body: a server that drops it has a line to log about each."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "HEAD" and not response.streaming:
            response.content = b""
        return response


class Probes:
    """Answers the probes of orchestrators before anything else is touched: no session, no routing,
    and whatever the Host header says, for they ask by address."""

    ANSWERS = {"/livez": health.livez, "/readyz": health.readyz, "/metrics": metrics.metrics}

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.ANSWERS.get(request.path_info.rstrip("/"))
        return answer(request) if answer else self.get_response(request)


class OneOfFew:
    """Lets few requests of the API work at once. Their bodies are here whole, and what a stream
    sends is sent later, so that nobody keeps a place whose connection is slow.

    Stands behind what needs no place: headers, pages' files and the questions of browsers whether
    they may ask."""

    PATIENCE = 120.0  # seconds that a request waits to be let in

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if not path.startswith("/api/") or path.strip("/").endswith("health"):
            return self.get_response(request)
        try:
            with inside(self.PATIENCE):
                response = self.get_response(request)
        except Crowded as error:
            return problems.crowded(request, error)
        describe(response, getattr(request, "quotas", ()))
        return response


class ContentSecurityPolicy:
    """What a page may load and run. The first prefix that fits decides."""

    SELF = (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self';"
        " frame-ancestors 'none'; img-src 'self' data: https:"  # photos of experts
    )
    STYLED = f"{SELF}; style-src 'self' 'unsafe-inline'"
    # The admin's theme is written with Alpine, which evaluates its attributes.
    EVALUATED = f"{STYLED}; script-src 'self' 'unsafe-inline' 'unsafe-eval'; font-src 'self' data:"
    NOTHING = "default-src 'none'; frame-ancestors 'none'"
    POLICIES = {
        "/admin/": EVALUATED,
        "/api/docs": STYLED,
        "/api/v1/docs": STYLED,
        "/api/": NOTHING,
    }

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        path = request.path_info
        fits = (text for prefix, text in self.POLICIES.items() if path.startswith(prefix))
        policy = next(fits, self.SELF)  # OPTIONS asks for * and CONNECT for a host: no path at all
        response.headers.setdefault("Content-Security-Policy", policy)
        return response
