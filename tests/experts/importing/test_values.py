"""Names, languages, links, dates and lists: tidied, bounded, never trusted."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from hypothesis import given
from hypothesis import strategies as st

from experts.importing.dates import read_date
from experts.importing.languages import KNOWN_CODES, read_languages
from experts.importing.links import read_link
from experts.importing.profiles import LENGTHS, Profile, read_profile
from experts.importing.reading import Record
from experts.importing.text import tidy_line, tidy_text
from experts.models import Expert


def profile_of(**cells: str) -> Profile:
    return read_profile(Record(2, {"username": "a", **cells}))


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("nl, en", ["nl", "en"]),
        ("NL|EN", ["nl", "en"]),
        ("Dutch; French", ["nl", "fr"]),
        ("Nederlands/Frans/Engels", ["nl", "fr", "en"]),
        ("néerlandais, français et anglais", ["nl", "fr", "en"]),
        ("English (native), Dutch - C1, French: basic", ["en", "nl", "fr"]),
        ("nl-BE, en_US", ["nl", "en"]),
        ('["nl", "fr"]', ["nl", "fr"]),
        ("eng, dut, nld", ["en", "nl"]),
        ("English\nDeutsch", ["en", "de"]),
        ("", []),
    ],
)
def test_languages_become_codes(cell: str, codes: list[str]) -> None:
    assert read_languages(cell) == (codes, True)


def test_an_unknown_language_is_told_and_left_out() -> None:
    profile = profile_of(languages="Klingon, nl")
    assert profile.values["languages"] == ["nl"]
    assert profile.reasons == ["language_unknown"]


@given(st.text())
def test_any_languages_cell_gives_known_codes_only(cell: str) -> None:
    assert set(read_languages(cell)[0]) <= KNOWN_CODES


@pytest.mark.parametrize(
    ("cell", "link"),
    [
        ("https://a.example/x?y=1#z", "https://a.example/x?y=1#z"),
        ("HTTP://a.example", "HTTP://a.example"),
        ("\u00a0https://a.example/x ", "https://a.example/x"),
        ("www.a.example/jan", "https://www.a.example/jan"),
        ("//a.example/jan", "https://a.example/jan"),
    ],
)
def test_a_web_address_is_kept(cell: str, link: str) -> None:
    assert read_link(cell) == (link, "")


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("javascript:alert(1)", "unsafe"),
        ("JaVaScRiPt:alert(1)", "unsafe"),
        ("java\x00script:alert(1)", "unsafe"),
        ("data:text/html,<script>", "unsafe"),
        ("ftp://a.example/x", "unsafe"),
        ("https://known.example@evil.example/", "unsafe"),
        ("https://", "unreadable"),
        ("https://[::1", "unreadable"),
        ("https://a.example/<a b>", "unreadable"),
        ("see my site", "unreadable"),
        ("https://a.example/" + "x" * 1000, "too_long"),
    ],
)
def test_any_other_link_is_dropped_with_a_reason(cell: str, why: str) -> None:
    assert read_link(cell) == ("", why)


@given(st.text() | st.text("htps:/.@[]a1 \n", max_size=30).map("http".__add__))
def test_any_cell_gives_a_safe_link_or_none(cell: str) -> None:
    link, why = read_link(cell)
    if link:
        URLValidator(schemes=["http", "https"])(link)
        assert not why
    else:
        with pytest.raises(ValidationError):
            URLValidator(schemes=["http", "https"])(link)


def test_the_plain_profile_link_is_preferred_to_the_one_with_tracking() -> None:
    tracked = "https://a.example/jan?utm_source=x"
    both = profile_of(profile_url="https://a.example/jan", profile_url_with_utm=tracked)
    assert both.values["profile_url"] == "https://a.example/jan"
    assert both.reasons == []
    one = profile_of(profile_url="javascript:x", profile_url_with_utm=tracked)
    assert one.values["profile_url"] == tracked
    assert one.reasons == ["profile_url_unsafe", "profile_url_with_utm"]
    assert "profile_url_with_utm" not in one.values


BRUSSELS = ZoneInfo("Europe/Brussels")
FIFTH = datetime(2024, 1, 5, tzinfo=BRUSSELS)
FIFTH_AT_TEN = datetime(2024, 1, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2024-01-05", FIFTH),
        ("05/01/2024", FIFTH),
        ("5-1-2024", FIFTH),
        ("5.1.2024", FIFTH),
        ("5 januari 2024", FIFTH),
        ("5 janvier 2024", FIFTH),
        ("January 5th, 2024", FIFTH),
        ("12/31/2024", datetime(2024, 12, 31, tzinfo=BRUSSELS)),
        ("31/12/2024 16:02", datetime(2024, 12, 31, 16, 2, tzinfo=BRUSSELS)),
        ("2024-01-05T10:00:00Z", FIFTH_AT_TEN),
        ("2024-01-05 10:00:00 UTC", FIFTH_AT_TEN),
        ("2024-01-05T11:00:00.000+01:00", FIFTH_AT_TEN),
        ("Fri, 05 Jan 2024 10:00:00 GMT", FIFTH_AT_TEN),
        ("Fri Jan 05 2024 10:00:00 GMT+0000 (Coordinated Universal Time)", FIFTH_AT_TEN),
        ("1704448800", FIFTH_AT_TEN),
        ("1704448800000", FIFTH_AT_TEN),
    ],
)
def test_a_date_is_a_moment_with_a_time_zone(cell: str, moment: datetime) -> None:
    assert read_date(cell) == moment


@pytest.mark.parametrize("cell", ["soon", "31/02/2024", "0001-01-01", "9999-12-31", "45000", "-"])
def test_a_date_that_cannot_be_is_none_with_a_reason(cell: str) -> None:
    profile = profile_of(joined_at=cell)
    assert profile.values["joined_at"] is None
    assert profile.reasons == ["joined_at_unreadable"]


@given(st.text() | st.text("0123456789-/:. TZ+", max_size=30) | st.datetimes().map(str))
def test_any_date_cell_gives_an_aware_moment_or_none(cell: str) -> None:
    moment = read_date(cell)
    assert moment is None or moment.tzinfo is not None


def test_names_are_tidied() -> None:
    assert tidy_line(" Jan\u00a0 \u200bvan\tden\r\n Berg\ufeff ") == "Jan van den Berg"
    assert tidy_line("Rene\u0301e") == "Renée"


def test_a_bio_keeps_its_lines_and_its_looks() -> None:
    assert tidy_text("one\r\n\r\ntwo\rthree ") == "one\n\ntwo\nthree"
    for bio in ("=SUM(A1)", "+32 in a bio", "-- dashes", "@home", "<b>bold</b> & 5 < 6"):
        assert profile_of(bio=bio).values["bio"] == bio


def test_invisible_control_characters_are_removed_and_told() -> None:
    profile = profile_of(company="Hi\x00ve\x07", bio="a\x00b\x1b[31m", name="A\u202eB")
    assert profile.values == {"company": "Hive", "bio": "ab[31m", "name": "AB"}
    assert profile.reasons == ["control_characters"]


def test_texts_are_cut_to_what_the_database_holds_and_told() -> None:
    for name, length in LENGTHS.items():
        field = Expert._meta.get_field(name)
        assert isinstance(field, models.CharField | models.TextField)
        assert field.max_length in (length, None)
        profile = profile_of(**{name: "é" * (length + 1)})
        assert profile.values == {name: "é" * length}
        assert profile.reasons == [f"{name}_cut"]


def test_a_bio_of_a_novels_length_is_cut() -> None:
    profile = profile_of(bio="word " * 100_000)
    assert len(profile.values["bio"]) <= 50_000
    assert profile.reasons == ["bio_cut"]


def test_tags_are_a_list_without_repeats() -> None:
    assert profile_of(tags="CI/CD; python, Python | c#").values["tags"] == ["CI/CD", "python", "c#"]
    assert profile_of(tags='["a", "b"]').values["tags"] == ["a", "b"]
    too_many = profile_of(tags=",".join(map(str, range(500))))
    assert (len(too_many.values["tags"]), too_many.reasons) == (100, ["tags_cut"])


@pytest.mark.parametrize(
    ("rate", "column", "currency", "reasons"),
    [
        ("95", "eur", "EUR", []),
        ("€ 95", "", "EUR", []),
        ("€ 95", "EUR", "EUR", []),
        ("$95", "CAD", "CAD", []),
        ("$95", "EUR", "USD", ["currency_conflict"]),
        ("95", "beans", "", ["currency_unknown"]),
        ("€ 95", "beans", "EUR", ["currency_unknown"]),
    ],
)
def test_the_currency_comes_from_its_column_or_from_the_rate(
    rate: str, column: str, currency: str, reasons: list[str]
) -> None:
    profile = profile_of(hourly_rate=rate, currency=column)
    assert profile.values["currency"] == currency
    assert profile.reasons == reasons


def test_a_rate_that_names_its_currency_needs_no_column() -> None:
    assert profile_of(hourly_rate="USD 90").values["currency"] == "USD"
    assert "currency" not in profile_of(hourly_rate="90").values
