"""The OpenAPI document describes the talk: every answer, and examples that hold."""

from typing import Any

import pytest
from django.test import Client

from conversations.api import serializers
from conversations.api.schema import ASK, NARROWED


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    response = Client().get("/api/schema/?format=json")
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


@pytest.mark.parametrize(
    ("path", "codes"),
    [
        ("/api/chat/", {"200", "400", "405", "409", "413", "415", "422", "429", "503"}),
        ("/api/feedback/", {"200", "400", "405", "413", "415", "429", "503"}),
        ("/api/click/", {"204", "400", "405", "413", "415", "429", "503"}),
        ("/api/email-capture/", {"200", "400", "405", "413", "415", "429", "503"}),
    ],
)
def test_every_answer_is_described(document: dict[str, Any], path: str, codes: set[str]) -> None:
    operation = document["paths"][path]["post"]

    assert set(operation["responses"]) >= codes
    for code in codes - {"200", "204"}:
        assert list(operation["responses"][code]["content"]) == ["application/problem+json"]


def test_the_chat_answers_json_or_events(document: dict[str, Any]) -> None:
    content = document["paths"]["/api/chat/"]["post"]["responses"]["200"]["content"]

    assert set(content) == {"application/json", "text/event-stream"}


def test_the_examples_are_valid_requests() -> None:
    for example in (ASK, NARROWED):
        assert serializers.ChatRequestSerializer(data=example.value).is_valid()
