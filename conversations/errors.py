"""What can go wrong in the talk. Every class here is in the problems table of the edge."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conversations.replies import Reply


class ConversationsError(Exception):
    """Base of the talk's errors."""


class ComposerUnavailable(ConversationsError):
    """A language model did not give a usable answer; the offline composer takes over.

    Its message and `usage` are for operators, and hold nothing of a visitor or a key.
    """

    reason = "unavailable"  # a word to count by
    so_far: "Reply | None" = None  # the answer to go on with, where some of it was told already
    usage: Mapping[str, Any] = MappingProxyType({})  # what the attempt has cost


class WeightsUnreadable(ConversationsError):
    """Weights of the dialogue act classifier are missing, damaged or of another layout."""


class TurnFailed(ConversationsError):
    """No answer could be made; the exchange is stored as failed, and the log says why."""


class Crowded(ConversationsError):
    """More requests wait to be answered than can be in reasonable time."""


class KeyInFlight(ConversationsError):
    """An Idempotency-Key is repeated while its first request is still being answered."""


class KeyReused(ConversationsError):
    """An Idempotency-Key is repeated with another body."""
