"""Visitors, files and the index in a real browser, before a real server of its own."""

import base64
import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django_otp.oath import TOTP
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Look, log_in
from tests.live.conftest import DIRECTORY, write_directory
from tests.live.server import Deployment

NEW = ["diver", "Dana Iver", "Diver", "Deep", "I weld under water.", "110", "EUR"]
PEOPLE = f"""
from django.contrib.auth.models import User
for name in ("eve", "olga-desktop", "olga-phone"):
    User.objects.create_superuser(name, "", {PASSWORD!r})
"""
pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("browser")
    made = Deployment(folder / "data", WEB_CONCURRENCY="1")
    made.data.mkdir()
    made.manage("migrate", "--verbosity=0")
    made.manage("import_experts", str(write_directory(folder / "experts.csv", DIRECTORY)))
    made.manage("rebuild_index")
    made.manage("shell", "-c", PEOPLE)
    made.start()
    for name in ("ana", "bob"):
        made.ask(f"=1+1 Who can audit the webshop of {name}?", email=f"{name}@example.com")
    yield made
    made.kill()


@pytest.fixture
def site(served: Deployment) -> str:
    return served.url


def test_a_visitor_agrees_asks_and_is_a_lead_that_may_be_contacted(
    page: Page, served: Deployment, size: str, look: Look
) -> None:
    email = f"vera-{size}@example.com"
    page.goto("/?utm_source=fair")
    look("visitor", picture=False)
    page.get_by_label("Your e-mail address").fill(email)
    page.get_by_label("Your problem").fill("Who can audit our webshop for the GDPR?")
    page.get_by_label("You may contact me about my question.").check()
    page.get_by_role("button", name="Find experts").click()
    expect(page.get_by_role("heading", name="Gio Dep")).to_be_visible()
    look("visitor-answered", picture=False)
    page.get_by_label("Your reply or next question").fill("Someone cheaper?")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".turn")).to_have_count(2)
    told = served.manage("export_lead", email)
    (consent,) = json.loads(told[told.index("{") :])["consents"]  # told once, not every time
    assert (consent["given"], consent["policy_version"]) == (True, "1")

    page.goto("/privacy/")
    look("privacy", picture=False)
    log_in(page, "eve")
    page.goto(f"/admin/conversations/lead/?q={email}")
    page.get_by_role("link", name=email).click()
    expect(page.get_by_text("may be contacted")).to_be_visible()


def test_a_file_is_imported_and_the_index_rebuilt(
    page: Page, size: str, tmp_path: Path, look: Look
) -> None:
    log_in(page, "eve")
    new = [f"diver-{size}", *NEW[1:]]
    file = write_directory(tmp_path / "new.csv", [*DIRECTORY, new])
    page.goto("/admin/experts/expert/import/")
    look("import-a-file", picture=False)
    page.set_input_files("input[type=file]", str(file))
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("heading", name="What would change")).to_be_visible()
    expect(page.get_by_role("rowheader", name=new[0])).to_be_visible()
    look("import")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("1 create", exact=False).first).to_be_visible()
    look("experts", picture=False)

    page.goto("/admin/experts/expert/index/")
    expect(page.get_by_text("The directory has changed", exact=False)).to_be_visible()
    page.get_by_role("button", name="Rebuild now").click()
    look("rebuild-under-way", picture=False)
    expect(page.get_by_role("status")).to_contain_text("serves", timeout=60_000)
    expect(page.get_by_text("It knows the directory as it is.")).to_be_visible()
    look("rebuilt", picture=False)


def test_what_is_filtered_is_what_is_downloaded(page: Page, look: Look) -> None:
    log_in(page, "eve")
    page.goto("/admin/conversations/lead/?q=ana")
    to_the_export(page)
    look("export", picture=False)
    with page.expect_download() as download:
        page.get_by_role("link", name="Leads as CSV").click()
    rows = list(csv.DictReader(io.StringIO(read(download).decode("utf-8-sig"))))
    assert [row["email"] for row in rows] == ["ana@example.com"]
    assert rows[0]["last words"].startswith("'=1+1")
    page.goto("/admin/conversations/lead/?q=%3D1")
    to_the_export(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Conversations as XLSX").click()
    sheet: Any = openpyxl.load_workbook(io.BytesIO(read(download))).active
    assert sheet.max_row == 3
    assert sheet["D2"].data_type == "s"


def test_a_second_step_is_switched_on_and_asked_for(page: Page, size: str, look: Look) -> None:
    log_in(page, f"olga-{size}")
    page.goto("/admin/two-step/")
    expect(page.get_by_alt_text("QR code of your key")).to_be_visible()
    look("second-step", picture=False)

    key = base64.b32decode(re.sub(r"\s", "", page.locator("code").first.inner_text()))
    page.locator("input[name=token]").fill(f"{TOTP(key).token():06}")
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_text("Two-step login is on").first).to_be_visible()
    look("second-step-codes", picture=False)
    code = page.locator("code").first.inner_text()
    page.context.clear_cookies()
    page.goto("/admin/")
    page.get_by_label("Username").fill(f"olga-{size}")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("logs in with two steps")).to_be_visible()
    look("second-step-login", picture=False)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Code of your second step").fill(code)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile(r"/admin/$"))


def test_an_answer_is_judged_with_an_expert_found_by_typing(page: Page, look: Look) -> None:
    log_in(page, "eve")
    page.goto("/admin/conversations/conversation/1/change/")
    field = page.locator("#verdict").get_by_role("combobox", name="It should have been")
    expect(field).to_be_visible()
    look("verdict", picture=False)
    page.get_by_role("radio", name="Should have been").check()
    field.click()
    page.locator(".select2-search__field").last.fill("tara")
    page.get_by_role("option", name="Tara Ax (tax)").click()
    page.get_by_role("button", name="Keep the verdict").click()
    expect(page.get_by_text("Your verdict is kept", exact=False)).to_be_visible()
    expect(page.locator("#verdict")).to_contain_text("Should have been tax")


def to_the_export(page: Page) -> None:
    link = page.locator("a[href*='/lead/export/']")
    if not link.first.is_visible():  # on a phone behind the three dots
        page.get_by_text("more_horiz").click()
    link.first.click()


def read(download: Any) -> bytes:
    return Path(download.value.path()).read_bytes()
