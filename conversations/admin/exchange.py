"""An exchange as a person reads it. Whatever is stored is data: shown as text, never obeyed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.urls import NoReverseMatch, reverse

from conversations.models import Conversation, Feedback, Lead, Recommendation

MOST_EXCHANGES = 50


@dataclass(frozen=True, slots=True)
class Card:
    """One expert as shown at the time, with what became of it."""

    rank: int
    username: str
    name: str
    title: str
    company: str
    rate: str
    why: str
    tier: str
    evidence: Sequence[tuple[str, str]]
    score: float | None = None
    clicked_at: datetime | None = None
    expert_url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and its answer."""

    conversation: Conversation
    cards: Sequence[Card]
    votes: Sequence[Feedback]
    history: Sequence[tuple[str, str]]
    suggestions: Sequence[str]
    interpreted: Sequence[tuple[str, str]]
    filters: Sequence[tuple[str, str]]
    source: Sequence[tuple[str, str]]
    usage: Sequence[tuple[str, str]]

    @property
    def url(self) -> str:
        return reverse("admin:conversations_conversation_change", args=[self.conversation.pk])

    @property
    def needs_a_person(self) -> bool:
        return self.conversation.status in {
            Conversation.Status.FAILED,
            Conversation.Status.ABANDONED,
            Conversation.Status.RECEIVED,
        }


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The exchanges of one thread, in reading order."""

    thread: UUID
    exchanges: Sequence[Exchange]


def with_what_was_shown(conversations: QuerySet[Any]) -> QuerySet[Any]:
    """Two more queries for any number of exchanges."""
    shown = Recommendation.objects.select_related("expert").order_by("rank")
    votes = Feedback.objects.filter(counted=True).order_by("-created_at", "-id")
    return conversations.prefetch_related(
        Prefetch("recommendations", queryset=shown, to_attr="shown"),
        Prefetch("feedback", queryset=votes, to_attr="votes"),
    )


def dialogues(lead: Lead) -> list[Dialogue]:
    """The lead's last exchanges by thread, the thread they were last seen in first."""
    newest_first = with_what_was_shown(
        lead.conversations.order_by("-created_at", "-id").select_related("lead")
    )[:MOST_EXCHANGES]
    threads: dict[UUID, list[Exchange]] = {}
    for conversation in newest_first:
        threads.setdefault(conversation.thread, []).append(read(conversation))
    return [Dialogue(thread, found[::-1]) for thread, found in threads.items()]


def read(conversation: Any) -> Exchange:
    """A conversation from `with_what_was_shown`."""
    return Exchange(
        conversation=conversation,
        cards=_cards(conversation.response_experts, conversation.shown),
        votes=conversation.votes,
        history=[
            (text(turn.get("role")), text(turn.get("content")))
            for turn in _dicts(conversation.history)
        ],
        suggestions=[text(one) for one in _list(conversation.suggestions)],
        interpreted=_pairs(conversation.interpreted),
        filters=_pairs(conversation.filters),
        source=_pairs(conversation.source),
        usage=_pairs(conversation.usage),
    )


def _cards(stored: Any, shown: Iterable[Recommendation]) -> list[Card]:
    """The stored reply and the recommendations are halves of the same cards; one may lack."""
    replies = {text(reply.get("id")): reply for reply in _dicts(stored)}
    ranked = list(shown)
    cards = [_card(row.rank, row.username, replies.pop(row.username, {}), row) for row in ranked]
    rest = enumerate(replies.items(), start=len(ranked) + 1)
    return cards + [_card(rank, username, reply, None) for rank, (username, reply) in rest]


def _card(rank: int, username: str, reply: Mapping[str, Any], row: Recommendation | None) -> Card:
    expert = row.expert if row else None
    note = ""
    if row and expert is None:
        note = "no longer in the directory"
    elif expert and not expert.is_active:
        note = "deactivated since"
    rate = text(reply.get("hourly_rate"))
    return Card(
        rank=rank,
        username=username,
        name=text(reply.get("name")) or (expert.name if expert else "") or username,
        title=text(reply.get("title")) or (expert.job_title if expert else ""),
        company=text(reply.get("company")) or (expert.company if expert else ""),
        rate=f"{text(reply.get('currency'))} {rate}".strip() if rate else "",
        why=(row.why if row else "") or text(reply.get("why")) or text(reply.get("why_them")),
        tier=(row.tier if row else "") or text(reply.get("tier")),
        evidence=[
            (text(piece.get("field")).replace("_", " "), text(piece.get("text")))
            for piece in _dicts(reply.get("evidence"))
        ],
        score=row.score if row else None,
        clicked_at=row.clicked_at if row else None,
        expert_url=_expert_url(expert.pk) if expert else "",
        note=note,
    )


def _expert_url(key: int) -> str:
    try:
        return reverse("admin:experts_expert_change", args=[key])
    except NoReverseMatch:
        return ""


def text(value: Any) -> str:
    """Anything from JSON as one text; lists with commas, dictionaries as `name: value`."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {text(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(text(one) for one in value)
    return str(value)


def _pairs(value: Any) -> list[tuple[str, str]]:
    if not isinstance(value, Mapping):
        return [("value", text(value))] if value else []
    return [
        (str(name).replace("_", " "), text(one))
        for name, one in value.items()
        if one not in (None, "", [], {})
    ]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dicts(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in _list(value) if isinstance(one, Mapping)]
