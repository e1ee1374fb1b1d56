"""A repeated Idempotency-Key: one conversation, one answer."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from conversations.api.idempotency import patience
from conversations.models import Conversation, IdempotencyKey, Recommendation
from tests.conversations.conftest import Ask
from tests.conversations.test_failures import Failing, use

pytestmark = pytest.mark.django_db

BODY = {"email": "ana@example.com", "query": "Who can check our webshop for the GDPR?"}


def send(post: Ask, key: str = "key-1", **changes: Any) -> Any:
    return post("/api/chat/", BODY | changes, idempotency_key=key)


def test_a_repeated_key_gets_the_stored_answer(experts: None, post: Ask) -> None:
    first = send(post)
    again = send(post)

    assert again.status_code == 200
    assert again.content == first.content
    assert Conversation.objects.count() == 1


def test_another_key_is_another_conversation(experts: None, post: Ask) -> None:
    assert send(post, "key-1").json()["id"] != send(post, "key-2").json()["id"]


def test_without_a_key_every_request_is_a_conversation(experts: None, post: Ask) -> None:
    assert post("/api/chat/", BODY).json()["id"] != post("/api/chat/", BODY).json()["id"]


def test_the_body_may_be_spelled_in_another_order(experts: None, post: Ask) -> None:
    first = send(post)
    again = post("/api/chat/", dict(reversed(BODY.items())), idempotency_key="key-1")

    assert again.json() == first.json()


def test_quotes_around_the_key_are_not_part_of_it(experts: None, post: Ask) -> None:
    assert send(post, "key-1").json() == send(post, '"key-1"').json()


@pytest.mark.parametrize("change", [{"query": "I need a lawyer"}, {"email": "eve@example.com"}])
def test_a_key_reused_with_another_body_is_refused(
    experts: None, post: Ask, change: dict[str, str]
) -> None:
    send(post)
    response = send(post, **change)

    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    assert Conversation.objects.count() == 1


def in_flight(post: Ask, **changes: Any) -> IdempotencyKey:
    """A key whose first request is still open."""
    send(post)
    Recommendation.objects.all().delete()
    Conversation.objects.update(status="received", response_type="", response_experts=[])
    IdempotencyKey.objects.update(**changes)
    return IdempotencyKey.objects.get()


def test_a_key_in_flight_is_refused_for_now(experts: None, post: Ask) -> None:
    in_flight(post)
    response = send(post)

    assert response.status_code == 409
    assert "Retry-After" in response
    assert response["Content-Type"] == "application/problem+json"


def test_a_key_of_a_crashed_worker_is_taken_over_once(experts: None, post: Ask) -> None:
    key = in_flight(post, taken_at=timezone.now() - patience() - timedelta(seconds=1))

    response = send(post)
    assert response.status_code == 200
    assert response.json()["id"] == key.conversation_id
    assert Conversation.objects.get().status == Conversation.Status.ANSWERED


def test_a_failed_request_releases_its_key(
    experts: None, post: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as failing:
        use(failing, finder=Failing(RuntimeError()))
        assert send(post).status_code == 503
    again = send(post)

    assert again.status_code == 200
    statuses = set(Conversation.objects.values_list("status", flat=True))
    assert statuses == {"failed", "answered"}


def test_an_invalid_request_leaves_its_key_free(experts: None, post: Ask) -> None:
    assert send(post, query="").status_code == 400
    assert send(post).status_code == 200


def test_after_a_day_the_key_is_free_again(experts: None, post: Ask) -> None:
    first = send(post).json()
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))

    assert send(post).json()["id"] != first["id"]


def test_within_a_day_it_is_not(experts: None, post: Ask) -> None:
    first = send(post).json()
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=23, minutes=59))

    assert send(post).json() == first


@pytest.mark.parametrize("key", ["x" * 256, "schlüssel", "a\tb"])
def test_a_key_that_is_none_is_refused(experts: None, post: Ask, key: str) -> None:
    assert send(post, key).status_code == 400
