"""Every server that speaks the protocol of OpenAI, through their own client.

One request, one reply. What goes wrong becomes one of our errors here; their sentences name a
status and never repeat what the server said, for that may hold the key or a visitor's words.
"""

import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC
from email.utils import parsedate_to_datetime
from time import time
from typing import Any, Never

import httpx2
import openai

from conversations.chat.backends.bounded import BoundedTransport
from conversations.chat.backends.replies import Reading
from conversations.chat.composing import ModelComposer
from conversations.chat.llm import deadlines
from conversations.chat.llm.asking import AT_ONCE, LanguageModel
from conversations.chat.llm.budget import DailyBudget
from conversations.chat.llm.deadlines import Allowance
from conversations.chat.llm.errors import (
    Declined,
    FormNotTaken,
    Garbled,
    Limited,
    ModelFailed,
    Refused,
    ServerFailed,
    TooBig,
    TooSlow,
    Unreachable,
)
from conversations.chat.llm.protocols import Completion, Message
from conversations.chat.protocols import Composer

HOSTED = "https://api.openai.com/v1"
NO_KEY = "none"  # the client insists on one; servers without keys ignore it
PARAMETERS = (
    "response_format", "json_schema", "json_object", "max_tokens", "max_completion_tokens",
    "temperature", "stream_options", "stream",
)  # fmt: skip
FILTERED = {"content_filter", "content_policy_violation"}
BROKEN_OFF = re.compile("disconnected|closed")  # a connection that ended, kept alive or not
LINGER, LEFT_OVER = 0.2, 1000  # seconds and bytes for the end of a reply that is complete
LONGEST_WAIT = 600.0  # seconds that a Retry-After is believed


class OpenAIComposer(ModelComposer):
    """The composer over one such server: with a key, an address, or both."""

    def __init__(
        self,
        offline: Composer,
        model: str,
        base_url: str = "",
        key: str = "",
        budget: int = 0,
        at_once: int = AT_ONCE,
    ) -> None:
        endpoint = OpenAIEndpoint(model, base_url, key)
        super().__init__(LanguageModel(endpoint, DailyBudget(budget), at_once), offline)

    @property
    def name(self) -> str:
        return f"openai:{self.model.endpoint.model}"[:100]


class OpenAIEndpoint:
    """One server and one of its models. Thread-safe."""

    def __init__(self, model: str, base_url: str = "", key: str = "") -> None:
        self.model = model
        self.base_url = base_url or HOSTED
        client = openai.OpenAI(
            api_key=key or NO_KEY,
            base_url=self.base_url,
            max_retries=0,  # ours know the deadline
            http_client=httpx2.Client(transport=BoundedTransport(), follow_redirects=False),
        )
        # Reached for here, since the client loads its modules then and not on a visitor's time.
        self.completions = client.chat.completions.with_streaming_response

    def complete(
        self,
        messages: Sequence[Message],
        parameters: Mapping[str, Any],
        allowance: Allowance,
        hear: Callable[[str], bool],
    ) -> Completion:
        reading = Reading(hear)
        try:
            with deadlines.within(allowance):
                self._read(reading, messages, parameters, allowance)
        except ModelFailed:
            raise
        except Exception as error:  # noqa: BLE001 - the client also lets foreign errors through
            if reading.finish is None:  # what goes wrong after the end spoils nothing
                _raise_ours(error, allowance)
        return reading.completion()

    def _read(
        self,
        reading: Reading,
        messages: Sequence[Message],
        parameters: Mapping[str, Any],
        allowance: Allowance,
    ) -> None:
        asking = self.completions.create(
            model=self.model,
            messages=list(messages),  # type: ignore[arg-type]
            timeout=max(allowance.seconds, 0.001),
            extra_body=dict(parameters),
        )
        with asking as response:
            pieces = response.http_response.iter_raw()
            for some in pieces:
                reading.feed(some)
                if reading.is_done:
                    break
            # To its very end, where that comes at once: then the connection serves the next turn.
            with deadlines.within(Allowance.of(LINGER, LEFT_OVER)), suppress(httpx2.HTTPError):
                deque(pieces, maxlen=0)


def _raise_ours(error: Exception, allowance: Allowance) -> Never:
    if isinstance(error, openai.APIStatusError):
        raise _of_status(error) from error
    if allowance.is_flooded:
        raise TooBig("the server sends more than a reply may have") from error
    if allowance.is_late or isinstance(error, (openai.APITimeoutError, httpx2.TimeoutException)):
        raise TooSlow("the server did not answer in time") from error
    cause = error.__cause__ or error
    if isinstance(cause, httpx2.ProtocolError) and not BROKEN_OFF.search(str(cause)):
        raise Garbled("the server does not keep to HTTP") from error
    raise Unreachable(f"the server cannot be reached ({type(cause).__name__})") from error


def _of_status(error: openai.APIStatusError) -> ModelFailed:
    status, code = error.status_code, _code(error.body)
    said = f"{status} {code}".strip()
    parameter = _parameter(error.body)
    if _is_about_the_message(error.body, code):
        return Declined(f"the server declines the message ({said})")
    if status in (401, 403):
        return Refused(f"the server refuses the key ({said})")
    if status == 429:
        return Limited(f"the server asks to wait ({said})", _retry_after(error.response.headers))
    if parameter or status in (400, 415, 422):
        return FormNotTaken(f"the server refuses the request ({said})", parameter)
    if status >= 500 or status in (408, 409):
        waiting = _retry_after(error.response.headers)
        return ServerFailed(f"the server failed ({said})", waiting)
    return Refused(f"the address or the model is not there ({said})")


def _is_about_the_message(body: object, code: str) -> bool:
    """Whether a filter before the model refuses what is asked, and not who asks or how."""
    metadata = body.get("metadata") if isinstance(body, Mapping) else None
    is_flagged = isinstance(metadata, Mapping) and "flagged_input" in metadata
    return code in FILTERED or is_flagged


def _code(body: object) -> str:
    """The error's own code when it is a plain word, which can hold nothing private."""
    code = body.get("code") if isinstance(body, Mapping) else None
    return code if isinstance(code, str) and re.fullmatch(r"[a-z_]{1,40}", code) else ""


def _parameter(body: object) -> str:
    """Which of our parameters an error is about, by its `param` or its words."""
    if isinstance(body, Mapping) and body.get("param") in PARAMETERS:
        return str(body["param"])
    words = set(re.findall(r"[a-z_]+", str(body)[:2000])) if body else set()
    return next((name for name in PARAMETERS if name in words), "")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, also where a date stands in their place."""
    written = headers.get("retry-after", "")
    try:
        seconds = float(written)
    except ValueError:
        seconds = _until(written)
    return min(seconds, LONGEST_WAIT) if seconds >= 0 else None


def _until(date: str) -> float:
    """Seconds until an HTTP date, zero where it has passed; negative where it is none."""
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return -1.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - time())
