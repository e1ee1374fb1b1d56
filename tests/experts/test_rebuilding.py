"""A rebuild beside the workers: one at a time, told wherever it was started from."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.test import Client

from experts.errors import RebuildInProgress
from experts.models import Expert
from experts.search import rebuilding
from experts.search.rebuilding import Telling, start, status

PAGE = "/admin/experts/expert/index/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client) -> Client:
    person = User.objects.create_user("editor", is_staff=True)
    person.groups.add(Group.objects.get(name="editors"))
    client.force_login(person)
    return client


def wait_for(state: str) -> rebuilding.Status:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and status().state != state:
        time.sleep(0.05)
    return status()


def child(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_before_the_first_rebuild_there_is_nothing_to_tell(index_dir: Path) -> None:
    assert status().state == "never"


def test_a_rebuild_from_the_terminal_is_told_too(people: list[Expert], capsys: Any) -> None:
    call_command("rebuild_index")
    told = status()
    assert told.state == "done"
    assert told.message.startswith("Generation ")
    assert "serves 4 experts: 4 embedded" in told.message
    assert (told.done, told.steps) == (told.steps, told.done)


def test_a_rebuild_that_fails_says_why(
    people: list[Expert], index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RebuildInProgress("Another rebuild is running.")

    monkeypatch.setattr("experts.management.commands.rebuild_index.rebuild", fail)
    with pytest.raises(CommandError):
        call_command("rebuild_index")
    assert (status().state, status().message) == ("failed", "Another rebuild is running.")


def test_an_error_nobody_knows_is_told_without_its_words(index_dir: Path) -> None:
    with pytest.raises(ValueError, match="secret"), Telling():
        raise ValueError("secret")
    assert status().state == "failed"
    assert "ValueError" in status().message
    assert "secret" not in status().message


def test_a_second_rebuild_leaves_the_word_to_the_first(index_dir: Path) -> None:
    with Telling() as first:
        first.step(1, 10)
        first.step(2, 10)
        with Telling() as second:
            second.finish("The second is done.")
        assert status().state == "running"
        first.finish("The first is done.")
    assert status().message == "The first is done."
    assert status().done == 3


def test_only_one_rebuild_is_started_at_a_time(index_dir: Path) -> None:
    start(command=child("import time; time.sleep(3)"))
    assert status().is_running
    with pytest.raises(RebuildInProgress):
        start(command=child("pass"))
    wait_for("interrupted")


def test_a_rebuild_that_died_is_told_as_interrupted_with_its_last_words(index_dir: Path) -> None:
    start(command=child("import sys; sys.exit('no memory left')"))
    told = wait_for("interrupted")
    assert told.state == "interrupted"
    assert "no memory left" in told.message
    start(command=child("pass"))  # and another one may be started


def test_a_rebuild_killed_while_running_is_not_told_as_running(index_dir: Path) -> None:
    with Telling() as telling:
        telling.step(1, 10)
        running = rebuilding._file(index_dir).read_text()
    rebuilding._file(index_dir).write_text(running)
    assert json.loads(running)["state"] == "running"
    assert status().state == "interrupted"


def test_a_telling_that_cannot_be_read_stops_nothing(index_dir: Path, editor: Client) -> None:
    index_dir.mkdir()
    for nonsense in ("", "{", "[]", '{"state": 1, "x": 2}'):
        rebuilding._file(index_dir).write_text(nonsense)
        assert status().state == "never"
    assert editor.get(PAGE).status_code == 200


def test_an_editor_starts_a_rebuild_and_watches_it(
    editor: Client, people: list[Expert], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def command(*, full: bool) -> list[str]:
        asked.append(full)
        return child("pass")

    monkeypatch.setattr(rebuilding, "rebuild_command", command)
    page = editor.get(PAGE).content.decode()
    assert "No index is in service" in page
    assert editor.post(PAGE, {"full": "on"}).status_code == 302
    assert asked == [True]
    call_command("rebuild_index")
    told = editor.get(f"{PAGE}status/").json()
    assert (told["state"], told["percent"], told["running"]) == ("done", 100, False)
    page = editor.get(PAGE).content.decode()
    assert "serves 4 experts" in page
    assert "It knows the directory as it is." in page
    Expert.objects.filter(username="ada").delete()
    assert "The directory has changed" in editor.get(PAGE).content.decode()


def test_an_index_that_is_being_rebuilt_is_not_started_again_from_the_page(
    editor: Client, index_dir: Path
) -> None:
    with Telling():
        page = editor.post(PAGE, follow=True).content.decode()
        assert "Not started: A rebuild is running already." in page
        assert 'data-running="yes"' in page
        assert editor.get(f"{PAGE}status/").json()["message"] == "Rebuilding: reading the experts."
