"""Reads along while a model writes, and tells the visitor what already stands."""

import logging
from dataclasses import replace

from conversations import turnstile
from conversations.chat.grounding import Writing, begun
from conversations.chat.llm.errors import ModelFailed
from conversations.chat.llm.unfolding import Unfolding
from conversations.chat.protocols import Composer, Turn
from conversations.replies import Reply
from experts.models import Expert

logger = logging.getLogger(__name__)


class Following:
    """The listener of one turn. It reads without a place or a connection, and takes one for as long
    as a sentence is held against the profiles."""

    def __init__(
        self, turn: Turn, draft: Reply, offline: Composer, asking: Reply | None = None
    ) -> None:
        self.turn = turn
        self.draft = draft
        self.offline = offline
        self.asking = asking
        self.begin()

    @property
    def is_bound(self) -> bool:
        return self.turn.told.is_binding

    @property
    def bound(self) -> Writing | None:
        """What the visitor was told some of, and has to be told to its end."""
        return self.writing if self.is_bound else None

    @property
    def is_settled(self) -> bool:
        """Once the rest of the text is ours, it is told already."""
        return self.writing is not None and bool(self.writing.objection) and self.is_bound

    def begin(self) -> None:
        self.unfolding = Unfolding()
        self.writing: Writing | None = None
        self.has_given_up = False

    def hear(self, text: str) -> bool:
        """Whatever goes wrong here, the whole answer is read once more at its end."""
        if self.has_given_up:
            return True
        try:
            self.follow(text)
        except ModelFailed:
            self.has_given_up = True
        except Exception:
            self.has_given_up = True
            logger.exception("A model's answer could not be followed")
        return not self.is_settled

    def follow(self, text: str) -> None:
        self.unfolding.feed(text)
        members = self.unfolding.members
        if self.writing is None:
            if self.draft.picks and "picks" not in members:
                return
            with turnstile.inside(back=True):
                self.writing = self.started(members.get("picks"))
        written = self.unfolding.text_of(self.writing.member)
        if self.writing.has_news(written):
            with turnstile.inside(back=True):
                self.writing.hear(written)

    def started(self, picks: object) -> Writing:
        return begun(picks, self.turn, as_of_now(self.draft), self.offline, self.asking)


def as_of_now(draft: Reply) -> Reply:
    """The draft over the rows as they stand after the model has thought."""
    living = Expert.objects.in_bulk([pick.expert.pk for pick in draft.picks])
    picks = tuple(
        replace(pick, expert=living.get(pick.expert.pk, pick.expert)) for pick in draft.picks
    )
    return replace(draft, picks=picks)
