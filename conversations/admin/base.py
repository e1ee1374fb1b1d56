"""What the desk's lists share: the work of one page is bounded by the page."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.admin import ModelAdmin, checkbox
from unfold.decorators import display
from unfold.views import ChangeList

from conversations.leads.search import FEW, Found

COUNTED = 2000
# Of an address: a name with the signs behind it, eight letters of what is too long for a name.
PIECES = re.compile(
    r"(?<![^@._+-])[^@._+-]{1,20}(?![^@._+-])[@._+-]{0,4}|[^@._+-]{1,8}|[@._+-]{1,4}"
)
FOUND = "desk_search"
KEY = uuid4().hex
ACTION_CHECKBOX = checkbox.render(ACTION_CHECKBOX_NAME, KEY)


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # no generic at run time
    """Counts no further than COUNTED; who needs an older row narrows the list down."""

    template_name = "admin/conversations/includes/page_numbers.html"

    is_many = False  # more than the most, as is known already

    @cached_property
    def most(self) -> int:
        return COUNTED

    @cached_property
    def count(self) -> int:
        if self.is_many:
            self.has_more_than_counted = True
            return self.most
        rows: Any = self.object_list
        # SQLite's planner knows too little of what is rare; of one table it does best to walk an
        # index from the newest row on.
        tables = sum(uses > 0 for uses in rows.query.alias_refcount.values())
        walked = connection.vendor == "sqlite" and tables <= 1
        rows = rows.order_by(*rows.model._meta.ordering if walked else ())  # noqa: SLF001
        counted: int = rows[: self.most + 1].count()
        self.has_more_than_counted = counted > self.most
        return min(counted, self.most)


class PageChangeList(ChangeList):
    """Finds the keys of the page first, then asks for everything else of these rows only."""

    def get_filters_params(self, params: Any = None) -> Any:
        found = super().get_filters_params(params)
        if any("\x00" in str(value) for values in found.values() for value in values):
            raise IncorrectLookupParameters
        return found

    def get_results(self, request: HttpRequest) -> None:
        found: Found | None = getattr(request, FOUND, None)
        request.is_many = found and found.is_many and not self.has_active_filters  # type: ignore[attr-defined]
        super().get_results(request)
        self.told = found.told if found else ""
        keys = list(self.result_list.values_list("pk", flat=True))
        ordering = self.get_ordering(request, self.queryset)
        narrowed = self.query or self.has_active_filters
        if not narrowed or getattr(self.paginator, "has_more_than_counted", False):
            self.full_result_count = self.result_count  # the header has nothing to add
        desk: Any = self.model_admin
        self.result_list = desk.page(keys).order_by(*ordering)


class DeskAdmin(ModelAdmin):
    """A list that stays quick with half a million rows."""

    paginator = BoundedPaginator
    list_per_page = 50
    list_max_show_all = 50
    list_filter_submit = True
    list_disable_select_all = True  # the count is bounded, so "all" could not be told truly
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    warn_unsaved_form = True
    empty_state = "Nothing here yet."

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return PageChangeList

    @display(description=getattr(ModelAdmin.action_checkbox, "short_description"))  # noqa: B009
    def action_checkbox(self, obj: Model) -> SafeString:
        """Drawn by its template once and not for every row."""
        return SafeString(ACTION_CHECKBOX.replace(KEY, str(obj.pk)))

    def found(self, request: HttpRequest, rows: QuerySet[Any], found: Found) -> QuerySet[Any]:
        """The rows that a search leaves; what its bounds are is told on the page."""
        setattr(request, FOUND, found)
        return rows.filter(found.where)

    def get_paginator(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        paginator: Any = super().get_paginator(request, *args, **kwargs)
        if any(request.GET.get(name, "").strip() for name in (SEARCH_VAR, "term")):
            paginator.most, paginator.is_many = FEW, getattr(request, "is_many", False)
        return paginator

    def page(self, keys: Sequence[int]) -> QuerySet[Any]:
        """The rows of one page with all that the list shows of them."""
        rows: QuerySet[Any] = self.model._default_manager.filter(pk__in=keys)  # noqa: SLF001
        return rows


class ReadOnlyAdmin(DeskAdmin):
    """Rows that visitors made: nobody adds or edits them, only superusers delete."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)


def breakable(address: str) -> SafeString:
    """An e-mail address that breaks behind its signs, where it has to, and within a name only where
    that is no name any more."""
    return format_html_join("", "{}<wbr>", ((piece,) for piece in PIECES.findall(address)))


def excerpt(text: str, length: int = 90) -> str:
    """The beginning of a text on one line."""
    return Truncator(" ".join(text.split())).chars(length)
