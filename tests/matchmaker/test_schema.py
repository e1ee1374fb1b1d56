"""The OpenAPI document: valid, without a warning, and it tells of every answer."""

import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from matchmaker.schema import operations

PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    written = io.StringIO()
    call_command(
        "spectacular", "--format=openapi-json", "--validate", "--fail-on-warn", stdout=written
    )
    found: dict[str, Any] = json.loads(written.getvalue())
    return found


def test_the_document_is_valid_and_made_without_a_warning(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.")


def test_it_lists_each_path_of_the_api_once(document: dict[str, Any]) -> None:
    names = ("chat", "click", "email-capture", "experts", "feedback", "health")

    assert list(document["paths"]) == [f"/api/{name}/" for name in names]


def test_every_operation_has_a_name_of_its_own_and_words_for_people(
    document: dict[str, Any],
) -> None:
    found = list(operations(document))

    assert len({operation["operationId"] for operation in found}) == len(found)
    assert all(operation.get("summary") or operation.get("description") for operation in found)


def test_every_refusal_is_described_as_problem_details(document: dict[str, Any]) -> None:
    for operation in operations(document):
        responses = operation["responses"]
        assert responses.keys() >= {"400", "414", "431", "503"}
        for code, response in responses.items():
            assert "X-Request-ID" in response["headers"]
            if code.startswith("4"):
                assert list(response["content"]) == [PROBLEM], (operation["operationId"], code)


def test_the_chat_tells_of_events_keys_and_limits(document: dict[str, Any]) -> None:
    chat = document["paths"]["/api/chat/"]["post"]

    assert set(chat["responses"]["200"]["content"]) == {"application/json", "text/event-stream"}
    assert chat["responses"].keys() >= {"200", "400", "405", "409", "413", "415", "422", "429"}
    assert "Idempotency-Key" in {parameter["name"] for parameter in chat["parameters"]}
    assert {"RateLimit", "RateLimit-Policy"} <= chat["responses"]["429"]["headers"].keys()


@pytest.mark.django_db
def test_the_document_and_its_page_are_served(client: Client) -> None:
    assert client.get("/api/schema/").status_code == 200
    assert b"swagger" in client.get("/api/docs/").content
    assert client.get("/api/docs/?script").status_code == 200
