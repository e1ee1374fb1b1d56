"""The page of one lead: what is known, what happened, and what to do next."""

from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminTextareaWidget

from conversations.admin.base import DeskAdmin
from conversations.admin.queue import PLACE, place
from conversations.admin.timeline import timeline
from conversations.leads import merging, working
from conversations.models import Lead, LeadMerge

SHOWN_VALUES = ("status", "owner", "follow_up_on", "name", "company", "phone")
QUOTED = 600  # characters of their words in a reply; mail programs cut long links


class LeadForm(forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """An address is one lead, however it is spelled."""

    note = forms.CharField(
        label="Add a note",
        required=False,
        max_length=5000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Kept with your name and the moment; colleagues see it.",
    )

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).strip()
        if Lead.objects.filter(email_key=email.casefold()).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("There is a lead with this address already.")
        return email


class ShownValues:
    """Compares with what the person saw, so that an old page undoes nobody's later change."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in SHOWN_VALUES:
            if name in self.fields:  # type: ignore[attr-defined]
                self.fields[name].show_hidden_initial = True  # type: ignore[attr-defined]


class RowLabels(ShownValues):
    """A row of the list has no labels to see, so that each field says whose it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            field.widget.attrs["aria-label"] = f"{name} of {self.instance}"  # type: ignore[attr-defined]


class LeadPage(DeskAdmin):
    """The change page of a lead."""

    def get_urls(self) -> list[Any]:
        undo = self.admin_site.admin_view(require_POST(self.undo_merge))
        name = "conversations_lead_undo_merge"
        return [path("merges/<int:key>/undo/", undo, name=name), *super().get_urls()]

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
            before = _moment(request.GET.get("before", ""))
            page = timeline(lead, before)
            context |= {
                "show_save_and_add_another": False,
                "timeline": page,
                "before": before,
                "older": _older(request, page.older),
                "newest": _older(request, None) if before else "",
                "queue": place(self, request, lead.pk),
                "mailto": mailto(lead),
                "consent": lead.consents.first(),  # the last word counts
                "merges": lead.merges.filter(undone_at=None).select_related("absorbed_lead", "by"),
                "title": lead.name or lead.email,
                "subtitle": None,
            }
        return super().change_view(request, object_id, form_url, context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        data = form.cleaned_data
        if not change:
            obj.stale_since = obj.created_at = timezone.now()
            super().save_model(request, obj, form, change)
            Lead.objects.refresh([obj.pk])
        else:
            wanted = {name: data[name] for name in form.changed_data if name in working.CHANGEABLE}
            working.change([obj.pk], request.user, wanted)
        if data.get("note", "").strip():
            working.note(obj, request.user, data["note"])

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """On to the next one of the queue, if that was asked for."""
        if "_next" in request.POST:
            found = place(self, request, obj.pk)
            if found and found.next:
                return HttpResponseRedirect(found.next)
            messages.info(request, "That was the last one of this list.")
        return super().response_post_save_change(request, obj)

    def undo_merge(self, request: HttpRequest, key: int) -> HttpResponse:
        merged = LeadMerge.objects.select_related("kept", "absorbed_lead").filter(pk=key).first()
        if merged is None:
            raise Http404
        if not self.has_change_permission(request, merged.kept):
            raise PermissionDenied
        try:
            merging.undo(merged, request.user)
        except merging.CannotMerge as reason:
            messages.error(request, str(reason))
        else:
            self.log_change(request, merged.kept, f"Parted again from {merged.absorbed_lead}.")
            messages.success(request, f"{merged.absorbed_lead} is a lead of its own again.")
        return HttpResponseRedirect(
            reverse("admin:conversations_lead_change", args=[merged.kept_id])
        )


def mailto(lead: Lead) -> str:
    """A link that opens a reply with their last words quoted; every sign of theirs is encoded."""
    quoted = "\r\n".join(f"> {line}" for line in lead.last_words[:QUOTED].splitlines())
    fields = {"subject": "Your question", "body": f"\r\n\r\n{quoted}\r\n" if quoted else ""}
    query = urlencode({name: text for name, text in fields.items() if text}, quote_via=quote)
    return f"mailto:{quote(lead.email, safe='@')}?{query}"


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except (ValueError, OverflowError):
        return None
    return found if found and found.tzinfo else None


def _older(request: HttpRequest, moment: datetime | None) -> str:
    query = {
        name: request.GET[name] for name in ("_changelist_filters", PLACE) if name in request.GET
    }
    if moment:
        query["before"] = moment.isoformat()
    elif not query:
        return "?"
    return f"?{urlencode(query)}#timeline" if moment or query else ""
