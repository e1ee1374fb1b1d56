"""Whatever bytes a file holds: a plan that can be applied, or a sentence."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experts.errors import ImportFailed
from experts.importing import Action, explain, make_plan, read_directory
from experts.models import Expert

HEADER = "Username,First Name,Last Name,Bio,Hourly Rate,Currency,Profile URL,Created At,Languages\n"
PIECES = st.sampled_from(
    ['"', '""', ",", ";", "\n", "\r\n", "\r", "\x00", "\t", "a", "Jan", "95", "€", "=1", "\u2028",
     "https://a.example/x", "\ud7ff", "𝔘", " ", "2024-01-05", "nl", "é", "username", "\ufeff"]
)  # fmt: skip
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])


def plan_and_apply(content: bytes) -> None:
    try:
        directory = read_directory(content)
    except ImportFailed:
        return
    with transaction.atomic():
        plan = make_plan(directory)
        assert all(explain(reason) != reason.replace("_", " ") for reason in plan.reasons)
        plan.apply()
        again = make_plan(directory)
        assert not again.writes, again.rows
        assert len(again.rows) == len(directory.records)
        imported = [row for row in again.rows if row.action is not Action.SKIP]
        assert Expert.objects.count() == len(imported)
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_plan_or_a_sentence(content: bytes) -> None:
    plan_and_apply(content)


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(PIECES, max_size=60).map("".join), ENCODINGS)
def test_any_rows_below_a_header_give_a_plan_that_holds(text: str, encoding: str) -> None:
    plan_and_apply((HEADER + text).encode(encoding, errors="replace"))


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.text(max_size=40), min_size=9, max_size=9), st.binary(max_size=50))
def test_any_cells_are_stored_and_found_unchanged(cells: list[str], tail: bytes) -> None:
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    plan_and_apply(f"{HEADER}{quoted}\n".encode(errors="replace") + tail)
