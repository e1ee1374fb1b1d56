"""What the desk's lists share: the work of one page is bounded by the page."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.text import Truncator
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

COUNTED = 2000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # no generic at run time
    """Counts no further than COUNTED; who needs an older row narrows the list down."""

    template_name = "admin/conversations/includes/page_numbers.html"

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        # SQLite's planner knows too little of what is rare; of one table it does best to walk the
        # index that the page walks.
        tables = sum(uses > 0 for uses in rows.query.alias_refcount.values())
        if connection.vendor != "sqlite" or tables > 1:
            rows = rows.order_by()
        counted: int = rows[: COUNTED + 1].count()
        self.has_more_than_counted = counted > COUNTED
        return min(counted, COUNTED)


class PageChangeList(ChangeList):
    """Finds the keys of the page first, then asks for everything else of these rows only."""

    def get_filters_params(self, params: Any = None) -> Any:
        found = super().get_filters_params(params)
        if any("\x00" in str(value) for values in found.values() for value in values):
            raise IncorrectLookupParameters
        return found

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
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
    empty_state = "Nothing here yet."

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return PageChangeList

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


def excerpt(text: str, length: int = 90) -> str:
    """The beginning of a text on one line."""
    return Truncator(" ".join(text.split())).chars(length)
