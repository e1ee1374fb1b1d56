"""Leads: who asked, in their own words, and who of us takes care of it."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Exists, ForeignKey, Model, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from conversations.admin import lead_filters as filters
from conversations.admin.base import breakable, excerpt
from conversations.admin.bulk import BulkActions
from conversations.admin.demand import LeadLikeness
from conversations.admin.fields import KnownField, RowFormSet, RowHidden, RowSelect
from conversations.admin.filters import ClickedFilter, DayRangeFilter, FeedbackFilter, OwnerFilter
from conversations.admin.lead_page import LeadForm, LeadPage, RowLabels, ShownValues
from conversations.admin.queue import NoResults
from conversations.admin.saved_views import SavedViews
from conversations.admin.times import ago
from conversations.leads.search import lead_matches
from conversations.models import Lead

COLUMNS: list[Any] = ["address", "words", "heat", "status", "owner", "due", "activity", "waiting"]


def by(column: str) -> str:
    """The order of a view, as the list's address has it: hottest or longest first."""
    return f"o={'' if column == 'due' else '-'}{COLUMNS.index(column) + 1}"


@admin.register(Lead)
class LeadAdmin(SavedViews, LeadPage, BulkActions, LeadLikeness):  # type: ignore[misc]
    form = LeadForm
    list_display = COLUMNS
    list_editable = ["status", "owner"]
    list_filter = [
        filters.WorkStatusFilter,
        OwnerFilter,
        filters.ScoreFilter,
        filters.FollowUpFilter,
        filters.StaleFilter,
        filters.AnswersFilter,
        ClickedFilter,
        FeedbackFilter,
        filters.ExchangesFilter,
        filters.SourceFilter,
        filters.FirstSourceFilter,
        ("last_seen_at", DayRangeFilter),
        ("created_at", DayRangeFilter),
    ]
    search_fields = ["email_key"]
    search_help_text = "An address, words they used, or an expert they were shown."
    ordering = ["-last_seen_at", "-id"]
    sortable_by = ["address", "words", "heat", "status", "due", "waiting"]
    built_in_views = (
        ("Mine, untouched, hot first", f"owner=me&stale=untouched&status=open&{by('heat')}"),
        ("Nobody’s, hot first", f"owner=nobody&status=open&{by('heat')}"),
        ("Due today", f"due=today&status=open&{by('due')}"),
        ("Never answered", "type=none&status=open"),
        ("Spoke since touched", "stale=spoke&status=open"),
    )
    actions = ["change_many", "merge_two", "export_chosen"]
    fieldsets = (
        (None, {"fields": (("status", "owner", "follow_up_on"), "note")}),
        ("Name, company, phone", {"fields": (("name", "company", "phone"),),
                                  "classes": ("collapse",)}),
    )  # fmt: skip
    compressed_fields = False
    empty_state = "The first visitor who leaves an address in the chat appears here."

    class Media:
        js = ["conversations/desk.js"]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        if getattr(request, "queue_only", False):
            return NoResults
        return super().get_changelist(request, **kwargs)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found = lead_matches(search_term)
        return self.found(request, queryset.filter(merged_into=None), found), False

    def page(self, keys: Sequence[int]) -> QuerySet[Any]:
        return Lead.objects.filter(pk__in=keys).select_related("owner")

    # --- Columns ---------------------------------------------------------------------------------

    @display(description="email", ordering="email")
    def address(self, lead: Lead) -> str:
        return breakable(lead.email)

    @display(description="last words", ordering="last_seen_at")
    def words(self, lead: Lead) -> str:
        """What they said last; when, and where they came from."""
        return format_html(
            '<span class="mm-cell"><span class="mm-words" dir="auto" title="{}">{}</span>'
            '<small class="mm-quiet">{}{}</small></span>',
            lead.last_words,
            excerpt(lead.last_words) or "–",
            ago(lead.last_seen_at),
            f", from {lead.last_source}" if lead.last_source else "",
        )

    @display(description="score", ordering="score")
    def heat(self, lead: Lead) -> str:
        why = "; ".join(f"{part.get('name')}: {part.get('why')}" for part in lead.score_parts)
        return format_html(
            '<span class="mm-score" style="--score: {}" title="{}">{}</span>',
            lead.score,
            why,
            lead.score,
        )

    @display(description="follow-up", ordering="follow_up_on")
    def due(self, lead: Lead) -> str:
        if lead.follow_up_on is None:
            return "–"
        days = (lead.follow_up_on - timezone.localdate()).days
        word = "overdue" if days < 0 else "today" if days == 0 else ""
        when = lead.follow_up_on.strftime("%Y-%m-%d")
        return format_html(
            '<span class="mm-nowrap{}">{}</span>', " mm-due" if word else "", word or when
        )

    @display(description="activity")
    def activity(self, lead: Lead) -> str:
        url = reverse("admin:conversations_conversation_changelist")
        votes = votes_text(lead.ups, lead.downs)
        more = [f"{lead.clicks} of {lead.shown} opened"] if lead.shown else []
        more += [] if votes == "–" else [votes]
        return format_html(
            '<span class="mm-cell mm-nowrap"><a class="mm-link" href="{}?lead__id__exact={}">'
            '{} asked</a><small class="mm-quiet">{}</small></span>',
            url,
            lead.pk,
            lead.exchanges,
            ", ".join(more),
        )

    @display(description="touched", ordering="stale_since")
    def waiting(self, lead: Lead) -> str:
        return "never" if lead.touched_at is None else ago(lead.touched_at)

    # --- Editing ---------------------------------------------------------------------------------

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.merged_into_id:
            return False
        return super().has_change_permission(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        if obj is not None:
            return super().get_fieldsets(request, obj)
        return [(None, {"fields": (("email", "status", "owner"), "note")}), *self.fieldsets[1:]]

    def get_actions(self, request: HttpRequest) -> Any:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # leads are forgotten by the command that tells of it
        return actions

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "owner":
            has_leads = Exists(Lead.objects.filter(owner=OuterRef("pk"), merged_into=None))
            people = User.objects.filter(Q(is_staff=True, is_active=True) | has_leads)
            kwargs |= {"form_class": KnownField, "queryset": people.order_by("username")}
            kwargs |= {"widget": UnfoldAdminSelectWidget(), "empty_label": "nobody"}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name == "owner":  # people are made among the users, not in passing
            for link in ("add", "change", "delete", "view"):
                setattr(field.widget, f"can_{link}_related", False)  # type: ignore[attr-defined]
        return field

    def formfield_for_row(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = self.formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name in self.list_editable:
            field.widget, field.hidden_widget = RowSelect(), RowHidden
            field.choices = field.choices  # the field hands them to the widget it has
        return field

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["formfield_callback"] = partial(self.formfield_for_row, request=request)
        form = super().get_changelist_form(request, **kwargs)
        return type("LeadRowForm", (RowLabels, form), {})

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs |= {"formfield_callback": partial(self.formfield_for_row, request=request)}
        return super().get_changelist_formset(request, formset=RowFormSet, **kwargs)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type("LeadForm", (ShownValues, form), {})


def votes_text(ups: int, downs: int) -> str:
    """Counted votes in few characters."""
    parts = [f"{ups} up" if ups else "", f"{downs} down" if downs else ""]
    return ", ".join(part for part in parts if part) or "–"
