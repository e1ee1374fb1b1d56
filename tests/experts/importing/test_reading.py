"""Whatever program wrote the file, the same directory is read from it."""

import csv
from pathlib import Path

import pytest

from experts.errors import ImportFailed
from experts.importing import Directory, read_directory
from experts.importing.reading import MAX_BROKEN

TEXT = "Username,Name,Bio\nana,Ana Peña,Knows § and €\nbé,Bé,Fine\n"


def cells(directory: Directory) -> list[dict[str, str]]:
    return [record.cells for record in directory.records]


def problems(directory: Directory) -> list[tuple[int, str]]:
    return [(record.line, record.problem) for record in directory.records]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le-bom", "utf-32"]
)
def test_the_encoding_of_the_file_does_not_change_what_it_says(encoding: str) -> None:
    content = b"\xff\xfe" + TEXT.encode("utf-16-le") if "bom" in encoding else TEXT.encode(encoding)
    assert cells(read_directory(content)) == [
        {"username": "ana", "name": "Ana Peña", "bio": "Knows § and €"},
        {"username": "bé", "name": "Bé", "bio": "Fine"},
    ]


def test_a_stray_windows_byte_does_not_garble_the_rest_of_a_utf8_file() -> None:
    content = "Username,Name\na,Zoë\nb,Łukasz\nc,Chloé\n".encode() + b"d,Ren\xe9e\n"
    names = [row["name"] for row in cells(read_directory(content))]
    assert names == ["Zoë", "Łukasz", "Chloé", "Renée"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends_are_found_out(delimiter: str, end: str) -> None:
    rows = [["Username", "Bio, in short"], ["a", "one; two, three\tfour"], ["b", "x"]]
    lines = [delimiter.join(f'"{cell}"' for cell in row) for row in rows]
    directory = read_directory((end.join(lines) + end).encode())
    assert [row["username"] for row in cells(directory)] == ["a", "b"]
    assert directory.header.cells == ("Username", "Bio, in short")


def test_a_comma_in_a_semicolon_header_misleads_nobody() -> None:
    directory = read_directory(b"Username;Rate, hourly, EUR;Job Title;Company\na;95;Cook;Inn\n")
    assert directory.delimiter == "semicolon"
    assert cells(directory) == [{"username": "a", "job_title": "Cook", "company": "Inn"}]


def test_the_separator_line_of_excel_is_obeyed() -> None:
    directory = read_directory(b"sep=;\r\nUsername;Name\r\na;A, B\r\n")
    assert cells(directory) == [{"username": "a", "name": "A, B"}]
    assert directory.records[0].line == 3


def test_quoted_line_breaks_delimiters_and_quotes_stay_in_their_cell() -> None:
    content = b'Username,Bio\r\na,"one\r\ntwo, ""three""\n"\r\nb,plain\r\n'
    directory = read_directory(content)
    assert cells(directory)[0]["bio"] == 'one\r\ntwo, "three"\n'
    assert [record.line for record in directory.records] == [2, 5]


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("user_name", "username"),
        ("USER-NAME", "username"),
        ("First name", "first_name"),
        ("LAST_NAME", "last_name"),
        ("name", "name"),
        ("title", "job_title"),
        ("Job-Title", "job_title"),
        ("rate", "hourly_rate"),
        ("Hourly  Rate", "hourly_rate"),
        ("url", "profile_url"),
        ("Link", "profile_url"),
        ("ProfileURL", "profile_url"),
        ("Profile URL with UTM", "profile_url_with_utm"),
        ("description", "bio"),
        ("About", "bio"),
        ("Profile Image Url", "photo_url"),
        ("created_at", "joined_at"),
        ("Languages", "languages"),
        ("TAGS", "tags"),
        ("category", "category"),
        ("Location", "location"),
    ],
)
def test_header_names_are_known_in_every_spelling(header: str, field: str) -> None:
    directory = read_directory(f"Name,{header}\nx,y\n".encode())
    assert field in directory.header.columns


def test_unknown_and_repeated_columns_are_told_and_do_no_harm() -> None:
    directory = read_directory(b"Shoe Size,URL,Username,Title,Profile URL,title\n43,u,a,,p,Cook\n")
    assert cells(directory) == [{"username": "a", "job_title": "Cook", "profile_url": "p"}]
    assert directory.notes() == [
        "Read as utf-8, cells parted by comma.",
        "Columns ignored: Shoe Size.",
        "Columns given more than once, the first filled cell counts: profile_url, job_title.",
    ]


