"""Two imports at once: one is done whole, the other is done whole or says why not."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from experts.errors import ImportFailed
from experts.importing import Plan
from experts.models import Expert
from tests.experts.importing.files import import_rows, person, plan_of


def at_once(*plans: Plan) -> list[str]:
    """Apply the plans at the same moment; what went wrong, if anything, for each."""
    start = threading.Barrier(len(plans))
    outcomes = [""] * len(plans)

    def worker(number: int) -> Callable[[], None]:
        def run() -> None:
            start.wait(timeout=10)
            try:
                plans[number].apply()
            except ImportFailed as error:
                outcomes[number] = str(error)
            finally:
                connection.close()

        return run

    threads = [threading.Thread(target=worker(number)) for number in range(len(plans))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_the_same_new_experts_imported_twice_at_once_are_there_once() -> None:
    rows = [person(username=f"u{number}") for number in range(300)]
    outcomes = at_once(plan_of(*rows), plan_of(*rows))
    assert outcomes.count("") == 1
    assert all("othing was written" in outcome for outcome in outcomes if outcome)
    assert Expert.objects.count() == 300


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_the_same_experts_do_not_mix() -> None:
    people = [person(username=f"u{number}") for number in range(300)]
    import_rows(*people)
    plans = [plan_of(*(row | {"Bio": bio} for row in people)) for bio in ("one", "two")]
    outcomes = at_once(*plans)
    assert outcomes.count("") == 1
    (bio,) = Expert.objects.values_list("bio", flat=True).distinct().order_by()
    assert bio == ("one", "two")[outcomes.index("")]
