"""The same turn as server-sent events: status at once, what already stands, result, done."""

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
from conversations.chat.telling import Piece, Told
from conversations.chat.turns import STORED
from conversations.errors import TurnFailed
from conversations.models import Conversation

HEARTBEAT = 10.0  # seconds; the contract says at least every 15
Turn = Callable[[Told], Conversation]
PIECES = re.compile(r".+?(?:(?<=[.!?…»”])\s+|$)", re.DOTALL)


def stream(turn: Turn) -> StreamingHttpResponse:
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

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.context = copy_context()  # of the request, which is over before it is read
        self.news: SimpleQueue[Piece | Conversation | TurnFailed] = SimpleQueue()
        self.starting = Lock()
        self.started = False

    def __iter__(self) -> Iterator[bytes]:
        yield event("status", status="thinking")
        self.start()
        told = ""
        while not isinstance(news := self.awaited(), (Conversation, TurnFailed)):
            if news is None:
                yield b": thinking\n\n"
            else:
                told += news.text
                yield event("delta", **news.fields())
        yield from ending(news, told)
        yield event("done")

    def awaited(self) -> Piece | Conversation | TurnFailed | None:
        """What is next, or None after HEARTBEAT seconds without anything."""
        try:
            return self.news.get(timeout=HEARTBEAT)
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
                conversation = self.turn(Told(self.news.put))
            self.news.put(conversation)
        except TurnFailed as failure:
            self.news.put(failure)
        except BaseException:
            self.news.put(TurnFailed(STORED))
            raise

    def close(self) -> None:
        """Called by the server when the response ends, read to the end or not."""
        self.start()


def ending(outcome: Conversation | TurnFailed, told: str) -> Iterator[bytes]:
    """The rest of the narrative and the result.

    Joined, all deltas are the result's narrative. Where that is another one, for another request
    has answered meanwhile, the client has to ask again.
    """
    if isinstance(outcome, Conversation) and outcome.response_narrative.startswith(told):
        for text in pieces(outcome.response_narrative[len(told) :]):
            yield event("delta", text=text)
        yield event("result", **answer_body(outcome))
    else:
        message = str(outcome) if isinstance(outcome, TurnFailed) else STORED
        yield event("error", message=message, retryable=True)


def event(name: str, **fields: Any) -> bytes:
    """One event, named and self-describing. JSON escapes line ends: one data line is enough."""
    payload = json.dumps({"event": name, **fields}, ensure_ascii=False)
    return f"event: {name}\ndata: {payload}\n\n".encode()


def pieces(narrative: str) -> Iterator[str]:
    """Sentence by sentence; joined they are the narrative again."""
    yield from PIECES.findall(narrative)
