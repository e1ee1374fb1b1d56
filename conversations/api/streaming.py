"""The same turn as server-sent events: status at once, narrative in pieces, result, done."""

import json
import re
from collections.abc import Callable, Iterator
from contextvars import copy_context
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any

from django.http import StreamingHttpResponse

from conversations import turnstile
from conversations.api.negotiation import EVENTS
from conversations.api.serializers import answer_body
from conversations.chat.turns import STORED
from conversations.errors import TurnFailed
from conversations.models import Conversation

HEARTBEAT = 10.0  # seconds; the contract says at least every 15
PIECES = re.compile(r".+?(?:(?<=[.!?…»”])\s+|$)", re.DOTALL)


def stream(turn: Callable[[], Conversation]) -> StreamingHttpResponse:
    """The events of a turn that is carried out beside them. `turn` raises TurnFailed or nothing."""
    response = StreamingHttpResponse(Events(turn), content_type=EVENTS)
    response["Cache-Control"] = "no-cache"
    response["X-Accel-Buffering"] = "no"
    return response


class Events:
    """Iterated by the server while the turn runs in a thread of its own.

    The thread neither waits for the reader nor ends with it: a closed tab still leaves a stored
    answer, even one closed before the first event was read.
    """

    def __init__(self, turn: Callable[[], Conversation]) -> None:
        self.turn = turn
        self.context = copy_context()  # of the request, which is over before it is read
        self.outcome: SimpleQueue[Conversation | TurnFailed] = SimpleQueue()
        self.starting = Lock()
        self.started = False

    def __iter__(self) -> Iterator[bytes]:
        yield event("status", status="thinking")
        self.start()
        while (outcome := self.awaited()) is None:
            yield b": thinking\n\n"
        if isinstance(outcome, Conversation):
            for text in pieces(outcome.response_narrative):
                yield event("delta", text=text)
            yield event("result", **answer_body(outcome))
        else:
            yield event("error", message=str(outcome), retryable=True)
        yield event("done")

    def awaited(self) -> Conversation | TurnFailed | None:
        """The outcome, or None after HEARTBEAT seconds without one."""
        try:
            return self.outcome.get(timeout=HEARTBEAT)
        except Empty:
            return None

    def start(self) -> None:
        with self.starting:
            if self.started:
                return
            self.started = True
        Thread(target=self.context.run, args=(self.carry_out,), name="turn").start()

    def carry_out(self) -> None:
        try:
            with turnstile.inside():
                conversation = self.turn()
            self.outcome.put(conversation)
        except TurnFailed as failure:
            self.outcome.put(failure)
        except BaseException:
            self.outcome.put(TurnFailed(STORED))
            raise

    def close(self) -> None:
        """Called by the server when the response ends, read to the end or not."""
        self.start()


def event(name: str, **fields: Any) -> bytes:
    """One event, named and self-describing. JSON escapes line ends: one data line is enough."""
    payload = json.dumps({"event": name, **fields}, ensure_ascii=False)
    return f"event: {name}\ndata: {payload}\n\n".encode()


def pieces(narrative: str) -> Iterator[str]:
    """Sentence by sentence; joined they are the narrative again."""
    yield from PIECES.findall(narrative)
