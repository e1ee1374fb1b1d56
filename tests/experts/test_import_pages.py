"""A directory imported in the admin: sent, looked at, confirmed; by editors only."""

import csv
import io
import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from experts.importing import make_plan, read_directory, uploads
from experts.models import Expert

LIST = "/admin/experts/expert/"
HEADER = ["Username", "Name", "Job Title", "Company", "Bio", "Hourly Rate", "Currency"]
INES = ["ines", "Ines Vermeulen", "Payroll", "Loonwijs", "I run payrolls.", "95", "EUR"]
pytestmark = pytest.mark.django_db


def staff(role: str, name: str = "") -> Client:
    person = User.objects.create_user(name or role, is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()


@pytest.fixture
def editor() -> Client:
    return staff("editors")


def file(*rows: list[str], name: str = "experts.csv") -> SimpleUploadedFile:
    written = io.StringIO()
    csv.writer(written).writerows([HEADER, *rows])
    return SimpleUploadedFile(name, written.getvalue().encode(), "text/csv")


def send(client: Client, sent: SimpleUploadedFile, **options: str) -> Any:
    return client.post(f"{LIST}import/", {"file": sent, **options}, follow=True)


def confirm(client: Client, shown: Any, **changes: str) -> Any:
    url = shown.request["PATH_INFO"]
    fingerprint = shown.context["upload"].fingerprint
    return client.post(url, {"fingerprint": fingerprint, "confirm": "yes", **changes}, follow=True)


def test_a_file_is_shown_then_confirmed_then_imported(editor: Client) -> None:
    Expert.objects.create(username="ines", name="Ines", job_title="Clerk")
    shown = send(editor, file(INES, ["joe", "Joe", "Law", "Acme", "", "80", "EUR"]))
    page = shown.content.decode()
    assert "<del>Clerk</del> <ins>Payroll</ins>" in page
    assert "1 create" in page
    assert "1 update" in page
    assert Expert.objects.count() == 1
    done = confirm(editor, shown).content.decode()
    assert "Imported experts.csv: 1 update, 1 create." in done
    assert set(Expert.objects.values_list("username", "job_title")) == {
        ("ines", "Payroll"), ("joe", "Law"),
    }  # fmt: skip
    assert LogEntry.objects.get().object_repr == "Imported experts.csv: 1 update, 1 create."
    assert not list(uploads.home().iterdir())


def test_what_is_shown_is_the_plan_of_the_command(editor: Client) -> None:
    Expert.objects.create(username="gone")
    sent = file(INES, ["", "", "", "", "", "", "x"])
    content = sent.read()
    sent.seek(0)
    shown = send(editor, sent, deactivate_missing="on", max_deactivate="100%")
    plan = make_plan(read_directory(content), deactivate_missing=True, max_deactivate="100%")
    upload = shown.context["upload"]
    assert upload.fingerprint == plan.fingerprint
    assert [row["username"] for row in upload.rows(set(upload.actions))] == [
        row.username for row in plan.rows
    ]


def test_every_change_is_shown_page_by_page(editor: Client) -> None:
    many = [[f"u{i:03}", f"N{i}", "T", "C", "B", "50", "EUR"] for i in range(120)]
    shown = send(editor, file(*many))
    url = shown.request["PATH_INFO"]
    seen: list[str] = []
    for number in (1, 2, 3):
        page = editor.get(url, {"p": str(number)})
        seen += [row["username"] for row in page.context["page"]]
    assert seen == [f"u{i:03}" for i in range(120)]
    assert "Page 3 of 3, 120 rows" in page.content.decode()
    assert editor.get(url, {"show": "skip"}).context["page"].paginator.count == 0
    for nonsense in ("x", "\x00", "-1", "9" * 30):
        assert editor.get(url, {"show": nonsense, "p": nonsense}).status_code == 200


def test_a_directory_that_changed_since_is_shown_again_and_not_written(editor: Client) -> None:
    shown = send(editor, file(INES))
    Expert.objects.create(username="ines", name="Somebody else")
    again = confirm(editor, shown)
    assert "has changed since this was shown" in again.content.decode()
    assert "<del>Somebody else</del>" in again.content.decode()
    assert Expert.objects.get().name == "Somebody else"
    assert "1 update" in confirm(editor, again).content.decode()


def test_rows_that_something_is_said_of_are_shown_with_their_lines_changed_or_not(
    editor: Client,
) -> None:
    confirm(editor, send(editor, file(INES)))
    shown = send(editor, file(INES[:3], ["", *INES[1:], "one too many"]))
    assert "2 with remarks" in shown.content.decode()
    page = editor.get(shown.request["PATH_INFO"], {"show": "remarks"})
    assert [(row["line"], row["action"]) for row in page.context["page"]] == [
        (2, "unchanged"),
        (3, "skip"),
    ]
    assert "fewer cells than the header" in page.content.decode()


def test_a_complete_file_may_deactivate_more_when_the_editor_says_so(editor: Client) -> None:
    for i in range(10):
        Expert.objects.create(username=f"u{i}")
    refused = send(editor, file(INES), deactivate_missing="on")
    assert "max-deactivate" not in refused.content.decode()
    assert "let it deactivate 10" in refused.content.decode()
    again = confirm(editor, refused, allow="yes")
    assert Expert.objects.filter(is_active=True).count() == 10
    assert 'name="confirm"' in again.content.decode()
    done = confirm(editor, again)
    assert '<a href="/admin/experts/expert/index/">Rebuild the index</a>' in done.content.decode()
    assert [one.username for one in Expert.objects.filter(is_active=True)] == ["ines"]


def test_a_file_that_would_empty_the_directory_is_refused(editor: Client) -> None:
    for i in range(10):
        Expert.objects.create(username=f"u{i}")
    shown = send(editor, file(INES), deactivate_missing="on")
    page = shown.content.decode()
    assert "would deactivate 10 of 10 active experts" in page
    assert 'name="confirm"' not in page
    assert "Refused" in confirm(editor, shown).content.decode()
    assert Expert.objects.filter(is_active=True).count() == 10
    assert "Nothing was imported." in confirm(editor, shown, cancel="yes").content.decode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"PK\x03\x04zip", "Save it as CSV"),
        (b"colour,size\nred,2\n", "no header"),
        (b"Username,Name\n", "no experts below it"),
    ],
)
def test_a_file_that_is_no_directory_is_a_sentence(
    editor: Client, content: bytes, words: str
) -> None:
    answer = send(editor, SimpleUploadedFile("x.csv", content))
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not uploads.home().exists() or not list(uploads.home().iterdir())


