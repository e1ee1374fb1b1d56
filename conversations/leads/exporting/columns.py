"""What stands in a row: one lead, or one exchange."""

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from conversations.models import Conversation, Feedback, Lead, Recommendation

CHUNK = 500  # rows looked up at once: what an export holds in memory, besides eight bytes a row

Cell = str | int | float | datetime | None
Columns = Mapping[str, Callable[[Any], Cell]]


@dataclass(frozen=True)
class Sheet:
    """Columns by their heading, and how the rows of some keys are looked up."""

    name: str
    columns: Columns
    page: Callable[[Sequence[int]], QuerySet[Any]]

    def rows(self, keys: Sequence[int]) -> Iterator[list[Cell]]:
        """In the order of the keys; a row deleted meanwhile is left out."""
        for start in range(0, len(keys), CHUNK):
            some = list(keys[start : start + CHUNK])
            found = {row.pk: row for row in self.page(some)}
            for key in some:
                if (row := found.get(key)) is not None:
                    yield [cell(row) for cell in self.columns.values()]


def keys_of(rows: QuerySet[Any]) -> Sequence[int]:
    """Which rows these are now, in their order: what follows cannot add to them."""
    keys = rows.values_list("pk", flat=True)
    return array("q", keys.iterator(chunk_size=10_000))


def _leads(keys: Sequence[int]) -> QuerySet[Any]:
    return Lead.objects.filter(pk__in=keys).select_related("owner").defer("score_parts")


def _conversations(keys: Sequence[int]) -> QuerySet[Any]:
    shown = Recommendation.objects.order_by("rank")
    votes = Feedback.objects.filter(counted=True).order_by("created_at", "id")
    rows: QuerySet[Any] = (
        Conversation.objects.filter(pk__in=keys)
        .select_related("lead__owner")
        .defer("history", "response_experts", "usage", "suggestions")
        .prefetch_related(
            Prefetch("recommendations", queryset=shown, to_attr="shown"),
            Prefetch("feedback", queryset=votes, to_attr="votes"),
        )
    )
    return rows


def _local(moment: datetime | None) -> datetime | None:
    """As on the desk's own clock; spreadsheets know no time zones."""
    return timezone.localtime(moment).replace(tzinfo=None) if moment else None


def _shown(row: Any) -> str:
    return ", ".join(one.username for one in row.shown)


def _opened(row: Any) -> str:
    return ", ".join(one.username for one in row.shown if one.clicked)


def _votes(row: Any) -> str:
    return ", ".join(vote.vote for vote in row.votes)


def _comments(row: Any) -> str:
    return " | ".join(vote.comment for vote in row.votes if vote.comment)


def _source(row: Any) -> str:
    source = row.source if isinstance(row.source, dict) else {}
    return str(source.get("page") or source.get("referrer") or "")


LEADS: Columns = {
    "id": lambda lead: lead.pk,
    "email": lambda lead: lead.email,
    "name": lambda lead: lead.name,
    "company": lambda lead: lead.company,
    "phone": lambda lead: lead.phone,
    "status": lambda lead: lead.status,
    "owner": lambda lead: str(lead.owner or ""),
    "score": lambda lead: lead.score,
    "follow up on": lambda lead: lead.follow_up_on.isoformat() if lead.follow_up_on else "",
    "first seen": lambda lead: _local(lead.created_at),
    "last seen": lambda lead: _local(lead.last_seen_at),
    "exchanges": lambda lead: lead.exchanges,
    "last words": lambda lead: lead.last_words or "",
    "experts shown": lambda lead: lead.shown,
    "experts opened": lambda lead: lead.clicks,
    "votes up": lambda lead: lead.ups,
    "votes down": lambda lead: lead.downs,
    "first source": lambda lead: lead.first_source,
    "last source": lambda lead: lead.last_source,
}
CONVERSATIONS: Columns = {
    "id": lambda row: row.pk,
    "email": lambda row: row.email,
    "asked": lambda row: _local(row.created_at),
    "words": lambda row: row.query,
    "status": lambda row: row.status,
    "type": lambda row: row.response_type,
    "answer": lambda row: row.response_narrative,
    "experts shown": _shown,
    "experts opened": _opened,
    "votes": _votes,
    "comments": _comments,
    "language": lambda row: row.language,
    "source": _source,
    "thread": lambda row: str(row.thread),
    "lead": lambda row: row.lead_id,
    "lead status": lambda row: row.lead.status,
    "owner": lambda row: str(row.lead.owner or ""),
}
SHEETS = {
    "leads": Sheet("leads", LEADS, _leads),
    "conversations": Sheet("conversations", CONVERSATIONS, _conversations),
}
