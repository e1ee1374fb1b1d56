"""Files taken out of the desk: exactly the filtered rows, safe to open."""

import csv
import io
import shutil
import subprocess
import tracemalloc
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client

from conversations.leads.exporting import files
from conversations.leads.exporting.columns import SHEETS, keys_of
from conversations.models import Conversation, Export, Lead
from tests.conversations.admin import rows

LEADS = "/admin/conversations/lead/"
EXCHANGES = "/admin/conversations/conversation/"
HOSTILE = [
    '=HYPERLINK("http://evil.example","x")', "+1+1", "-2+3", "@SUM(1)", "\t=1+1", "\r=1+1",
    "=cmd|' /C calc'!A0", "line\nbreak", 'quote"quote', "semi;colon,comma", "héé ﷽ 👋",
    "＝1+1", "1e5", "00012", "2026-01-02", "http://example.com", "bell\x07 and \x0b tab",
    "_x0041_", " leading", "%0A=1",
]  # fmt: skip


def fetch(client: Client, url: str, **params: str) -> bytes:
    answer: Any = client.get(url, params)
    assert answer.status_code == 200, url
    assert answer.streaming
    return b"".join(answer.streaming_content)


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read_xlsx(content: bytes) -> list[dict[str, Any]]:
    (heading, *found) = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows()
    names = [cell.value for cell in heading]
    return [dict(zip(names, (cell.value for cell in row), strict=True)) for row in found]


def test_leads_are_exported_as_they_are_filtered_and_searched(boss: Client) -> None:
    rows.conversation("ana@example.com", shown=(rows.expert(),))
    rows.conversation("bob@example.com", "Who repairs roofs?")
    rows.lead("won@example.com", status=Lead.Status.WON)
    assert [row["email"] for row in read_csv(fetch(boss, f"{LEADS}export-leads-csv/"))] == [
        lead.email for lead in Lead.objects.order_by("-last_seen_at", "-id")
    ]
    for params in ({"status": "won"}, {"q": "roofs"}, {"type": "match"}, {"q": "ana PAYROLL"}):
        listed = [row.email for row in boss.get(LEADS, params).context["cl"].result_list]
        assert [
            row["email"] for row in read_csv(fetch(boss, f"{LEADS}export-leads-csv/", **params))
        ] == listed
        assert [
            row["email"] for row in read_xlsx(fetch(boss, f"{LEADS}export-leads-xlsx/", **params))
        ] == listed


def test_an_export_goes_past_the_page_that_is_shown(boss: Client) -> None:
    Lead.objects.bulk_create(
        Lead(email=f"p{i}@example.com", email_key=f"p{i}@example.com") for i in range(130)
    )
    assert len(read_csv(fetch(boss, f"{LEADS}export-leads-csv/", p="2"))) == 130


def test_conversations_of_the_filtered_leads_are_a_row_each(boss: Client) -> None:
    ines = rows.expert()
    row = rows.conversation("ana@example.com", shown=(ines,))
    rows.conversation("ana@example.com", "And in France?")
    rows.conversation("bob@example.com")
    rows.vote(row, comment="Great")
    found = read_csv(fetch(boss, f"{LEADS}export-csv/", q="ana"))
    assert [one["words"] for one in found] == ["And in France?", "Who can run our payroll?"]
    assert (found[1]["experts shown"], found[1]["votes"], found[1]["comments"]) == (
        "ines-vermeulen", "up", "Great",
    )  # fmt: skip
    assert len(read_csv(fetch(boss, f"{EXCHANGES}export-csv/", type="match"))) == 1
    assert len(read_xlsx(fetch(boss, f"{EXCHANGES}export-xlsx/"))) == 3


def test_the_export_of_a_narrowed_list_is_of_what_is_narrowed(boss: Client) -> None:
    rows.conversation()
    narrowed = {"status": "new", "q": "ana"}
    page = boss.get(LEADS, narrowed).content.decode()
    assert "/admin/conversations/lead/export/?status=new&amp;q=ana" in page
    page = boss.get(f"{LEADS}export/", narrowed).content.decode()
    assert "/admin/conversations/lead/export-leads-csv/?status=new&amp;q=ana" in page
    assert "Exactly what the search and the filters" in page
    assert boss.get(f"{LEADS}export/", {"status": "\x00"}).status_code == 302


@pytest.mark.parametrize("url", [LEADS, EXCHANGES])
def test_the_chosen_ones_are_exported_alone(boss: Client, url: str) -> None:
    row = rows.conversation("ana@example.com")
    rows.conversation("bob@example.com")
    key = row.lead_id if url == LEADS else row.pk
    answer: Any = boss.post(url, {"action": "export_chosen", "_selected_action": [str(key)]})
    assert [one["email"] for one in read_csv(b"".join(answer.streaming_content))] == [
        "ana@example.com"
    ]


def test_filters_that_cannot_be_read_export_nothing(boss: Client) -> None:
    answer = boss.get(f"{LEADS}export-leads-csv/", {"status": "\x00"})
    assert answer.status_code == 302
    assert not Export.objects.exists()


def test_an_export_of_nothing_is_a_heading(boss: Client) -> None:
    assert fetch(boss, f"{LEADS}export-leads-csv/").decode("utf-8-sig").startswith("id,email,")
    book = openpyxl.load_workbook(io.BytesIO(fetch(boss, f"{LEADS}export-leads-xlsx/")))
    assert [cell.value for cell in next(book.active.iter_rows())][:2] == ["id", "email"]


