"""A missing username is derived, and comes out the same every time."""

import random

import pytest

from experts.importing import Action, PlanRow
from experts.models import Expert
from tests.experts.importing.files import import_rows, only_row, person, plan_of

pytestmark = pytest.mark.django_db


def nameless(**cells: str) -> dict[str, str]:
    return person(username="", **cells)


def names(rows: tuple[PlanRow, ...]) -> list[str]:
    return [row.username for row in rows if row.action is not Action.SKIP]


@pytest.mark.parametrize(
    ("link", "username"),
    [
        ("https://a.example/experts/JaneD", "JaneD"),
        ("https://a.example/in/jane-d/?utm_source=x#top", "jane-d"),
        ("a.example/jos%C3%A9", "josé"),
    ],
)
def test_the_profile_link_names_the_expert(link: str, username: str) -> None:
    row = only_row(plan_of(nameless(profile_url=link)))
    assert (row.username, row.reasons) == (username, ("username_from_url",))


def test_the_name_is_taken_where_no_link_says_more() -> None:
    row = only_row(plan_of(nameless(profile_url="https://jan.example/", last_name="Noël")))
    assert (row.username, row.reasons) == ("jan-noel", ("username_from_name",))


def test_a_name_in_any_script_will_do() -> None:
    assert only_row(plan_of(nameless(first_name="李", last_name="雷"))).username == "李-雷"
    assert only_row(plan_of(nameless(first_name="🐝", last_name=""))).username == "expert"


def test_a_link_that_everybody_shares_names_nobody() -> None:
    rows = [
        nameless(first_name=name, profile_url=f"https://a.example/profile?id={name}")
        for name in ("Ana", "Bo")
    ]
    assert names(plan_of(*rows).rows) == ["ana-doe", "bo-doe"]


def test_people_of_one_name_stay_apart_in_any_order_and_every_time() -> None:
    rows = [nameless(company=company) for company in ("Hive", "Acme", "Zoo")]
    rows.append(person(username="jan-doe", company="The real one"))
    import_rows(*rows)
    assert Expert.objects.count() == 4
    random.Random(0).shuffle(rows)
    assert plan_of(*rows).actions == {Action.UNCHANGED: 4}
    assert Expert.objects.get(username="jan-doe").company == "The real one"


def test_a_name_does_not_take_over_somebody_elses_account() -> None:
    import_rows(person(username="jan-doe", first_name="Janneke", last_name="Doevendans"))
    plan = import_rows(nameless())
    assert plan.actions == {Action.CREATE: 1}
    assert only_row(plan).username.startswith("jan-doe-")
    assert import_rows(nameless()).actions == {Action.UNCHANGED: 1}


def test_a_row_that_comes_twice_without_a_username_counts_once() -> None:
    plan = import_rows(nameless(), nameless())
    assert plan.actions == {Action.SKIP: 1, Action.CREATE: 1}


def test_a_username_is_kept_but_for_its_blanks() -> None:
    assert only_row(plan_of(person(username=" J.Doe 95\u00a0"))).username == "J.Doe 95"
