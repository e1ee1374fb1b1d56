"""One answer of a language model as a JSON object: ladder, retries, breaker and budget."""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Any

from conversations import turnstile
from conversations.chat.breaker import Breaker, CircuitOpen
from conversations.chat.llm.budget import DailyBudget
from conversations.chat.llm.deadlines import Allowance
from conversations.chat.llm.errors import (
    BudgetSpent,
    Busy,
    CutOff,
    Declined,
    FormNotTaken,
    LeftAlone,
    Limited,
    ModelFailed,
    TooSlow,
    Unusable,
)
from conversations.chat.llm.ladder import Dialect, Rung
from conversations.chat.llm.protocols import Answer, Completion, Endpoint, Form, Listener, Message
from conversations.chat.llm.tolerant import read_object
from conversations.signals import breaker_moved

REPLY_BYTES = 2 * 1024 * 1024  # of one turn, over all its attempts; events wrap each word
ATTEMPTS = 3  # of the same request
REQUESTS = 6  # of one turn, whatever happens
FIRST_WAIT = 0.15  # seconds, doubled each time
SHARE_OF_REST = 0.5  # a longer wait than this much of the time left is not worth it
TEMPERATURE = 0.2
DISPENSABLE = {"max_tokens", "max_completion_tokens", "temperature", "stream_options", "stream"}
AT_ONCE = 1000  # turns that wait for it, unless told otherwise
CHARACTERS_A_TOKEN = 3  # a cautious guess over our languages


@dataclass
class _Asked:
    """One turn's question to the model, and what it has cost so far."""

    messages: Sequence[Message]
    form: Form
    allowance: Allowance
    listener: Listener | None = None
    is_optional: bool = False
    requests: int = 0
    tokens: dict[str, int] = field(default_factory=dict)

    def estimate(self) -> int:
        characters = sum(len(message["content"]) for message in self.messages)
        return characters // CHARACTERS_A_TOKEN + self.form.max_tokens

    @property
    def may_be_repeated(self) -> bool:
        return self.listener is None or not self.listener.is_bound

    def count(self, tokens: Mapping[str, int]) -> None:
        for name, number in tokens.items():
            self.tokens[name] = self.tokens.get(name, 0) + number


