"""Headers of every answer, and bodies as servers and clients really send them."""

import io
from typing import Any
from unittest.mock import Mock
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client

from matchmaker.bodies import WholeBodies

ORIGIN = "https://www.example.com"


@pytest.fixture
def allowed(settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]


def test_a_page_of_an_allowed_origin_may_ask(client: Client, allowed: None) -> None:
    headers = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,idempotency-key",
    }
    response = client.options("/api/chat/", headers=headers)

    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == ORIGIN
    assert "POST" in response["Access-Control-Allow-Methods"]
    assert "idempotency-key" in response["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in response


@pytest.mark.parametrize("path", ["/api/nowhere", "/api/v1/nowhere"])
def test_a_page_may_read_its_problem_and_the_id_of_it(
    client: Client, allowed: None, path: str
) -> None:
    response = client.get(path, headers={"Origin": ORIGIN})

    assert response.status_code == 404
    assert response["Access-Control-Allow-Origin"] == ORIGIN
    assert "x-request-id" in response["Access-Control-Expose-Headers"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{ORIGIN}.evil.example"])
def test_a_page_of_another_origin_may_not(client: Client, allowed: None, origin: str) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}

    assert "Access-Control-Allow-Origin" not in client.options("/api/chat/", headers=asked)


def test_only_the_api_speaks_to_other_origins(client: Client, allowed: None) -> None:
    assert "Access-Control-Allow-Origin" not in client.get("/", headers={"Origin": ORIGIN})


@pytest.mark.parametrize("path", ["/", "/api/nowhere", "/api/schema/", "/admin/login/", "/nowhere"])
@pytest.mark.django_db
def test_every_answer_forbids_sniffing_and_framing(client: Client, path: str) -> None:
    response = client.get(path)

    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert response["X-Request-ID"]


@pytest.mark.parametrize(
    ("path", "inline", "evaluated"),
    [("/", False, False), ("/api/docs/", False, False), ("/admin/login/", True, True)],
)
@pytest.mark.django_db
def test_only_the_admin_may_run_scripts_that_are_written_into_a_page(
    client: Client, path: str, inline: bool, evaluated: bool
) -> None:
    policy = dict(
        part.split(" ", 1) for part in client.get(path)["Content-Security-Policy"].split("; ")
    )
    scripts = policy.get("script-src", policy["default-src"])

    assert ("'unsafe-inline'" in scripts) is inline
    assert ("'unsafe-eval'" in scripts) is evaluated
    assert "*" not in scripts
    assert "https:" not in scripts


@pytest.mark.parametrize("path", ["/", "/api/docs/"])
@pytest.mark.django_db
def test_the_pages_have_no_script_that_their_policy_forbids(client: Client, path: str) -> None:
    html = client.get(path).content.decode()

    assert "<script" in html
    assert all(" src=" in tag for tag in html.split("<script")[1:] for tag in [tag.split(">")[0]])
    assert " onclick=" not in html


def asked(method: str, path: str) -> tuple[str, dict[str, str], bytes]:
    """Status, headers and body as the server gets them: the test client drops bodies itself."""
    given: dict[str, Any] = {}
    setup_testing_defaults(given)
    given |= {"REQUEST_METHOD": method, "PATH_INFO": path}
    start: Any = Mock()
    body = b"".join(WSGIHandler()(given, start))
    status, headers = start.call_args.args
    return status, dict(headers), body


@pytest.mark.parametrize("path", ["/livez", "/nowhere", "/api/nowhere", "/api/chat/"])
@pytest.mark.django_db
def test_head_is_answered_without_a_body(path: str) -> None:
    status, headers, body = asked("HEAD", path)

    assert body == b""
    assert headers["X-Request-ID"]
    assert status.startswith(("200", "404", "405"))
    assert path == "/livez" or int(headers["Content-Length"]) > 0  # what GET would get


@pytest.mark.parametrize(("method", "path"), [("OPTIONS", "*"), ("CONNECT", "443"), ("GET", "")])
@pytest.mark.django_db
def test_what_is_asked_for_no_path_is_no_fault(method: str, path: str) -> None:
    status, headers, _ = asked(method, path)

    assert int(status[:3]) < 500
    assert headers["Content-Security-Policy"]


def environ(path: str, stream: Any) -> dict[str, Any]:
    return {"PATH_INFO": path, "HTTP_TRANSFER_ENCODING": "Chunked", "wsgi.input": stream}


class Broken(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        raise ValueError("chunk size")


def through(given: dict[str, Any]) -> dict[str, Any]:
    WholeBodies(lambda environ, start: None)(given, None)
    return given


def test_a_chunked_body_gets_its_length(settings: Any) -> None:
    given = through(environ("/api/chat/", io.BytesIO(b"12345")))

    assert given["CONTENT_LENGTH"] == "5"
    assert given["wsgi.input"].read() == b"12345"


@pytest.mark.parametrize("length", [None, "1000"])
def test_what_is_past_the_bound_is_read_and_not_kept(
    settings: Any, monkeypatch: pytest.MonkeyPatch, length: str | None
) -> None:
    settings.MAX_BODY_BYTES = 10
    monkeypatch.setattr(WholeBodies, "MOST_DISCARDED", 500)
    endless = io.BytesIO(b"x" * 2000)
    asked = environ("/api/chat/", endless)
    if length:
        asked |= {"HTTP_TRANSFER_ENCODING": "", "CONTENT_LENGTH": length}

    given = through(asked)

    assert given["CONTENT_LENGTH"] == "11"
    assert given["wsgi.input"].read() == b"x" * 11
    assert endless.tell() == 500


def test_the_request_behind_a_body_past_the_bound_is_left_alone(settings: Any) -> None:
    settings.MAX_BODY_BYTES = 10
    stream = io.BytesIO(b"x" * 1000 + b"GET /")

    through({"PATH_INFO": "/api/chat/", "CONTENT_LENGTH": "1000", "wsgi.input": stream})

    assert stream.read() == b"GET /"


def test_broken_chunks_are_found_where_the_body_is_read(settings: Any) -> None:
    given = through(environ("/api/chat/", Broken()))

    with pytest.raises(OSError, match="did not arrive whole"):
        given["wsgi.input"].read()


def test_what_is_not_for_the_api_is_left_alone() -> None:
    assert "CONTENT_LENGTH" not in through(environ("/admin/", io.BytesIO(b"12345")))
