"""A real HTTP server on loopback that speaks the protocol of OpenAI, as badly as a test asks."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

LONG = 20.0  # seconds that a hang lasts, unless the server is closed


class Handler(BaseHTTPRequestHandler):
    """One request. A behaviour answers it, or does not."""

    protocol_version = "HTTP/1.1"
    server: "Loopback"
    body: dict[str, Any]

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        self.body = json.loads(raw)
        self.server.owner.note(raw.decode(), self.body, dict(self.headers))
        try:
            self.server.owner.next_behaviour()(self)
        except OSError:
            self.close_connection = True  # the client has gone

    def log_message(self, *_: Any) -> None:
        """Tests are quiet."""

    def begin(self, length: int | None, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", headers.pop("content_type", "application/json"))
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def reply(self, payload: bytes, status: int = 200, **headers: str) -> None:
        self.begin(len(payload), status, **headers)
        self.wfile.write(payload)

    def wait(self, seconds: float = LONG) -> None:
        self.close_connection = True
        self.server.owner.closing.wait(seconds)


Behaviour = Callable[[Handler], None]


class Loopback(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    owner: "ModelServer"


class ModelServer:
    """Behaves in turn as it is told; the last behaviour goes on for ever."""

    def __init__(self, *behaviours: Behaviour) -> None:
        self.behaviours = list(behaviours)
        self.bodies: list[dict[str, Any]] = []
        self.texts: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.closing = threading.Event()
        self.lock = threading.Lock()

    def __enter__(self) -> Self:
        self.http = Loopback(("127.0.0.1", 0), Handler)
        self.http.owner = self
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self.http.shutdown()
        self.http.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_address[1]}/v1"

    def behave(self, *behaviours: Behaviour) -> None:
        with self.lock:
            self.behaviours = list(behaviours)

    def next_behaviour(self) -> Behaviour:
        with self.lock:
            return self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]

    def note(self, text: str, body: dict[str, Any], headers: dict[str, str]) -> None:
        with self.lock:
            self.texts.append(text)
            self.bodies.append(body)
            self.headers.append({name.lower(): value for name, value in headers.items()})


def completion(content: Any, **more: Any) -> bytes:
    """A chat completion that holds this content, as JSON unless it is text."""
    text = content if isinstance(content, str) else json.dumps(content)
    choice = {
        "index": 0,
        "finish_reason": "stop",
        "message": {"role": "assistant", "content": text},
    }
    usage = {"prompt_tokens": 300, "completion_tokens": 50, "total_tokens": 350}
    body = {"object": "chat.completion", "choices": [choice | more], "usage": usage}
    return json.dumps(body).encode()


def says(content: Any, **more: Any) -> Behaviour:
    return lambda handler: handler.reply(completion(content, **more))


def fails(status: int, code: str = "", message: str = "no", **headers: str) -> Behaviour:
    error = {"error": {"message": message, "code": code or None, "param": None}}
    return lambda handler: handler.reply(json.dumps(error).encode(), status, **headers)


def sends(payload: bytes, status: int = 200, **headers: str) -> Behaviour:
    return lambda handler: handler.reply(payload, status, **headers)


def hangs_before_headers(handler: Handler) -> None:
    handler.wait()


def hangs_in_the_middle(handler: Handler) -> None:
    payload = completion({"picks": []})
    handler.begin(len(payload))
    handler.wfile.write(payload[:40])
    handler.wait()


def drips(handler: Handler) -> None:
    """A byte every 50 ms: no single read ever times out."""
    payload = completion({"picks": []}) + b" " * 10_000
    handler.begin(len(payload))
    for byte in payload:
        handler.wfile.write(bytes([byte]))
        if handler.server.owner.closing.wait(0.05):
            return


def drips_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for at in range(400):
        handler.wfile.write(f"X-Drip-{at}: 1\r\n".encode())
        if handler.server.owner.closing.wait(0.05):
            return


def drops_in_the_middle(handler: Handler) -> None:
    payload = completion({"picks": []})
    handler.begin(len(payload))
    handler.wfile.write(payload[:40])
    handler.close_connection = True


def refuses_the_form(*forms: str) -> Callable[[Behaviour], Behaviour]:
    """As servers do that know no such `response_format`; any other request is answered."""

    def around(behaviour: Behaviour) -> Behaviour:
        def answer(handler: Handler) -> None:
            asked = (handler.body.get("response_format") or {}).get("type")
            if asked in forms:
                fails(400, message=f"response_format {asked} is not supported")(handler)
            else:
                behaviour(handler)

        return answer

    return around


def speaks_no_http(handler: Handler) -> None:
    handler.wfile.write(b"hello\r\n\r\n")
    handler.close_connection = True


def after(seconds: float, behaviour: Behaviour) -> Behaviour:
    def answer(handler: Handler) -> None:
        time.sleep(seconds)
        behaviour(handler)

    return answer


def chunk(**choice: Any) -> bytes:
    event = {"object": "chat.completion.chunk", "choices": [{"index": 0, **choice}]}
    return b"data: " + json.dumps(event).encode() + b"\n\n"


def words(text: str, size: int = 5) -> Iterator[bytes]:
    """The text as a model writes it, a few characters an event."""
    for at in range(0, len(text), size):
        yield chunk(delta={"content": text[at : at + size]}, finish_reason=None)


def begin_events(handler: Handler) -> None:
    handler.close_connection = True
    handler.begin(None, content_type="text/event-stream", Connection="close")


USAGE = {"prompt_tokens": 300, "completion_tokens": 50, "total_tokens": 350}
DONE = b"data: [DONE]\n\n"


def streams(content: Any, until: str = "", *then: Behaviour, pause: float = 0.0) -> Behaviour:
    """The content as events, whole; or only until these words of it, and then what else happens."""
    text = content if isinstance(content, str) else json.dumps(content)
    written = text[: text.index(until) + len(until)] if until else text

    def answer(handler: Handler) -> None:
        begin_events(handler)
        handler.wfile.write(b": hello\r\n\r\n" + chunk(delta={"role": "assistant", "content": ""}))
        for event in words(written):
            handler.wfile.write(event)
            if pause and handler.server.owner.closing.wait(pause):
                return
        for behaviour in then:
            behaviour(handler)
        if not until:
            handler.wfile.write(chunk(delta={}, finish_reason="stop"))
            if "stream_options" in handler.body:
                usage = json.dumps({"choices": [], "usage": USAGE}).encode()
                handler.wfile.write(b"data: " + usage + b"\n\n")
            handler.wfile.write(DONE)

    return answer


def writes(payload: bytes) -> Behaviour:
    def answer(handler: Handler) -> None:
        handler.wfile.write(payload)

    return answer


def takes_no(parameter: str) -> Callable[[Behaviour], Behaviour]:
    """As servers do that do not know this parameter."""

    def around(behaviour: Behaviour) -> Behaviour:
        def answer(handler: Handler) -> None:
            if parameter in handler.body:
                fails(400, message=f"Unrecognized request argument supplied: {parameter}")(handler)
            else:
                behaviour(handler)

        return answer

    return around
