"""A reply of such a server while it arrives: one JSON document, or events to who asked for them."""

import json
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from typing import Any

from conversations.chat.llm.budget import KINDS
from conversations.chat.llm.errors import Declined, Garbled, ServerFailed, Unreachable
from conversations.chat.llm.protocols import Completion

FIELDS = (b"data:", b"event:", b"id:", b"retry:", b":")  # what a line of events begins with
LONGEST_FIELD = max(map(len, FIELDS))


class Reading:
    """Tells the two apart by the bytes, for servers ignore what is asked and mislabel what they
    send. `hear` gets the model's words as they come, where they do, and says whether more are
    wanted. Errors: those of `llm.errors`.
    """

    def __init__(self, hear: Callable[[str], bool]) -> None:
        self.hear = hear
        self.unread = bytearray()
        self.is_events: bool | None = None
        self.said: list[str] = []
        self.tokens: dict[str, int] = {}
        self.finish: object = None
        self.is_done = False  # nothing follows, or nothing more is wanted

    def feed(self, some: bytes) -> None:
        self.unread += some
        if self.is_events is None:
            begun = bytes(self.unread).removeprefix(BOM_UTF8).lstrip()
            if len(begun) < LONGEST_FIELD:
                return  # servers keep a connection alive with empty lines
            self.is_events = begun.startswith(FIELDS)
            self.unread = bytearray(begun)
        if self.is_events:
            *lines, self.unread = self.unread.split(b"\n")
            for line in lines:
                if line.startswith(b"data") and not self.is_done:
                    self._line(bytes(line))

    def completion(self) -> Completion:
        if not self.is_events:
            return _whole(bytes(self.unread))
        if not self.is_done:
            self._line(bytes(self.unread))
        if self.finish is None:
            raise Unreachable("the server broke off its reply")
        return Completion("".join(self.said), self.finish == "length", self.tokens)

    def _line(self, line: bytes) -> None:
        field, _, data = line.partition(b":")
        if field != b"data" or not data.strip():
            return
        if data.strip() == b"[DONE]":
            self.finish, self.is_done = self.finish or "stop", True
            return
        event = _document(data)
        if not isinstance(event, Mapping):
            raise Garbled("the reply holds no message")
        if event.get("error"):
            raise ServerFailed("the server failed while it answered")
        self.tokens |= _tokens(event.get("usage"))
        if event.get("choices"):
            self._choice(event)

    def _choice(self, event: Mapping[str, Any]) -> None:
        try:
            choice = event["choices"][0]
            delta = choice.get("delta") or {}
            _check_willing(choice, delta)
            text = _text(delta.get("content") or "")
            self.finish = choice.get("finish_reason") or self.finish
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise Garbled("the reply holds no message") from error
        if text:
            self.said.append(text)
            if not self.hear(text):
                self.finish, self.is_done = self.finish or "stop", True


def _whole(body: bytes) -> Completion:
    reply = _document(body)
    try:
        choice = reply["choices"][0]
        _check_willing(choice, choice["message"])
        text = _text(choice["message"]["content"])
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise Garbled("the reply holds no message") from error
    return Completion(text, choice.get("finish_reason") == "length", _tokens(reply.get("usage")))


def _check_willing(choice: Mapping[str, Any], message: Mapping[str, Any]) -> None:
    if message.get("refusal") or choice.get("finish_reason") == "content_filter":
        raise Declined("the model declines to answer")


def _document(text: bytes) -> Any:
    try:
        return json.loads(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Garbled("the reply is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise Garbled("the reply is not JSON") from error


def _text(content: object) -> str:
    """Some servers send the text as a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(part["text"] for part in content if part.get("type") == "text")
    raise TypeError(content)


def _tokens(usage: object) -> dict[str, int]:
    if not isinstance(usage, Mapping):
        return {}
    counts = {kind: usage.get(kind) for kind in KINDS}
    return {kind: count for kind, count in counts.items() if _is_count(count)}  # type: ignore[misc]


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9
