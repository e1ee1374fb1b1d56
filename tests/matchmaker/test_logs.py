"""Log lines: one a request, one a turn, and never a visitor's words or address in them."""

import io
import json
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection
from django.test import Client

from conversations.models import Conversation
from experts.errors import IndexUnavailable
from matchmaker import logs, redaction

EMAIL = "ana.de+shop@example.com"
WORDS = "my divorce from Bob"
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What is logged from here on, as a reader of JSON sees it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.JsonFormatter())
    names = ("", "matchmaker", "conversations", "experts")
    for name in names:
        logging.getLogger(name).addHandler(handler)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    for name in names:
        logging.getLogger(name).removeHandler(handler)
    redaction.forget()


def logged(message: Any, *arguments: Any, fields: Any = None, error: Any = None) -> str:
    """One record in both forms, one after the other."""
    record = logging.LogRecord(
        "matchmaker.test", logging.ERROR, "x.py", 1, message, arguments, None
    )
    record.exc_info = (type(error), error, error.__traceback__) if error else None
    record.fields = fields or {}
    text = logs.JsonFormatter().format(record)
    assert isinstance(json.loads(text), dict)
    return text + "\n" + logs.LineFormatter().format(record)


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError(f"not even this one: {EMAIL} {WORDS}")


class Chatty:
    def __repr__(self) -> str:
        return f"{EMAIL} {WORDS}"


def caught(raising: Callable[[], Any]) -> BaseException:
    try:
        raising()
    except BaseException as error:  # noqa: BLE001 - whatever it is
        return error
    raise AssertionError("nothing was raised")


def a_row_that_is_there_already() -> None:
    raise IntegrityError(f"duplicate key: DETAIL: Key (email)=({EMAIL}) {WORDS} already exists.")


def a_parse_error_behind_another() -> None:
    try:
        int(f"{EMAIL} {WORDS}")
    except ValueError as error:
        raise KeyError(WORDS, EMAIL) from error


def a_group() -> None:
    inner = ValueError(WORDS)
    inner.add_note(EMAIL)
    raise ExceptionGroup(WORDS, [inner, OSError(5, "I/O error", f"/tmp/{EMAIL}")])


def an_unspeakable() -> None:
    raise Unspeakable(WORDS)


def a_circle() -> None:
    first, second = ValueError(WORDS), ValueError(EMAIL)
    first.__cause__, second.__cause__ = second, first
    raise first


@pytest.mark.parametrize(
    "hostile",
    [a_row_that_is_there_already, a_parse_error_behind_another, a_group, an_unspeakable, a_circle],
)
def test_no_error_tells_what_a_visitor_said(hostile: Callable[[], None]) -> None:
    error = caught(hostile)

    text = logged("It failed: %s", error, error=error)

    assert EMAIL not in text
    assert WORDS not in text
    assert hostile.__name__ in text, "the place is what operators need"


def test_errors_written_for_operators_keep_their_words() -> None:
    error = IndexUnavailable(f"No index has been built for {EMAIL}; run manage.py rebuild_index.")

    text = logged("%s", error, error=error)

    assert "run manage.py rebuild_index." in text
    assert EMAIL not in text
    assert "SECRET_KEY is not set" in logged("%s", ImproperlyConfigured("SECRET_KEY is not set"))


@pytest.mark.django_db
def test_a_database_error_keeps_its_code() -> None:
    def broken() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT '{EMAIL}' FROM nowhere")

    error = caught(broken)

    text = logged("%s", error, error=error)
    assert EMAIL not in text
    assert "SQLITE_ERROR" in text or "42P01" in text


@pytest.mark.parametrize(
    "address",
    [
        EMAIL, "ana%40example.com", "Ana <ana@example.com>", "mailto:ana@localhost", "a@b",
        '"a b"@example.com', "é.ü@пример.рф", "/api/x/ana@example.com/y", "ana＠example.com",
        "email=ana@example.com&x=1", "+32 470 12 34 56", "0032 470/12.34.56",
    ],
)  # fmt: skip
def test_addresses_are_taken_out_of_any_text(address: str) -> None:
    text = redaction.scrubbed(f"before {address} after")

    assert "ana" not in text.replace("[e-mail]", "")
    assert "470" not in text
    assert "пример" not in text
    assert text.startswith("before ")
    assert text.endswith(" after")


@pytest.mark.parametrize(
    "plain",
    [
        "2026-11-21T22:50:01.788+00:00", "20261121T224952-0c9379", "127.0.0.1:8000",
        "9d5ef6b1-98b5-4fb0-9e8c-6d8ff2f0c1de", "POST /api/chat/ 200 in 12.5 ms",
        "1 000 000 experts",
    ],
)  # fmt: skip
def test_what_operators_need_stays(plain: str) -> None:
    assert redaction.scrubbed(plain) == plain


