"""The breaker, the budget and the tolerant reader by themselves."""

import json
import threading
import time

import pytest

from conversations.chat.breaker import Breaker, CircuitOpen
from conversations.chat.llm.budget import DailyBudget, spent_today
from conversations.chat.llm.errors import BudgetSpent
from conversations.chat.llm.tolerant import read_object
from conversations.chat.llm.unfolding import Unfolding


def opened(breaker: Breaker) -> Breaker:
    for _ in range(breaker.failures):
        breaker.admit()
        breaker.failed("it hangs")
    return breaker


def test_a_breaker_opens_after_failures_in_a_row_and_says_why() -> None:
    breaker = opened(Breaker())
    assert breaker.state == "open"
    with pytest.raises(CircuitOpen, match="it hangs"):
        breaker.admit()


def test_a_success_between_failures_keeps_it_closed() -> None:
    breaker = Breaker(failures=2)
    breaker.failed("a")
    breaker.succeeded()
    breaker.failed("b")
    assert breaker.state == "closed"


def test_of_many_threads_one_probes_when_the_pause_is_over() -> None:
    breaker = opened(Breaker(first_pause=0.01))
    time.sleep(0.02)
    admitted: list[int] = []
    barrier = threading.Barrier(16)

    def probe(number: int) -> None:
        barrier.wait()
        try:
            breaker.admit()
        except CircuitOpen:
            return
        admitted.append(number)

    threads = [threading.Thread(target=probe, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(admitted) == 1
    breaker.succeeded()
    assert breaker.state == "closed"


def test_a_failed_probe_doubles_the_pause() -> None:
    breaker = opened(Breaker(first_pause=10.0))
    first = breaker.open_until - time.monotonic()
    breaker.open_until = time.monotonic()
    breaker.admit()
    breaker.failed("again")
    assert breaker.open_until - time.monotonic() > 1.3 * first


def test_a_probe_that_never_reports_is_given_up() -> None:
    breaker = opened(Breaker(first_pause=0.001, probe_lease=0.01))
    time.sleep(0.01)
    breaker.admit()
    time.sleep(0.02)
    breaker.admit()


def test_opening_and_closing_are_told_once() -> None:
    told: list[bool] = []
    breaker = opened(Breaker(on_move=told.append))
    breaker.failed("of a call that began before")
    breaker.open_until = time.monotonic()
    breaker.admit()
    breaker.succeeded()
    assert told == [True, False]


@pytest.mark.django_db
def test_a_budget_is_reserved_before_and_set_right_after() -> None:
    budget = DailyBudget(1000)
    reserved = budget.reserve(600)
    assert spent_today() == 600
    with pytest.raises(BudgetSpent, match="1000 tokens"):
        budget.reserve(600)
    budget.settle(reserved, 100)
    assert spent_today() == 100
    budget.reserve(600)
    assert spent_today() == 700


@pytest.mark.django_db
def test_yesterdays_tokens_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    from conversations.chat.llm import budget

    DailyBudget(1000).reserve(900)
    today = budget._midnight()
    monkeypatch.setattr(budget, "_midnight", lambda: today + 86400)
    DailyBudget(1000).reserve(900)


@pytest.mark.django_db
def test_what_is_spent_over_midnight_is_set_right_on_the_day_it_was_reserved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from conversations.chat.llm import budget

    before = DailyBudget(1000).reserve(900)
    today = budget._midnight()
    monkeypatch.setattr(budget, "_midnight", lambda: today + 86400)
    DailyBudget(1000).reserve(900)
    DailyBudget(1000).settle(before, 100)
    assert spent_today() == 900
    monkeypatch.setattr(budget, "_midnight", lambda: today)
    assert spent_today() == 100


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1}', {"a": 1}),
        ('```json\n{"a": 1}\n```', {"a": 1}),
        ('Here: {"a": [1, 2,], "b": {"c": 2,},} ok?', {"a": [1, 2], "b": {"c": 2}}),
        ('{"a": "x, }"}', {"a": "x, }"}),
        ('{"a": "line\nbreak"}', {"a": "line\nbreak"}),
        ('{x} then {"a": 1}', {"a": 1}),
        ('{"q": 1} {"a": 1, "b": 2}', {"a": 1, "b": 2}),
    ],
)
def test_json_is_found_in_what_models_write(text: str, found: dict[str, object]) -> None:
    read = read_object(text)
    assert read is not None
    assert read[0] == found


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "trunc',
        '{"a": [{"b": 1}',
        "no JSON",
        "[1]",
        "",
        "{" * 5000,
        '{"a"' * 9000,
        "{,}" * 30000,
    ],
)
def test_what_is_cut_off_or_no_object_is_not_guessed(text: str) -> None:
    started = time.perf_counter()
    assert read_object(text) is None
    assert time.perf_counter() - started < 1


def test_a_json_object_shows_its_members_as_they_are_completed() -> None:
    text = (
        '{"a": [1, {"b": "x]"}], "c": "say \\"hi\\" \\\\ caf\\u00e9 \\ud83d\\ude00 ok", '
        '"d": 12 , "e": null}'
    )
    unfolding = Unfolding()
    grown = []
    for sign in text:
        unfolding.feed(sign)
        if unfolding.growing[0] == "c":
            grown.append(unfolding.growing[1])
    whole = json.loads(text)
    assert unfolding.members == whole
    assert all(whole["c"].startswith(one) for one in grown)
    assert max(map(len, grown)) > 15
