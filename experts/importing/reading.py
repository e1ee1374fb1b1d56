"""A CSV file to the records of a directory, whatever program wrote it."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from operator import eq
from pathlib import Path
from typing import TYPE_CHECKING

from experts.errors import ImportFailed
from experts.importing.decoding import decode, read_bytes
from experts.importing.headers import Header, key, read_header

if TYPE_CHECKING:
    import _csv

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SEPARATOR_LINE = re.compile(
    r"\ufeff?\s*\"?sep=([,;|\t])\"?\s*", re.IGNORECASE
)  # Excel's own first line
FIELD_LIMIT = 2**31 - 1  # csv would refuse a cell over 128 kB
MAX_BROKEN = 100  # each one is looked at twice, so a file of nothing else has to be refused
END = "end of file"


@dataclass(frozen=True, slots=True)
class Record:
    """One row: raw cells by field, absent ones absent; or the reason why it cannot be imported."""

    line: int
    cells: dict[str, str]
    short: bool = False
    problem: str = ""
    raw: tuple[str, ...] = ()  # kept beside a problem only


@dataclass(frozen=True, slots=True)
class Directory:
    """A file that was understood. `records` holds every row that is not blank."""

    source: str
    encoding: str
    delimiter: str
    header: Header
    records: tuple[Record, ...]

    def notes(self) -> list[str]:
        """What a person should know about the file as a whole."""
        notes = [f"Read as {self.encoding}, cells parted by {self.delimiter}."]
        if self.header.ignored:
            notes.append(f"Columns ignored: {', '.join(self.header.ignored)}.")
        if self.header.repeated:
            names = ", ".join(self.header.repeated)
            notes.append(f"Columns given more than once, the first filled cell counts: {names}.")
        return notes


def read_directory(source: bytes | str | Path) -> Directory:
    """The records of a file, by its path or its content. ImportFailed when it is no directory."""
    name, content = ("The file", source) if isinstance(source, bytes) else _open(Path(source))
    text, encoding = decode(content, name)
    lines = list(io.StringIO(text, newline=""))  # CR, LF and CRLF, each line with its end
    start = _first_line(lines, name)
    delimiter, start = _delimiter(lines, start)
    header, width = _header(lines[start:], delimiter, name)
    table = Table(lines, start + width, delimiter, len(header.cells))
    records = tuple(_records(table, header))
    if not records:
        raise ImportFailed(f"{name} has a header, but no experts below it.")
    return Directory(name, encoding, DELIMITERS.get(delimiter, repr(delimiter)), header, records)


def _open(path: Path) -> tuple[str, bytes]:
    return path.name, read_bytes(path)


def _first_line(lines: list[str], name: str) -> int:
    for number, line in enumerate(lines):
        if line.strip("\ufeff\x00 \t\r\n,;|"):
            return number
    raise ImportFailed(f"{name} is empty.")


def _delimiter(lines: list[str], start: int) -> tuple[str, int]:
    """The delimiter under which the header row says most, and the line the header begins on."""
    if (told := SEPARATOR_LINE.fullmatch(lines[start])) and start + 1 < len(lines):
        return told.group(1), start + 1

    def worth(delimiter: str) -> tuple[int, int]:
        header, _ = _parse_header(lines[start:], delimiter)
        return sum(map(len, header.columns.values())), len(header.cells)

    return max(DELIMITERS, key=worth), start


def _parse_header(lines: list[str], delimiter: str) -> tuple[Header, int]:
    """The header row, and the number of lines it takes."""
    reader = _reader(iter(lines), delimiter, strict=False)
    cells = next(reader, [])
    while cells and not cells[-1].strip():
        cells.pop()  # a delimiter at the end of the header names no column
    return read_header(cells), reader.line_num


def _header(lines: list[str], delimiter: str, name: str) -> tuple[Header, int]:
    header, width = _parse_header(lines, delimiter)
    if not header.columns:
        raise ImportFailed(
            f"{name} has no header that is known here; its first row should name columns such as "
            "Username, First Name, Last Name, Job Title, Company, Bio and Hourly Rate."
        )
    if not header.identifies:
        raise ImportFailed(
            f"{name} does not say whose rows these are: "
            "it needs a column Username, Profile URL or Name."
        )
    return header, width


def _reader(lines: Iterator[str], delimiter: str, *, strict: bool = True) -> "_csv.Reader":
    csv.field_size_limit(FIELD_LIMIT)
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=strict)


@dataclass(frozen=True, slots=True)
class Table:
    """The lines below a header, and how to cut them into rows."""

    lines: list[str]
    start: int
    delimiter: str
    width: int

    def rows(self) -> Iterator[tuple[int, list[str], bool]]:
        """(line number, cells, whether it is sound) of each row.

        A row whose quotes are wrong is given up alone: reading goes on with the next line, and what
        follows is doubted until a row has as many cells as the header, so that neither the rest of
        the file vanishes into one bio nor a piece of a bio becomes an expert.
        """
        at, doubted, broken = self.start, False, 0
        while at < len(self.lines):
            for line, cells, end in self._sound_rows(at):
                doubted = doubted and len(cells) != self.width
                yield line + 1, cells, not doubted
                at = end
            if at < len(self.lines):
                cells, repaired = self._alone(at)
                doubted, broken = not repaired, broken + (not repaired)
                if broken > MAX_BROKEN:
                    raise ImportFailed(
                        f"More than {MAX_BROKEN} rows have quotes that do not close."
                    )
                yield at + 1, cells, repaired
                at += 1

    def _sound_rows(self, start: int) -> Iterator[tuple[int, list[str], int]]:
        """(first line, cells, line after) of each row from `start` up to the first broken one."""
        reader = _reader((self.lines[at] for at in range(start, len(self.lines))), self.delimiter)
        at = start
        try:
            for cells in reader:
                yield at, cells, start + reader.line_num
                at = start + reader.line_num
        except csv.Error:
            return

    def _alone(self, line: int) -> tuple[list[str], bool]:
        """One line by itself, stray quotes taken as text; whether the cells then fit the header."""
        text = self.lines[line]
        rows = list(_reader(iter([text, END]), self.delimiter, strict=False))
        if len(rows) < 2:  # the line ends within quotes and has swallowed the end
            return text.replace('"', "").split(self.delimiter), False
        return rows[0], len(rows[0]) == self.width


def _records(table: Table, header: Header) -> Iterator[Record]:
    names = [key(cell) for cell in header.cells]
    for line, cells, sound in table.rows():
        while len(cells) > table.width and not cells[-1].strip():
            cells.pop()
        if not any(map(str.strip, cells)):
            continue
        problem = ""
        if not sound:
            problem = "broken_quotes"
        elif len(cells) > table.width:
            problem = "too_many_cells"
        elif len(cells) == len(names) and all(map(eq, map(key, cells), names)):
            problem = "repeated_header"
        if problem:
            yield Record(line, {}, problem=problem, raw=tuple(cells))
        else:
            yield Record(line, _by_field(cells, header), short=len(cells) < table.width)


def _by_field(cells: list[str], header: Header) -> dict[str, str]:
    """The first filled cell of each field; one whose cells all lie past the row's end is absent."""
    fields = {}
    for field, columns in header.columns.items():
        given = [cells[column] for column in columns if column < len(cells)]
        if given:
            fields[field] = next((cell for cell in given if cell.strip()), "")
    return fields
