"""The index from a terminal."""

import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from experts.models import Expert
from experts.search import wiring
from experts.search.indexing import Report
from tests.experts.conftest import MakeExpert


def told(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_rebuilding_says_in_one_sentence_what_it_did(people: list[Expert]) -> None:
    assert "serves 4 experts: 4 embedded, 0 taken over" in told("rebuild_index")
    assert "up to date" in told("rebuild_index", "--if-needed")
    assert "0 embedded, 4 taken over" in told("rebuild_index")
    assert "4 embedded, 0 taken over" in told("rebuild_index", "--full")


def test_rebuilding_shows_its_progress_to_whoever_watches(
    people: list[Expert], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    told("rebuild_index")
    assert "Indexing: 100%" in capsys.readouterr().err


def test_a_short_rebuild_writes_no_bar_into_a_log(
    people: list[Expert], capsys: pytest.CaptureFixture[str]
) -> None:
    told("rebuild_index")
    assert capsys.readouterr().err == ""


def test_a_rebuild_beside_another_process_is_refused_with_a_sentence(
    built: Report, index_dir: Path
) -> None:
    code = (
        "from pathlib import Path; from experts.search.generations import Generations\n"
        f"with Generations(Path({str(index_dir)!r})).exclusive():\n"
        "    print('held', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        with pytest.raises(CommandError, match="Another rebuild or rollback is running"):
            told("rebuild_index")
        other.kill()  # the lock of a dead process is free
    assert "4 taken over" in told("rebuild_index")


def test_the_status_tells_what_is_served_and_from_what(built: Report) -> None:
    text = told("index_status")
    assert f"generation {built.generation}" in text
    assert "Experts: 4" in text
    assert "Model: offline" in text
    assert "Stale: no" in text


def test_the_status_tells_who_is_not_searched(people: list[Expert], expert: MakeExpert) -> None:
    expert("nil", job_title="/", bio="-")
    told("rebuild_index")
    assert "Not searched: 1 more expert is left out: no word in" in told("index_status")


def test_the_status_of_a_stale_index_fails_and_says_why(
    built: Report, expert: MakeExpert, capsys: pytest.CaptureFixture[str]
) -> None:
    expert("zoe")
    with pytest.raises(SystemExit, match="1"):
        call_command("index_status")
    assert "1 new" in capsys.readouterr().out


@pytest.mark.django_db
def test_the_status_without_an_index_fails_and_says_what_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit, match="1"):
        call_command("index_status")
    assert "rebuild_index" in capsys.readouterr().out


def test_rolling_back_serves_the_generation_before(built: Report) -> None:
    told("rebuild_index", "--full")
    assert built.generation in told("rollback_index")
    served = wiring.snapshots().current()
    assert served
    assert served.manifest.generation == built.generation


@pytest.mark.django_db
def test_rolling_back_without_an_earlier_generation_is_a_sentence() -> None:
    with pytest.raises(CommandError, match="no earlier generation"):
        told("rollback_index")
