"""What is asked of a language model and what comes back, and who may answer or read along."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypedDict

from conversations.chat.llm.deadlines import Allowance


class Message(TypedDict):
    role: Literal["system", "user"]
    content: str


@dataclass(frozen=True, slots=True)
class Completion:
    """What one request brought: the model's words, whether they were cut off, and the tokens."""

    text: str
    is_cut_off: bool
    tokens: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Form:
    """The JSON that is asked for."""

    name: str
    schema: Mapping[str, Any]
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Answer:
    content: dict[str, Any]
    usage: dict[str, Any]


class Endpoint(Protocol):
    """One server and one of its models, thread-safe. Errors: those of `llm.errors`."""

    model: str
    base_url: str

    def complete(
        self,
        messages: Sequence[Message],
        parameters: Mapping[str, Any],
        allowance: Allowance,
        hear: Callable[[str], bool],
    ) -> Completion:
        """`hear` gets the model's words in pieces, where the server streams them, and says whether
        more are wanted."""
        ...


class Listener(Protocol):
    """Reads along while a model writes. Raises nothing."""

    @property
    def is_bound(self) -> bool:
        """Whether a visitor has been told some of it, so that no other attempt may follow."""
        ...

    @property
    def is_settled(self) -> bool:
        """Whether the answer stands, whatever the model may still write."""
        ...

    def begin(self) -> None:
        """A new attempt: what was heard of the one before is void."""

    def hear(self, text: str) -> bool:
        """False: no more is wanted."""
        ...
