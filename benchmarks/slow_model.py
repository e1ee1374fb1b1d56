"""A language model's server that takes its time: `python -m benchmarks.slow_model SECONDS`.

Speaks just enough of the protocol of OpenAI, on one asyncio thread, and prints its port. When its
standard input ends, it prints what it has seen and stops.
"""

import asyncio
import json
import sys

REPLY = {
    "picks": [{"ref": "c1", "why": ""}],
    "narrative": "",
    "question": "What would you like to have done?",
}


class SlowModel:
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.at_once = self.most_at_once = self.asked = 0
        message = {"role": "assistant", "content": json.dumps(REPLY)}
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
                await reader.readexactly(length)
                await self.think()
                writer.write(self.reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass  # the client is done, or the server is
        finally:
            writer.close()

    async def think(self) -> None:
        self.asked += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.at_once -= 1


async def main(seconds: float) -> None:
    model = SlowModel(seconds)
    server = await asyncio.start_server(model.serve, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    print(json.dumps({"asked": model.asked, "most_at_once": model.most_at_once}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))
