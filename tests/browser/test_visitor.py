"""The visitor's page in a real browser: the answer is read while it is written."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from conversations.models import Conversation
from tests.conversations.llm import server as serving
from tests.conversations.llm.conftest import AUDIT
from tests.conversations.llm.server import Handler, ModelServer, fails, streams, writes
from tests.conversations.llm.test_following import AFTER_FIRST, ANSWER, OURS, SECOND, TOLD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def model(settings: Any) -> Iterator[ModelServer]:
    with ModelServer(streams(ANSWER)) as server:
        settings.OPENAI_BASE_URL = server.url
        settings.LLM_TIMEOUT = 20.0
        yield server
        settings.OPENAI_BASE_URL = ""


def ask(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Your e-mail address").fill("ana@example.com")
    page.get_by_label("Your problem").fill(AUDIT)
    page.get_by_role("button", name="Find experts").click()


def test_people_and_sentences_are_read_before_the_model_has_finished(
    experts: None, page: Page, model: ModelServer
) -> None:
    goes_on = threading.Event()

    def waits(_: Handler) -> None:
        assert goes_on.wait(15)

    rest = json.dumps(ANSWER).partition(AFTER_FIRST)[2]
    ends = [writes(event) for event in serving.words(rest)]
    model.behave(streams(ANSWER, AFTER_FIRST, waits, *ends, writes(serving.DONE)))
    ask(page)

    expect(page.locator(".narrative")).to_have_text(TOLD)
    expect(page.locator(".expert h2").first).to_contain_text("Noor Peeters")
    expect(page.locator(".vote")).to_have_count(0)
    goes_on.set()
    expect(page.locator(".narrative")).to_have_text(f"{TOLD} {SECOND}")
    expect(page.locator(".vote")).to_have_count(1)
    expect(page.locator(".turn")).to_have_count(1)


@pytest.mark.parametrize("behaviour", [streams(ANSWER, AFTER_FIRST), fails(500)])
def test_a_model_that_fails_leaves_an_answer_on_the_page(
    behaviour: Any, experts: None, page: Page, model: ModelServer
) -> None:
    model.behave(behaviour)
    ask(page)
    expect(page.locator(".vote")).to_have_count(1)
    expect(page.locator(".narrative")).to_contain_text(OURS)
    expect(page.locator(".expert")).to_have_count(1)
    assert Conversation.objects.get().status == "degraded"


def test_a_turn_that_fails_says_so_and_the_next_one_is_answered(
    experts: None, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("conversations.chat.wiring.assistant", lambda: None)
        ask(page)
        expect(page.locator("#status")).to_contain_text("Your message is stored")
    page.get_by_role("button", name="Find experts").click()
    expect(page.locator(".narrative")).to_have_text(OURS)