def test_nothing_in_a_csv_begins_a_formula(boss: Client) -> None:
    for one in HOSTILE:
        rows.conversation(query=one)
    cells = list(
        csv.reader(io.StringIO(fetch(boss, f"{EXCHANGES}export-csv/").decode("utf-8-sig")))
    )
    for row in cells[1:]:
        for cell in row:
            assert cell.lstrip()[:1] not in set("=+-@＝＋－＠"), cell
            assert cell[:1] not in ("\t", "\r", "\n")
    words = [row[3] for row in cells[1:]]
    assert {one.removeprefix("'") for one in words} == set(HOSTILE)


def test_every_text_of_an_xlsx_is_a_text_and_nothing_else(boss: Client) -> None:
    for words in HOSTILE:
        rows.conversation(query=words)
    content = fetch(boss, f"{EXCHANGES}export-xlsx/")
    sheet: Any = openpyxl.load_workbook(io.BytesIO(content)).active
    found = set()
    for row in sheet.iter_rows(min_row=2):
        cell = row[3]
        assert cell.data_type == "s", cell.value
        assert cell.hyperlink is None
        found.add(cell.value)
    written = {one.value for one in next(sheet.iter_cols(min_col=4, max_col=4, min_row=2))}
    assert "=HYPERLINK" not in {str(one)[:0] for one in written}
    assert {'=HYPERLINK("http://evil.example","x")', "1e5", "00012", "line\nbreak"} <= found


def test_a_text_longer_than_a_cell_is_cut_and_a_sheet_too_long_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(files, "MOST_ROWS", 3)
    content = b"".join(files.as_xlsx("leads", ["a"], [["x" * 40_000], ["2"], ["3"]]))
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["leads", "leads 2"]
    assert len(str(book["leads"]["A2"].value)) == files.LONGEST
    assert book["leads 2"]["A2"].value == "3"


def test_who_exported_what_is_kept_without_the_words_searched_for(boss: Client) -> None:
    rows.conversation()
    fetch(boss, f"{LEADS}export-leads-csv/", q="ana@example.com", status="new")
    log = Export.objects.get()
    assert (str(log.person), log.rows, log.filters) == ("boss", 1, "search, status=new")
    assert log.finished_at is not None
    assert "ana@example.com" not in boss.get("/admin/conversations/export/").content.decode()


def test_a_download_that_breaks_is_not_told_as_sent(boss: Client) -> None:
    rows.conversation()
    answer: Any = boss.get(f"{LEADS}export-leads-csv/")
    pieces = iter(answer.streaming_content)
    assert next(pieces)
    assert Export.objects.get().finished_at is None


def test_only_who_may_export_does(stranger: Client, seller: Client) -> None:
    rows.conversation()
    editor = Client()
    editor.force_login(rows.staff("editor", role="editors"))
    viewer = Client()
    viewer.force_login(rows.staff("v", rights=("view_lead", "view_conversation")))
    for client in (stranger, editor, viewer):
        for url in (f"{LEADS}export-leads-csv/", f"{LEADS}export-xlsx/", f"{EXCHANGES}export-csv/"):
            assert client.get(url).status_code == 403
    assert "/export/" not in viewer.get(LEADS).content.decode()
    assert len(read_csv(fetch(seller, f"{LEADS}export-leads-csv/"))) == 1
    assert seller.get("/admin/conversations/export/").status_code == 403


def test_the_memory_of_an_export_does_not_grow_with_its_rows(boss: Client) -> None:
    def crowd(first: int, count: int) -> None:
        Lead.objects.bulk_create(
            Lead(id=i, email=f"p{i}@example.com", email_key=f"p{i}@example.com")
            for i in range(first, first + count)
        )
        Conversation.objects.bulk_create(
            Conversation(lead_id=i, email=f"p{i}@example.com", query="x" * 2000)
            for i in range(first, first + count)
        )

    def peak(kind: str) -> int:
        sheet, found = SHEETS["conversations"], keys_of(Conversation.objects.order_by("pk"))
        rows = sheet.rows(found)
        made = files.as_csv(sheet.columns, rows) if kind == "csv" else files.as_xlsx(
            sheet.name, sheet.columns, rows
        )  # fmt: skip
        tracemalloc.start()
        for _ in made:
            pass
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    crowd(1, 1000)
    few = {kind: peak(kind) for kind in ("csv", "xlsx")}
    crowd(1001, 3000)
    for kind, before in few.items():
        assert peak(kind) < 1.5 * before


@pytest.mark.slow
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_spreadsheet_program_opens_the_file_and_computes_nothing(
    boss: Client, tmp_path: Path, form: str
) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("no spreadsheet program: Debian's libreoffice-calc is not installed")
    for words in HOSTILE:
        rows.conversation(query=words)
    file = tmp_path / f"export.{form}"
    file.write_bytes(fetch(boss, f"{EXCHANGES}export-{form}/"))
    # Without a window nobody chooses the encoding: comma, double quote, UTF-8.
    reading = ["--infilter=CSV:44,34,76,1"] if form == "csv" else []
    command = [office, "--headless", *reading, f"-env:UserInstallation=file://{tmp_path}/office",
               "--convert-to", "html", "--outdir", str(tmp_path), str(file)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, timeout=180, check=False)
    opened = (tmp_path / "export.html").read_text(errors="replace")
    assert done.returncode == 0
    assert opened.count("ana@example.com") >= len(HOSTILE)
    # Whoever opens a CSV may take 00012 for a number; in an XLSX it is a text and stays one.
    typed = ("00012", "1e5") if form == "xlsx" else ()
    for shown in ("=HYPERLINK(", "+1+1", "-2+3", "@SUM(1)", "héé", *typed):
        assert shown in opened, shown
    assert "#NAME?" not in opened
    assert "Err:" not in opened
    assert 'href="http://evil.example"' not in opened
