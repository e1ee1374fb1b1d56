"""Filters of leads. Each reads stored columns that an index holds in the order of the list."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.lookups import In, IsNull
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import DropdownFilter

from conversations.admin.filters import ChoiceFilter, LeadStatusFilter, Unindexed
from conversations.models import Lead, ScoreSettings

Rows = QuerySet[Any]
OPEN = (Lead.Status.NEW, Lead.Status.CONTACTED, Lead.Status.QUALIFIED)
WARM_FROM = 30
MOST_SOURCES = 200
SOURCES_KEPT = 60  # seconds


class WorkStatusFilter(LeadStatusFilter):
    choices_of = [*Lead.Status.choices, ("open", "Open: not won, lost or spam")]

    def chosen(self, request: HttpRequest, queryset: Rows, value: str) -> Rows:
        if value == "open":
            return queryset.filter(In(Unindexed(F("status")), OPEN))
        return queryset.filter(status=value)


class ScoreFilter(ChoiceFilter):
    title = "score"
    parameter_name = "heat"
    choices_of = (("hot", "Hot"), ("warm", "Warm"), ("cold", "Cold"))

    def chosen(self, request: HttpRequest, queryset: Rows, value: str) -> Rows:
        hot = ScoreSettings.current().hot_from
        warm = min(WARM_FROM, hot)
        if value == "hot":
            return queryset.filter(score__gte=hot)
        if value == "warm":
            return queryset.filter(score__gte=warm, score__lt=hot)
        return queryset.filter(score__lt=warm)


class AnswersFilter(ChoiceFilter):
    title = "answers they got"
    parameter_name = "type"
    choices_of = (
        ("match", "Experts"),
        ("clarification", "Only questions back"),
        ("none", "No answer to some question"),
    )

    def chosen(self, request: HttpRequest, queryset: Rows, value: str) -> Rows:
        if value == "none":
            return queryset.filter(unanswered__gt=0)
        if value == "match":
            return queryset.filter(matches__gt=0)
        return queryset.filter(matches=0, exchanges__gt=F("unanswered"))


class ExchangesFilter(ChoiceFilter):
    title = "questions they asked"
    parameter_name = "asked"
    choices_of = (("0", "None"), ("1", "One"), ("2-4", "2 to 4"), ("5", "5 and more"))
    bounds = {"0": (0, 0), "1": (1, 1), "2-4": (2, 4), "5": (5, 2_000_000_000)}

    def chosen(self, request: HttpRequest, queryset: Rows, value: str) -> Rows:
        return queryset.filter(exchanges__range=self.bounds[value])


class FollowUpFilter(ChoiceFilter):
    title = "follow-up"
    parameter_name = "due"
    choices_of = (
        ("today", "Today or overdue"),
        ("overdue", "Overdue"),
        ("week", "Within 7 days"),
        ("later", "Later"),
        ("none", "None set"),
    )

    def chosen(self, request: HttpRequest, queryset: Rows, value: str) -> Rows:
        today = timezone.localdate()
        week = today + timedelta(days=7)
        conditions: dict[str, dict[str, Any]] = {
            "today": {"follow_up_on__lte": today},
            "overdue": {"follow_up_on__lt": today},
            "week": {"follow_up_on__range": (today, week)},
            "later": {"follow_up_on__gt": week},
        }
        if value == "none":
            return queryset.filter(IsNull(Unindexed(F("follow_up_on")), True))
        return queryset.filter(**conditions[value])


class StaleFilter(ChoiceFilter):
    title = "work on it"
    parameter_name = "stale"
    choices_of = (
        ("untouched", "Never touched"),
        ("spoke", "Spoke since it was touched"),
        ("7", "Not touched for 7 days"),
        ("30", "Not touched for 30 days"),
    )

    def chosen(self, request: HttpRequest, queryset: Rows, value: str) -> Rows:
        if value == "untouched":
            return queryset.filter(touched_at__isnull=True)
        if value == "spoke":
            return queryset.filter(touched_at__lt=F("last_seen_at"))
        return queryset.filter(stale_since__lt=timezone.now() - timedelta(days=int(value)))


# Goes from one value to the next in the index: as many steps as there are values, not leads.
NEXT_VALUES = """
WITH RECURSIVE found(value) AS (
    SELECT min({column}) FROM conversations_lead WHERE merged_into_id IS NULL
    UNION ALL
    SELECT (SELECT min({column}) FROM conversations_lead
            WHERE merged_into_id IS NULL AND {column} > found.value)
    FROM found WHERE found.value IS NOT NULL
) SELECT value FROM found WHERE value IS NOT NULL LIMIT %s
"""


class SourceFilter(DropdownFilter):
    """The sources there are, by name; they are asked for once a minute."""

    title = "source"
    parameter_name = "source"
    path = "last_source"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        key = f"desk-sources-{self.path}"
        found = cache.get(key)
        if found is None:
            with connection.cursor() as cursor:
                cursor.execute(NEXT_VALUES.format(column=self.path), [MOST_SOURCES])
                found = [label for (label,) in cursor.fetchall()]
            cache.set(key, found, SOURCES_KEPT)
        return [(label or "unknown", label or "Not known") for label in found]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        value = self.value()
        if not value or "\x00" in value:
            return queryset
        return queryset.filter(**{self.path: "" if value == "unknown" else value})


class FirstSourceFilter(SourceFilter):
    title = "first source"
    parameter_name = "first_source"
    path = "first_source"
