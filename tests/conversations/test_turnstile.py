"""Few work at once, many may wait; and who waits for a model holds no place and no connection."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from conversations import turnstile
from conversations.chat import wiring
from conversations.errors import Crowded
from conversations.models import Conversation
from conversations.turnstile import Turnstile
from tests.conversations.llm.server import Handler, ModelServer, completion

IN_FLIGHT = 12


@pytest.fixture
def one_place(monkeypatch: pytest.MonkeyPatch) -> Turnstile:
    only = Turnstile(1)
    monkeypatch.setattr(turnstile, "turnstile", lambda: only)
    return only


def until(true: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.005)


def test_places_are_handed_on_in_the_order_of_arrival(one_place: Turnstile) -> None:
    came: list[int] = []

    def come(number: int) -> None:
        one_place.enter()
        came.append(number)
        one_place.leave()

    one_place.enter()
    threads = []
    for number in range(5):
        threads.append(threading.Thread(target=come, args=(number,)))
        threads[-1].start()
        until(lambda: len(one_place.arriving) == len(threads))
    one_place.leave()
    for thread in threads:
        thread.join(10)
    assert came == [0, 1, 2, 3, 4]
    assert one_place.free == 1


def test_who_comes_back_goes_before_who_has_not_begun(one_place: Turnstile) -> None:
    came: list[str] = []

    def come(name: str, back: bool) -> None:
        one_place.enter(back=back)
        came.append(name)
        one_place.leave()

    one_place.enter()
    new = threading.Thread(target=come, args=("new", False))
    new.start()
    until(lambda: one_place.arriving)
    back = threading.Thread(target=come, args=("back", True))
    back.start()
    until(lambda: one_place.coming_back)
    one_place.leave()
    new.join(10)
    back.join(10)
    assert came == ["back", "new"]


def test_nobody_waits_longer_than_their_patience_and_leaves_the_line(one_place: Turnstile) -> None:
    one_place.enter()
    with pytest.raises(Crowded), turnstile.inside(0.01):
        raise AssertionError("there was no place")
    one_place.leave()
    with turnstile.inside(0.01):
        assert one_place.free == 0
    assert one_place.free == 1


def test_a_place_is_free_while_its_thread_is_outside(one_place: Turnstile) -> None:
    with turnstile.inside():
        with turnstile.inside():  # once in, there is no second place to take
            assert one_place.free == 0
        with turnstile.outside():
            assert one_place.free == 1
        assert one_place.free == 0
    assert one_place.free == 1


def test_a_crowded_api_says_so_and_the_probe_answers(
    one_place: Turnstile, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matchmaker.middleware.OneOfFew.PATIENCE", 0.01)
    one_place.enter()

    response = client.get("/api/experts/?q=tax")
    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    assert response["Retry-After"] == "5"
    assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert client.get("/livez").status_code == 200


class Gate:
    """A model that answers nobody until it is opened."""

    def __init__(self) -> None:
        self.opened = threading.Event()

    def __call__(self, handler: Handler) -> None:
        self.opened.wait(60)
        handler.reply(completion({"picks": [{"ref": "c1", "why": ""}], "narrative": ""}))


@pytest.fixture
def gate(settings: Any) -> Iterator[tuple[Gate, ModelServer]]:
    gate = Gate()
    with ModelServer(gate) as server:
        settings.OPENAI_BASE_URL = server.url
        settings.LLM_TIMEOUT = 60.0
        yield gate, server
        gate.opened.set()
        settings.OPENAI_BASE_URL = ""


def held() -> int:
    """Database connections that threads of this process hold now."""
    if connection.vendor == "postgresql":
        stats: dict[str, int] = connection.pool.get_stats()  # type: ignore[attr-defined]
        return stats["pool_size"] - stats["pool_available"]
    name = str(connection.settings_dict["NAME"])
    links = Path("/proc/self/fd").iterdir()
    return sum(_target(link) == name for link in links)


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""


def post(number: int) -> Any:
    body = {
        "email": f"{number}@example.com",
        "query": "Who can check our webshop for the GDPR?",
        "stream": bool(number % 2),
    }
    response = Client().post("/api/chat/", body, content_type="application/json")
    text = (
        b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
        if body["stream"]
        else response.content.decode()
    )
    connections.close_all()
    return response.status_code, text


@pytest.mark.django_db(transaction=True)
def test_while_the_model_thinks_no_connection_is_held(
    experts: None, gate: tuple[Gate, ModelServer]
) -> None:
    model, server = gate
    connection.close()
    before = held()  # what tests before this one may have left in the pool
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        posts = [pool.submit(post, number) for number in range(IN_FLIGHT)]
        until(lambda: len(server.bodies) == IN_FLIGHT)
        until(lambda: held() <= before)  # a pool that grew is still connecting for a while
        model.opened.set()
        answers = [one.result(60) for one in posts]
    assert [code for code, _ in answers] == [200] * IN_FLIGHT
    assert all('"degraded": false' in text or '"degraded":false' in text for _, text in answers)
    assert Conversation.objects.answered().count() == IN_FLIGHT
    connection.close()
    assert held() <= before


@pytest.mark.django_db(transaction=True)
def test_one_turn_too_many_for_the_model_is_answered_without_it(
    experts: None, gate: tuple[Gate, ModelServer], settings: Any
) -> None:
    model, server = gate
    settings.WEB_THREADS = 2
    wiring.model()  # made before the first visitor, as where it is served
    with ThreadPoolExecutor(2) as pool:
        posts = [pool.submit(post, number) for number in (0, 2)]
        until(lambda: len(server.bodies) == 2)
        late = Client().post(
            "/api/chat/",
            {"email": "late@example.com", "query": "Who can check our webshop for the GDPR?"},
            content_type="application/json",
        )
        model.opened.set()
        assert [one.result(60)[0] for one in posts] == [200, 200]
    assert late.json()["degraded"] is True
    assert late.json()["type"] == "match"
    assert Conversation.objects.get(email="late@example.com").usage["reason"] == "busy"
