"""The visitor's page before a server that dies, hangs or is cut off in the middle of an answer.

The visitor's words are kept, sending them again gives the answer, and one exchange is stored.
"""

import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import opened
from tests.browser.line import Line
from tests.conversations.llm import server as serving
from tests.conversations.llm.server import Handler, ModelServer, streams, writes
from tests.live.conftest import DIRECTORY, write_directory
from tests.live.server import Deployment

pytestmark = pytest.mark.live

QUERY = "Who can audit our webshop for the GDPR?"
FIRST, SECOND = "{c1} audits webshops.", "Your webshop is in good hands for the GDPR."
ANSWER = {
    "picks": [{"ref": "c1", "why": "Audits webshops for the GDPR."}],
    "narrative": f"{FIRST} {SECOND}",
    "question": "",
}
UNTIL = "audits webshops. Y"
TOLD, WHOLE = "Gio Dep audits webshops.", f"Gio Dep audits webshops. {SECOND}"
BROKEN = "The answer broke off. Nothing is lost: send it again."
EXCHANGES = """
from conversations.models import Conversation
print("EXCHANGES", sorted(Conversation.objects.filter(email={!r}).values_list("status", flat=True)))
"""
A_MINUTE_LATER = """
from datetime import timedelta
from django.db.models import F
from conversations.models import IdempotencyKey
IdempotencyKey.objects.update(taken_at=F("taken_at") - timedelta(minutes=2))
"""


class Model:
    """Writes the first sentence and waits, as often as it is asked, until it may go on."""

    def __init__(self, server: ModelServer) -> None:
        self.server = server
        self.goes_on = threading.Event()
        rest = json.dumps(ANSWER).partition(UNTIL)[2]
        ends = [writes(event) for event in serving.words(rest)]
        server.behave(streams(ANSWER, UNTIL, self.wait, *ends, writes(serving.DONE)))

    def wait(self, _: Handler) -> None:
        self.goes_on.wait(30)


@pytest.fixture
def size() -> str:
    return "phone"  # where connections break


@pytest.fixture(scope="module")
def writer() -> Iterator[ModelServer]:
    with ModelServer(streams(ANSWER)) as server:
        yield server


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, writer: ModelServer) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("broken")
    made = Deployment(
        folder / "data", WEB_CONCURRENCY="1", OPENAI_BASE_URL=writer.url, LLM_TIMEOUT="20"
    )
    made.data.mkdir()
    made.manage("migrate", "--verbosity=0")
    made.manage("import_experts", str(write_directory(folder / "experts.csv", DIRECTORY)))
    made.manage("rebuild_index")
    made.start()
    yield made
    made.kill()


@pytest.fixture
def line(served: Deployment) -> Iterator[Line]:
    with Line(served.port) as line:
        yield line


@pytest.fixture
def site(line: Line) -> str:
    return line.url


@pytest.fixture
def model(writer: ModelServer) -> Iterator[Model]:
    model = Model(writer)
    yield model
    model.goes_on.set()


@pytest.fixture
def page(chromium: Browser, size: str, site: str) -> Iterator[Page]:
    """Here the browser may complain of the connection, and of a request still being answered."""
    with opened(chromium, size, site) as (page, complaints):
        yield page
    others = [one for one in complaints if "net::ERR_" not in one and "409" not in one]
    assert not others, others


@pytest.fixture
def email(request: pytest.FixtureRequest, size: str) -> str:
    return f"{request.node.originalname.replace('_', '-')[:50]}.{size}@example.com"


def ask(page: Page, email: str, query: str = QUERY) -> None:
    page.goto("/")
    page.get_by_label("Your e-mail address").fill(email)
    page.get_by_label("Your problem").fill(query)
    page.get_by_label("You may contact me about my question.").check()
    page.get_by_role("button", name="Find experts").click()


def is_answered(page: Page, turns: int = 1) -> None:
    expect(page.locator(".narrative")).to_have_text([WHOLE] * turns, timeout=30_000)
    expect(page.locator(".said")).to_have_text([QUERY] * turns)
    expect(page.locator(".vote")).to_have_count(turns)
    expect(page.locator("#status")).to_have_text("")
    expect(page.locator("#query")).to_have_value("")


def stored(served: Deployment, email: str) -> str:
    printed = served.manage("shell", "-c", EXCHANGES.format(email))
    return printed.partition("EXCHANGES ")[2].splitlines()[0]


def test_an_answer_that_is_cut_off_is_there_when_it_is_sent_again(
    page: Page, line: Line, served: Deployment, model: Model, email: str
) -> None:
    ask(page, email)
    expect(page.locator(".narrative")).to_have_text(TOLD)
    line.cut()
    expect(page.locator("#status")).to_have_text(BROKEN)
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator("#query")).to_have_value(QUERY)

    page.get_by_role("button", name="Find experts").click()  # the first is still being written
    expect(page.locator("#status")).to_have_text("Looking for the right people…")
    model.goes_on.set()
    is_answered(page)
    assert stored(served, email) == "['answered']"


