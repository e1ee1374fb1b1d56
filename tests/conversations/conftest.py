"""A directory that is searched for real, and ways to talk to it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from conversations.models import Conversation
from experts.search import wiring
from experts.search.indexing import rebuild
from tests.conversations import directory
from tests.conversations.receivers import endpoint, mailbox, receiver

__all__ = ("endpoint", "mailbox", "receiver")

Ask = Callable[..., Any]


@pytest.fixture
def index_dir(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """An empty place for an index of this test's own."""
    settings.INDEX_DIR = tmp_path / "index"
    wiring.reset()
    yield settings.INDEX_DIR
    wiring.reset()


@pytest.fixture
def reindex(index_dir: Path) -> Callable[[], None]:
    def reindex() -> None:
        rebuild()

    return reindex


@pytest.fixture
def experts(db: None, reindex: Callable[[], None]) -> None:
    """The small directory, indexed."""
    directory.fill()
    reindex()


@pytest.fixture(autouse=True)
def unlimited(settings: Any) -> None:
    settings.THROTTLE_CHAT = "10000/s"


@pytest.fixture
def post(client: Client) -> Ask:
    """POST JSON; gives the response."""

    def post(path: str, body: Any, **headers: str) -> Any:
        return client.post(path, body, content_type="application/json", headers=headers)

    return post


@pytest.fixture
def ask(post: Ask) -> Ask:
    """One turn over HTTP; gives the answer's body."""

    def ask(query: str, email: str = "ana@example.com", **fields: Any) -> dict[str, Any]:
        response = post("/api/chat/", {"email": email, "query": query, **fields})
        assert response.status_code == 200, response.content
        body: dict[str, Any] = response.json()
        return body

    return ask


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("boss"))
    return client


@pytest.fixture
def received(db: None) -> Conversation:
    conversation: Conversation = Conversation.objects.receive(
        email="ana@example.com", query="Who can check our webshop for the GDPR?"
    )
    return conversation
