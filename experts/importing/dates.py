"""Dates as exports write them, to a moment with a time zone."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from django.utils import timezone

YEARS = range(1970, 2101)
FORMATS = tuple(
    f"{day}{clock}"
    for day in ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%m/%d/%Y", "%Y/%m/%d", "%d/%m/%y",
                "%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y", "%a %b %d %Y")
    for clock in ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", " %H:%M:%S %z")
)  # fmt: skip
MONTHS = {
    "januari": "January", "janvier": "January", "februari": "February", "février": "February",
    "fevrier": "February", "maart": "March", "mars": "March", "avril": "April", "mei": "May",
    "mai": "May", "juni": "June", "juin": "June", "juli": "July", "juillet": "July",
    "augustus": "August", "août": "August", "aout": "August", "septembre": "September",
    "oktober": "October", "octobre": "October", "novembre": "November", "décembre": "December",
    "decembre": "December",
}  # fmt: skip


def read_date(cell: str) -> datetime | None:
    """The moment, in the site's time zone where none is given; None when it cannot be read.

    `05/01/2024` is the fifth of January: day first, as where this product comes from.
    """
    text = " ".join(cell.split())
    if not text or len(text) > 80:
        return None
    moment = _timestamp(text) or _iso(text) or _formatted(text) or _mail(text)
    if moment is None or moment.year not in YEARS:
        return None
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _timestamp(text: str) -> datetime | None:
    """Seconds or milliseconds since 1970."""
    if not re.fullmatch(r"[0-9]{10}(?:[0-9]{3})?(?:\.[0-9]+)?", text):
        return None
    seconds = float(text)
    return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(re.sub(r"\s?(?:UTC|GMT)$", "Z", text))
    except ValueError:
        return None


def _formatted(text: str) -> datetime | None:
    text = re.sub(r"\s*\([^)]*\)$|,|(?<=\d)(?:st|nd|rd|th)\b", "", text)
    text = re.sub(r"(?:UTC|GMT)(?=[+-]\d|$)", "", text).strip()
    words = [MONTHS.get(word.casefold().rstrip("."), word) for word in text.split()]
    for pattern in FORMATS:
        try:
            return datetime.strptime(" ".join(words), pattern)  # noqa: DTZ007 - made aware above
        except ValueError:
            continue
    return None


def _mail(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
