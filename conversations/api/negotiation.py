"""Which form an answer takes: JSON, whatever was asked for, or events for who asks for a stream;
and in which language the visitor's browser would like it."""

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation.trans_real import parse_accept_lang_header
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

EVENTS = "text/event-stream"


class AlwaysJson(DefaultContentNegotiation):
    """A visitor with an unusual Accept header is answered, not refused."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type or ""


def accepts_events(request: Request) -> bool:
    return EVENTS in request.headers.get("Accept", "").casefold()


def accepted_language(request: Request) -> str:
    """Return the first language of Accept-Language that we have texts for; "" if there is none."""
    ours = dict(settings.LANGUAGES)
    accepted = parse_accept_lang_header(request.headers.get("Accept-Language", "")[:500])
    return next((tag[:2] for tag, _ in accepted if tag[:2] in ours), "")