class LanguageModel:
    """An endpoint with the patience of this product. Thread-safe, one per process and endpoint."""

    def __init__(
        self, endpoint: Endpoint, budget: DailyBudget | None = None, at_once: int = AT_ONCE
    ) -> None:
        self.endpoint = endpoint
        self.places = BoundedSemaphore(at_once)
        self.budget = budget or DailyBudget(0)
        self.breaker = Breaker(on_move=_tell_breaker)
        self.dialect = Dialect()

    def ask(
        self,
        messages: Sequence[Message],
        form: Form,
        seconds: float,
        listener: Listener | None = None,
        *,
        is_optional: bool = False,
    ) -> Answer:
        """The model's JSON object within so many seconds. Errors: ModelFailed, with the usage.

        A listener hears it while it is written, where the server streams. Whoever would be one too
        many to wait for it is refused at once: threads have to be left for everybody else. That an
        optional answer takes longer than it is waited for is no fault of the server.
        """
        started = time.monotonic()
        allowance = Allowance.of(seconds, REPLY_BYTES)
        asked = _Asked(messages, form, allowance, listener, is_optional)
        try:
            with self._place():
                content, how = self._admitted(asked)
        except ModelFailed as error:
            error.usage = self._usage(asked, started, outcome=error.reason)
            raise
        return Answer(content, self._usage(asked, started, outcome="ok", **how))

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self.places.acquire(blocking=False):
            raise Busy("as many turns wait for the model as may")
        try:
            yield
        finally:
            self.places.release()

    def _usage(self, asked: _Asked, started: float, **more: Any) -> dict[str, Any]:
        return {
            "model": self.endpoint.model,
            "requests": asked.requests,
            "model_ms": round((time.monotonic() - started) * 1000, 1),
            **asked.tokens,
            **more,
        }

    def _admitted(self, asked: _Asked) -> tuple[dict[str, Any], dict[str, Any]]:
        try:
            self.breaker.admit()
        except CircuitOpen as error:
            raise LeftAlone(f"left alone for a while: {error}") from error
        try:
            found = self._paid(asked)
        except (BudgetSpent, Declined):
            self.breaker.succeeded()
            raise
        except ModelFailed as error:
            is_impatience = asked.is_optional and isinstance(error, TooSlow)
            if not is_impatience or self.breaker.state != "closed":
                self.breaker.failed(str(error), _pause(error))
            raise
        self.breaker.succeeded()
        return found

    def _paid(self, asked: _Asked) -> tuple[dict[str, Any], dict[str, Any]]:
        reserved = self.budget.reserve(asked.estimate())
        try:
            with turnstile.outside():
                return self._climb(asked)
        finally:
            spent = asked.tokens.get("total_tokens")
            # What a server does not count has cost what was reserved for each request.
            guess = asked.requests * reserved.tokens
            self.budget.settle(reserved, guess if spent is None else spent)

    def _climb(self, asked: _Asked) -> tuple[dict[str, Any], dict[str, Any]]:
        """From the best rung that is known to work down to plain text."""
        failure: ModelFailed = Unusable("the server was not asked")
        for rung in self.dialect.rungs():
            began = time.monotonic()
            try:
                content, strict = self._on(rung, asked)
            except CutOff:
                raise
            except (FormNotTaken, Unusable) as error:
                failure = error
                took = time.monotonic() - began
                is_spent = asked.requests >= REQUESTS or asked.allowance.seconds <= took
                if is_spent or not asked.may_be_repeated:
                    break
                continue
            self.dialect.worked(rung)
            return content, {"rung": rung, "strict": strict}
        raise failure

    def _on(self, rung: Rung, asked: _Asked) -> tuple[dict[str, Any], bool]:
        completion = self._understood(rung, asked)
        if asked.listener is not None and asked.listener.is_settled:
            return {}, True
        read = read_object(completion.text)
        if read is not None:
            return read  # whatever it went on to say
        if completion.is_cut_off:
            raise CutOff("the model's answer was cut off")
        raise Unusable("the model's answer holds no JSON object")

    def _understood(self, rung: Rung, asked: _Asked) -> Completion:
        """Again without each parameter that the server says it does not take."""
        while True:
            try:
                return self._patiently(rung, asked)
            except FormNotTaken as error:
                is_news = error.parameter in DISPENSABLE - self.dialect.refused
                if not is_news or asked.requests >= REQUESTS:
                    raise
                self.dialect.refuses(error.parameter)

    def _patiently(self, rung: Rung, asked: _Asked) -> Completion:
        """Again, after a pause with jitter, where that may help and the deadline leaves room."""
        for attempt in range(ATTEMPTS):
            try:
                return self._once(rung, asked)
            except ModelFailed as error:
                wait = _wait(error, attempt)
                fits = wait <= SHARE_OF_REST * asked.allowance.seconds
                is_last = attempt + 1 == ATTEMPTS or not asked.may_be_repeated
                if is_last or not (error.retry and fits):
                    raise
                time.sleep(wait)
        raise AssertionError("unreachable")

    def _once(self, rung: Rung, asked: _Asked) -> Completion:
        asked.requests += 1
        wanted: dict[str, Any] = {"max_tokens": asked.form.max_tokens, "temperature": TEMPERATURE}
        hear = _nobody_hears
        if asked.listener is not None:
            asked.listener.begin()
            wanted |= {"stream": True, "stream_options": {"include_usage": True}}
            hear = asked.listener.hear
        parameters = self.dialect.parameters(wanted) | _response_format(rung, asked.form)
        completion = self.endpoint.complete(asked.messages, parameters, asked.allowance, hear)
        asked.count(completion.tokens)
        return completion


def _nobody_hears(text: str) -> bool:
    """For who waits for the whole."""
    return True


def _tell_breaker(is_open: bool) -> None:
    breaker_moved.send_robust(LanguageModel, is_open=is_open)


def _response_format(rung: Rung, form: Form) -> dict[str, Any]:
    if rung == "text":
        return {}
    if rung == "json_object":
        return {"response_format": {"type": "json_object"}}
    schema = {"name": form.name, "strict": True, "schema": form.schema}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


def _wait(error: ModelFailed, attempt: int) -> float:
    """Seconds before the next attempt: what the server asks for, else growing, never in step."""
    grown = FIRST_WAIT * 2.0**attempt * random.uniform(0.7, 1.3)  # noqa: S311 - not a secret
    asked_for = error.retry_after if isinstance(error, Limited) else None
    return grown if asked_for is None else asked_for + grown / 2


def _pause(error: ModelFailed) -> float | None:
    if isinstance(error, Limited) and error.retry_after:
        return error.retry_after
    return error.pause
