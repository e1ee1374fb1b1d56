"""Why a language model gave nothing usable. Sentences for operators: no key, no visitor's words."""

from collections.abc import Mapping
from typing import Any

from conversations.errors import ComposerUnavailable


class ModelFailed(ComposerUnavailable):
    """One attempt failed. `reason` is a word to count by, the message a sentence to read."""

    reason = "failed"
    retry = False  # whether the same request may succeed a moment later
    pause: float | None = None  # seconds for which the server should be left alone

    def __init__(self, sentence: str, *, usage: Mapping[str, Any] | None = None) -> None:
        super().__init__(sentence)
        self.usage: dict[str, Any] = dict(usage or {})


class Unreachable(ModelFailed):
    reason = "unreachable"
    retry = True


class TooSlow(ModelFailed):
    reason = "timeout"


class TooBig(ModelFailed):
    reason = "too_big"


class Refused(ModelFailed):
    """The key is wrong or has no right: no visitor can mend that."""

    reason = "refused"
    pause = 300.0


class Limited(ModelFailed):
    reason = "rate_limited"
    retry = True

    def __init__(self, sentence: str, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class ServerFailed(Limited):
    reason = "server_error"


class FormNotTaken(ModelFailed):
    """The request as such is refused; `parameter` names what it may be about."""

    reason = "bad_request"

    def __init__(self, sentence: str, parameter: str = "") -> None:
        super().__init__(sentence)
        self.parameter = parameter


class Garbled(ModelFailed):
    """What came is not what the protocol says."""

    reason = "garbled"


class Unusable(ModelFailed):
    """The protocol is kept, but the model's words are not the JSON that was asked for."""

    reason = "unusable"


class CutOff(Unusable):
    reason = "cut_off"


class Declined(ModelFailed):
    """The model, or a filter before it, will not answer this message. The server is well."""

    reason = "declined"


class Busy(ModelFailed):
    """So many turns wait for the model that no thread is left for another one."""

    reason = "busy"


class LeftAlone(ModelFailed):
    """It was not asked: the breaker is open."""

    reason = "breaker_open"


class BudgetSpent(ModelFailed):
    """It was not asked: the tokens of the day are spent."""

    reason = "budget_spent"
