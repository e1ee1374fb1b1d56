"""A real Chromium at two widths, which fails a test on whatever its console complains of.

`SCREENSHOTS=docs/screenshots pytest tests/browser` also keeps the pictures of the documentation.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from conversations.leads.groups import make_groups
from tests.conversations.conftest import experts, index_dir, reindex

__all__ = ("experts", "index_dir", "reindex")

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FOUND = next((path for name in NAMES if (path := shutil.which(name))), None)
SIZES = {"desktop": (1360, 900), "phone": (390, 844)}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]

PASSWORD = "correct horse battery"
Look = Callable[..., None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = pytest.mark.skip(reason="no Chromium is installed (Debian: apt install chromium)")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.browser)
            if FOUND is None:
                item.add_marker(missing)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, which Django takes for a coroutine's.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=FOUND, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def site(live_server: Any) -> str:
    """The address of the product: in this process, over tables that the last test emptied."""
    make_groups()
    cache.clear()
    return str(live_server.url)


@contextmanager
def opened(chromium: Browser, size: str, site: str) -> Iterator[tuple[Page, list[str]]]:
    """A page of a person who has never been here, and what the browser complains of meanwhile."""
    width, height = SIZES[size]
    context = chromium.new_context(
        base_url=site,
        viewport={"width": width, "height": height},
        has_touch=size == "phone",
        locale="en-GB",
        reduced_motion="reduce",
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    complaints: list[str] = []

    def complain(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def failed(request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # so ends a page that turns out to be a file
            complaints.append(f"failed: {request.url} ({request.failure})")

    page.on("console", complain)
    page.on("pageerror", lambda error: complaints.append(f"exception: {error}"))
    page.on("requestfailed", failed)
    yield page, complaints
    context.close()


@pytest.fixture
def page(chromium: Browser, size: str, site: str) -> Iterator[Page]:
    """Relative addresses are those of the site."""
    with opened(chromium, size, site) as (page, complaints):
        yield page
    assert not complaints, complaints


def log_in(page: Page, name: str) -> None:
    page.goto("/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile(r"/admin/$"))


@pytest.fixture
def look(page: Page, size: str) -> Iterator[Look]:
    """Checks what is on the screen for accessibility and width; keeps a picture where asked."""
    folder = os.environ.get("SCREENSHOTS", "")
    faults: list[str] = []

    def look(name: str, *, picture: bool = True) -> None:
        page.wait_for_load_state("load")
        wider = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if folder and picture:
            page.screenshot(path=Path(folder) / f"{name}-{size}.png")
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
        faults.extend(
            f"{name}: {violation['id']} ({violation['impact']}): {node['html'][:200]}"
            for violation in found.response["violations"]
            for node in violation["nodes"][:3]
        )
        if wider > 1:
            faults.append(f"{name} is {wider} pixels wider than the screen")

    yield look
    assert not faults, "\n".join(faults)
