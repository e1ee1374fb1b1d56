"""What a visitor reads of a stream, and when."""

import json
import threading
from collections.abc import Callable
from typing import Any

from conversations.models import Conversation
from tests.conversations.llm import server as serving
from tests.conversations.llm.server import Handler, ModelServer, streams, writes

DEADLINE = 1.0
Ask = Callable[..., list[dict[str, Any]]]


def events(response: Any) -> list[dict[str, Any]]:
    return parsed(b"".join(response.streaming_content))


def text_of(told: list[dict[str, Any]]) -> str:
    return "".join(event["text"] for event in told if event["event"] == "delta")


def parsed(stream: bytes) -> list[dict[str, Any]]:
    blocks = stream.decode().split("\n\n")
    return [json.loads(block.partition("data: ")[2]) for block in blocks if "data: " in block]


def told_until(
    seen: str, content: Any, until: str, query: str, server: ModelServer, post: Callable[..., Any]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The events until these words are seen, while the model waits after `until`; and all."""
    goes_on = threading.Event()

    def waits(_: Handler) -> None:
        assert goes_on.wait(15)

    text = content if isinstance(content, str) else json.dumps(content)
    ends = [writes(event) for event in serving.words(text.partition(until)[2])]
    server.behave(streams(text, until, waits, *ends, writes(serving.DONE)))
    body = {"email": "ana@example.com", "query": query, "stream": True}
    parts = iter(post("/api/chat/", body).streaming_content)
    read = b""
    while seen.encode() not in read:
        read += next(parts)
    assert not goes_on.is_set()
    assert Conversation.objects.get().status == "received"
    goes_on.set()
    return parsed(read), parsed(read + b"".join(parts))