def test_a_file_too_large_is_a_sentence(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "LARGEST", 10)
    assert "larger than" in send(editor, file(INES)).content.decode()


def test_a_cap_that_is_none_is_a_sentence(editor: Client) -> None:
    answer = send(editor, file(INES), max_deactivate="many")
    assert "not &#x27;many&#x27;" in answer.content.decode()


def test_hostile_cells_are_text(editor: Client) -> None:
    hostile = "<script>alert('pwned')</script>\"'><img src=x onerror=pwned()>{{ 7|add:7 }}"
    shown = send(editor, file(["eve", hostile, hostile, hostile, hostile, hostile, hostile],
                              name="<img src=x onerror=pwned()>.csv"))  # fmt: skip
    page = shown.content.decode()
    assert "&lt;script&gt;" in page
    for bad in ("<script>alert", "<img src=x"):
        assert bad not in page
        assert bad not in confirm(editor, shown).content.decode()


def test_only_editors_and_admins_import(editor: Client) -> None:
    shown = send(editor, file(INES))
    url = shown.request["PATH_INFO"]
    sales, other = staff("sales"), staff("editors", "another editor")
    for page in (f"{LIST}import/", url, f"{LIST}index/", f"{LIST}index/status/"):
        assert sales.get(page).status_code == 403
        assert sales.post(page).status_code == 403
        assert Client().get(page).status_code == 302
    assert other.get(url).status_code == 404
    assert other.post(url, {"confirm": "yes"}).status_code == 404
    assert "Import a file" not in sales.get(LIST).content.decode()
    assert "Import a file" in editor.get(LIST).content.decode()
    assert not Expert.objects.exists()


@pytest.mark.parametrize("token", ["..", "x", "a" * 22, "." * 22])
def test_an_upload_that_is_not_there_is_not_found(editor: Client, token: str) -> None:
    assert editor.get(f"{LIST}import/{token}/").status_code == 404


def test_what_nobody_confirmed_is_swept_away(editor: Client) -> None:
    shown = send(editor, file(INES))
    old = shown.context["upload"].folder
    yesterday = time.time() - uploads.LIFE - 1
    os.utime(old, (yesterday, yesterday))
    send(editor, file(INES))
    assert not old.exists()
    assert editor.get(shown.request["PATH_INFO"]).status_code == 404


def test_a_confirmation_from_elsewhere_is_refused(editor: Client) -> None:
    shown = send(editor, file(INES))
    person = User.objects.get(username="editors")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person)
    fingerprint = shown.context["upload"].fingerprint
    answer = strict.post(shown.request["PATH_INFO"], {"fingerprint": fingerprint})
    assert answer.status_code == 403
    assert not Expert.objects.exists()