def test_a_worker_that_is_killed_costs_the_visitor_nothing_but_time(
    page: Page, served: Deployment, model: Model, email: str
) -> None:
    ask(page, email)
    expect(page.locator(".narrative")).to_have_text(TOLD)
    assert served.process is not None
    children = subprocess.run(
        ["pgrep", "-P", str(served.process.pid)], capture_output=True, text=True, check=True
    )
    for child in children.stdout.split():
        os.kill(int(child), signal.SIGKILL)
    expect(page.locator("#status")).to_have_text(BROKEN)
    expect(page.locator("#query")).to_have_value(QUERY)
    assert stored(served, email) == "['received']"

    model.goes_on.set()
    page.get_by_role("button", name="Find experts").click()
    served.manage("shell", "-c", A_MINUTE_LATER)
    is_answered(page)
    assert stored(served, email) == "['answered']"


def test_a_page_reloaded_in_the_middle_goes_on_by_itself(
    page: Page, served: Deployment, model: Model, email: str
) -> None:
    ask(page, email)
    expect(page.locator(".narrative")).to_have_text(TOLD)
    page.reload()
    expect(page.locator("#status")).to_have_text("Looking for the right people…")
    model.goes_on.set()
    is_answered(page)
    assert stored(served, email) == "['answered']"

    page.reload()
    is_answered(page)
    page.goto("/privacy/")
    page.go_back()
    is_answered(page)
    expect(page.get_by_label("Your e-mail address")).to_have_value(email)
    expect(page.get_by_label("You may contact me about my question.")).to_be_checked()
    page.get_by_role("button", name="New question").click()
    page.reload()
    expect(page.locator(".turn")).to_have_count(0)


def test_a_server_that_hangs_is_given_up_and_asked_again(
    page: Page, line: Line, served: Deployment, model: Model, email: str
) -> None:
    page.clock.install()
    model.goes_on.set()
    line_is_dead = email.replace("@", ".dead@")
    page.goto("/")
    line.swallows = True
    page.get_by_label("Your e-mail address").fill(line_is_dead)
    page.get_by_label("Your problem").fill(QUERY)
    page.get_by_role("button", name="Find experts").click()
    expect(page.locator("#status")).to_have_text("Looking for the right people…")
    page.clock.fast_forward(46_000)
    expect(page.locator("#status")).to_contain_text("The server cannot be reached")
    line.cut()
    line.swallows = False
    page.get_by_role("button", name="Find experts").click()
    is_answered(page)
    assert stored(served, line_is_dead) == "['answered']"


def test_a_visitor_without_a_network_keeps_the_words_and_asks_once(
    page: Page, served: Deployment, model: Model, email: str
) -> None:
    model.goes_on.set()
    page.goto("/")
    page.context.set_offline(True)
    page.get_by_label("Your e-mail address").fill(email)
    page.get_by_label("Your problem").fill(QUERY)
    page.get_by_role("button", name="Find experts").click()
    expect(page.locator("#status")).to_contain_text("The server cannot be reached")
    expect(page.locator("#query")).to_have_value(QUERY)
    page.context.set_offline(False)
    page.get_by_role("button", name="Find experts").dblclick()
    is_answered(page)
    assert stored(served, email) == "['answered']"


def test_what_is_written_while_an_answer_comes_is_kept(
    page: Page, served: Deployment, model: Model, email: str
) -> None:
    ask(page, email)
    expect(page.locator(".narrative")).to_have_text(TOLD)
    page.locator("#query").fill("And in Antwerp?")
    page.locator("#query").press("Enter")  # not while the first is being answered
    model.goes_on.set()
    expect(page.locator(".vote")).to_have_count(1)
    expect(page.locator("#query")).to_have_value("And in Antwerp?")
    page.locator(".choices button").first.click()
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator("#query")).to_have_value("And in Antwerp?")
    assert stored(served, email) == "['answered', 'answered']"


def test_a_message_that_is_too_long_is_kept_whole_and_said_to_be(
    page: Page, served: Deployment, email: str
) -> None:
    long = "Our payroll is a mess. " * 220
    ask(page, email, long)
    expect(page.locator("#query-problem")).to_have_text(
        "Please keep it under 2000 characters; this is 5059."
    )
    expect(page.locator("#query")).to_have_value(long)
    page.locator("#query").fill(QUERY)
    expect(page.locator("#query-problem")).to_be_hidden()
    assert stored(served, email) == "[]"
