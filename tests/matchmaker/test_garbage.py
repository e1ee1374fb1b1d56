"""Cyclic garbage goes, but not while many wait."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from matchmaker import garbage


class Knot:
    """Refers to itself: only a collection frees it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[garbage.Collector]:
    monkeypatch.setattr(garbage, "DUE", 0)
    gc.disable()
    yield garbage.Collector()
    gc.enable()


def old_knot() -> weakref.ref[Knot]:
    knot = Knot()
    gc.collect(1)  # it survives, and is old from now on
    return weakref.ref(knot)


def test_old_garbage_goes_when_few_turns_are_in_flight(collector: garbage.Collector) -> None:
    knot = old_knot()

    assert collector.look()

    assert knot() is None


def test_nobody_stands_still_while_many_turns_are_in_flight(collector: garbage.Collector) -> None:
    knot = old_knot()
    for _ in range(garbage.FEW + 1):
        collector.one_more()

    assert not collector.look()
    assert knot() is not None

    collector.one_less()
    assert collector.look()


def test_after_a_long_time_it_has_to_be(
    collector: garbage.Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(garbage, "AT_LAST", -1)
    for _ in range(garbage.FEW + 1):
        collector.one_more()

    assert collector.look()


def test_nothing_new_is_not_looked_through_again(
    collector: garbage.Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(garbage, "DUE", gc.get_count()[2] + 1)

    assert not collector.look()
