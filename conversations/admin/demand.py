"""What people ask for that nobody covers: taken on, noted, closed; and leads that are alike."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import display

from conversations.admin.base import DeskAdmin, excerpt
from conversations.admin.filters import ChoiceFilter, OwnerFilter
from conversations.admin.privacy import LeadPrivacy
from conversations.admin.times import ago
from conversations.leads.meaning import leads_like
from conversations.models import Demand, Uncovered
from experts.errors import ExpertsError
from experts.models import Expert
from experts.pages import action

MOST_QUESTIONS = 100


class DemandStatusFilter(ChoiceFilter):
    title = "status"
    parameter_name = "status"
    path = "status"
    choices_of = Demand.Status.choices


class DemandForm(forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    class Meta:
        model = Demand
        fields = ("status", "owner", "note")


@admin.register(Demand)
class DemandAdmin(DeskAdmin):
    form = DemandForm
    list_display = ["asked", "questions", "leads", "status", "owner", "closest", "last"]
    list_filter = [DemandStatusFilter, OwnerFilter]
    list_select_related = ["owner"]
    search_fields = ["title", "note"]
    search_help_text = "Words of a question or a note."
    ordering = ["-questions", "-last_at", "-id"]
    sortable_by = ["questions", "leads", "last"]
    fields = ["status", "owner", "note"]
    actions = ["take", "close"]
    empty_state = (
        "Questions that no expert covers appear here, grouped daily by: manage.py group_demand"
    )
    change_form_template = "admin/conversations/demand/change_form.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def page(self, keys: Sequence[int]) -> QuerySet[Any]:
        return super().page(keys).select_related("owner").defer("center")

    @display(description="what is missing")
    def asked(self, demand: Demand) -> str:
        return format_html(
            '<span class="mm-words" dir="auto" title="{}">{}</span>',
            demand.title,
            excerpt(demand.title),
        )

    @display(description="last asked", ordering="last_at")
    def last(self, demand: Demand) -> str:
        return ago(demand.last_at)

    @display(description="closest experts")
    def closest(self, demand: Demand) -> str:
        return ", ".join(map(str, demand.nearest)) or "–"

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "owner":
            kwargs["queryset"] = User.objects.filter(is_staff=True, is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name == "owner":
            for link in ("add", "change", "delete", "view"):
                setattr(field.widget, f"can_{link}_related", False)
        return field

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if "status" in form.changed_data:
            obj.closed_at = timezone.now() if obj.status == Demand.Status.CLOSED else None
        obj.save(update_fields=["status", "owner", "note", "closed_at"])

    @admin.action(description="Take on", permissions=["change"])
    def take(self, request: HttpRequest, queryset: QuerySet[Demand]) -> None:
        self._set(request, queryset, status=Demand.Status.TAKEN, owner_id=request.user.pk)

    @admin.action(description="Close", permissions=["change"])
    def close(self, request: HttpRequest, queryset: QuerySet[Demand]) -> None:
        self._set(request, queryset, status=Demand.Status.CLOSED, closed_at=timezone.now())

    def _set(self, request: HttpRequest, queryset: QuerySet[Demand], **values: Any) -> None:
        rows = list(queryset.order_by())
        Demand.objects.filter(pk__in=[row.pk for row in rows]).update(**values)
        for row in rows:
            self.log_change(request, row, f"Status: {values['status'].label}.")
        messages.success(request, f"{len(rows)} changed. One that comes back opens again.")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        demand = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if demand and self.has_view_or_change_permission(request, demand):
            asked = Uncovered.objects.filter(demand=demand).select_related("conversation__lead")
            experts = Expert.objects.in_bulk(list(demand.nearest), field_name="username")
            context |= {
                "asked": asked.order_by("-conversation__created_at")[:MOST_QUESTIONS],
                "experts": [experts[name] for name in demand.nearest if name in experts],
                "title": "Unmet demand",
                "subtitle": None,
            }
        return super().change_view(request, object_id, form_url, context)


class LeadLikeness(LeadPrivacy):
    """A page of a lead: who else asks for the like."""

    actions_detail: Any = ["similar", *LeadPrivacy.actions_detail]

    @action(description="Leads like this one", icon="join_inner", permissions=["view"],
            url_path="similar")  # fmt: skip
    def similar(self, request: HttpRequest, object_id: str) -> HttpResponse:
        lead = self._lead(request, object_id)
        try:
            found, problem = leads_like(lead), ""
        except ExpertsError as error:
            found, problem = [], str(error)
        request.current_app = self.admin_site.name
        context = {**self.admin_site.each_context(request), "title": "Leads like this one",
                   "lead": lead, "found": found, "problem": problem, "opts": self.opts}  # fmt: skip
        return TemplateResponse(request, "admin/conversations/lead/similar.html", context)
