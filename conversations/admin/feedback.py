"""What visitors sent afterwards: votes, opened profiles, addresses left outside the chat."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import display

from conversations.admin.base import ReadOnlyAdmin, excerpt
from conversations.admin.exchange import text
from conversations.admin.filters import ChoiceFilter, DayRangeFilter
from conversations.admin.times import ago
from conversations.models import Click, EmailCapture, Feedback

NOT_COUNTED = (
    "Counted is what came with the thread or the address of the exchange. Others are kept apart."
)


class VoteFilter(ChoiceFilter):
    title = "vote"
    parameter_name = "vote"
    path = "vote"
    choices_of = Feedback.Vote.choices


class ClaimAdmin(ReadOnlyAdmin):
    """A vote or a click: about an exchange, and counted or not."""

    ordering = ["-created_at", "-id"]
    sortable_by = ["when"]

    def page(self, keys: Sequence[int]) -> QuerySet[Any]:
        return super().page(keys).select_related("conversation__lead")

    @display(description="exchange")
    def exchange(self, claim: Any) -> str:
        if claim.conversation is None:
            return format_html("#{}, unknown", claim.claimed_id)
        url = reverse("admin:conversations_conversation_change", args=[claim.conversation_id])
        return format_html(
            '<a class="mm-link" href="{}">{}</a>', url, excerpt(claim.conversation.query, 60)
        )

    @display(description="lead")
    def lead(self, claim: Any) -> str:
        if claim.conversation is None:
            return "–"
        url = reverse("admin:conversations_lead_change", args=[claim.conversation.lead_id])
        return format_html('<a class="mm-link" href="{}">{}</a>', url, claim.conversation.lead)

    @display(description="when", ordering="created_at")
    def when(self, claim: Any) -> str:
        return ago(claim.created_at)


@admin.register(Feedback)
class FeedbackAdmin(ClaimAdmin):
    list_display = ["voted", "exchange", "lead", "said", "counted", "when"]
    list_filter = [VoteFilter, ("counted", BooleanRadioFilter), ("created_at", DayRangeFilter)]
    search_fields = ["comment", "conversation__email", "conversation__query"]
    search_help_text = f"A comment, an address or words of the exchange. {NOT_COUNTED}"
    fields = ["vote", "counted", "comment", "reasons", "expert_ids", "exchange", "lead",
              "claimed_id", "created_at"]  # fmt: skip
    readonly_fields = ["exchange", "lead"]
    empty_state = "Votes of visitors on the answers they got appear here."

    @display(description="vote", label={"Up": "success", "Down": "danger"})
    def voted(self, vote: Feedback) -> str:
        return vote.get_vote_display()

    @display(description="what they said")
    def said(self, vote: Feedback) -> str:
        parts = [vote.comment, text(vote.reasons)]
        told = excerpt(" · ".join(part for part in parts if part))
        return format_html('<span class="mm-words" dir="auto">{}</span>', told) if told else "–"


@admin.register(Click)
class ClickAdmin(ClaimAdmin):
    list_display = ["username", "exchange", "lead", "counted", "when"]
    list_filter = [("counted", BooleanRadioFilter), ("created_at", DayRangeFilter)]
    search_fields = ["username", "conversation__email"]
    search_help_text = f"An expert's username or an address. {NOT_COUNTED}"
    fields = ["username", "counted", "exchange", "lead", "claimed_id", "created_at"]
    readonly_fields = ["exchange", "lead"]
    empty_state = "Profiles that visitors open from an answer appear here."


@admin.register(EmailCapture)
class EmailCaptureAdmin(ReadOnlyAdmin):
    list_display = ["email", "words", "when"]
    list_filter = [("created_at", DayRangeFilter)]
    search_fields = ["email", "query"]
    search_help_text = "An address or the words left with it."
    ordering = ["-created_at", "-id"]
    sortable_by = ["email", "when"]
    fields = ["email", "query", "lead", "created_at"]
    empty_state = "Addresses left outside the chat appear here."

    @display(description="words")
    def words(self, capture: EmailCapture) -> str:
        return excerpt(capture.query) or "–"

    @display(description="when", ordering="created_at")
    def when(self, capture: EmailCapture) -> str:
        return ago(capture.created_at)
