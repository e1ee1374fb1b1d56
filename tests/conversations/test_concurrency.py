"""Several requests at once, on threads of their own: one lead, one turn a key, exact counts."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from conversations.models import Conversation, Lead, RequestCount

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 6


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """What each of AT_ONCE threads returns, all let go at the same moment."""
    barrier = threading.Barrier(AT_ONCE)
    results: list[Any] = [None] * AT_ONCE

    def run(number: int) -> None:
        barrier.wait(10)
        try:
            results[number] = work(number)
        except Exception as error:  # noqa: BLE001 - shown by the assertion of the test
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_an_address_seen_first_by_many_at_once_is_one_lead() -> None:
    spellings = ["ana@example.com", "Ana@Example.com", "ANA@EXAMPLE.COM"]

    received = at_once(
        lambda number: Conversation.objects.receive(email=spellings[number % 3], query="Help").pk
    )
    assert sorted(received) == sorted(Conversation.objects.values_list("pk", flat=True))
    assert len(set(received)) == AT_ONCE
    assert Lead.objects.count() == 1


def test_a_key_sent_many_times_at_once_makes_one_conversation(experts: None) -> None:
    def send(number: int) -> Any:
        return Client().post(
            "/api/chat/",
            {"email": "ana@example.com", "query": "Who can check our webshop for the GDPR?"},
            content_type="application/json",
            headers={"idempotency-key": "same"},
        )

    responses = at_once(send)
    codes = {response.status_code for response in responses}
    assert 200 in codes
    assert codes <= {200, 409}
    assert Conversation.objects.count() == 1
    assert len({r.json()["id"] for r in responses if r.status_code == 200}) == 1


def test_no_count_is_lost_between_threads() -> None:
    until = datetime.now(UTC) + timedelta(minutes=2)

    counts = at_once(lambda number: RequestCount.objects.count_up(["a", "b"], 0, until))
    assert sorted(count["a"] for count in counts) == list(range(1, AT_ONCE + 1))
    assert sorted(count["b"] for count in counts) == list(range(1, AT_ONCE + 1))


def test_a_limit_is_exact_however_many_ask_at_once(experts: None, settings: Any) -> None:
    settings.THROTTLE_CHAT = "2/day"

    def send(number: int) -> int:
        return Client().post(
            "/api/chat/",
            {"email": f"{number}@example.com", "query": "I need a tax lawyer"},
            content_type="application/json",
        ).status_code  # fmt: skip

    assert sorted(at_once(send)) == [200, 200, 429, 429, 429, 429]
