"""The command `import_experts` as an operator meets it."""

import csv
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from experts.importing.reports import without_formula
from experts.models import Expert
from tests.experts.importing.files import csv_of, import_rows, person

pytestmark = pytest.mark.django_db
SAMPLE = Path(__file__).resolve().parents[3] / "data" / "experts.csv"


def run(*arguments: object) -> str:
    output = io.StringIO()
    call_command("import_experts", *map(str, arguments), stdout=output)
    return output.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "experts.csv"
    path.write_bytes(csv_of(person(), person(username="b", hourly_rate="0")))
    return path


def report_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as report:
        return list(csv.DictReader(report))


def test_an_import_tells_what_it_did_and_how_to_go_on(file: Path) -> None:
    output = run(file)
    assert "create            2" in output
    assert "missing_hourly_rate" in output
    assert "1 of the file's experts can be recommended." in output
    assert "rebuild_index" in output
    assert Expert.objects.count() == 2


def test_a_dry_run_shows_the_same_table_and_writes_nothing(file: Path) -> None:
    preview = run(file, "--dry-run")
    assert not Expert.objects.exists()
    assert preview.splitlines()[-1].startswith("Nothing was written")
    assert run(file).splitlines()[:-1] == preview.splitlines()[:-1]


def test_the_same_import_again_says_that_nothing_changed(file: Path) -> None:
    run(file)
    assert "Nothing changed" in run(file)
    assert "Nothing would change" in run(file, "--dry-run")


def test_the_report_holds_every_row(file: Path, tmp_path: Path) -> None:
    run(file, "--report", tmp_path / "out.csv")
    first, second = report_rows(tmp_path / "out.csv")
    assert (first["line"], first["username"], first["action"]) == ("2", "jdoe", "create")
    assert json.loads(first["changes"])["company"] == ["", "Hive & Co"]
    assert second["reasons"] == "rate_zero missing_hourly_rate"


def test_no_cell_of_the_report_is_a_formula(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(csv_of(person(username="=cmd|' /C calc'!A0", bio="=1+1")))
    run(source, "--report", tmp_path / "out.csv")
    (row,) = report_rows(tmp_path / "out.csv")
    assert row["username"].startswith("'=cmd")
    assert all(without_formula(cell) == cell for cell in row.values())
    assert Expert.objects.get().bio == "=1+1"


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", " =1", "\t=1", "\r", "＝1", "|x"])
def test_what_a_spreadsheet_would_run_is_quoted(cell: str) -> None:
    assert without_formula(cell) == f"'{cell}"


def test_a_refused_import_says_so_reports_and_writes_nothing(file: Path, tmp_path: Path) -> None:
    import_rows(*(person(username=f"u{number}") for number in range(10)))
    report = tmp_path / "out.csv"
    with pytest.raises(CommandError, match="would deactivate 10 of 10 active experts"):
        run(file, "--deactivate-missing", "--report", report)
    assert Expert.objects.filter(is_active=True).count() == 10
    assert sum(row["action"] == "deactivate" for row in report_rows(report)) == 10
    run(file, "--deactivate-missing", "--max-deactivate", "10")
    assert Expert.objects.filter(is_active=True).count() == 2


def test_trouble_with_files_is_one_sentence(file: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no file"):
        run(tmp_path / "absent.csv")
    with pytest.raises(CommandError, match="is a directory"):
        run(tmp_path)
    with pytest.raises(CommandError, match="cannot be written"):
        run(file, "--report", tmp_path / "no" / "where.csv")
    with pytest.raises(CommandError, match="would overwrite"):
        run(file, "--report", file)
    with pytest.raises(CommandError, match="a share such as 20%"):
        run(file, "--max-deactivate", "lots")
    assert not Expert.objects.exists()


def test_the_sample_directory_is_imported_whole() -> None:
    output = run(SAMPLE)
    assert Expert.objects.recommendable().count() >= 300
    assert "unreadable" not in output
    assert "Nothing changed" in run(SAMPLE)
