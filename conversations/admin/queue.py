"""Where a lead stands in the list it was opened from: the one before it, and the one after."""

from copy import copy
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin.options import IncorrectLookupParameters
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from conversations.admin.base import PageChangeList

LOOKED_THROUGH = 1000
PLACE = "at"


class NoResults(PageChangeList):
    """A list of which only the filtered and ordered rows are wanted."""

    def get_results(self, request: HttpRequest) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Place:
    position: int | None  # from 1; None when the lead has left the list
    total: int
    more: bool
    previous: str = ""
    next: str = ""


def place(desk: Any, request: HttpRequest, key: int) -> Place | None:
    """None when the page was not opened from a list that can be read again."""
    filters = request.GET.get("_changelist_filters", "")
    listed = copy(request)
    listed.GET = QueryDict(filters)
    listed.queue_only = True  # type: ignore[attr-defined]
    try:
        rows = desk.get_changelist_instance(listed).queryset
    except IncorrectLookupParameters:
        return None
    keys = list(rows.values_list("pk", flat=True)[: LOOKED_THROUGH + 1])
    more = len(keys) > LOOKED_THROUGH
    keys = keys[:LOOKED_THROUGH]
    if key in keys:
        here = keys.index(key)
        previous, following = here - 1, here + 1
        position = following
    else:  # it was moved on, out of this list: the next one took its place
        gone = _number(request.GET.get(PLACE, ""))
        if gone is None:
            return Place(None, len(keys), more)
        previous, following, position = gone - 1, gone, None
    links = [_link(keys, index, filters) for index in (previous, following)]
    return Place(position, len(keys), more, *links)


def _link(keys: list[int], index: int, filters: str) -> str:
    if not 0 <= index < len(keys):
        return ""
    query = {"_changelist_filters": filters, PLACE: index}
    url = reverse("admin:conversations_lead_change", args=[keys[index]])
    return f"{url}?{urlencode(query)}"


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 6 else None
