"""Exports of a list: what its search and filters leave, as CSV or XLSX."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import display

from conversations.admin.base import DeskAdmin, ReadOnlyAdmin
from conversations.admin.filters import DayRangeFilter
from conversations.leads.exporting import SHEETS, as_csv, as_xlsx
from conversations.leads.exporting.columns import keys_of
from conversations.leads.exporting.files import MIME
from conversations.models import Conversation, Export
from experts.pages import action

MAY = "export"


def may_export(request: HttpRequest) -> bool:
    may_see = request.user.has_perm("conversations.view_conversation")
    return may_see and request.user.has_perm("conversations.add_export")


def with_filters(request: HttpRequest, page: TemplateResponse) -> TemplateResponse:
    """The list; its link to the export carries along what it is narrowed to."""
    narrowed = request.GET.urlencode()
    context: dict[str, Any] = getattr(page, "context_data", None) or {}
    for link in context.get("actions_list", ()):
        if narrowed and str(link.get("path", "")).endswith("/export/"):
            link["path"] += f"?{narrowed}"
    return page


def routes(desk: DeskAdmin, kinds: Mapping[str, str]) -> list[URLPattern]:
    """A download for each kind of row and each format; `kinds` says where."""
    view = desk.admin_site.admin_view

    def one(kind: str, form: str) -> Callable[[HttpRequest], HttpResponseBase]:
        def answer(request: HttpRequest) -> HttpResponseBase:
            if not may_export(request):
                raise PermissionDenied
            return export(desk, request, kind, form)

        return answer

    return [
        path(f"export-{stem}{form}/", view(one(kind, form)))
        for kind, stem in kinds.items()
        for form in MIME
    ]


def chooser(desk: DeskAdmin, request: HttpRequest, kinds: Mapping[str, str]) -> HttpResponseBase:
    """What would be exported, and in which form."""
    listed = reverse(f"admin:{desk.opts.app_label}_{desk.opts.model_name}_changelist")
    try:
        changes: Any = desk.get_changelist_instance(request)
    except IncorrectLookupParameters:
        return HttpResponseRedirect(listed)
    request.current_app = desk.admin_site.name
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    context = {
        **desk.admin_site.each_context(request),
        "title": "Export",
        "opts": desk.opts,
        "cl": changes,
        "back": listed + query,
        "choices": [
            (
                Export.Kind(kind).label,
                Export.Format(form).label,
                f"{listed}export-{stem}{form}/{query}",
            )
            for kind, stem in kinds.items()
            for form in MIME
        ],
    }
    return TemplateResponse(request, "admin/conversations/includes/export.html", context)


def export(desk: DeskAdmin, request: HttpRequest, kind: str, form: str) -> HttpResponseBase:
    """What the list shows on all of its pages."""
    try:
        rows = desk.get_changelist_instance(request).queryset
    except IncorrectLookupParameters:
        messages.error(request, "These filters cannot be read; nothing was exported.")
        name = f"admin:{desk.opts.app_label}_{desk.opts.model_name}_changelist"
        return HttpResponseRedirect(reverse(name))
    return download(request, kind, form, of_kind(rows, kind), narrowing(request))


def of_kind(rows: QuerySet[Any], kind: str) -> QuerySet[Any]:
    """Leads as they are filtered; or the exchanges of these leads, newest first."""
    if kind == Export.Kind.CONVERSATIONS and rows.model is not Conversation:
        theirs: QuerySet[Any] = Conversation.objects.filter(lead__in=rows.order_by().values("pk"))
        return theirs.order_by("-created_at", "-id")
    return rows


def download(
    request: HttpRequest, kind: str, form: str, rows: QuerySet[Any], filters: str
) -> StreamingHttpResponse:
    """The file, and a row that says who took it."""
    keys = keys_of(rows)
    log = Export.objects.create(
        person_id=request.user.pk, kind=kind, format=form, rows=len(keys), filters=filters
    )
    response = StreamingHttpResponse(_pieces(log, keys), content_type=MIME[form])
    name = f"{kind}-{timezone.localtime():%Y-%m-%d-%H%M}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _pieces(log: Export, keys: Sequence[int]) -> Iterator[bytes]:
    sheet = SHEETS[log.kind]
    rows = sheet.rows(keys)
    yield from (
        as_csv(sheet.columns, rows)
        if log.format == Export.Format.CSV
        else as_xlsx(sheet.name, sheet.columns, rows)
    )
    Export.objects.filter(pk=log.pk).update(finished_at=timezone.now())


def narrowing(request: HttpRequest) -> str:
    """What the list was narrowed by. Words of the search box are somebody's: only that there were
    some is kept."""
    told = [
        "search" if name == "q" else f"{name}={value}"[:200]
        for name, values in sorted(request.GET.lists())
        for value in values
        if value and name not in ("p", "o", "e", "all")
    ]
    return ", ".join(told)[:2000].replace("\x00", "")


class Exporting(DeskAdmin):
    """A list whose filtered or chosen rows can be taken away, in one or more kinds of rows."""

    kinds: Mapping[str, str]
    actions_list: Any = ["export_page"]

    def has_export_permission(self, request: HttpRequest) -> bool:
        return may_export(request)

    def get_urls(self) -> list[URLPattern]:
        return [*routes(self, self.kinds), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        return with_filters(request, super().changelist_view(request, extra_context))

    @action(description="Export", icon="download", url_path="export", permissions=[MAY])
    def export_page(self, request: HttpRequest) -> HttpResponseBase:
        return chooser(self, request, self.kinds)

    @admin.action(description="Export the chosen ones as CSV", permissions=[MAY])
    def export_chosen(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase:
        return download(request, next(iter(self.kinds)), "csv", queryset, "chosen by hand")


class LeadExports(Exporting):
    """One row per lead, or one per exchange of these leads."""

    kinds = {"leads": "leads-", "conversations": ""}


class ConversationExports(Exporting, ReadOnlyAdmin):  # type: ignore[misc]  # of Unfold, untyped
    """One row per exchange."""

    kinds = {"conversations": ""}


@admin.register(Export)
class ExportAdmin(ReadOnlyAdmin):
    list_display = ["what", "rows", "person", "filters", "whole", "created_at"]
    list_filter = [("created_at", DayRangeFilter)]
    search_fields = ["person__username"]
    ordering = ["-created_at", "-id"]
    fields = ["person", "kind", "format", "rows", "filters", "created_at", "finished_at"]
    empty_state = "Who took which rows out of the desk is kept here."

    def page(self, keys: Sequence[int]) -> QuerySet[Any]:
        return super().page(keys).select_related("person")

    @display(description="what")
    def what(self, export: Export) -> str:
        return f"{export.get_kind_display()} as {export.get_format_display()}"

    @display(description="sent whole", boolean=True)
    def whole(self, export: Export) -> bool:
        return export.finished_at is not None
