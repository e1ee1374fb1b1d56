"""The seams of the talk, one page."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal, Protocol

from conversations.chat.dialogue import Dialogue
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
]


@dataclass(frozen=True, slots=True)
class Decision:
    """Match or clarification, and why."""

    is_match: bool
    reason: Reason
    doubt: float = 0.0  # 0 to 1: how much a question back is needed, whatever was decided


@dataclass(frozen=True, slots=True)
class Turn:
    """All that a composer may know of one turn. The e-mail address is not among it."""

    message: str
    question: Question
    language: str
    dialogue: Dialogue
    retrieval: Retrieval
    decision: Decision
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
