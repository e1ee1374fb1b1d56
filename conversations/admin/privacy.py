"""Privacy on the desk: what is known of a person given to them or forgotten, and what is old."""

import json
from datetime import timedelta
from typing import Any, cast

from django.contrib import admin, messages
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import display

from conversations.admin.base import ReadOnlyAdmin
from conversations.admin.exports import LeadExports
from conversations.leads import privacy
from conversations.models import Consent, Conversation, Erasure, Lead
from experts.pages import action

SHORTEST = 30  # days: nobody purges what came in this month by a slip of the keyboard


class LeadPrivacy(LeadExports):
    """Two pages of a lead, for those who may."""

    actions_detail: Any = ["give_person", "forget_person"]

    def has_privacy_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("conversations.add_erasure")

    @action(description="Data for the person", icon="contact_page", permissions=["privacy"],
            url_path="data")  # fmt: skip
    def give_person(self, request: HttpRequest, object_id: str) -> HttpResponse:
        lead = self._lead(request, object_id)
        known = privacy.everything_about(lead.email)
        Erasure.objects.create(kind=Erasure.Kind.EXPORT, by_id=request.user.pk)
        text = json.dumps(known, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
        response = HttpResponse(text, content_type="application/json; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="lead-{lead.pk}.json"'
        response["Cache-Control"] = "no-store"
        return response

    @action(description="Forget this person", icon="person_remove", permissions=["privacy"],
            url_path="forget")  # fmt: skip
    def forget_person(self, request: HttpRequest, object_id: str) -> HttpResponse:
        lead = self._lead(request, object_id)
        if request.method == "POST":
            typed = str(request.POST.get("email", "")).strip().casefold()
            if typed == lead.email_key:
                with transaction.atomic():
                    report = privacy.forget(lead.email)
                    Erasure.objects.create(
                        kind=Erasure.Kind.FORGET, by_id=request.user.pk, report=report.stored()
                    )
                messages.success(request, f"Forgotten: {report}.")
                return HttpResponseRedirect(reverse("admin:conversations_lead_changelist"))
            messages.error(request, "That is not the address of this lead; nothing was deleted.")
        request.current_app = self.admin_site.name
        context = {**self.admin_site.each_context(request), "title": "Forget this person",
                   "lead": lead, "opts": self.opts}  # fmt: skip
        return TemplateResponse(request, "admin/conversations/lead/forget.html", context)

    def _lead(self, request: HttpRequest, object_id: str) -> Lead:
        lead = self.get_object(request, object_id)
        if lead is None:
            raise Http404("No such lead.")
        return cast("Lead", lead)


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    list_display = ["lead", "given", "policy_version", "created_at"]
    list_select_related = ["lead"]
    search_fields = ["lead__email_key", "policy_version"]
    ordering = ["-created_at", "-id"]
    fields = ["lead", "given", "policy_version", "created_at"]
    empty_state = "What visitors agreed to, with the version of the policy, appears here."


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    list_display = ["kind", "by", "what", "created_at"]
    list_select_related = ["by"]
    ordering = ["-created_at", "-id"]
    fields = ["kind", "by", "what", "created_at"]
    readonly_fields = ["what"]
    actions_list: Any = ["purge_page"]
    empty_state = "What was given out or forgotten is counted here, without saying of whom."

    def has_purge_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("conversations.add_erasure")

    @display(description="rows")
    def what(self, erasure: Erasure) -> str:
        report = erasure.report if isinstance(erasure.report, dict) else {}
        told = [
            f"{count} {name} {what}"
            for what, counts in report.items()
            for name, count in (counts or {}).items()
        ]
        return ", ".join(told) or "–"

    @action(description="Delete what is old", icon="auto_delete", permissions=["purge"],
            url_path="purge")  # fmt: skip
    def purge_page(self, request: HttpRequest) -> HttpResponse:
        days = _days(request.POST.get("days") or request.GET.get("days"))
        old = Conversation.objects.filter(created_at__lt=timezone.now() - timedelta(days=days))
        if request.method == "POST" and request.POST.get("sure") == "on":
            gone = privacy.purge(timedelta(days=days))
            counts = {"conversations": gone.conversations, "leads": gone.leads,
                      "others": gone.others}  # fmt: skip
            Erasure.objects.create(
                kind=Erasure.Kind.PURGE, by_id=request.user.pk, report={"deleted": counts}
            )
            messages.success(
                request,
                f"Deleted {gone.conversations} conversations, {gone.leads} leads of whom nothing "
                f"is left, and {gone.others} other rows.",
            )
            return HttpResponseRedirect(reverse("admin:conversations_erasure_changelist"))
        if request.method == "POST":
            messages.error(request, "Nothing was deleted: say that you are sure.")
        request.current_app = self.admin_site.name
        context = {**self.admin_site.each_context(request), "title": "Delete what is old",
                   "days": days, "count": old.count(), "shortest": SHORTEST,
                   "opts": self.opts}  # fmt: skip
        return TemplateResponse(request, "admin/conversations/erasure/purge.html", context)


def _days(text: str | None) -> int:
    return max(SHORTEST, int(text)) if text and text.isdecimal() and len(text) < 6 else 365
