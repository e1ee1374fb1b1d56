"""Under /api/ every refusal is problem details, whatever is sent and wherever it fails."""

import inspect
import json
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.test import Client

from conversations import errors as conversations_errors
from conversations.models import Conversation
from experts import errors as experts_errors
from matchmaker import problems

pytestmark = pytest.mark.django_db

GOOD = {"email": "ana@example.com", "query": "Who knows VAT?"}
MEMBERS = {"type", "title", "status", "detail", "instance", "request_id"}


def is_problem(response: Any, status: int) -> dict[str, Any]:
    """The body, which is complete problem details of this status."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(response.content)
    assert body.keys() >= MEMBERS
    assert body["status"] == status
    assert body["request_id"] == response["X-Request-ID"]
    assert body["detail"]
    assert ("errors" in body) is (status == 400)
    return body


@pytest.mark.parametrize(
    "path", ["/api/nowhere", "/api/nowhere/", "/api/v1/nowhere", "/api/", "/api"]
)
@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "patch"])
def test_an_unknown_path(client: Client, method: str, path: str) -> None:
    assert is_problem(getattr(client, method)(path), 404)["instance"] == path


@pytest.mark.parametrize("path", ["/api/nowhere", "/api/v1/nowhere/", "/api/", "/api"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_path_is_a_problem_while_debugging_too(
    settings: Any, method: str, path: str
) -> None:
    settings.DEBUG = True

    is_problem(getattr(Client(enforce_csrf_checks=True), method)(path), 404)


@pytest.mark.parametrize("prefix", ["/api", "/api/v1"])
@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("chat", "get put patch delete"),
        ("feedback", "get put patch delete"),
        ("click", "get put patch delete"),
        ("email-capture", "get put patch delete"),
        ("experts", "post put patch delete"),
        ("health", "post put patch delete"),
        ("schema", "post put patch delete"),
        ("docs", "post put patch delete options"),
    ],
)
def test_another_method(client: Client, prefix: str, path: str, slash: str, methods: str) -> None:
    for method in methods.split():
        response = getattr(client, method)(f"{prefix}/{path}{slash}")
        is_problem(response, 405)
        assert method.upper() not in response["Allow"]


@pytest.mark.parametrize("prefix", ["/api", "/api/v1"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_every_path_answers_with_and_without_the_slash(
    client: Client, prefix: str, slash: str
) -> None:
    for path in ("chat", "feedback", "click", "email-capture"):
        is_problem(client.post(f"{prefix}/{path}{slash}", {}, "application/json"), 400)
    assert client.get(f"{prefix}/experts{slash}").status_code == 200
    assert client.get(f"{prefix}/health{slash}").status_code == 503  # there is no index
    assert client.get(f"{prefix}/schema{slash}").status_code == 200
    assert client.get(f"{prefix}/docs{slash}").status_code == 200


@pytest.mark.parametrize("accepted", ["text/html", "application/xml", "image/*"])
@pytest.mark.parametrize(("path", "status"), [("experts", 200), ("health", 503), ("schema", 406)])
def test_what_a_client_accepts_makes_no_refusal_but_where_there_is_a_choice(
    client: Client, path: str, status: int, accepted: str
) -> None:
    response = client.get(f"/api/{path}/", headers={"Accept": accepted})

    assert response.status_code == status
    assert "json" in response["Content-Type"]
    response.json()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("chat", GOOD | {"history": [{"role": "\ud800", "content": "x"}]}),
        ("feedback", {"conversation_id": 1, "vote": "\ud800"}),
    ],
)
def test_a_refused_value_may_be_half_a_character(
    client: Client, path: str, body: dict[str, Any]
) -> None:
    is_problem(client.post(f"/api/{path}/", json.dumps(body), "application/json"), 400)


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate"])
def test_a_compressed_body(client: Client, encoding: str) -> None:
    headers = {"Content-Encoding": encoding}
    answer = client.post("/api/chat/", json.dumps(GOOD), "application/json", headers=headers)

    assert "not compressed" in is_problem(answer, 415)["detail"]


def test_a_number_without_end_is_refused_in_words_of_ours(client: Client) -> None:
    body = b'{"n": ' + b"9" * 5000 + b"}"

    answer = client.generic("POST", "/api/chat/", body, "application/json")
    assert is_problem(answer, 400)["detail"] == "The body holds a number that is too long."


@pytest.mark.parametrize("path", ["chat", "experts", "health"])
def test_head_and_options_are_no_error_of_ours(client: Client, path: str) -> None:
    head, options = client.head(f"/api/{path}/"), client.options(f"/api/{path}/")

    assert head.status_code == {"chat": 405, "experts": 200, "health": 503}[path]
    assert head.content == b"" or path == "chat"
    assert options.status_code == 200
    assert options["Content-Type"] == "application/json"
    assert "OPTIONS" in options["Allow"]


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
     "application/xml", "", "nonsense", "application/json-patch+json"],
)  # fmt: skip
def test_another_kind_of_body(client: Client, kind: str) -> None:
    is_problem(client.generic("POST", "/api/chat/", json.dumps(GOOD), kind), 415)


@pytest.mark.parametrize(
    "body",
    [
        b"", b" ", b"{", b'{"email": "ana@example.com",}', b"[1, 2", b'"\xff\xfe"', b"\x00",
        '{"email"}'.encode("utf-16"), b'{"n": NaN}', b'{"n": -Infinity}', b"[" * 100_000,
        b'{"a":' * 50_000, b'{"n": ' + b"9" * 5000 + b"}", b"nul", b"\xef\xbb\xbf",
    ],
)  # fmt: skip
def test_a_body_that_is_no_json(client: Client, body: bytes) -> None:
    problem = is_problem(client.generic("POST", "/api/chat/", body, "application/json"), 400)

    assert problem["errors"][0]["pointer"].startswith("#")
    assert not Conversation.objects.exists()


def test_a_byte_order_mark_is_no_fault(client: Client) -> None:
    body = b"\xef\xbb\xbf" + json.dumps(GOOD).encode()

    is_problem(client.generic("POST", "/api/chat/", body, "application/json"), 503)  # no index
    assert Conversation.objects.get().query == GOOD["query"]


def test_a_charset_that_is_not_utf8_is_not_guessed(client: Client) -> None:
    body = json.dumps({"email": "ana@example.com", "query": "café"}, ensure_ascii=False)

    answer = client.generic(
        "POST", "/api/chat/", body.encode("latin-1"), "application/json; charset=latin-1"
    )

    assert "UTF-8" in is_problem(answer, 400)["detail"]


def test_a_body_past_the_bound(client: Client) -> None:
    body = json.dumps(GOOD | {"more": "x" * 300_000})

    is_problem(client.generic("POST", "/api/chat/", body, "application/json"), 413)


@pytest.mark.parametrize("host", ["evil.example", "a b", "[::1", "x" * 300, ""])
def test_a_name_that_is_not_ours(client: Client, host: str) -> None:
    is_problem(client.get("/api/experts/", headers={"Host": host}), 400)


def test_an_address_with_more_fields_than_anybody_needs(client: Client) -> None:
    query = "&".join(f"a{n}=1" for n in range(2000))

    is_problem(client.get(f"/api/experts/?{query}"), 400)


def test_storage_that_is_gone(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(**_: Any) -> None:
        raise OperationalError("ana@example.com Who knows VAT?")

    monkeypatch.setattr(Conversation.objects, "receive", gone)

    response = client.post("/api/chat/", GOOD, "application/json")

    is_problem(response, 503)
    assert response["Retry-After"]
    assert b"ana@" not in response.content


def test_a_fault_of_ours_tells_nothing_of_itself(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(**_: Any) -> None:
        raise ZeroDivisionError("ana@example.com")

    monkeypatch.setattr(Conversation.objects, "receive", faulty)

    response = client.post("/api/chat/", GOOD, "application/json")

    assert b"ana@" not in response.content
    is_problem(response, 500)


@pytest.mark.parametrize("path", ["/api/chat/", "/api/nowhere", "/api", "/elsewhere", "/apiary"])
def test_a_fault_outside_of_every_view(path: str, rf: Any) -> None:
    request = rf.get(path)
    under = path in ("/api/chat/", "/api/nowhere", "/api")

    for response in (
        problems.server_error(request),
        problems.not_found(request, Exception()),
        problems.bad_request(request, RequestDataTooBig()),
    ):
        kind = response["Content-Type"]
        assert (kind == "application/problem+json") is under, (path, kind)


@pytest.mark.parametrize(
    "error",
    [
        error
        for module in (conversations_errors, experts_errors)
        for _, error in inspect.getmembers(module, inspect.isclass)
        if issubclass(error, Exception) and error.__module__ == module.__name__
    ],
)
def test_every_error_of_ours_is_in_the_table(error: type[Exception], rf: Any) -> None:
    response = problems.exception_handler(error("why"), {"request": rf.get("/api/chat/")})

    assert response.status_code in (409, 422, 503)
    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content)["detail"]
