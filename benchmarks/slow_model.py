"""A language model's server that takes its time: `python -m benchmarks.slow_model SECONDS`.

Speaks just enough of the protocol of OpenAI, on one asyncio thread, and prints its port. Who asks
for a stream gets the reply in pieces over the same time. When its standard input ends, it prints
what it has seen and stops.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

REPLY = {
    "picks": [{"ref": "c1", "why": ""}],
    "narrative": "{c1} fits your question. The profile of {c1} answers it directly. Look at the "
    "others too, for each of them offers something that helps with your problem.",
    "question": "What would you like to have done?",
}
PIECES = 60  # of a streamed reply


class SlowModel:
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.at_once = self.most_at_once = self.asked = 0
        text = json.dumps(REPLY)
        size = -(-len(text) // PIECES)
        self.pieces = [text[at : at + size] for at in range(0, len(text), size)]
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        usage = {"prompt_tokens": 500, "completion_tokens": 100, "total_tokens": 600}
        body = json.dumps({"object": "chat.completion", "choices": [choice], "usage": usage})
        self.reply = (
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request after request."""
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).lower():
                length = int(head.partition(b"content-length:")[2].split()[0])
                asked = json.loads(await reader.readexactly(length))
                with self.counted():
                    if asked.get("stream"):
                        await self.write(writer)
                        return
                    await asyncio.sleep(self.seconds)
                writer.write(self.reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass  # the client is done, or the server is
        finally:
            writer.close()

    async def write(self, writer: asyncio.StreamWriter) -> None:
        """The reply as events, ended by the connection."""
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n")
        writer.write(b"Connection: close\r\n\r\n")
        for piece in self.pieces:
            await asyncio.sleep(self.seconds / len(self.pieces))
            writer.write(_event({"choices": [{"index": 0, "delta": {"content": piece}}]}))
            await writer.drain()
        writer.write(_event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
        writer.write(b"data: [DONE]\n\n")
        await writer.drain()

    @contextmanager
    def counted(self) -> Iterator[None]:
        self.asked += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            yield
        finally:
            self.at_once -= 1


def _event(payload: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(payload).encode() + b"\n\n"


async def main(seconds: float) -> None:
    model = SlowModel(seconds)
    server = await asyncio.start_server(model.serve, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    print(json.dumps({"asked": model.asked, "most_at_once": model.most_at_once}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))
