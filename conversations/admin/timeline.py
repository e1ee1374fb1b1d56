"""Everything that happened with one lead, newest first, a bounded page at a time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from conversations.admin.exchange import Exchange, read, with_what_was_shown
from conversations.models import Change, EmailCapture, Lead, Message, Note
from conversations.models.outreach import EVENTS

EVENTS_A_PAGE = 40
FIELDS = {"follow_up_on": "follow-up", "merged": "merged"}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; `kind` names the template that shows it."""

    moment: datetime
    kind: str
    row: Any
    thread: Any = None


@dataclass(slots=True)
class Entry:
    """What the timeline shows at one place: an event, or a dialogue in reading order."""

    moment: datetime
    kind: str
    row: Any = None
    exchanges: list[Exchange] = field(default_factory=list)


Source = Callable[[Lead, datetime | None, int], Iterable[Event]]


def _until(rows: QuerySet[Any], before: datetime | None, most: int) -> QuerySet[Any]:
    rows = rows.order_by("-created_at", "-pk")
    return (rows.filter(created_at__lt=before) if before else rows)[:most]


def exchanges(lead: Lead, before: datetime | None, most: int) -> Iterable[Event]:
    rows = with_what_was_shown(lead.conversations.select_related("lead"))
    for row in _until(rows, before, most):
        yield Event(row.created_at, "exchange", read(row), row.thread)


def captures(lead: Lead, before: datetime | None, most: int) -> Iterable[Event]:
    for row in _until(EmailCapture.objects.filter(lead=lead), before, most):
        yield Event(row.created_at, "capture", row)


def notes(lead: Lead, before: datetime | None, most: int) -> Iterable[Event]:
    rows = Note.objects.filter(lead=lead).select_related("author")
    for row in _until(rows, before, most):
        yield Event(row.created_at, "note", row)


def changes(lead: Lead, before: datetime | None, most: int) -> Iterable[Event]:
    rows = Change.objects.filter(lead=lead).select_related("by")
    for row in _until(rows, before, most):
        row.label = FIELDS.get(row.field, row.field.replace("_", " "))
        yield Event(row.created_at, "change", row)


def alerts(lead: Lead, before: datetime | None, most: int) -> Iterable[Event]:
    rows = Message.objects.filter(lead=lead).prefetch_related("deliveries__endpoint")
    for row in _until(rows, before, most):
        row.label = EVENTS.get(row.event, row.event)
        yield Event(row.created_at, "alert", row)


SOURCES: list[Source] = [exchanges, captures, notes, changes, alerts]


@dataclass(frozen=True, slots=True)
class Page:
    entries: Sequence[Entry]
    older: datetime | None  # where the next page begins, if there is one


def timeline(lead: Lead, before: datetime | None = None, most: int | None = None) -> Page:
    """One page of it. Queries do not depend on how much there is."""
    most = most or EVENTS_A_PAGE
    events = [event for source in SOURCES for event in source(lead, before, most + 1)]
    events.sort(key=lambda event: event.moment, reverse=True)
    rest = events[most:]
    if rest and rest[0].moment == events[most - 1].moment:  # one moment stays on one page
        edge = rest[0].moment
        events, rest = (
            [event for event in events if event.moment >= edge],
            [event for event in rest if event.moment < edge],
        )
    else:
        events = events[:most]
    return Page(_grouped(events), events[-1].moment if rest else None)


def _grouped(events: Iterable[Event]) -> list[Entry]:
    entries: list[Entry] = []
    by_thread: dict[Any, Entry] = {}
    for event in events:
        if event.thread is None:
            entries.append(Entry(event.moment, event.kind, event.row))
        elif event.thread in by_thread:
            by_thread[event.thread].exchanges.insert(0, event.row)
        else:
            entry = Entry(event.moment, "dialogue", exchanges=[event.row])
            by_thread[event.thread] = entry
            entries.append(entry)
    return entries
