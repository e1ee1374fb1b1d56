"""What visitors sent afterwards: votes, opened profiles, addresses left outside the chat."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import display

from conversations.admin.base import ReadOnlyAdmin, excerpt
from conversations.admin.exchange import text
from conversations.admin.filters import ChoiceFilter, DayRangeFilter
from conversations.admin.times import ago
from conversations.leads.search import FEW, conversation_matches
from conversations.models import Click, Conversation, EmailCapture, Feedback

NEWEST = 5_000  # searched for what has no index: texts of their own, and words of many exchanges
NOT_COUNTED = (
    "Counted is what came with the thread or the address of the exchange. Others are kept apart."
)


class VoteFilter(ChoiceFilter):
    title = "vote"
    parameter_name = "vote"
    path = "vote"
    choices_of = Feedback.Vote.choices


class ClaimAdmin(ReadOnlyAdmin):
    """A vote or a click: about an exchange, and counted or not. Found by the words of the exchange
    and by a text of its own."""

    ordering = ["-created_at", "-id"]
    sortable_by = ["when"]
    own_text = ""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        wanted = search_term.replace("\x00", "").strip()
        if not wanted:
            return queryset, False
        rows = self.model._default_manager.order_by(*self.ordering)  # noqa: SLF001
        newest = rows.filter(pk__in=rows.values("pk")[:NEWEST])
        found = conversation_matches(wanted)
        exchanges = Conversation.objects.filter(found.where)
        if found.is_many:
            about = newest.filter(Exists(exchanges.filter(pk=OuterRef("conversation"))))
        else:
            about = rows.filter(conversation__in=exchanges)
        said = newest.filter(**{f"{self.own_text}__icontains": wanted})
        keys = {*about.values_list("pk", flat=True)[: FEW + 1],
                *said.values_list("pk", flat=True)[: FEW + 1]}  # fmt: skip
        return queryset.filter(pk__in=keys), False

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
    own_text = "comment"
    search_fields = ["comment"]
    search_help_text = (
        "An address, words of the exchange, an expert shown; comments and frequent words in the "
        f"newest {NEWEST:,}. {NOT_COUNTED}"
    )
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
    own_text = "username"
    search_fields = ["username"]
    search_help_text = (
        "An address, words of the exchange, an expert shown; usernames and frequent words in the "
        f"newest {NEWEST:,}. {NOT_COUNTED}"
    )
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
