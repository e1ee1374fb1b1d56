"""Requests that were turned away before they became an exchange."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display

from conversations.admin.base import ReadOnlyAdmin, excerpt
from conversations.admin.filters import ChoiceFilter, DayRangeFilter
from conversations.admin.times import ago
from conversations.models import Attempt

MOST_REASONS = 50


class ReasonFilter(ChoiceFilter):
    title = "reason"
    parameter_name = "reason"
    path = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        reasons = Attempt.objects.order_by("reason").values_list("reason", flat=True).distinct()
        return [(reason, reason.replace("_", " ")) for reason in reasons[:MOST_REASONS]]


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = ["reason", "email", "words", "address", "when"]
    list_filter = [ReasonFilter, ("created_at", DayRangeFilter)]
    search_fields = ["email", "query"]
    search_help_text = "An address or words of the request."
    ordering = ["-created_at", "-id"]
    sortable_by = ["reason", "when"]
    fields = ["reason", "email", "query", "address", "created_at"]
    empty_state = "Requests that were turned away are kept here with the reason."

    @display(description="words")
    def words(self, attempt: Attempt) -> str:
        return excerpt(attempt.query) or "–"

    @display(description="when", ordering="created_at")
    def when(self, attempt: Attempt) -> str:
        return ago(attempt.created_at)
