"""What a visitor demands: held to, or let go openly when it leaves nobody who answers."""

from decimal import Decimal

import pytest

from experts.search.constraints import Constraints
from experts.search.retrieval import Retriever
from tests.experts.conftest import names


@pytest.mark.parametrize(
    ("constraints", "expected"),
    [
        (Constraints(max_hourly_rate=Decimal(80)), {"ben", "dirk"}),
        (Constraints(max_hourly_rate=Decimal("79.99")), {"ben"}),
        (Constraints(min_hourly_rate=Decimal(90)), {"ada", "cleo"}),
        (Constraints(max_hourly_rate=Decimal(100), currency="EUR"), {"ben", "dirk"}),
        (Constraints(currency="USD"), {"cleo"}),
        (Constraints(languages=frozenset({"nl"})), {"ada", "cleo", "dirk"}),
        (Constraints(languages=frozenset({"nl", "fr"})), {"dirk"}),
        (Constraints(), {"ada", "ben", "cleo", "dirk"}),
    ],
)
def test_demands_are_hard(
    retriever: Retriever, constraints: Constraints, expected: set[str]
) -> None:
    found = retriever.retrieve("tax pipes web", constraints, relax=False)
    assert set(names(found)) == expected
    assert found.relaxed == ()


@pytest.mark.parametrize(
    ("constraints", "relaxed", "expected"),
    [
        (Constraints(max_hourly_rate=Decimal(5)), ("max_hourly_rate",), 4),
        (
            Constraints(max_hourly_rate=Decimal(5), languages=frozenset({"nl"})),
            ("max_hourly_rate",),
            3,
        ),
        (Constraints(languages=frozenset({"zu"})), ("languages",), 4),
        (Constraints(currency="CHF"), ("currency",), 4),
        (
            Constraints(max_hourly_rate=Decimal(100), currency="CHF"),
            ("max_hourly_rate", "currency"),  # never 100 francs against euros
            4,
        ),
    ],
)
def test_when_nobody_is_left_as_little_as_possible_is_let_go_openly(
    retriever: Retriever, constraints: Constraints, relaxed: tuple[str, ...], expected: int
) -> None:
    found = retriever.retrieve("tax", constraints)
    assert found.relaxed == relaxed
    assert found.constraints == constraints
    assert len(found.candidates) == expected


def test_a_limit_that_leaves_only_others_is_let_go_for_one_who_answers(
    retriever: Retriever,
) -> None:
    found = retriever.retrieve("leaking pipes", Constraints(languages=frozenset({"fr"})))
    assert found.relaxed == ("languages",)
    assert names(found)[0] == "ben"


def test_a_limit_stands_while_somebody_within_it_answers(retriever: Retriever) -> None:
    found = retriever.retrieve("leaking pipes", Constraints(max_hourly_rate=Decimal(60)))
    assert found.relaxed == ()
    assert names(found) == ["ben"]


def test_a_filter_stands_for_as_long_as_anybody_is_left(retriever: Retriever) -> None:
    french = Constraints(languages=frozenset({"fr"}))
    found = retriever.retrieve("leaking pipes", french, firm=french)
    assert found.relaxed == ()
    assert names(found) == ["dirk"]
    nobody = Constraints(languages=frozenset({"zu"}))
    assert retriever.retrieve("leaking pipes", nobody, firm=nobody).relaxed == ("languages",)


def test_a_limit_is_not_let_go_for_somebody_in_another_currency(retriever: Retriever) -> None:
    budget = Constraints(max_hourly_rate=Decimal(50), currency="EUR")
    found = retriever.retrieve("belastingadvies en boekhouding voor zelfstandigen", budget)
    let_go = set(found.relaxed)
    assert "max_hourly_rate" in let_go
    assert "cleo" not in names(found) or "currency" in let_go


def test_a_strict_search_lets_nothing_go(retriever: Retriever) -> None:
    found = retriever.retrieve("tax", Constraints(max_hourly_rate=Decimal(5)), relax=False)
    assert found.candidates == ()
    assert found.relaxed == ()


def test_the_excluded_stay_excluded_whatever_is_relaxed(retriever: Retriever) -> None:
    everybody = ["ada", "ben", "cleo", "dirk"]
    assert names(retriever.retrieve("leaking pipes", excluded=["ben", "nobody"])) != []
    assert "ben" not in names(retriever.retrieve("leaking pipes", excluded=["ben"]))
    found = retriever.retrieve("pipes", Constraints(currency="CHF"), excluded=everybody)
    assert found.candidates == ()
    assert found.relaxed == ()


def test_demands_in_the_words_are_read_and_filters_stand_above_them(retriever: Retriever) -> None:
    found = retriever.ask("a tax adviser under €160 an hour")
    assert found.constraints.max_hourly_rate == Decimal(160)
    assert set(names(found)) == {"ada", "ben", "dirk"}
    found = retriever.ask("a tax adviser under €160 an hour", Constraints(currency="USD"))
    assert names(found) == ["cleo"]
