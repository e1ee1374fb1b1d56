"""Leads: who asked, in their own words, and who of us takes care of it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import ForeignKey, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from conversations.admin.base import excerpt
from conversations.admin.exchange import MOST_EXCHANGES, dialogues
from conversations.admin.exports import LeadExports
from conversations.admin.fields import KnownField, RowFormSet
from conversations.admin.filters import (
    AnswersFilter,
    DayRangeFilter,
    FeedbackOfLeadFilter,
    LeadStatusFilter,
    OwnerFilter,
)
from conversations.leads.search import lead_matches
from conversations.models import Lead

Row = Any  # a Lead, annotated by nothing


class LeadForm(forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """An address is one lead, however it is spelled."""

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).strip()
        if Lead.objects.filter(email_key=email.casefold()).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("There is a lead with this address already.")
        return email


class ShownValues:
    """Compares with what the person saw, so that an old page undoes nobody's later change."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("status", "owner"):
            if name in self.fields:  # type: ignore[attr-defined]
                self.fields[name].show_hidden_initial = True  # type: ignore[attr-defined]


@admin.register(Lead)
class LeadAdmin(LeadExports):
    form = LeadForm
    list_display = ["email", "words", "status", "owner", "seen", "asked", "opened", "votes"]
    list_editable = ["status", "owner"]
    list_filter = [
        LeadStatusFilter,
        OwnerFilter,
        AnswersFilter,
        FeedbackOfLeadFilter,
        ("last_seen_at", DayRangeFilter),
        ("created_at", DayRangeFilter),
    ]
    search_fields = ["email_key"]
    search_help_text = "An address, words they used, or an expert they were shown."
    ordering = ["-last_seen_at", "-id"]
    sortable_by = ["email", "status", "seen"]
    fields = ["email", "status", "owner", "created_at", "last_seen_at"]
    actions_list: Any = [LeadExports.exports_menu]
    compressed_fields = True
    empty_state = "The first visitor who leaves an address in the chat appears here."

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return queryset.filter(lead_matches(search_term)), False

    def page(self, keys: Sequence[int]) -> QuerySet[Any]:
        return Lead.objects.filter(pk__in=keys).select_related("owner")

    # --- Columns ---------------------------------------------------------------------------------

    @display(description="last words")
    def words(self, lead: Row) -> str:
        if not lead.last_words:
            return "–"
        return format_html(
            '<span class="mm-words" title="{}">{}</span>', lead.last_words, excerpt(lead.last_words)
        )

    @display(description="asked")
    def asked(self, lead: Row) -> str:
        url = reverse("admin:conversations_conversation_changelist")
        return format_html(
            '<a class="mm-link" href="{}?lead__id__exact={}">{}</a>', url, lead.pk, lead.exchanges
        )

    @display(description="opened")
    def opened(self, lead: Row) -> str:
        return f"{lead.clicks} of {lead.shown}" if lead.shown else "–"

    @display(description="feedback")
    def votes(self, lead: Row) -> str:
        return votes_text(lead.ups, lead.downs)

    @display(description="last seen", ordering="last_seen_at")
    def seen(self, lead: Row) -> str:
        return ago(lead.last_seen_at)

    # --- Editing ---------------------------------------------------------------------------------

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["created_at", "last_seen_at", *(["email"] if obj else [])]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.fields if obj else ["email", "status", "owner"]

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "owner":
            staff = Q(is_staff=True, is_active=True) | Q(leads__isnull=False)
            people = User.objects.filter(staff).distinct()
            kwargs |= {"form_class": KnownField, "queryset": people.order_by("username")}
            kwargs |= {"widget": UnfoldAdminSelectWidget(), "empty_label": "nobody"}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name == "owner":  # people are made among the users, not in passing
            for link in ("add", "change", "delete", "view"):
                setattr(field.widget, f"can_{link}_related", False)  # type: ignore[attr-defined]
        return field

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        form = super().get_changelist_form(request, **kwargs)
        return type("LeadRowForm", (ShownValues, form), {})

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_formset(request, formset=RowFormSet, **kwargs)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type("LeadForm", (ShownValues, form), {})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            obj.save(update_fields=[name for name in form.changed_data if name in form.fields])
        else:
            super().save_model(request, obj, form, change)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        lead = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if lead and self.has_view_or_change_permission(request, lead):
            exchanges = lead.conversations.count()
            context |= {
                "show_save_and_add_another": False,
                "dialogues": dialogues(lead),
                "exchanges": exchanges,
                "older": max(0, exchanges - MOST_EXCHANGES),
                "captures": lead.captures.all()[:MOST_EXCHANGES],
            }
        return super().change_view(request, object_id, form_url, context)


def votes_text(ups: int, downs: int) -> str:
    """Counted votes in few characters."""
    parts = [f"{ups} up" if ups else "", f"{downs} down" if downs else ""]
    return ", ".join(part for part in parts if part) or "–"


def ago(moment: Any) -> str:
    """How long ago in words, the exact moment when pointed at."""
    exact = timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
    if (timezone.now() - moment).total_seconds() < 60:
        return format_html('<span title="{}">just now</span>', exact)
    return format_html('<span title="{}">{} ago</span>', exact, timesince(moment, depth=1))
