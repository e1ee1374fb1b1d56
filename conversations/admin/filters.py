"""Filters of the desk. A value that is not among the choices filters nothing."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, F, Func, OuterRef, QuerySet
from django.db.models.lookups import IsNull
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date
from unfold.contrib.filters.admin import DropdownFilter, RadioFilter, RangeDateFilter

from conversations.models import Conversation, Lead

Rows = QuerySet[Any]
FEW_EXCHANGES: dict[str, set[str]] = {
    "status": set(map(str, Conversation.UNANSWERED)),
    "type": {"none"},
    "feedback": {"up", "down"},
}


class Unindexed(Func):
    """A column that SQLite does not begin with: of what most rows share it finds a page soonest by
    walking the list."""

    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return super().as_sql(compiler, connection, template="(+%(expressions)s)", **context)


class ChoiceFilter(RadioFilter):
    """One of few; `path` leads from the row to what is chosen from."""

    path = ""
    choices_of: Sequence[tuple[str, str]] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        return self.choices_of

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        value = self.value()
        if value not in {choice for choice, _ in self.lookup_choices}:
            return queryset
        return self.chosen(request, queryset, str(value))

    def chosen(self, request: HttpRequest, queryset: Rows, value: str) -> Rows:
        return queryset.filter(**{self.path: value})


class DayRangeFilter(RangeDateFilter):
    """From the first moment of one day to the last of another, in the desk's time zone."""

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        first = self.moment("_from", days=0)
        after = self.moment("_to", days=1)
        if first:
            queryset = queryset.filter(**{f"{self.parameter_name}__gte": first})
        if after:
            queryset = queryset.filter(**{f"{self.parameter_name}__lt": after})
        return queryset

    def moment(self, end: str, *, days: int) -> datetime | None:
        try:
            day = parse_date(str(self.used_parameters.get(f"{self.parameter_name}{end}", "")))
            if day is None:
                return None
            return timezone.make_aware(datetime.combine(day + timedelta(days=days), time.min))
        except (ValueError, OverflowError):
            return None


class LeadStatusFilter(ChoiceFilter):
    title = "status"
    parameter_name = "status"
    path = "status"
    choices_of = Lead.Status.choices


class StatusOfLeadFilter(LeadStatusFilter):
    title = "status of the lead"
    parameter_name = "lead_status"
    path = "lead__status"

    def chosen(self, request: HttpRequest, queryset: Rows, value: str) -> Rows:
        if value == Lead.Status.NEW or _is_narrowed(request):
            return _whose_lead(queryset, status=value)
        return super().chosen(request, queryset, value)


class OwnerFilter(DropdownFilter):
    title = "owner"
    parameter_name = "owner"
    path = "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        people = User.objects.filter(is_staff=True).order_by("username")
        return [("me", "Me"), ("nobody", "Nobody"), *((str(who.pk), str(who)) for who in people)]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        value = self.value()
        if value == "nobody":
            return queryset.filter(IsNull(Unindexed(F(self.path)), True))
        if value == "me":
            return queryset.filter(**{self.path: request.user.pk})
        if value in {choice for choice, _ in self.lookup_choices}:
            return queryset.filter(**{self.path: value})
        return queryset


class OwnerOfLeadFilter(OwnerFilter):
    path = "lead__owner"

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        value = self.value()
        known: dict[str | None, Any] = {key: key for key, _ in self.lookup_choices}
        known |= {"nobody": None, "me": request.user.pk}
        if value == "nobody" or (value in known and _is_narrowed(request)):
            return _whose_lead(queryset, owner=known[value])
        return super().queryset(request, queryset)


def _is_narrowed(request: HttpRequest) -> bool:
    """Whether the list of exchanges is short by itself."""
    return any(request.GET.get(name) in few for name, few in FEW_EXCHANGES.items())


def _whose_lead(exchanges: Rows, **is_so: Any) -> Rows:
    """For what many leads share, and for few exchanges: asked of each as the list is walked."""
    return exchanges.filter(Exists(Lead.objects.filter(pk=OuterRef("lead"), **is_so)))


class TypeFilter(ChoiceFilter):
    title = "type"
    parameter_name = "type"
    path = "response_type"
    choices_of = (*Conversation.Type.choices, ("none", "No answer"))

    def chosen(self, request: HttpRequest, queryset: Rows, value: str) -> Rows:
        return queryset.filter(response_type="" if value == "none" else value)


class ConversationStatusFilter(ChoiceFilter):
    title = "status"
    parameter_name = "status"
    path = "status"
    choices_of = Conversation.Status.choices


class FeedbackFilter(ChoiceFilter):
    """By counted votes; one lead or exchange may have both."""

    title = "feedback"
    parameter_name = "feedback"
    choices_of = (("up", "Up"), ("down", "Down"), ("none", "None"))

    def chosen(self, request: HttpRequest, queryset: Rows, value: str) -> Rows:
        if value == "none":
            return queryset.filter(ups=0, downs=0)
        return queryset.filter(ups__gt=0) if value == "up" else queryset.filter(downs__gt=0)


class ClickedFilter(ChoiceFilter):
    title = "opened a profile"
    parameter_name = "clicked"
    path = "clicks"
    choices_of = (("yes", "Yes"), ("no", "No"))

    def chosen(self, request: HttpRequest, queryset: Rows, value: str) -> Rows:
        return queryset.filter(**{f"{self.path}__gt" if value == "yes" else self.path: 0})


class ClickedExchangeFilter(ClickedFilter):
    path = "opened"
