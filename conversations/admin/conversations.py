"""Exchanges, as they were: what was asked, what was answered, with whom, and what came of it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import display

from conversations.admin.base import breakable, excerpt
from conversations.admin.exchange import read, with_what_was_shown
from conversations.admin.filters import (
    ClickedExchangeFilter,
    ConversationStatusFilter,
    DayRangeFilter,
    FeedbackFilter,
    OwnerOfLeadFilter,
    StatusOfLeadFilter,
    TypeFilter,
)
from conversations.admin.leads import votes_text
from conversations.admin.times import ago
from conversations.admin.verdicts import ConversationVerdicts
from conversations.leads.search import FEW, conversation_matches
from conversations.models import Conversation, Feedback, Lead, Recommendation

Row = Any  # a Conversation of ConversationAdmin.page
MOST_OF_A_THREAD = 30
OF_THE_LEAD = {"owner", "lead_status"}
SHOWN_ONLY = {ORDER_VAR, PAGE_VAR}
NOT_LISTED = (
    "history", "response_narrative", "response_experts", "suggestions", "interpreted", "filters",
    "source", "usage", "failure", "standalone_query",
)  # fmt: skip


@admin.register(Conversation)
class ConversationAdmin(ConversationVerdicts):
    list_display = ["asked", "address", "answer", "experts", "votes", "when"]
    list_filter = [
        TypeFilter,
        ConversationStatusFilter,
        FeedbackFilter,
        ClickedExchangeFilter,
        OwnerOfLeadFilter,
        StatusOfLeadFilter,
        ("created_at", DayRangeFilter),
        ("lead", AutocompleteSelectFilter),
    ]
    search_fields = ["query"]
    search_help_text = (
        "An address, words they used, an expert they were shown, #number, thread or request id."
    )
    ordering = ["-created_at", "-id"]
    sortable_by = ["address", "when"]
    actions = ["export_chosen"]
    fields = ()
    empty_state = "Every question asked in the chat appears here, answered or not."

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return self.found(request, queryset, conversation_matches(search_term)), False

    def get_paginator(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Of what is narrowed by the lead and by the exchange less is counted: the walk is long."""
        paginator = super().get_paginator(request, *args, **kwargs)
        narrowed = {name for name, value in request.GET.items() if value} - SHOWN_ONLY
        if narrowed & OF_THE_LEAD and len(narrowed) > 1:
            paginator.most = FEW
        return paginator

    def page(self, keys: Sequence[int]) -> QuerySet[Any]:
        experts = Recommendation.objects.select_related("expert").order_by("rank")
        votes = Feedback.objects.filter(counted=True)
        rows: QuerySet[Any] = (
            Conversation.objects.filter(pk__in=keys)
            .defer(*NOT_LISTED)
            .prefetch_related(
                Prefetch(
                    "recommendations",
                    queryset=experts.only("conversation", "username", "clicked_at", "expert__name"),
                    to_attr="shown",
                ),
                Prefetch("feedback", queryset=votes.only("conversation", "vote"), to_attr="votes"),
            )
        )
        return rows

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        Lead.objects.refresh([obj.lead_id])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        leads = set(queryset.order_by().values_list("lead", flat=True))
        super().delete_queryset(request, queryset)
        Lead.objects.refresh(leads)

    # --- Columns ---------------------------------------------------------------------------------

    @display(description="asked")
    def asked(self, conversation: Row) -> str:
        words = conversation.in_context
        return format_html(
            '<span class="mm-words" dir="auto" title="{}">{}</span>', words, excerpt(words)
        )

    @display(description="email", ordering="email")
    def address(self, conversation: Row) -> str:
        return breakable(conversation.email)

    @display(
        description="answer",
        label={
            "match": "success",
            "clarification": "info",
            "received": "warning",
            "failed": "danger",
            "abandoned": "danger",
        },
    )
    def answer(self, conversation: Row) -> str:
        """What came of it: the kind of answer, or why there is none."""
        return str(conversation.response_type or conversation.status)

    @display(description="experts shown")
    def experts(self, conversation: Row) -> str:
        if not conversation.shown:
            return "–"
        names = format_html_join(
            ", ",
            "{}{}",
            (
                (
                    row.expert.name if row.expert and row.expert.name else row.username,
                    " (opened)" if row.clicked else "",
                )
                for row in conversation.shown
            ),
        )
        return format_html('<span class="mm-names">{}</span>', names)

    @display(description="feedback")
    def votes(self, conversation: Row) -> str:
        ups = sum(vote.vote == Feedback.Vote.UP for vote in conversation.votes)
        return votes_text(ups, len(conversation.votes) - ups)

    @display(description="when", ordering="created_at")
    def when(self, conversation: Row) -> str:
        return ago(conversation.created_at)

    # --- Reading ---------------------------------------------------------------------------------

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = dict(extra_context or {})
        found = self.get_object(request, object_id)
        if found and self.has_view_permission(request, found):
            whole = with_what_was_shown(
                Conversation.objects.filter(pk=found.pk).select_related("lead__owner")
            ).get()
            # A thread comes from the visitor: others may send the same one.
            thread = Conversation.objects.filter(thread=found.thread, lead=found.lead_id)
            context |= {
                "exchange": read(whole),
                "thread": thread.only("query", "created_at", "response_type").order_by(
                    "created_at", "id"
                )[:MOST_OF_A_THREAD],
                "other_votes": found.feedback.filter(counted=False).count(),
                "title": f"Exchange #{found.pk}",
                "subtitle": None,
                **self.verdict_context(request, found),
            }
        return super().change_view(request, object_id, form_url, context)
