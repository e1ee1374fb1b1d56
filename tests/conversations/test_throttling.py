"""Limits: by address and by e-mail, told in every answer, and never at the cost of a lead."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError
from django.test import Client

from conversations.api import throttles
from conversations.models import Attempt, Conversation, RequestCount
from tests.conversations.conftest import Ask

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def limited(settings: Any, unlimited: None, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.THROTTLE_CHAT = "3/min"
    monkeypatch.setattr(throttles, "clock", lambda: 1_000_020.5)  # half a second into a window


def send(client: Client, email: str, address: str = "10.0.0.1", **headers: str) -> Any:
    return client.post(
        "/api/chat/",
        {"email": email, "query": "I need a tax lawyer"},
        content_type="application/json",
        REMOTE_ADDR=address,
        headers=headers,
    )


def test_one_address_may_ask_so_often(experts: None, client: Client) -> None:
    codes = [send(client, f"{n}@example.com").status_code for n in range(5)]

    assert codes == [200, 200, 200, 429, 429]
    assert Conversation.objects.count() == 3


def test_one_email_may_ask_so_often_in_any_spelling(experts: None, client: Client) -> None:
    spellings = ["ana@example.com", "ANA@example.com", " Ana@Example.com", "ana@EXAMPLE.com"]
    codes = [send(client, each, f"10.0.0.{n}").status_code for n, each in enumerate(spellings)]

    assert codes == [200, 200, 200, 429]


def test_a_refusal_is_a_problem_that_says_when_to_come_back(experts: None, client: Client) -> None:
    for n in range(3):
        send(client, f"{n}@example.com")
    response = send(client, "ana@example.com")

    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 429
    assert response["Retry-After"] == "60"
    assert '"address";r=0;t=60' in response["RateLimit"]


def test_every_answer_tells_what_is_left(experts: None, client: Client) -> None:
    response = send(client, "ana@example.com")

    assert response["RateLimit-Policy"] == '"address";q=3;w=60, "email";q=3;w=60'
    assert response["RateLimit"] == '"address";r=2;t=60, "email";r=2;t=60'


def test_the_next_window_begins_anew(
    experts: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(4):
        send(client, f"{n}@example.com")
    monkeypatch.setattr(throttles, "clock", lambda: 1_000_080.0)

    assert send(client, "ana@example.com").status_code == 200


def test_a_forwarded_address_counts_only_behind_a_trusted_proxy(
    experts: None, client: Client
) -> None:
    for n in range(3):
        send(client, f"{n}@example.com", x_forwarded_for=f"192.0.2.{n}")

    assert send(client, "ana@example.com", x_forwarded_for="192.0.2.9").status_code == 429


def test_behind_a_trusted_proxy_the_client_is_counted(
    experts: None, client: Client, settings: Any
) -> None:
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    for n in range(3):
        send(client, f"{n}@example.com", x_forwarded_for="198.51.100.7, 192.0.2.1")

    # The left part is the client's own claim; only the proxy's entry is believed.
    again = send(client, "a@example.com", x_forwarded_for="198.51.100.99, 192.0.2.1")
    assert again.status_code == 429
    assert send(client, "b@example.com", x_forwarded_for="192.0.2.2").status_code == 200


def test_addresses_of_one_ipv6_network_are_one_caller() -> None:
    assert throttles.network("2001:db8:1:2::1") == throttles.network("2001:db8:1:2:ffff::9")
    assert throttles.network("2001:db8:1:2::1") != throttles.network("2001:db8:1:3::1")


@pytest.mark.parametrize(
    ("written", "other"),
    [
        ("192.0.2.1:50123", "192.0.2.2:50123"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2"),
        ("[::ffff:192.0.2.1]:50123", "[::ffff:192.0.2.2]:50123"),
    ],
)
def test_an_address_is_the_same_caller_however_it_is_written(written: str, other: str) -> None:
    assert throttles.network(written) == throttles.network("192.0.2.1")
    assert throttles.network(other) != throttles.network("192.0.2.1")


@pytest.mark.parametrize(
    "written", ["[2001:db8:1:2::7]:443", "[2001:db8:1:2::7]", "2001:db8:1:2::7%1"]
)
def test_an_ipv6_address_may_have_a_port_and_a_zone(written: str) -> None:
    assert throttles.network(written) == throttles.network("2001:db8:1:2::1")


def test_a_refused_caller_is_noted_without_the_port(
    experts: None, client: Client, settings: Any
) -> None:
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    for n in range(4):
        send(client, f"{n}@example.com", x_forwarded_for=f"192.0.2.1:{50123 + n}")

    assert Attempt.objects.get().address == "192.0.2.1"


def test_refused_words_are_kept_apart_and_bounded(experts: None, client: Client) -> None:
    for n in range(20):
        send(client, f"{n}@example.com")

    attempts = list(Attempt.objects.order_by("id"))
    assert len(attempts) == throttles.NOTED
    assert attempts[0].reason == "too many requests by address"
    assert attempts[0].email == "3@example.com"
    assert attempts[0].query == "I need a tax lawyer"
    assert attempts[0].address == "10.0.0.1"


@pytest.mark.parametrize("body", [{"email": 5, "query": []}, [], {"email": "\x00\ud800"}])
def test_anything_can_be_refused(experts: None, post: Ask, body: Any) -> None:
    codes = {post("/api/chat/", body).status_code for _ in range(5)}

    assert codes == {400, 429}


def test_counting_that_fails_costs_no_lead(
    experts: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise DatabaseError("locked")

    monkeypatch.setattr(throttles, "count_up", broken)
    assert send(client, "ana@example.com").status_code == 200


def test_a_shared_cache_counts_without_the_database(
    experts: None, client: Client, settings: Any
) -> None:
    settings.CACHE_IS_SHARED = True
    cache.clear()
    codes = [send(client, f"{n}@example.com").status_code for n in range(4)]

    assert codes == [200, 200, 200, 429]
    assert not RequestCount.objects.exists()


def test_windows_that_ended_are_purged_and_the_present_one_is_not(
    experts: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttles, "PURGED_ONCE_IN", 1)
    codes = [send(client, "ana@example.com").status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]

    monkeypatch.setattr(throttles, "clock", lambda: 1_000_300.0)
    send(client, "ana@example.com")
    assert RequestCount.objects.count() == 2


def test_counts_hold_no_address(experts: None, client: Client) -> None:
    send(client, "ana@example.com")

    keys = " ".join(RequestCount.objects.values_list("key", flat=True))
    assert keys
    assert "ana" not in keys
    assert "10.0.0.1" not in keys


@pytest.mark.parametrize("path", ["feedback", "click", "email-capture"])
def test_other_paths_have_limits_too(
    db: None, post: Ask, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(throttles.Throttle, "rate", "2/min")
    codes = [post(f"/api/{path}/", {"email": "a@example.com"}).status_code for _ in range(3)]

    assert codes[-1] == 429
    assert 429 not in codes[:2]


def test_an_office_behind_one_address_may_ask_more_than_one_person(
    experts: None, client: Client, settings: Any
) -> None:
    settings.THROTTLE_CHAT = "4/min, 2/min"
    codes = [send(client, "ana@example.com").status_code for _ in range(3)]
    assert codes == [200, 200, 429]

    others = [send(client, f"{n}@example.com") for n in range(2)]
    assert [response.status_code for response in others] == [200, 429]
    assert others[0]["RateLimit-Policy"] == '"address";q=4;w=60, "email";q=2;w=60'


def test_each_of_two_limits_has_a_window_of_its_own(
    experts: None, client: Client, settings: Any
) -> None:
    settings.THROTTLE_CHAT = "3/min,2/hour"
    response = send(client, "ana@example.com")

    assert response["RateLimit-Policy"] == '"address";q=3;w=60, "email";q=2;w=3600'


@pytest.mark.parametrize("path", ["/api/experts/", "/api/v1/experts", "/api/schema/", "/api/docs/"])
def test_whatever_is_public_is_limited_by_address(
    path: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttles.Throttle, "rate", "2/min")
    answers = [client.get(path) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0]["RateLimit"] == '"address";r=1;t=60'
    assert answers[2]["Content-Type"] == "application/problem+json"
    assert answers[2]["Retry-After"] == "60"
    assert not Attempt.objects.exists()  # nobody said anything that could be kept


def test_who_watches_over_the_product_is_never_limited(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttles.Throttle, "rate", "1/min")
    assert {client.get("/api/health/").status_code for _ in range(3)} <= {200, 503}
