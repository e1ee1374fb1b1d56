"""What is read out of a visitor's words as a demand, and what is left alone."""

from dataclasses import replace
from decimal import Decimal

import pytest

from experts.search.constraints import Constraints, read_constraints
from tests.experts.constraints.demanding import BUDGETS, CURRENCIES, LANGUAGES, MIXTURES
from tests.experts.constraints.harmless import NOT_BUDGETS, NOT_CURRENCIES, NOT_LANGUAGES


@pytest.mark.parametrize(
    ("text", "expected"),
    BUDGETS + CURRENCIES + LANGUAGES + MIXTURES,
)
def test_a_demand_is_read_out_of_the_words(text: str, expected: dict[str, object]) -> None:
    assert read_constraints(text).constraints.as_interpreted() == expected


@pytest.mark.parametrize("text", NOT_BUDGETS + NOT_CURRENCIES + NOT_LANGUAGES)
def test_words_that_demand_nothing_are_left_alone(text: str) -> None:
    reading = read_constraints(text)
    assert reading.constraints.as_interpreted() == {}
    assert (reading.text, reading.spans) == (text, ())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I need a Dutch-speaking lawyer under €150 an hour.", "I need a lawyer."),
        (
            "Need an accountant, not more than 70 EUR/hour, for my VAT",
            "Need an accountant, for my VAT",
        ),
        ("Boekhouder die Frans spreekt, max 80 euro", "Boekhouder"),
        ("een tweetalige jurist (NL/FR) voor huurrecht", "een tweetalige jurist voor huurrecht"),
        ("I need a lawyer. Budget is 150 euros per hour.", "I need a lawyer."),
        ("max 80 euro per uur", ""),
        ("Wait... a  cheap coach", "Wait... a  cheap coach"),
    ],
)
def test_what_is_searched_is_the_text_without_the_demands(text: str, left: str) -> None:
    assert read_constraints(text).text == left


def test_each_span_tells_which_words_were_taken() -> None:
    text = "A Dutch-speaking designer, max 80 euro, who is paid in euros"
    taken = [(text[span.start : span.end], span.kind) for span in read_constraints(text).spans]
    assert taken == [
        ("Dutch-speaking", "language"),
        ("max 80 euro", "budget"),
        ("paid in euros", "currency"),
    ]


def test_the_last_of_two_budgets_counts() -> None:
    reading = read_constraints("Under €100 an hour. Or rather at most €120 an hour.")
    assert reading.constraints == Constraints(max_hourly_rate=Decimal(120), currency="EUR")


def test_amounts_of_two_currencies_are_not_mixed() -> None:
    reading = read_constraints("At least €50 per hour. At most $90 per hour.")
    assert reading.constraints == Constraints(max_hourly_rate=Decimal(90), currency="USD")


def test_a_minimum_above_the_maximum_changes_places_with_it() -> None:
    reading = read_constraints("at least 90 euro and at most 60 euro per hour")
    assert reading.constraints == Constraints(Decimal(60), Decimal(90), "EUR")


def test_decomposed_accents_and_capitals_are_read_alike() -> None:
    assert read_constraints("A\u0300 PARTIR DE 60 EUROS, QUI PARLE NE\u0301ERLANDAIS") == replace(
        read_constraints("À PARTIR DE 60 EUROS, QUI PARLE NÉERLANDAIS"),
        spans=read_constraints("A\u0300 PARTIR DE 60 EUROS, QUI PARLE NE\u0301ERLANDAIS").spans,
    )


READ = Constraints(Decimal(50), Decimal(150), "EUR", frozenset({"nl"}))


@pytest.mark.parametrize(
    ("explicit", "expected"),
    [
        (Constraints(), READ),
        (Constraints(max_hourly_rate=Decimal(100)), replace(READ, max_hourly_rate=Decimal(100))),
        (Constraints(languages=frozenset({"fr"})), replace(READ, languages=frozenset({"fr"}))),
        (
            Constraints(min_hourly_rate=Decimal(200)),
            replace(READ, min_hourly_rate=Decimal(200), max_hourly_rate=None),
        ),
        (
            Constraints(max_hourly_rate=Decimal(40)),
            replace(READ, min_hourly_rate=None, max_hourly_rate=Decimal(40)),
        ),
        (
            Constraints(currency="USD"),
            Constraints(currency="USD", languages=frozenset({"nl"})),
        ),
    ],
)
def test_explicit_filters_win_over_what_was_read(
    explicit: Constraints, expected: Constraints
) -> None:
    assert READ.overridden_by(explicit) == expected


def test_nothing_demanded_is_empty_and_echoes_nothing() -> None:
    assert Constraints().is_empty()
    assert Constraints().as_interpreted() == {}
    assert not READ.is_empty()


def test_what_is_echoed_is_ready_for_json() -> None:
    assert READ.as_interpreted() == {
        "min_hourly_rate": "50.00",
        "max_hourly_rate": "150.00",
        "currency": "EUR",
        "languages": ["nl"],
    }