def test_blank_rows_are_nothing_and_lines_are_counted_as_an_editor_does() -> None:
    directory = read_directory(b"\n\nUsername,Name\n\na,A\n,\n  , \nb,B\n\n")
    assert problems(directory) == [(5, ""), (8, "")]


def test_a_short_row_says_nothing_of_the_cells_it_lacks() -> None:
    (record,) = read_directory(b"Username,Name,Bio,Tags\na,A\n").records
    assert record.short
    assert record.cells == {"username": "a", "name": "A"}


def test_a_long_row_is_left_out_unless_what_is_too_much_is_blank() -> None:
    directory = read_directory(b"Username,Name\na,A,, ,\nb,B,more\n")
    assert problems(directory) == [(2, ""), (3, "too_many_cells")]


def test_a_header_that_comes_again_is_no_expert() -> None:
    directory = read_directory(b"Username,First Name\na,A\nusername,FIRST_NAME\nb,B\n")
    assert problems(directory) == [(2, ""), (3, "repeated_header"), (4, "")]


def test_an_unclosed_quote_costs_its_own_row_and_not_the_rest_of_the_file() -> None:
    content = b'Username,Bio,Company\na,"never closed,X\nb,"two\nlines",Y\nc,"fine",Z\nd,plain,W\n'
    directory = read_directory(content)
    assert problems(directory) == [(2, "broken_quotes"), (3, ""), (5, ""), (6, "")]
    assert cells(directory)[1]["bio"] == "two\nlines"


def test_an_unclosed_quote_at_the_end_of_a_torn_file_is_told() -> None:
    directory = read_directory(b'Username,Bio,Company\na,x,X\nb,"torn off he')
    assert problems(directory) == [(2, ""), (3, "broken_quotes")]


def test_pieces_of_a_broken_bio_become_nobody() -> None:
    content = b'Username,Bio,Company\na,"first "line"\nsecond, line\nthird\nb,ok,Y\nc,short\n'
    directory = read_directory(content)
    assert [line for line, problem in problems(directory) if not problem] == [5, 6]
    assert cells(directory)[-1] == {"username": "c", "bio": "short"}


def test_quotes_that_were_not_doubled_are_text_where_the_row_still_fits() -> None:
    directory = read_directory(b'Username,Bio,Company\na,"I say "hello" a lot",X\nb,5" disks,Y\n')
    assert problems(directory) == [(2, ""), (3, "")]
    assert "hello" in cells(directory)[0]["bio"]
    assert cells(directory)[1]["bio"] == '5" disks'


def test_a_file_of_broken_quotes_is_refused_in_bounded_time() -> None:
    content = b"Username,Bio\n" + b'a,"x\nb,"y"z\n' * (MAX_BROKEN + 1)
    with pytest.raises(ImportFailed, match="quotes that do not close"):
        read_directory(content)


def test_a_cell_beyond_the_csv_modules_limit_is_read() -> None:
    csv.field_size_limit(131_072)
    (record,) = read_directory(b"Username,Bio\na,%b\n" % (b"x" * 300_000)).records
    assert len(record.cells["bio"]) == 300_000


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n \r\n,,,\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"Username,Name\n", "no experts below it"),
        (b"Username,Name\n\n,\n", "no experts below it"),
        (b"a,b,c\n1,2,3\n", "no header that is known"),
        (b"jdoe,Jan,Doe,Beekeeper\n", "no header that is known"),
        (b"Company,Hourly Rate\nHive,95\n", "whose rows these are"),
        (b"PK\x03\x04rest of a workbook", "spreadsheet"),
        (b"\x1f\x8b\x08rest", "compressed"),
        ("Username,Name\na,b\n".encode("utf-16-le"), "not text"),
        (bytes(1000), "not text"),
    ],
)
def test_what_is_no_directory_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(ImportFailed, match=sentence):
        read_directory(content)


def test_a_path_that_leads_nowhere_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="There is no file"):
        read_directory(tmp_path / "absent.csv")
    with pytest.raises(ImportFailed, match="is a directory"):
        read_directory(tmp_path)
    with pytest.raises(ImportFailed, match="cannot be read"):
        read_directory("nul\x00byte.csv")
