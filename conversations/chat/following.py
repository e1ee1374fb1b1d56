"""Reads along while a model writes a match, and tells the visitor what already stands."""

import logging
from dataclasses import replace

from conversations import turnstile
from conversations.chat.grounding import Match, begun
from conversations.chat.llm.errors import ModelFailed
from conversations.chat.llm.unfolding import Unfolding
from conversations.chat.protocols import Composer, Turn
from conversations.replies import Reply
from experts.models import Expert

logger = logging.getLogger(__name__)


class Following:
    """The listener of one turn. It reads without a place or a connection, and takes one for as long
    as a sentence is held against the profiles."""

    def __init__(self, turn: Turn, draft: Reply, offline: Composer) -> None:
        self.turn = turn
        self.draft = draft
        self.offline = offline
        self.begin()

    @property
    def is_bound(self) -> bool:
        return self.turn.told.is_binding

    def begin(self) -> None:
        self.unfolding = Unfolding()
        self.match: Match | None = None
        self.has_given_up = False

    def hear(self, text: str) -> None:
        """Whatever goes wrong here, the whole answer is read once more at its end."""
        if self.has_given_up:
            return
        try:
            self.follow(text)
        except ModelFailed:
            self.has_given_up = True
        except Exception:
            self.has_given_up = True
            logger.exception("A model's answer could not be followed")

    def follow(self, text: str) -> None:
        self.unfolding.feed(text)
        if "picks" not in self.unfolding.members:
            return
        if self.match is None:
            with turnstile.inside(back=True):
                self.match = self.started()
            self.has_given_up = self.match is None
        if self.match is not None and self.match.has_news(self.narrative):
            with turnstile.inside(back=True):
                self.match.hear(self.narrative)

    @property
    def narrative(self) -> str:
        """As far as it is written."""
        name, growing = self.unfolding.growing
        return growing if name == "narrative" else str(self.unfolding.members.get("narrative", ""))

    def started(self) -> Match | None:
        draft = as_of_now(self.draft)
        return begun(self.unfolding.members["picks"], self.turn, draft, self.offline)


def as_of_now(draft: Reply) -> Reply:
    """The draft over the rows as they stand after the model has thought."""
    living = Expert.objects.in_bulk([pick.expert.pk for pick in draft.picks])
    picks = tuple(
        replace(pick, expert=living.get(pick.expert.pk, pick.expert)) for pick in draft.picks
    )
    return replace(draft, picks=picks)