def test_what_was_asked_in_an_address_is_cut_off() -> None:
    told = logged(
        "Error handling request %s %s", "GET", f"/api/experts/?q={WORDS}".replace(" ", "+")
    )

    assert "divorce" not in told
    assert "/api/experts/?[query]" in told


def test_a_long_text_is_read_in_time_and_cut() -> None:
    assert len(redaction.scrubbed("a." * 200_000 + "@")) < 10_000


def test_fields_with_private_names_and_unknown_objects_are_not_told() -> None:
    fields = {
        "query": WORDS, "e-mail": "x", "api_key": "sk-1", "history": [{"content": WORDS}],
        "nested": {"comment": WORDS, "ok": 5}, "object": Chatty(), "prompt_tokens": 12,
        "conversation": Conversation(pk=17, query=WORDS, email=EMAIL),
    }  # fmt: skip

    text = logged("turn %s", Chatty(), fields=fields)

    assert WORDS not in text
    assert EMAIL not in text
    assert "sk-1" not in text
    line = json.loads(text.splitlines()[0])
    assert (line["prompt_tokens"], line["nested"]["ok"]) == (12, 5)
    assert line["conversation"] == "Conversation 17"


def test_what_this_visitor_said_is_known_again_wherever_it_turns_up() -> None:
    redaction.hear({"query": WORDS, "history": [{"role": "user", "content": "a\nsecret"}]})
    try:
        text = logged(f"third party: {WORDS!r}", fields={"note": "about 'a\\nsecret'"})
    finally:
        redaction.forget()

    assert WORDS not in text
    assert "secret" not in text


def test_a_template_that_does_not_fit_its_arguments_tells_where_it_stands() -> None:
    assert "x.py:1" in logged("%s and %s", WORDS)
    assert WORDS not in logged("%d", WORDS)


@pytest.mark.django_db
def test_a_request_is_one_line_under_its_route_and_a_chosen_id(
    client: Client, lines: Lines
) -> None:
    response = client.get(f"/api/experts?q={EMAIL}", headers={"X-Request-ID": "shop-12345678"})
    client.get(f"/{EMAIL}")
    client.get(f"/api/{EMAIL}")

    assert response["X-Request-ID"] == "shop-12345678"
    asked, *unknown = (line for line in lines() if line["event"] == "request")
    assert asked["request_id"] == "shop-12345678"
    assert (asked["method"], asked["route"], asked["status"]) == (
        "GET", "/api/experts/", response.status_code,
    )  # fmt: skip
    assert asked["ms"] > 0
    assert [line["route"] for line in unknown] == ["unmatched", "unmatched"]
    assert EMAIL not in json.dumps(lines())


@pytest.mark.django_db
def test_a_name_that_is_not_ours_is_a_refused_request_and_no_error(
    client: Client, lines: Lines
) -> None:
    client.get("/api/experts/", headers={"Host": "scanner.example"})

    (line,) = lines()
    assert (line["event"], line["level"], line["status"]) == ("request", "info", 400)
    assert logging.getLogger("django.security.DisallowedHost").propagate is False


@pytest.mark.parametrize(
    "offered", ["short", "x" * 65, "a b c d e f", "<script>alert</script>", ""]
)
def test_a_request_id_that_is_none_is_replaced(client: Client, offered: str) -> None:
    given = client.get("/livez", headers={"X-Request-ID": offered})["X-Request-ID"]

    assert given != offered
    assert len(given) == 32


@pytest.mark.django_db
def test_a_failed_turn_tells_its_kind_and_place_under_the_id_of_the_problem(
    client: Client, lines: Lines
) -> None:
    body = {"email": EMAIL, "query": WORDS}
    response = client.post("/api/chat/", body, content_type="application/json")

    assert response.status_code == 503
    turn = next(line for line in lines() if line["event"] == "turn")
    assert turn["request_id"] == response.json()["request_id"] == response["X-Request-ID"]
    assert (turn["status"], turn["type"], turn["reason"]) == ("failed", "none", "IndexUnavailable")
    assert set(turn["ms"]) >= {"receive", "retrieve", "total"}
    text = json.dumps(lines())
    assert EMAIL not in text
    assert WORDS not in text


def test_an_error_that_ends_a_thread_is_told_without_its_words(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", logs._thread_ended)

    thread = threading.Thread(target=a_row_that_is_there_already, name="turn")
    thread.start()
    thread.join()

    (line,) = lines()
    assert line["event"] == "A thread ended: turn"
    assert line["exception"][0]["error"].startswith("IntegrityError")
    assert EMAIL not in json.dumps(line)
