"""Web addresses that may be shown to a visitor, and what they say about whose page it is."""

import re
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from experts.importing.text import tidy_line

LONGEST = 1000
BARE_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE)
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
is_web_address = URLValidator(schemes=["http", "https"])


def read_link(cell: str) -> tuple[str, str]:
    """(an http or https address, "") or ("", why not): unsafe, unreadable or too_long."""
    link = tidy_line(cell)
    if not link:
        return "", ""
    if link.startswith("//"):
        link = f"https:{link}"
    elif BARE_HOST.fullmatch(link):
        link = f"https://{link}"
    elif SCHEME.match(link) and not re.match(r"https?://", link, re.IGNORECASE):
        return "", "unsafe"
    return _checked(link)


def _checked(link: str) -> tuple[str, str]:
    if len(link) > LONGEST:
        return "", "too_long"
    try:
        is_web_address(link)
        parts = urlsplit(link)
    except (ValidationError, ValueError):
        return "", "unreadable"
    if "@" in parts.netloc:  # https://known.example@elsewhere.example leads elsewhere
        return "", "unsafe"
    return link, ""


def page_of(link: str) -> tuple[str, str]:
    """(what identifies the page apart from tracking, the last part of its path)."""
    parts = urlsplit(link)
    query = sorted(
        (name, value) for name, value in parse_qsl(parts.query) if not name.startswith("utm_")
    )
    path = parts.path.rstrip("/")
    slug = tidy_line(unquote(path.rpartition("/")[2]))
    return f"{parts.netloc.casefold()}{path}?{query}", slug
