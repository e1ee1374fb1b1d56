"""A rate is an exact amount in a known currency, or none with a reason; never a guess."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experts.importing.money import HIGHEST, read_currency, read_rate

AMOUNTS = st.decimals(min_value="0.01", max_value=HIGHEST, places=2)


@pytest.mark.parametrize(
    ("cell", "amount", "currency"),
    [
        ("95", "95", ""),
        ("95.00", "95", ""),
        ("95,00", "95", ""),
        ("95,5", "95.50", ""),
        ("1.234,50", "1234.50", ""),
        ("1,234.50", "1234.50", ""),
        ("1 234,50", "1234.50", ""),
        ("1\u00a0234,50", "1234.50", ""),
        ("1'234.50", "1234.50", ""),
        ("1,500", "1500", ""),
        ("1.500", "1500", ""),
        ("0.500", "0.50", ""),
        ("95,-", "95", ""),
        ("45.4999999", "45.50", ""),
        ("€ 95/h", "95", "EUR"),
        ("95 EUR per uur", "95", "EUR"),
        ("95 euros de l'heure", "95", "EUR"),
        ("95 €/heure", "95", "EUR"),
        ("€95 p/u excl. btw", "95", "EUR"),
        ("€ 95,00 EUR", "95", "EUR"),
        ("$110", "110", "USD"),
        ("USD 90", "90", "USD"),
        ("US$ 90 / hr", "90", "USD"),
        ("£70 an hour", "70", "GBP"),
        ("chf 120.-", "120", "CHF"),
        ("¥12,500", "12500", "JPY"),
        ("99999999.99", "99999999.99", ""),
        ("９５", "95", ""),
    ],
)
def test_rates_are_read_as_people_write_them(cell: str, amount: str, currency: str) -> None:
    rate = read_rate(cell)
    assert (rate.amount, rate.reason) == (Decimal(amount), "")
    assert rate.currencies[:1] == ((currency,) if currency else ())


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("0", "rate_zero"),
        ("€ 0,00", "rate_zero"),
        ("0.001", "rate_zero"),
        ("-50", "rate_negative"),
        ("−50", "rate_negative"),
        ("€ -50", "rate_negative"),
        ("NaN", "rate_unreadable"),
        ("inf", "rate_unreadable"),
        ("-Infinity", "rate_unreadable"),
        ("1e400", "rate_unreadable"),
        ("on request", "rate_unreadable"),
        ("1.2.3", "rate_unreadable"),
        ("1,2,3.4", "rate_unreadable"),
        ("€ 95 USD", "rate_unreadable"),
        ("٩٥", "rate_unreadable"),
        ("100000000", "rate_too_high"),
        ("9" * 60, "rate_too_high"),
        ("80-120", "rate_range"),
        ("€80 tot €120", "rate_range"),
        ("600 / day", "rate_not_hourly"),
        ("600 per dag", "rate_not_hourly"),
        ("95.000", "rate_ambiguous"),
    ],
)
def test_what_is_no_hourly_price_has_a_reason_instead(cell: str, reason: str) -> None:
    rate = read_rate(cell)
    assert (rate.amount, rate.reason) == (None, reason)


def test_an_empty_rate_is_no_mistake() -> None:
    assert read_rate("  ").reason == ""


@given(AMOUNTS, st.sampled_from(["{:.2f}", "{:,.2f}", "€ {:,.2f}/h", "USD {:.2f}"]), st.booleans())
def test_every_amount_survives_being_written_down(
    amount: Decimal, form: str, continental: bool
) -> None:
    cell = form.format(amount)
    if continental:
        cell = cell.translate(str.maketrans(".,", ",."))
    assert read_rate(cell).amount == amount


@given(st.text() | st.text("0123456789.,-+€$ '/hEURkinf", max_size=20))
def test_any_cell_gives_a_storable_amount_or_none(cell: str) -> None:
    rate = read_rate(cell)
    if rate.amount is None:
        assert rate.reason or not cell.strip()
    else:
        assert Decimal("0.01") <= rate.amount <= HIGHEST
        assert rate.amount == rate.amount.quantize(Decimal("0.01"))


@pytest.mark.parametrize(
    ("cell", "code"),
    [("eur", "EUR"), (" € ", "EUR"), ("Euro", "EUR"), ("$", "USD"), ("GBP", "GBP"), ("US$", "USD")],
)
def test_a_currency_is_stored_as_its_code(cell: str, code: str) -> None:
    assert read_currency(cell)[0] == code


@pytest.mark.parametrize("cell", ["", "XXQ", "bitcoin", "E", "12", "EURO€"])
def test_an_unknown_currency_is_none(cell: str) -> None:
    assert read_currency(cell) == ()
