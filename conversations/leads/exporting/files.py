"""Rows as CSV and as XLSX, in memory that does not grow with them."""

import csv
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import IO, Any

import xlsxwriter

from conversations.leads.exporting.columns import Cell
from experts.importing.reports import without_formula

MIME = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LONGEST = 32_767  # characters of a cell that Excel takes
MOST_ROWS = 1_048_576  # of one worksheet, the heading included
PIECE = 64 * 1024
BOM = "\ufeff"  # without it Excel takes UTF-8 for Windows-1252
MOMENT = "%Y-%m-%d %H:%M:%S"


class _Line:
    """A file to csv.writer that hands back what was written last."""

    def write(self, text: str) -> str:
        return text


def as_csv(heading: Iterable[str], rows: Iterable[list[Cell]]) -> Iterator[bytes]:
    """Line by line, in pieces. Texts that a spreadsheet would run begin with a quote mark."""
    writer: Any = csv.writer(_Line())
    buffered = BOM + writer.writerow(list(heading))
    for row in rows:
        buffered += writer.writerow([_plain(cell) for cell in row])
        if len(buffered) >= PIECE:
            yield buffered.encode()
            buffered = ""
    yield buffered.encode()


def as_xlsx(name: str, heading: Iterable[str], rows: Iterable[list[Cell]]) -> Iterator[bytes]:
    """The whole workbook is written to a file that has no name before its first piece is given:
    an archive has its table of contents at the end."""
    with tempfile.TemporaryFile() as file:
        _write(file, name, list(heading), rows)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _write(file: IO[bytes], name: str, heading: list[str], rows: Iterable[list[Cell]]) -> None:
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    bold = book.add_format({"bold": True})
    sheet: Any = None
    at = MOST_ROWS
    for row in rows:
        if at >= MOST_ROWS:
            sheet, at = _sheet(book, name, heading, bold), 1
        for column, cell in enumerate(row):
            _put(sheet, at, column, cell, moment)
        at += 1
    if sheet is None:
        _sheet(book, name, heading, bold)
    book.close()


def _sheet(book: Any, name: str, heading: list[str], bold: Any) -> Any:
    number = len(book.worksheets()) + 1
    sheet = book.add_worksheet(name if number == 1 else f"{name} {number}")
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(heading) - 1, 18)
    for column, title in enumerate(heading):
        sheet.write_string(0, column, title, bold)
    return sheet


def _put(sheet: Any, row: int, column: int, cell: Cell, moment: Any) -> None:
    """Every text goes in as text: what looks like a formula, a link or a number stays a text."""
    if isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell, moment)
    elif isinstance(cell, (int, float)):
        sheet.write_number(row, column, cell)
    elif cell:
        short = cell if len(cell) <= LONGEST else f"{cell[: LONGEST - 1]}…"
        sheet.write_string(row, column, short)


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.strftime(MOMENT)
    return without_formula(cell) if isinstance(cell, str) else str(cell)
