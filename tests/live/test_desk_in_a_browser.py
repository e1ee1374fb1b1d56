"""The desk's files and index in a real browser, on a desk and on a telephone."""

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, ViewportSize, expect, sync_playwright

from tests.live.conftest import DIRECTORY, write_directory
from tests.live.server import Deployment

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
SIZES = {"desk": ViewportSize(width=1280, height=900),
         "telephone": ViewportSize(width=390, height=844)}  # fmt: skip
NEW = ["diver", "Dana Iver", "Diver", "Deep", "I weld under water.", "110", "EUR"]
pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("browser")
    made = Deployment(folder / "data", WEB_CONCURRENCY="1")
    made.data.mkdir()
    made.manage("migrate", "--verbosity=0")
    made.manage("import_experts", str(write_directory(folder / "experts.csv", DIRECTORY)))
    made.manage("rebuild_index")
    user = "User.objects.create_superuser('eve', '', 'a-long-passphrase')"
    made.manage("shell", "-c", f"from django.contrib.auth.models import User; {user}")
    made.start()
    for name in ("ana", "bob"):
        made.ask(f"=1+1 Who can audit the webshop of {name}?", email=f"{name}@example.com")
    yield made
    made.kill()


@pytest.fixture(params=list(SIZES))
def page(request: pytest.FixtureRequest, served: Deployment) -> Iterator[Page]:
    """Logged in; whatever the console complains of fails the test."""
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context: Any = browser.new_context(
            base_url=served.url, viewport=SIZES[request.param], accept_downloads=True
        )
        page = context.new_page()

        def heard(one: ConsoleMessage) -> None:
            if one.type == "error":
                complaints.append(one.text)

        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/admin/")
        page.fill("#id_username", "eve")
        page.fill("#id_password", "a-long-passphrase")
        page.get_by_role("button", name="Log in").click()
        expect(page).to_have_url(f"{served.url}/admin/")
        yield page
        browser.close()
    assert complaints == []


def accessible(page: Page, within: str) -> None:
    """No fault that axe calls serious in what is ours of the page."""
    found = Axe().run(page, context={"include": [[within]]})
    serious = [
        f"{one['id']}: {node['target']}"
        for one in found.response["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
    assert serious == []


def fits(page: Page) -> None:
    """Nothing has to be scrolled sideways but what scrolls within itself."""
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 1, f"{wide} pixels too wide: {page.url}"


def test_a_file_is_imported_and_the_index_rebuilt(
    page: Page, served: Deployment, tmp_path: Path
) -> None:
    width = page.viewport_size["width"] if page.viewport_size else 0
    new = [f"diver-{width}", *NEW[1:]]
    file = write_directory(tmp_path / "new.csv", [*DIRECTORY, new])
    page.goto("/admin/experts/expert/import/")
    accessible(page, ".mm-panel")
    fits(page)
    page.set_input_files("input[type=file]", str(file))
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("heading", name="What would change")).to_be_visible()
    expect(page.get_by_role("rowheader", name=new[0])).to_be_visible()
    accessible(page, ".mm-panel")
    fits(page)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("1 create", exact=False).first).to_be_visible()

    page.goto("/admin/experts/expert/index/")
    expect(page.get_by_text("The directory has changed", exact=False)).to_be_visible()
    accessible(page, ".mm-panel")
    fits(page)
    page.get_by_role("button", name="Rebuild now").click()
    expect(page.get_by_role("status")).to_contain_text("serves", timeout=60_000)
    expect(page.get_by_text("It knows the directory as it is.")).to_be_visible()


def test_what_is_filtered_is_what_is_downloaded(page: Page) -> None:
    page.goto("/admin/conversations/lead/?q=ana")
    _to_the_export(page)
    accessible(page, ".mm-panel")
    fits(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Leads as CSV").click()
    rows = list(csv.DictReader(io.StringIO(_read(download).decode("utf-8-sig"))))
    assert [row["email"] for row in rows] == ["ana@example.com"]
    assert rows[0]["last words"].startswith("'=1+1")
    page.goto("/admin/conversations/lead/")
    _to_the_export(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Conversations as XLSX").click()
    sheet: Any = openpyxl.load_workbook(io.BytesIO(_read(download))).active
    assert sheet.max_row == 3
    assert sheet["D2"].data_type == "s"


def test_the_second_step_can_be_read_and_typed(page: Page) -> None:
    page.goto("/admin/two-step/")
    expect(page.get_by_alt_text("QR code of your key")).to_be_visible()
    accessible(page, ".mm-panel")
    fits(page)


def test_an_answer_is_judged_with_an_expert_found_by_typing(page: Page) -> None:
    page.goto("/admin/conversations/conversation/1/change/")
    page.get_by_role("radio", name="Should have been").check()
    page.locator("#verdict .select2-selection").click()
    page.locator(".select2-search__field").last.fill("tara")
    page.get_by_role("option", name="Tara Ax (tax)").click()
    page.get_by_role("button", name="Keep the verdict").click()
    expect(page.get_by_text("Your verdict is kept", exact=False)).to_be_visible()
    expect(page.locator("#verdict")).to_contain_text("Should have been tax")


def _to_the_export(page: Page) -> None:
    link = page.locator("a[href*='/lead/export/']")
    if not link.first.is_visible():  # on a telephone behind the three dots
        page.get_by_text("more_horiz").click()
    link.first.click()


def _read(download: Any) -> bytes:
    return Path(download.value.path()).read_bytes()
