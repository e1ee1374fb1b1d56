"""What is kept from the model, and what is not."""

import time

import pytest

from conversations.chat.masking import EMAIL, PHONE, mask


@pytest.mark.parametrize(
    "written",
    [
        "ana@example.com",
        "Ana.B+shop@münchen.example",
        "ana (at) example (dot) com",
        "ana [at] ex-ample [dot] be",
        "ana at gmail dot com",
        "jan apenstaartje bedrijf punt be",
        "marie arobase exemple point fr",
        "ana @ example . com",
        "ana＠example．com",
        "ana\u200b@\u200bexample.com",
        "ana@localhost",
        '"ana b"@example.com',
        "ana@[10.0.0.1]",
        "ana_at_example_dot_com",
        "ana, at, example, dot, com",
        "ana at example dot example",
        "ana at example.be",
        "анна@example.com",
    ],
)
def test_addresses_are_masked_however_they_are_spelled(written: str) -> None:
    assert mask(f"write to {written}, please").startswith(f"write to {EMAIL}")
    assert "example" not in mask(f"write to {written}, please")


@pytest.mark.parametrize(
    "written",
    [
        "+32 475 12 34 56",
        "0032475123456",
        "0475/12.34.56",
        "0475 12 34 56",
        "02/123.45.67",
        "(02) 123 45 67",
        "06-12345678",
        "+31 (0)6 12345678",
        "020 123 4567",
        "01 23 45 67 89",
        "+33 1 23 45 67 89",
        "+44 20 7946 0958",
        "(212) 555-1234",
        "32475123456",
        "0475–12–34–56",
        "0475\u201112\u201134\u201156",
        "+49 (0)30 123 456",
        "0041 79 123 45 67",
        "1-800-555-1234",
        "1 (800) 555-1234",
        "(11) 91234-5678",
        "nul vier zeven vijf een twee drie vier vijf zes",
        "zero four seven five, one two, three four, five six",
    ],
)
def test_telephone_numbers_of_the_neighbourhood_are_masked(written: str) -> None:
    assert mask(f"call {written} now") == f"call {PHONE} now"


@pytest.mark.parametrize(
    "written",
    ["call me on 98765 43210", "bel 612 345 678", "tel: 475 12 34 56", "my number is 555-1234",
     "appelez le 612.345.678", "gsm 475123456"],
)  # fmt: skip
def test_a_number_that_is_said_to_be_called_is_masked_whatever_its_form(written: str) -> None:
    assert PHONE in mask(written)
    assert not any(sign.isdigit() for sign in mask(written))


@pytest.mark.parametrize(
    "text",
    [
        "a budget of 1.500.000 EUR or 10 000 000",
        "between 2019 - 2024, on 01/02/2024 and 2024-02-01",
        "ISO 27001, ISO 9001 and PCI 4.0",
        "80-120 per hour, 95.00 EUR",
        "12 34 56 78 employees",
        "look at page two dot points, meet me at the office. Be there",
        "one two three of us",
        "I am good at maths. My books are not in order",
        "bad at accounting. It is due on point at work. We wait",
        "the number of employees is 2 500 000",
        "ISO (9001) 27001",
        "call us before 12/03/2024",
    ],
)
def test_other_numbers_and_words_are_left(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    "text", ["a", "1 ", "a@", "a at ", "one ", "a.b", "(at)", " dot ", " ", "0", "a ", "+", "é́"]
)
def test_masking_takes_time_in_proportion_to_the_text(text: str) -> None:
    def seconds(length: int) -> float:
        started = time.perf_counter()
        mask((text * length)[:length])
        return time.perf_counter() - started

    assert seconds(100_000) < 1.0
