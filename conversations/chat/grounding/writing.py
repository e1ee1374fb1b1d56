"""A text to the visitor, checked while a model writes it.

Sentence by sentence: what stands is told at once and stays; from the first sentence that does not
stand on, the text is the offline composer's. One that comes whole goes the same way.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from conversations.chat import prompts
from conversations.chat.grounding import narratives
from conversations.chat.grounding.facts import Facts
from conversations.chat.grounding.strangers import strangers
from conversations.chat.protocols import Turn
from conversations.replies import Pick, Reply
from experts.search.passages import all_sentences

SECRETS = (prompts.MATCH, prompts.CLARIFY, prompts.REWRITE)


@dataclass(frozen=True, slots=True)
class Grounded:
    """The reply, and what had to be replaced in it."""

    reply: Reply
    narrative: str = ""  # why the model's was not shown; empty when it was
    objections: Mapping[str, int] = field(default_factory=dict)  # to sentences of reasons

    def as_usage(self) -> dict[str, Any]:
        usage: dict[str, Any] = {"replaced_sentences": sum(self.objections.values())}
        if self.narrative:
            usage["replaced_narrative"] = self.narrative
        if self.objections:
            usage["objections"] = dict(self.objections)
        return usage


class Writing(ABC):
    """`hear` whenever there is more of it, and `close` it with the whole."""

    member: ClassVar[str]  # of the model's answer, that holds the text

    def __init__(self, turn: Turn, draft: Reply) -> None:
        self.turn = turn
        self.draft = draft
        self.topic = Facts.of([turn.message, turn.question.text])
        self.picks: tuple[Pick, ...] = ()
        self.facts = Facts()  # that the text may be about
        self.strange: frozenset[str] = frozenset()  # words that are names of others
        self.heard: list[str] = []  # sentences as the model wrote them
        self.narrative = ""
        self.objection = ""  # to the text, from where on it is ours

    def has_news(self, text: str) -> bool:
        """Whether the text as far as it is written holds more than was heard."""
        return not self.objection and len(all_sentences(text)) - 1 > len(self.heard)

    def hear(self, text: str) -> None:
        """The text as far as it is written: its last sentence may go on."""
        self._take(all_sentences(text)[:-1])

    @abstractmethod
    def close(self, text: object) -> Grounded:
        """With the whole text, or what came in its place."""

    @abstractmethod
    def _ours(self) -> str:
        """What the offline composer says in the place of the rest."""

    def _named(self, text: str) -> str:
        """As the visitor reads it."""
        return text

    def _take(self, sentences: list[str]) -> None:
        """Tells those that are new, each held against all that is said before it too."""
        if self.objection:
            return
        if sentences[: len(self.heard)] != self.heard:
            self._finish_ourselves("rewritten")
            return
        news = sentences[len(self.heard) :]
        if news:
            shown = [pick.expert for pick in self.picks]
            self.strange |= strangers([self._named(one) for one in news], shown)
        for sentence in news:
            self.heard.append(sentence)
            so_far = " ".join([self.narrative, *self._named(sentence).split()]).strip()
            if objection := self._objection_to(sentence) or self._objection_to_all(so_far):
                self._finish_ourselves(objection)
                return
            self._say(so_far)

    def _objection_to(self, sentence: str) -> str:
        """To a sentence by itself, as the model wrote it."""
        return ""

    def _objection_to_all(self, narrative: str) -> str:
        if narratives.leaks(narrative, SECRETS):
            return "leak"
        return narratives.objection(
            narrative, self.facts, self.topic, self.strange, len(self.picks), self.turn.language
        )

    def _finish_ourselves(self, objection: str) -> None:
        self.objection = objection
        self._say(f"{self.narrative} {self._ours()}".strip())

    def _say(self, narrative: str) -> None:
        if more := narrative[len(self.narrative) :]:
            self.turn.told.say(more)
        self.narrative = narrative
