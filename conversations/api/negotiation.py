"""Which form an answer takes: JSON, whatever was asked for, or events for who asks for a stream."""

from collections.abc import Iterable

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
