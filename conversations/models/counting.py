"""The figures and the search words of some leads, counted from their rows."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from conversations.leads import scoring
from conversations.leads.sources import source_label
from conversations.models import words
from conversations.models.conversations import Conversation, Recommendation
from conversations.models.desk import Note
from conversations.models.leads import WORDS_SHOWN, EmailCapture, Lead
from experts.search.constraints import read_constraints

MOST_TEXTS = 300  # of one lead, the newest; each exchange is searched by itself as well


def count(leads: Sequence[Lead]) -> None:
    """Set what is counted on these leads; nothing is saved."""
    keys = [lead.pk for lead in leads]
    asked = _asked(keys)
    shown = _by(
        Recommendation.objects.filter(conversation__lead__in=keys),
        "conversation__lead",
        shown=Count("pk"),
        clicks=Count("clicked_at"),
    )
    votes = _by(
        Conversation.objects.filter(lead__in=keys, feedback__counted=True),
        "lead",
        ups=Count("pk", filter=Q(feedback__vote="up")),
        downs=Count("pk", filter=Q(feedback__vote="down")),
    )
    tiers = _tiers([row["last_match"] for row in asked.values() if row["last_match"]])
    ends = {row[end] for row in asked.values() for end in ("first", "last")}
    rows = Conversation.objects.only("query", "follows", "source").in_bulk(ends)
    texts = _texts(Conversation, keys)
    left = _texts(EmailCapture, [key for key in keys if key not in asked])
    for lead in leads:
        mine = {**shown.get(lead.pk, {}), **votes.get(lead.pk, {}), **asked.get(lead.pk, {})}
        for name in ("exchanges", "matches", "unanswered", "shown", "clicks", "ups", "downs"):
            setattr(lead, name, mine.get(name, 0))
        lead.fit = scoring.fit_of(tiers.get(mine.get("last_match") or 0, ()))
        first, last = rows.get(mine.get("first", 0)), rows.get(mine.get("last", 0))
        lead.first_source = source_label(first.source) if first else ""
        lead.last_source = source_label(last.source) if last else ""
        lead.last_words = (last.in_context if last else left.get(lead.pk, [""])[0])[:WORDS_SHOWN]
        lead.budget, lead.budget_currency = None, ""
        read_budget(lead, texts.get(lead.pk, ()))


def read_budget(lead: Lead, texts: Iterable[str]) -> None:
    """What they would pay an hour, from the newest of these texts that says so."""
    for text in texts:
        found = read_constraints(text).constraints
        if found.max_hourly_rate is not None:
            lead.budget, lead.budget_currency = found.max_hourly_rate, found.currency or ""
            return


def documents(leads: Sequence[Lead]) -> dict[int, list[str]]:
    """What the search finds each of these leads by."""
    keys = [lead.pk for lead in leads]
    asked, left = _texts(Conversation, keys), _texts(EmailCapture, keys)
    noted = _texts(Note, keys, "text")
    shown = _shown(keys)
    return {
        lead.pk: words.document(
            [
                lead.email,
                lead.name,
                lead.company,
                *shown.get(lead.pk, ()),
                *noted.get(lead.pk, ()),
                *left.get(lead.pk, ()),
                *asked.get(lead.pk, ()),
            ]
        )
        for lead in leads
    }


def said(conversation: Conversation) -> list[str]:
    return [conversation.email, conversation.query]


def names(shown: Recommendation) -> list[str]:
    return [shown.username, shown.expert.name if shown.expert else ""]


def _asked(keys: Sequence[int]) -> dict[int, dict[str, Any]]:
    matched = Q(response_type=Conversation.Type.MATCH)
    return _by(
        Conversation.objects.filter(lead__in=keys),
        "lead",
        exchanges=Count("pk"),
        matches=Count("pk", filter=matched),
        unanswered=Count("pk", filter=Q(status__in=Conversation.UNANSWERED)),
        first=Min("pk"),
        last=Max("pk"),
        last_match=Max("pk", filter=matched),
    )


def _tiers(conversations: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = Recommendation.objects.filter(conversation__in=conversations).order_by()
    for key, tier in rows.values_list("conversation", "tier"):
        found.setdefault(key, []).append(tier)
    return found


def _texts(model: Any, keys: Sequence[int], field: str = "query") -> dict[int, list[str]]:
    """Texts by lead, the newest first."""
    found: dict[int, list[str]] = {}
    if not keys:
        return found
    rows = model.objects.filter(lead__in=keys).order_by("lead", "-pk")
    for key, text in rows.values_list("lead", field).iterator():
        mine = found.setdefault(key, [])
        if text and len(mine) < MOST_TEXTS:
            mine.append(text)
    return {key: texts for key, texts in found.items() if texts}


def _shown(keys: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = Recommendation.objects.filter(conversation__lead__in=keys).order_by()
    for key, *called in rows.values_list(
        "conversation__lead", "username", "expert__name"
    ).distinct():
        found.setdefault(key, []).extend(filter(None, called))
    return found


def _by(rows: QuerySet[Any], key: str, **figures: Any) -> dict[int, dict[str, Any]]:
    return {row[key]: row for row in rows.order_by().values(key).annotate(**figures)}
