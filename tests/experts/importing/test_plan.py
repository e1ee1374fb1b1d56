"""One plan says what an import will do, and the import does exactly that."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, Settings

from experts.errors import ImportFailed
from experts.importing import Action, make_plan, read_directory
from experts.models import Expert
from tests.experts.importing.files import csv_of, import_rows, only_row, person, plan_of

pytestmark = pytest.mark.django_db


def test_a_new_row_becomes_an_expert_with_all_it_says() -> None:
    import_rows(
        person(
            bio="Bees.",
            hourly_rate="1.234,50",
            profile_url="https://a.example/jdoe",
            languages="Dutch, en",
            tags="bees; honey",
            category="Nature",
            location="Ghent",
            created_at="2024-01-05T10:00:00Z",
        )
    )
    expert = Expert.objects.get()
    assert expert.username == "jdoe"
    assert expert.name == "Jan Doe"
    assert expert.hourly_rate == Decimal("1234.50")
    assert (expert.languages, expert.tags) == (["nl", "en"], ["bees", "honey"])
    assert expert.joined_at is not None
    assert expert.is_recommendable


def test_making_a_plan_writes_nothing() -> None:
    plan = plan_of(person())
    assert only_row(plan).action is Action.CREATE
    assert only_row(plan).changes["hourly_rate"] == (None, Decimal(95))
    assert not Expert.objects.exists()


def test_the_same_file_again_changes_nothing_and_writes_nothing() -> None:
    rows = [
        person(hourly_rate="99999999.99", tags="a,b", created_at="05/01/2024", bio="é\r\nx"),
        person(username="", first_name="Ana"),
        person(username="", first_name="Ana", company="Other"),
        person(username="", profile_url="https://a.example/experts/Bo"),
    ]
    import_rows(*rows)
    before = list(Expert.objects.values())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        plan = import_rows(*rows)
    assert plan.actions == {Action.UNCHANGED: 4}
    assert not plan.writes
    assert not [q for q in queries if not q["sql"].startswith("SELECT")]
    assert list(Expert.objects.values()) == before


def test_a_changed_cell_is_the_only_change() -> None:
    import_rows(person(bio="Old"), person(username="other"))
    earlier = Expert.objects.get(username="other").updated_at
    created = Expert.objects.get(username="jdoe").created_at
    plan = import_rows(person(bio="New"), person(username="other", bio=""))
    assert [row.action for row in plan.rows] == [Action.UPDATE, Action.UNCHANGED]
    assert plan.rows[0].changes == {"bio": ("Old", "New")}
    expert = Expert.objects.get(username="jdoe")
    assert (expert.bio, expert.created_at) == ("New", created)
    assert expert.updated_at > created
    assert Expert.objects.get(username="other").updated_at == earlier


def test_an_empty_cell_empties_its_field_and_an_absent_column_leaves_it() -> None:
    import_rows(person(bio="Bees.", languages="nl"))
    plan = import_rows({"Username": "jdoe", "Bio": "", "Company": "Hive & Co"})
    assert only_row(plan).changes == {"bio": ("Bees.", "")}
    expert = Expert.objects.get()
    assert (expert.bio, expert.languages, expert.name) == ("", ["nl"], "Jan Doe")


def test_half_a_name_goes_with_the_half_that_is_known() -> None:
    import_rows(person())
    import_rows({"Username": "jdoe", "Last Name": "Dupont"})
    assert Expert.objects.get().name == "Jan Dupont"
    import_rows({"Username": "jdoe", "Name": "Prof. J. Dupont"})
    assert Expert.objects.get().name == "Prof. J. Dupont"


def test_usernames_that_differ_by_case_are_different_people() -> None:
    plan = import_rows(person(), person(username="JDoe", company="Elsewhere"))
    assert plan.actions == {Action.CREATE: 2}
    assert plan.reasons == {"case_twin": 2}
    assert set(Expert.objects.values_list("username", flat=True)) == {"jdoe", "JDoe"}
    assert only_row(plan_of(person())).reasons == ("case_twin",)


def test_a_row_that_comes_twice_counts_once() -> None:
    plan = import_rows(person(), person(bio=""), person(hourly_rate="95.00 EUR"))
    assert [(row.line, row.action) for row in plan.rows] == [
        (2, Action.SKIP),
        (3, Action.SKIP),
        (4, Action.CREATE),
    ]
    assert plan.reasons["duplicate_identical"] == 2
    assert "duplicate_wins" not in plan.reasons


def test_of_rows_that_differ_the_last_wins() -> None:
    plan = import_rows(person(bio="first"), person(bio="last"), person(username="x"))
    assert [row.reasons for row in plan.rows] == [
        ("duplicate_superseded",),
        ("duplicate_wins",),
        (),
    ]
    assert Expert.objects.get(username="jdoe").bio == "last"


def test_a_row_with_a_bad_rate_is_imported_and_says_why_it_is_not_recommended() -> None:
    plan = import_rows(person(hourly_rate="0"), person(username="b", job_title="", company=" "))
    assert plan.rows[0].reasons == ("rate_zero", "missing_hourly_rate")
    assert plan.rows[1].reasons == ("missing_job_title", "missing_company")
    assert plan.recommendable == 0
    assert Expert.objects.count() == 2
    assert not Expert.objects.recommendable().exists()


def test_what_is_missing_is_asked_of_the_one_rule(settings: Settings) -> None:
    settings.EXPERT_REQUIRED_FIELDS = ("bio",)
    assert only_row(plan_of(person())).reasons == ("missing_bio",)


def test_a_price_without_its_currency_is_told() -> None:
    assert "currency_missing" in only_row(plan_of(person(currency=""))).reasons


def test_rows_that_are_no_profiles_are_left_out_with_their_reason() -> None:
    content = (
        b"Username,Name,Company\n"
        b",,Nobody Ltd\n"
        b"a,A,X,too,much\n" + b"u" * 151 + b",Long,X\n"
        b'q,"open,X\n'
    )
    plan = make_plan(read_directory(content))
    assert [(row.line, row.action, row.reasons) for row in plan.rows] == [
        (2, Action.SKIP, ("no_identity",)),
        (3, Action.SKIP, ("too_many_cells",)),
        (4, Action.SKIP, ("username_too_long",)),
        (5, Action.SKIP, ("broken_quotes",)),
    ]
    plan.apply()
    assert not Expert.objects.exists()


def test_an_inactive_expert_in_the_file_is_active_again() -> None:
    import_rows(person())
    Expert.objects.all().deactivate()
    plan = import_rows(person(bio="Back"))
    row = only_row(plan)
    assert (row.action, row.reasons) == (Action.REACTIVATE, ("reactivated",))
    assert row.changes == {"bio": ("", "Back"), "is_active": (False, True)}
    expert = Expert.objects.get()
    assert expert.is_active
    assert expert.deactivated_at is None


def everyone(count: int) -> list[dict[str, str]]:
    return [person(username=f"u{number}") for number in range(count)]


def test_who_is_absent_stays_unless_it_is_asked_for() -> None:
    import_rows(*everyone(10))
    plan = import_rows(*everyone(9))
    assert plan.notes[-1] == "Active experts that the file lacks and that stay as they are: 1."
    assert Expert.objects.filter(is_active=True).count() == 10


def test_who_is_absent_is_deactivated_when_asked_and_kept() -> None:
    import_rows(*everyone(10))
    plan = import_rows(*everyone(8), deactivate_missing=True)
    absent = plan.of(Action.DEACTIVATE)
    assert [(row.line, row.username, row.reasons) for row in absent] == [
        (None, "u8", ("absent",)),
        (None, "u9", ("absent",)),
    ]
    assert Expert.objects.filter(is_active=False, deactivated_at__isnull=False).count() == 2
    again = import_rows(*everyone(8), deactivate_missing=True)
    assert not again.writes


def test_a_file_of_one_row_does_not_empty_the_directory() -> None:
    import_rows(*everyone(50))
    plan = plan_of(person(username="new"), deactivate_missing=True)
    assert "would deactivate 50 of 50 active experts" in plan.refusal
    with pytest.raises(ImportFailed, match="nothing was written"):
        plan.apply()
    assert Expert.objects.filter(is_active=True).count() == 50
    assert not Expert.objects.filter(username="new").exists()


@pytest.mark.parametrize(
    ("cap", "refused"),
    [("20%", True), ("30%", False), ("3", False), ("2", True), ("0", True), ("100 %", False)],
)
def test_the_cap_is_a_share_or_a_number(cap: str, refused: bool) -> None:
    import_rows(*everyone(10))
    plan = plan_of(*everyone(7), deactivate_missing=True, max_deactivate=cap)
    assert bool(plan.refusal) is refused


@pytest.mark.parametrize("cap", ["", "many", "-1", "120%", "1e3", "NaN", "20%%"])
def test_a_cap_that_means_nothing_is_refused(cap: str) -> None:
    with pytest.raises(ImportFailed):
        plan_of(person(), max_deactivate=cap)


def test_a_row_that_cannot_be_read_takes_nobody_out_of_the_directory() -> None:
    import_rows(*everyone(6))
    torn = csv_of(*everyone(4)) + b'u4,Jan,Doe,x,y,95,EUR,too,much\nu5,"torn'
    plan = make_plan(read_directory(torn), deactivate_missing=True)
    assert plan.actions == {Action.UNCHANGED: 4, Action.SKIP: 2}


def test_a_plan_that_was_overtaken_is_refused_whole() -> None:
    import_rows(person(), person(username="b"))
    plan = plan_of(person(bio="mine"), person(username="b", bio="mine"), person(username="c"))
    Expert.objects.filter(username="jdoe").update(bio="changed by hand")
    with pytest.raises(ImportFailed, match="the bio of jdoe was changed"):
        plan.apply()
    assert not Expert.objects.filter(bio="mine").exists()
    assert not Expert.objects.filter(username="c").exists()


@pytest.mark.parametrize("what", ["deleted", "added", "deactivated"])
def test_a_plan_notices_who_came_and_went_meanwhile(what: str) -> None:
    import_rows(*everyone(10))
    plan = plan_of(
        *everyone(8),
        person(username="u8", bio="new"),
        person(username="n"),
        deactivate_missing=True,
    )
    if what == "deleted":
        Expert.objects.filter(username="u8").delete()
    elif what == "added":
        Expert.objects.create(username="n")
    else:
        Expert.objects.filter(username="u9").deactivate()
    with pytest.raises(ImportFailed, match="changed while this import was planned"):
        plan.apply()
    assert not Expert.objects.filter(bio="new").exists()


def test_a_plan_leaves_alone_what_others_changed_beside_it() -> None:
    import_rows(person())
    plan = plan_of(person(bio="mine"))
    Expert.objects.update(company="Changed by hand")
    plan.apply()
    expert = Expert.objects.get()
    assert (expert.bio, expert.company) == ("mine", "Changed by hand")


def test_a_preview_can_be_recognised() -> None:
    preview = plan_of(person(), person(username="b"))
    assert plan_of(person(), person(username="b")).fingerprint == preview.fingerprint
    assert plan_of(person(), person(username="b", bio="x")).fingerprint != preview.fingerprint


def test_a_hundred_rows_need_no_more_questions_than_one(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_max_num_queries(10):
        import_rows(*everyone(100))
    with django_assert_max_num_queries(10):
        import_rows(*(row | {"Bio": "new"} for row in everyone(100)))


def test_progress_adds_up_to_the_rows() -> None:
    read: list[int] = []
    written: list[int] = []
    plan = plan_of(*everyone(30), progress=read.append)
    plan.apply(written.append)
    assert (sum(read), sum(written)) == (30, 30)
