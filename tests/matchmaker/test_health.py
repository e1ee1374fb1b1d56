"""Alive, ready, and what is served: in every state a deployment can be in."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from experts.search import wiring
from matchmaker import health

FITS = "The index fits."


@pytest.fixture(autouse=True)
def unknown_state() -> Iterator[None]:
    health.is_migrated.known = False
    yield
    health.is_migrated.known = False


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "index_problem", lambda: "")


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: Any, **__: Any) -> None:
        raise OperationalError("connection to ana@example.com refused")

    monkeypatch.setattr(connection, "cursor", gone)
    monkeypatch.setattr(connection, "ensure_connection", gone)


def test_livez_touches_nothing(client: Client) -> None:
    response = client.get("/livez")  # without a database in this test, a query would fail it

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/livez", "/livez/", "/readyz", "/readyz/"])
@pytest.mark.django_db
def test_probes_answer_whatever_name_they_ask_by(client: Client, index: None, path: str) -> None:
    assert client.get(path, headers={"Host": "10.1.2.3:8000"}).status_code == 200


@pytest.mark.django_db
def test_ready_with_everything_in_place(client: Client, index: None) -> None:
    response = client.get("/readyz")

    assert (response.status_code, response.json()["problems"]) == (200, {})


@pytest.mark.django_db
def test_a_ready_process_is_asked_for_the_price_of_one_query(
    client: Client,
    index: None,
    django_assert_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client.get("/readyz")
    monkeypatch.setattr(MigrationExecutor, "__init__", lambda *_: pytest.fail("built a graph"))

    with django_assert_num_queries(1):
        assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_a_missing_index_is_named(client: Client) -> None:
    response = client.get("/readyz")

    assert response.status_code == 503
    assert set(response.json()["problems"]) == {"index"}
    answer = client.get("/api/health/")
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
    assert answer.json()["detail"]


def test_a_database_that_is_gone_is_named_before_and_after_it_was_known(
    client: Client, index: None, no_database: None
) -> None:
    for known in (False, True):
        health.is_migrated.known = known
        response = client.get("/readyz")
        assert response.status_code == 503
        assert set(response.json()["problems"]) == {"database"}
        assert b"ana@" not in response.content
        answer = client.get("/api/health/")
        assert (answer.status_code, answer.json()["database"]) == (503, "unavailable")
        assert client.get("/livez").status_code == 200


@pytest.mark.django_db
def test_a_migration_that_is_not_applied_is_counted(client: Client, index: None) -> None:
    newest = MigrationLoader(connection).graph.leaf_nodes("conversations")[0]
    MigrationRecorder(connection).record_unapplied(*newest)

    problems = client.get("/readyz").json()["problems"]

    assert problems.keys() == {"database"}
    assert "migrations are not applied" in problems["database"]
