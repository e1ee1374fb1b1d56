"""What was said before in this dialogue: stored turns of the lead, else what the client tells."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Self

from conversations.chat.acts.classifier import last_reply
from conversations.models import Conversation, Feedback
from conversations.replies import Tier
from experts.models import Expert
from experts.search.constraints import Constraints

NONE = Constraints()
# Reasons for answers that neither add to the question of the dialogue nor give it up.
ASIDES = frozenset(
    ("greeting", "thanks", "goodbye", "noted", "off_topic", "nonsense", "service", "about",
     "chosen", "booked", "declined", "sorry")
)  # fmt: skip
REMEMBERED = 50  # stored turns of one dialogue that are looked at


@dataclass(frozen=True, slots=True)
class Shown:
    """An expert as the visitor saw them then."""

    username: str
    name: str
    hourly_rate: Decimal | None
    currency: str
    title: str = ""
    tier: Tier = "good"


@dataclass(frozen=True, slots=True)
class Past:
    """One earlier turn."""

    message: str
    question: str = ""  # what was searched for; empty when the words held no question
    reply: str = ""
    asked_back: bool = False  # the reply was a clarifying question
    suggestions: tuple[str, ...] = ()
    shown: tuple[Shown, ...] = ()
    wishes: Constraints = NONE  # read out of the words so far, without the API's filters
    language: str = ""
    follows: str = ""  # the question that a follow-up continued
    found_nobody: bool = False  # and what was offered to click asks for something else
    decision: str = ""  # why it was answered so

    @property
    def is_aside(self) -> bool:
        """Whether nothing was searched for: small talk, or a question about somebody shown."""
        return self.decision in ASIDES

    @property
    def standing(self) -> str:
        """The question as it stands after this turn, in the visitor's words as far as they go."""
        return (self.question if self.follows else "") or self.message

    @classmethod
    def of(cls, conversation: Conversation) -> Self:
        unasked = set(conversation.filters)
        wishes = {
            name: value for name, value in conversation.interpreted.items() if name not in unasked
        }
        decision = str(conversation.usage.get("decision", ""))
        is_question = conversation.response_type == Conversation.Type.CLARIFICATION
        return cls(
            message=conversation.query,
            question=conversation.standalone_query,
            reply=conversation.response_narrative,
            asked_back=is_question and decision not in ASIDES,
            suggestions=tuple(conversation.suggestions),
            shown=tuple(map(_shown, conversation.response_experts)),
            wishes=demands(wishes),
            language=conversation.language,
            follows=conversation.follows,
            found_nobody=decision in ("no_evidence", "nobody"),
            decision=decision,
        )


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Earlier turns, oldest first. Only stored ones are trusted with more than words."""

    past: tuple[Past, ...] = ()
    refused: frozenset[str] = frozenset()  # usernames voted down in this dialogue
    heard: tuple[Mapping[str, str], ...] = ()  # the client's history, when nothing is stored
    recalled: tuple[Shown, ...] = ()  # whom that history says were shown last

    @classmethod
    def of(cls, conversation: Conversation) -> Self:
        rows = list(Conversation.objects.before(conversation)[:REMEMBERED])[::-1]
        if not rows:
            return cls(heard=tuple(_without_echo(conversation.history, conversation.query)))
        refused = (name for row in rows for name in row.usage.get("refused", ()))
        return cls(tuple(map(Past.of, rows)), frozenset((*_voted_down(rows), *refused)))

    @property
    def last(self) -> Past | None:
        return self.past[-1] if self.past else None

    @property
    def last_reply(self) -> str:
        """What was answered last; empty when nothing was."""
        return self.past[-1].reply if self.past else last_reply(self.heard)

    @property
    def last_shown(self) -> tuple[Shown, ...]:
        """Those shown last, best first."""
        stored = (turn.shown for turn in reversed(self.past) if turn.shown)
        return next(stored, self.recalled)

    @property
    def wishes(self) -> Constraints:
        """The demands as they stand."""
        return self.past[-1].wishes if self.past else NONE

    @property
    def last_list(self) -> tuple[Shown, ...]:
        """Those found last, best first: a question about one of them does not take their place."""
        stored = (turn.shown for turn in reversed(self.past) if turn.shown and not turn.is_aside)
        return next(stored, self.last_shown)

    @property
    def all_shown(self) -> tuple[Shown, ...]:
        """Everybody shown so far, those of the last answers first."""
        stored = (one for turn in reversed(self.past) for one in turn.shown)
        return tuple({one.username: one for one in (*stored, *self.recalled)}.values())

    @property
    def clarifications(self) -> int:
        return sum(turn.asked_back for turn in self.past)

    @property
    def replies(self) -> frozenset[str]:
        return frozenset(turn.reply for turn in self.past)

    @property
    def offered(self) -> frozenset[str]:
        """Everything that was offered to click so far, casefolded."""
        return frozenset(text.casefold() for turn in self.past for text in turn.suggestions)

    @property
    def history_text(self) -> str:
        """What the visitor said before, as the client's history tells it."""
        return "\n".join(line["content"] for line in self.heard if line["role"] == "user")

    @property
    def languages(self) -> list[str]:
        """Languages of the earlier turns, the latest first."""
        return [turn.language for turn in reversed(self.past) if turn.language]


def demands(fields: Mapping[str, Any]) -> Constraints:
    """Constraints from JSON as `as_interpreted` writes it and the API's filters come."""
    return Constraints(
        _amount(fields.get("min_hourly_rate")),
        _amount(fields.get("max_hourly_rate")),
        fields.get("currency") or None,
        frozenset(fields.get("languages") or ()),
        fields.get("place") or None,
    )


def _amount(value: object) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None


def shown_as(expert: Expert) -> Shown:
    """An expert as they stand now."""
    return Shown(
        expert.username, expert.name, expert.hourly_rate, expert.currency, expert.job_title
    )


def _shown(card: Mapping[str, Any]) -> Shown:
    return Shown(
        card["id"],
        card["name"],
        _amount(card["hourly_rate"]),
        card["currency"] or "",
        card.get("title") or "",
        card.get("tier") or "good",
    )


def _voted_down(rows: Sequence[Conversation]) -> Iterable[str]:
    """Whom the visitor voted down: those named in the vote, else all who were shown."""
    shown = {row.pk: [card["id"] for card in row.response_experts] for row in rows}
    votes = Feedback.objects.filter(
        conversation__in=shown, counted=True, vote=Feedback.Vote.DOWN
    ).values_list("conversation_id", "expert_ids")
    for number, named in votes:
        yield from named or shown[number]


def _without_echo(history: Sequence[Mapping[str, str]], query: str) -> Sequence[Mapping[str, str]]:
    """Many clients send the message they are asking as the last line of the history too."""
    if history and history[-1]["role"] == "user" and history[-1]["content"].strip() == query:
        return history[:-1]
    return history
