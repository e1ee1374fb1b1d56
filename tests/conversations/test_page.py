"""The visitor's page: served whole, from here only, with nothing that a strict policy forbids."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from pytest_django import Settings


@pytest.fixture
def page(client: Client) -> str:
    response = client.get("/")
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_needs_nothing_from_elsewhere(page: str) -> None:
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", page)


def test_the_page_holds_no_script_or_style_of_its_own(page: str) -> None:
    assert not re.search(r"<script(?![^>]*\ssrc=)", page)
    assert "<style" not in page
    assert not re.search(r"\s(?:style|on\w+)=", page)


def test_every_field_has_a_label(page: str) -> None:
    for field in re.findall(r"<(?:input|textarea) id=\"(\w+)\"", page):
        assert f'<label for="{field}"' in page


def test_the_page_asks_for_consent_to_a_version_of_a_policy(
    client: Client, settings: Settings
) -> None:
    settings.PRIVACY_POLICY_VERSION, settings.PRIVACY_POLICY_URL = "2026-11", "/privacy/"
    page = client.get("/").content.decode()
    assert 'type="checkbox" data-version="2026-11"' in page
    assert 'href="/privacy/"' in page
    assert "Version 2026-11." in client.get("/privacy/").content.decode()
    settings.PRIVACY_POLICY_VERSION = ""
    assert "checkbox" not in client.get("/").content.decode()


@pytest.mark.parametrize("name", ["chat.js", "chat.css", "favicon.svg"])
def test_what_the_page_names_is_there(page: str, name: str) -> None:
    assert f"conversations/{name}" in page
    assert finders.find(f"conversations/{name}")


def test_the_scripts_put_text_into_the_page_and_never_markup() -> None:
    first = Path(str(finders.find("conversations/chat.js"))).read_text()
    others = re.findall(r'^import .* from "\./(.+)";$', first, re.MULTILINE)
    script = first + "".join(
        Path(str(finders.find(f"conversations/{name}"))).read_text() for name in others
    )

    assert len(others) == 2
    assert "textContent" in script
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert way not in script
