"""The admin's first page: what came in, what came of it, and where to begin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from conversations.leads import days
from conversations.models import Lead
from experts.models import Expert

PERIODS = {"7": "7 days", "30": "30 days", "90": "90 days", "365": "A year"}
DEFAULT = "30"
KEPT = 60  # seconds
TOP = 8
MOST_BARS = 92  # beyond that a bar is a week
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart 100 units high; `x` and `width` in hundredths of its width."""

    label: str
    value: int
    x: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list with a bar behind it."""

    label: str
    value: int
    share: float
    note: str = ""
    url: str = ""


def callback(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold asks it for what the index page shows."""
    period = request.GET.get("days", DEFAULT)
    period = period if period in PERIODS else DEFAULT
    sees_leads = request.user.has_perm("conversations.view_lead")
    sees_exchanges = request.user.has_perm("conversations.view_conversation")
    context |= {
        "title": "Dashboard",
        "sees_leads": sees_leads,
        "sees_exchanges": sees_exchanges,
        "periods": [(key, name, key == period) for key, name in PERIODS.items()],
    }
    if sees_leads or sees_exchanges:
        context["dashboard"] = figures(int(period))
    if sees_leads:
        context["queues"] = queues(request)
    return context


def figures(period: int) -> Mapping[str, Any]:
    """What the page shows of the last so many days; kept for a minute."""
    last = timezone.localdate()
    key = f"dashboard-{period}-{last}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        found = _figures(last - timedelta(days=period - 1), last)
        if not found["to_count"]:
            cache.set(key, found, KEPT)
    return found


def queues(request: HttpRequest) -> list[dict[str, Any]]:
    """Where to begin: the leads that wait for this person."""
    from conversations.admin.lead_filters import OPEN
    from conversations.admin.leads import LeadAdmin

    waiting = Lead.objects.filter(merged_into=None, status__in=OPEN).order_by()
    rows = {
        "Mine, untouched, hot first": waiting.filter(owner=request.user.pk, touched_at=None),
        "Nobody’s, hot first": waiting.filter(owner=None),
        "Due today": waiting.filter(follow_up_on__lte=timezone.localdate()),
        "Never answered": waiting.filter(unanswered__gt=0),
    }
    url = reverse("admin:conversations_lead_changelist")
    return [
        {
            "name": name,
            "url": f"{url}?{query}",
            "count": rows[name][: MOST_COUNTED + 1].count(),
            "most": MOST_COUNTED,
        }
        for name, query in LeadAdmin.built_in_views
        if name in rows
    ]


def _figures(first: date, last: date) -> dict[str, Any]:
    by_day, to_count = days.of_days(first, last)
    total = days.added(by_day.values())
    asked = total.get("exchanges", 0)
    answered = asked - total.get("unanswered", 0)
    votes = total.get("up", 0) + total.get("down", 0)
    tops = [total["shown"].most_common(TOP), total["clicked"].most_common(TOP)]
    known = Expert.objects.in_bulk({name for top in tops for name, _ in top}, field_name="username")
    return {
        "empty": not asked and not total.get("leads"),
        "to_count": to_count,
        "total": total,
        "exchanges": _bars(by_day, "exchanges", first, last),
        "leads": _bars(by_day, "leads", first, last),
        "match_rate": _share(total.get("match", 0), asked),
        "clarification_rate": _share(total.get("clarification", 0), asked),
        "degraded_rate": _share(total.get("degraded", 0), answered),
        "unanswered_rate": _share(total.get("unanswered", 0), asked),
        "p50": _seconds(days.quantile(total["times"], 0.5)),
        "p95": _seconds(days.quantile(total["times"], 0.95)),
        "up_rate": _share(total.get("up", 0), votes),
        "funnel": _funnel(first),
        "shown": _experts(tops[0], total["clicked"], "opened", known),
        "clicked": _experts(tops[1], total["shown"], "shown", known),
        "sources": _rows(total["sources"], "not known"),
    }


def _bars(by_day: Mapping[date, days.Figures], key: str, first: date, last: date) -> Sequence[Bar]:
    length = (last - first).days + 1
    step = 1 if length <= MOST_BARS else 7
    starts = [first + timedelta(days=n) for n in range(0, length, step)]
    values = [
        sum(by_day.get(start + timedelta(days=n), {}).get(key, 0) for n in range(step))
        for start in starts
    ]
    most, width = max(values, default=0) or 1, 100 / len(starts)
    return [
        Bar(
            f"{start:%-d %b}" if step == 1 else f"week of {start:%-d %b}",
            value,
            round(n * width + width * 0.1, 3),
            round(width * 0.8, 3),
            round(100 * value / most, 2),
        )
        for n, (start, value) in enumerate(zip(starts, values, strict=True))
    ]


def _funnel(first: date) -> Sequence[Row]:
    """Of those first seen in the period: how far they have come by now."""
    reached = {
        "Left an address": Q(),
        "Asked something": Q(exchanges__gt=0),
        "Got experts": Q(matches__gt=0),
        "Opened a profile": Q(clicks__gt=0),
        "Contacted by us": Q(status__in=["contacted", "qualified", "won", "lost"]),
        "Qualified": Q(status__in=["qualified", "won"]),
        "Won": Q(status="won"),
    }
    leads = Lead.objects.filter(created_at__gte=days.start_of(first), merged_into=None)
    counted = leads.order_by().aggregate(
        **{f"n{n}": Count("pk", filter=q) for n, q in enumerate(reached.values())}
    )
    everybody = counted["n0"] or 1
    return [
        Row(name, counted[f"n{n}"], round(100 * counted[f"n{n}"] / everybody, 1))
        for n, name in enumerate(reached)
    ]


def _experts(top: Any, other: Any, verb: str, known: Mapping[str, Expert]) -> Sequence[Row]:
    most = top[0][1] if top else 1
    return [
        Row(
            known[name].name if name in known and known[name].name else name,
            number,
            round(100 * number / most, 1),
            f"{other.get(name, 0)} {verb}",
            reverse("admin:experts_expert_change", args=[known[name].pk]) if name in known else "",
        )
        for name, number in top
    ]


def _rows(counted: Any, unnamed: str) -> Sequence[Row]:
    top = counted.most_common(TOP)
    most = top[0][1] if top else 1
    return [Row(name or unnamed, number, round(100 * number / most, 1)) for name, number in top]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "–"


def _seconds(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"
