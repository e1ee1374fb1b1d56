"""Durations as people write them on a command line."""

import re
from datetime import timedelta

from django.core.management.base import CommandError

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(text: str) -> timedelta:
    """ "10m", "0s", "36h", "365d" as a timedelta. Errors: CommandError."""
    match = re.fullmatch(r"(\d{1,7})\s*([smhd])", text.strip().lower())
    if match is None:
        raise CommandError(f"{text!r} is no duration; write one such as 30s, 10m, 12h or 365d.")
    return timedelta(**{UNITS[match[2]]: int(match[1])})
