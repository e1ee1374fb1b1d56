"""Demands in any text: read once for all, however amounts are written, in time."""

import time
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from experts.search.constraints import Constraints, read_constraints

VOCABULARY = (
    "max min under at least between and entre et tussen en tot à 50 80 150 1.250,50 2026 € $ £ EUR"
    " euro euros dollars / h uur per an hour de l'heure Dutch French -speaking Nederlandstalig die"
    " spreekt who speaks in het Nederlands Frans NL/FR bilingual lawyer , . ( ) - – my budget of"
    " not more than 80€/h fine project or 20 % paid USD"
)
WORDS = st.sampled_from([*VOCABULARY.split(), "\n"])
MESSAGES = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=30).map(" ".join))


@given(MESSAGES)
@settings(max_examples=600, deadline=None)
def test_any_text_is_read_the_same_and_once_for_all(text: str) -> None:
    reading = read_constraints(text)
    again = read_constraints(reading.text)
    assert reading == read_constraints(text)
    assert again.constraints.is_empty()
    assert (again.text, again.spans) == (reading.text, ())


@given(MESSAGES)
@settings(max_examples=600, deadline=None)
def test_spans_lie_in_the_text_in_order_and_rates_are_in_order(text: str) -> None:
    reading = read_constraints(text)
    places = [place for span in reading.spans for place in (span.start, span.end)]
    assert places == sorted(places)
    assert all(0 <= span.start < span.end <= len(text) for span in reading.spans)
    low, high = reading.constraints.min_hourly_rate, reading.constraints.max_hourly_rate
    assert low is None or high is None or low <= high
    assert bool(reading.spans) or reading.text == text


def written(amount: Decimal, thousands: str, decimal: str) -> str:
    swaps = {",": thousands, ".": decimal}
    return "".join(swaps.get(letter, letter) for letter in f"{amount:,.2f}")


@given(
    st.decimals(min_value=1, max_value=5000, places=2),
    st.sampled_from(
        [
            (".", ","),
            (",", "."),
            (" ", ","),
            ("\u00a0", ","),
            ("\u202f", ","),
            ("'", "."),
            ("", ","),
            ("", "."),
        ]
    ),
    st.sampled_from(
        [
            "under €{} an hour",
            "max {} euro per uur",
            "moins de {} € de l'heure",
            "hoogstens € {}/u",
            "{}€/h max",
            "EUR {} per hour at most",
        ]
    ),
)
def test_an_amount_is_the_same_however_it_is_written(
    amount: Decimal, marks: tuple[str, str], sentence: str
) -> None:
    reading = read_constraints(sentence.format(written(amount, *marks)))
    assert reading.constraints == Constraints(max_hourly_rate=amount, currency="EUR")


@given(st.integers(5, 500), st.integers(5, 500))
def test_a_range_is_read_whichever_end_comes_first(one: int, other: int) -> None:
    assume(one != other)
    low, high = sorted((Decimal(one), Decimal(other)))
    for text in (
        f"between {one} and {other} euro",
        f"tussen {one} en {other} euro per uur",
        f"entre {one} et {other} €",
        f"{one}-{other} EUR/h",
        f"€{one} to €{other} an hour",
    ):
        assert read_constraints(text).constraints == Constraints(low, high, "EUR")


@pytest.mark.parametrize(
    "piece",
    [
        "max ",
        "50 ",
        "max 80 euro ",
        "1 000 ",
        "1.000.",
        "(",
        "- ",
        "Dutch/",
        "who speaks ",
        ", ",
        "not more ",
        "é",
        "9",
        "in USD, ",
        "between 50 and ",
    ],
)
def test_a_very_long_text_is_read_in_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    began = time.process_time()
    read_constraints(text)
    assert time.process_time() - began < 5
