"""Where a visitor came from, in one short label."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

LENGTH = 100


def source_label(source: Any) -> str:
    """The campaign if there is one, else the site they came from, else the page; or nothing.

    Takes `Conversation.source` as it was sent: nothing in it is trusted to have a shape.
    """
    if not isinstance(source, Mapping):
        return ""
    utm = source.get("utm")
    campaign = utm.get("source") if isinstance(utm, Mapping) else ""
    label = campaign or _site(source.get("referrer")) or _page(source.get("page"))
    return label.strip()[:LENGTH] if isinstance(label, str) else ""


def _site(address: Any) -> str:
    return str(_split(address).hostname or "").removeprefix("www.")


def _page(address: Any) -> str:
    path = str(_split(address).path)
    return "direct" if path == "/" else path  # the chat itself, typed in or from a bookmark


def _split(address: Any) -> Any:
    try:
        parts = urlsplit(address if isinstance(address, str) else "")
        parts.hostname  # noqa: B018 - raises for an address that is none
    except ValueError:
        return urlsplit("")
    return parts
