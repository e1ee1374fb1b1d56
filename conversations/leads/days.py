"""What happened on each day. Days that are over are counted once and kept; the last ones, in which
things still change, are counted when they are looked at."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.utils import timezone

from conversations.models import Conversation, Day, Feedback, Lead, Recommendation

STILL_MOVING = 1  # days back, besides today
MOST_AT_ONCE = 40  # closed days counted while somebody waits for the page
ANSWERED = (Conversation.Status.ANSWERED, Conversation.Status.DEGRADED)
MOST_NAMES = 200  # experts and sources kept of one day
# Upper bounds in seconds, each a quarter above the one before: what is read off is that exact.
BOUNDS = [0.02 * 1.25**step for step in range(45)]

Figures = Mapping[str, Any]


def of_days(first: date, last: date) -> tuple[dict[date, Figures], int]:
    """Figures by day, none for days on which nothing was stored yet; and how many closed days are
    still to be counted, for the next time it is asked."""
    kept: dict[date, Figures] = dict(
        Day.objects.filter(day__range=(first, last)).values_list("day", "figures")
    )
    begin = first if first in kept else beginning()
    if begin is None:
        return {}, 0
    first = max(first, begin)
    moving = min(last, timezone.localdate()) - timedelta(days=STILL_MOVING)
    wanted = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    missing = [day for day in wanted if day < moving and day not in kept]
    now = missing[-MOST_AT_ONCE:]
    kept |= keep(now)
    kept |= {day: count(day) for day in wanted if day >= moving}
    return kept, len(missing) - len(now)


def keep(days: Iterable[date]) -> dict[date, Figures]:
    """Count these closed days and store them."""
    counted = {day: count(day) for day in days}
    Day.objects.bulk_create(
        [Day(day=day, figures=figures) for day, figures in counted.items()], ignore_conflicts=True
    )
    return counted


def keep_all() -> int:
    """Count every closed day that is not stored yet; how many those were."""
    begin = beginning()
    if begin is None:
        return 0
    end = timezone.localdate() - timedelta(days=STILL_MOVING)
    known = set(Day.objects.values_list("day", flat=True))
    days = [begin + timedelta(days=n) for n in range((end - begin).days)]
    return len(keep(day for day in days if day not in known))


def beginning() -> date | None:
    """The first day on which anything happened."""
    firsts = [
        Conversation.objects.aggregate(first=Min("created_at"))["first"],
        Lead.objects.aggregate(first=Min("created_at"))["first"],
    ]
    found = [timezone.localtime(first).date() for first in firsts if first]
    kept = Day.objects.aggregate(first=Min("day"))["first"]  # its exchanges may be deleted since
    return min([*found, *([kept] if kept else [])], default=None)


def count(day: date) -> Figures:
    """The figures of one day in the desk's time zone."""
    within = (start_of(day), start_of(day + timedelta(days=1)))
    exchanges = Conversation.objects.filter(created_at__gte=within[0], created_at__lt=within[1])
    asked = list(
        exchanges.order_by().values_list("response_type", "status", "created_at", "answered_at")
    )
    types = Counter(kind for kind, *_ in asked)
    statuses = Counter(status for _, status, *_ in asked)
    leads = Lead.objects.filter(created_at__gte=within[0], created_at__lt=within[1]).order_by()
    votes = Feedback.objects.filter(
        counted=True, created_at__gte=within[0], created_at__lt=within[1]
    ).aggregate(
        up=Count("pk", filter=Q(vote=Feedback.Vote.UP)),
        down=Count("pk", filter=Q(vote=Feedback.Vote.DOWN)),
    )
    shown = Recommendation.objects.filter(
        conversation__created_at__gte=within[0], conversation__created_at__lt=within[1]
    )
    experts = (
        shown.order_by().values_list("username").annotate(n=Count("pk"), c=Count("clicked_at"))
    )
    top = list(experts.order_by("-n", "username")[:MOST_NAMES])
    sources = list(leads.values_list("first_source").annotate(n=Count("pk")).order_by("-n"))
    return {
        "exchanges": len(asked),
        "match": types[Conversation.Type.MATCH],
        "clarification": types[Conversation.Type.CLARIFICATION],
        "degraded": statuses[Conversation.Status.DEGRADED],
        "unanswered": sum(statuses[status] for status in Conversation.UNANSWERED),
        **votes,
        "leads": sum(number for _, number in sources),
        "shown": {name: n for name, n, _ in top},
        "clicked": {name: clicked for name, _, clicked in top if clicked},
        "sources": dict(sources[:MOST_NAMES]),
        "times": _times(moments for _, status, *moments in asked if status in ANSWERED),
    }


def quantile(times: Sequence[int], share: float) -> float | None:
    """Seconds within which that share of the answers came."""
    total, passed = sum(times), 0
    for bound, number in zip(BOUNDS, times, strict=False):
        passed += number
        if number and passed >= share * total:
            return bound
    return None


def added(days: Iterable[Figures]) -> dict[str, Any]:
    """The figures of several days as if they were one."""
    numbers: Counter[str] = Counter()
    names: dict[str, Counter[str]] = {key: Counter() for key in ("shown", "clicked", "sources")}
    times = [0] * len(BOUNDS)
    for figures in days:
        for key, value in figures.items():
            if key in names:
                names[key].update(value)
            elif key == "times":
                times = [a + b for a, b in zip(times, value, strict=False)]
            else:
                numbers[key] += value
    return {**numbers, **names, "times": times}


def _times(answered: Iterable[Sequence[Any]]) -> list[int]:
    times = [0] * len(BOUNDS)
    for asked, answer in answered:
        if answer is not None:
            seconds = max(0.0, (answer - asked).total_seconds())
            times[min(bisect_left(BOUNDS, seconds), len(BOUNDS) - 1)] += 1
    return times


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
