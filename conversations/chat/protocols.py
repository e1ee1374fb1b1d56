"""The seams of the talk, one page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from conversations.chat.acts.classifier import Acts
from conversations.chat.dialogue import ASIDES, Dialogue
from conversations.chat.standalone import Question
from conversations.chat.telling import Told
from conversations.replies import Reply
from experts.search.constraints import Constraints
from experts.search.retrieval import Retrieval

MOST_SHOWN = 3  # experts in one answer

Reason = Literal[
    "enough",  # the evidence carries a match
    "named",  # the message names who is looked for
    "close",  # a language model made a match of what the evidence alone would have asked back
    "assumed",  # asked back often enough: answer, and say what was assumed
    "nobody",  # nothing was retrieved at all
    "no_question",  # greetings and small talk
    "no_evidence",  # the directory knows nothing like it
    "broad",  # the evidence carries a match, and a refining question with it
    # Asides: nobody is searched for, and no question is added to or given up.
    "greeting",
    "thanks",
    "goodbye",
    "noted",  # their name or number
    "off_topic",
    "nonsense",
    "service",  # about the service itself: `topic` says what
    "about",  # about somebody shown before: `topic` says which fact, if it is one
    "chosen",  # somebody shown before
    "booked",  # they want to meet somebody shown before
    "declined",  # they do not
    "sorry",  # what was answered does not please them
]


@dataclass(frozen=True, slots=True)
class Decision:
    """Match or clarification, and why."""

    is_match: bool
    reason: Reason
    doubt: float = 0.0  # 0 to 1: how much a question back is needed, whatever was decided
    topic: str = ""  # of an aside

    @property
    def wants_contact(self) -> bool:
        """Whether the visitor wants to meet somebody, or to speak to a person of the service."""
        return self.reason == "booked" or (self.reason, self.topic) == ("service", "human")

    @property
    def is_aside(self) -> bool:
        return self.reason in ASIDES


@dataclass(frozen=True, slots=True)
class Turn:
    """All that a composer may know of one turn. The e-mail address is not among it."""

    message: str
    question: Question
    language: str
    dialogue: Dialogue
    retrieval: Retrieval
    decision: Decision
    refused: frozenset[str] = frozenset()  # usernames that this message turns down
    told: Told = field(default_factory=Told, compare=False)


class Finder(Protocol):
    """The finding as the talk needs it: `experts.search.retrieval.Retriever`."""

    def retrieve(
        self,
        query: str,
        constraints: Constraints = ...,
        limit: int = ...,
        excluded: Collection[str] = ...,
        *,
        firm: Constraints = ...,
        message: str = ...,
    ) -> Retrieval: ...

    def about(self, question: str, usernames: Sequence[str]) -> Retrieval: ...

    def named(self, text: str) -> tuple[str, ...]: ...


class Reader(Protocol):
    """What messages do and are about. Errors: ExpertsError."""

    def acts(self, message: str, reply: str) -> Acts: ...

    def fact(self, question: str) -> str: ...

    def service(self, question: str) -> str: ...

    def limit(self, message: str) -> str: ...


class Rewriter(Protocol):
    """A better wording of a follow-up's question; never raises, and changes only its text."""

    def rewrite(self, question: Question, message: str, dialogue: Dialogue) -> Question: ...


class Composer(Protocol):
    """A turn in words. Errors: ComposerUnavailable.

    What it tells before it returns (`turn.told`) has passed the same checks as the reply, and the
    reply's narrative begins with it. Picks only among the retrieval's candidates; every sentence of
    a `why` is backed by the fields of that expert, and every evidence is verbatim in the field it
    names.
    """

    @property
    def name(self) -> str: ...

    def compose(self, turn: Turn) -> Reply: ...
