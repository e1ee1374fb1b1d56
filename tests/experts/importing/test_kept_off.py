"""Experts whom staff took out of every answer, against files that still have them."""

import pytest

from experts.errors import ImportFailed
from experts.importing import Action
from experts.models import Expert
from tests.experts.importing.files import import_rows, only_row, person, plan_of

pytestmark = pytest.mark.django_db


def test_whom_staff_deactivated_no_import_brings_back() -> None:
    import_rows(person())
    Expert.objects.all().deactivate(by_staff=True)
    plan = import_rows(person(bio="Back"))
    row = only_row(plan)
    assert (row.action, row.reasons) == (Action.UPDATE, ("kept_off",))
    assert plan.recommendable == 0
    assert only_row(import_rows(person(bio="Back"))).action == Action.UNCHANGED
    expert = Expert.objects.get()
    assert not expert.is_active
    assert expert.bio == "Back"
    Expert.objects.all().reactivate()
    Expert.objects.all().deactivate()
    import_rows(person(bio="Back"))
    assert Expert.objects.get().is_active


def test_whom_staff_deactivate_between_plan_and_import_stays_off() -> None:
    import_rows(person())
    Expert.objects.all().deactivate()
    plan = plan_of(person())
    Expert.objects.all().reactivate()
    Expert.objects.all().deactivate(by_staff=True)
    with pytest.raises(ImportFailed, match="deactivated by staff"):
        plan.apply()
