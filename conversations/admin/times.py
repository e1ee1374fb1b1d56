"""Moments in words."""

from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince


def ago(moment: Any) -> str:
    """How long ago in words, the exact moment when pointed at."""
    exact = timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
    if (timezone.now() - moment).total_seconds() < 60:
        return format_html('<span title="{}">just now</span>', exact)
    return format_html('<span title="{}">{} ago</span>', exact, timesince(moment, depth=1))
