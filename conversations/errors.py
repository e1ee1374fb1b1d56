"""What can go wrong in the talk. Every class here is in the problems table of the edge."""


class ConversationsError(Exception):
    """Base of the talk's errors."""


class ComposerUnavailable(ConversationsError):
    """A language model did not give a usable answer; the offline composer takes over."""


class TurnFailed(ConversationsError):
    """No answer could be made; the exchange is stored as failed, and the log says why."""


class KeyInFlight(ConversationsError):
    """An Idempotency-Key is repeated while its first request is still being answered."""


class KeyReused(ConversationsError):
    """An Idempotency-Key is repeated with another body."""
