"""Many leads at once: status, owner and follow-up; and two leads made one."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminSelectWidget

from conversations.admin.base import DeskAdmin
from conversations.leads import merging, working
from conversations.models import Lead

MOST = 5000
KEEP, NOBODY = "keep", "nobody"


class ManyForm(forms.Form):
    """What to give them; what is left as it is is not touched."""

    status = forms.ChoiceField(widget=UnfoldAdminSelectWidget, required=False)
    owner = forms.ChoiceField(widget=UnfoldAdminSelectWidget, required=False)
    follow_up_on = forms.DateField(
        label="Follow up on", widget=UnfoldAdminDateWidget(attrs={"type": "date"}), required=False
    )
    scope = forms.ChoiceField(widget=forms.RadioSelect, initial="selected")
    count = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, selected: int, fitting: int, narrowed: bool) -> None:
        super().__init__(data)
        self.fitting = fitting
        self.people = {str(who.pk): who for who in _staff()}
        as_it_is = [("", "as it is")]
        named = [(key, str(who)) for key, who in self.people.items()]
        self.fields["status"].choices = [*as_it_is, *Lead.Status.choices]  # type: ignore[attr-defined]
        self.fields["owner"].choices = [*as_it_is, (NOBODY, "nobody"), *named]  # type: ignore[attr-defined]
        scopes = [("selected", f"the {selected:,} selected {_leads(selected)}")]
        if fitting <= MOST:
            whole = "of this search and filter" if narrowed else "there are"
            scopes.append(("filter", f"all {fitting:,} {_leads(fitting)} {whole}"))
        self.fields["scope"].choices = scopes  # type: ignore[attr-defined]
        self.fields["count"].initial = fitting

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not any(data.get(name) for name in ("status", "owner", "follow_up_on")):
            raise forms.ValidationError("Choose a status, an owner or a date.")
        if data.get("scope") == "filter" and data.get("count") != self.fitting:
            told: Any = self.data
            self.data = told.copy() | {"count": str(self.fitting)}
            raise forms.ValidationError(
                f"The list has changed meanwhile: {self.fitting:,} fit now. Apply again to go on."
            )
        return data

    def values(self) -> dict[str, Any]:
        data, found = self.cleaned_data, {}
        if data["status"]:
            found["status"] = data["status"]
        if data["owner"]:
            found["owner"] = self.people.get(data["owner"])
        if data["follow_up_on"]:
            found["follow_up_on"] = data["follow_up_on"]
        return found


class BulkActions(DeskAdmin):
    """Actions of the list of leads, each with a page that says exactly what it will do."""

    @admin.action(description="Change status, owner or follow-up…", permissions=["change"])
    def change_many(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        listed = self.get_changelist_instance(request)
        fitting = listed.queryset.order_by()[: MOST + 1].count()
        selected = list(queryset.order_by().values_list("pk", flat=True))
        narrowed = bool(listed.query or listed.has_active_filters)
        data = request.POST if "apply" in request.POST else None
        form = ManyForm(data, len(selected), fitting, narrowed)
        if form.is_valid():
            whole = form.cleaned_data["scope"] == "filter"
            keys = list(listed.queryset.values_list("pk", flat=True)) if whole else selected
            changed = working.change(keys, request.user, form.values())
            LogEntry.objects.log_actions(
                cast("User", request.user).pk,
                Lead.objects.filter(pk__in=changed),
                CHANGE,
                change_message=[{"changed": {"fields": sorted(form.values())}}],
            )
            rest = len(keys) - len(changed)
            so_already = f"; {rest:,} {'was' if rest == 1 else 'were'} so already" if rest else ""
            messages.success(
                request, f"{len(changed):,} {_leads(len(changed))} changed{so_already}."
            )
            return None
        context = {
            **admin.site.each_context(request),
            "title": "Change leads",
            "form": form,
            "too_many": fitting > MOST,
            "most": MOST,
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "opts": Lead._meta,  # noqa: SLF001
            "cancel": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/conversations/lead/change_many.html", context)

    @admin.action(description="Merge two leads…", permissions=["change"])
    def merge_two(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        leads = list(queryset.select_related("owner").order_by("created_at", "pk")[:3])
        if len(leads) != 2:
            messages.error(request, "Select exactly two leads to merge.")
            return None
        kept = next((one for one in leads if str(one.pk) == request.POST.get("keep")), None)
        if kept is None:
            context = {
                **admin.site.each_context(request),
                "title": "Merge two leads",
                "leads": leads,
                "opts": Lead._meta,  # noqa: SLF001
                "cancel": request.get_full_path(),
            }
            return TemplateResponse(request, "admin/conversations/lead/merge.html", context)
        other = leads[0] if leads[1] is kept else leads[1]
        try:
            merging.merge(kept, other, request.user)
        except merging.CannotMerge as reason:
            messages.error(request, str(reason))
            return None
        self.log_change(request, kept, f"Merged with {other.email}.")
        messages.success(request, f"{other.email} is merged into {kept.email}.")
        return HttpResponseRedirect(reverse("admin:conversations_lead_change", args=[kept.pk]))


def _staff() -> QuerySet[User]:
    return User.objects.filter(is_staff=True, is_active=True).order_by("username")


def _leads(number: int) -> str:
    return "lead" if number == 1 else "leads"
