"""What the desk thinks of an answer, said on the page of the exchange."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from unfold.decorators import display
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextInputWidget

from conversations.admin.base import ReadOnlyAdmin, excerpt
from conversations.admin.exports import ConversationExports
from conversations.admin.filters import ChoiceFilter
from conversations.models import Conversation, Verdict
from experts.models import Expert

Word = Verdict.Word


class VerdictForm(forms.Form):
    word = forms.ChoiceField(
        label="This answer is", choices=Word.choices, widget=UnfoldAdminRadioSelectWidget
    )
    expert = forms.ModelChoiceField(
        label="It should have been",
        queryset=Expert.objects.all(),
        required=False,
        widget=AutocompleteSelect(
            Verdict._meta.get_field("expert"),  # noqa: SLF001 - Django asks for the field itself
            admin.site,
        ),
    )
    note = forms.CharField(
        required=False, max_length=1000, widget=UnfoldAdminTextInputWidget, label="Note"
    )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("word") == Word.SHOULD and not told.get("expert"):
            self.add_error("expert", "Say who it should have been.")
        if told.get("word") != Word.SHOULD:
            told["expert"] = None
        return told


class ConversationVerdicts(ConversationExports):
    """Mixed into the admin of exchanges."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:key>/verdict/", view(self.say), name="conversations_conversation_verdict"),
            *super().get_urls(),
        ]

    def say(self, request: HttpRequest, key: int) -> HttpResponse:
        conversation = Conversation.objects.filter(pk=key).first()
        if not (may_judge(request) and self.has_view_permission(request)):
            raise PermissionDenied
        if conversation is None:
            raise Http404("No such exchange.")
        back = reverse("admin:conversations_conversation_change", args=[key])
        if request.method == "POST":
            form = VerdictForm(request.POST)
            if not form.is_valid():
                told = "; ".join(str(text) for texts in form.errors.values() for text in texts)
                messages.error(request, f"Not kept: {told}")
                request.verdict_form = form  # type: ignore[attr-defined]  # with what was typed
                request.method = "GET"
                return self.change_view(request, str(key))
            expert = form.cleaned_data["expert"]
            Verdict.objects.update_or_create(
                conversation=conversation,
                by_id=request.user.pk,
                username=expert.username if expert else "",
                defaults={"word": form.cleaned_data["word"], "expert": expert,
                          "note": form.cleaned_data["note"]},
            )  # fmt: skip
            messages.success(request, "Your verdict is kept; it may be changed at any time.")
        return HttpResponseRedirect(back)

    def verdict_context(self, request: HttpRequest, conversation: Conversation) -> dict[str, Any]:
        if not may_judge(request):
            return {}
        verdicts = conversation.verdicts.select_related("by", "expert")
        form = getattr(request, "verdict_form", None) or VerdictForm()
        return {"verdict_form": form, "verdicts": verdicts[:20]}


def may_judge(request: HttpRequest) -> bool:
    return request.user.has_perm("conversations.add_verdict")


class WordFilter(ChoiceFilter):
    title = "verdict"
    parameter_name = "word"
    path = "word"
    choices_of = Word.choices


@admin.register(Verdict)
class VerdictAdmin(ReadOnlyAdmin):
    list_display = ["word", "exchange", "username", "by", "said", "created_at"]
    list_filter = [WordFilter]
    search_fields = ["username", "note", "conversation__query"]
    ordering = ["-created_at", "-id"]
    fields = ["word", "exchange", "username", "by", "note", "created_at"]
    readonly_fields = ["exchange"]
    empty_state = (
        "What colleagues think of answers appears here; say it on the page of an exchange."
    )

    def page(self, keys: Sequence[int]) -> QuerySet[Any]:
        return super().page(keys).select_related("conversation", "by")

    @display(description="exchange")
    def exchange(self, verdict: Verdict) -> str:
        url = reverse("admin:conversations_conversation_change", args=[verdict.conversation_id])
        words = excerpt(verdict.conversation.query, 60)
        return format_html('<a class="mm-link" href="{}">{}</a>', url, words)

    @display(description="note")
    def said(self, verdict: Verdict) -> str:
        return excerpt(verdict.note) or "–"
