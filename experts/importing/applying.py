"""A plan into the database, in one transaction."""

from collections.abc import Sequence

from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from experts.errors import ImportFailed
from experts.importing.plans import Action, Plan, PlanRow
from experts.models import Expert
from experts.progress import Progress

CHUNK = 1000


def apply_plan(plan: Plan, progress: Progress) -> None:
    """All or nothing. ImportFailed when the plan is refused, overtaken, or the database is busy."""
    if plan.refusal:
        raise ImportFailed(plan.refusal)
    if not plan.writes:
        return
    try:
        with transaction.atomic():
            # Updates first: they take the locks and notice an overtaken plan before much is done.
            for rows in _chunks(plan.of(Action.UPDATE, Action.REACTIVATE)):
                _update(rows)
                progress(len(rows))
            for rows in _chunks(plan.of(Action.CREATE)):
                Expert.objects.bulk_create([_new(row) for row in rows], batch_size=CHUNK)
                progress(len(rows))
            for rows in _chunks(plan.of(Action.DEACTIVATE)):
                _deactivate(rows)
                progress(len(rows))
    except IntegrityError as error:
        raise _overtaken("an expert was added") from error
    except OperationalError as error:
        raise ImportFailed(
            f"The database is busy, nothing was written; try again in a moment. ({error})"
        ) from error


def _chunks(rows: list[PlanRow]) -> list[list[PlanRow]]:
    rows = sorted(rows, key=lambda row: row.username)  # one order of locking for every import
    return [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]


def _new(row: PlanRow) -> Expert:
    return Expert(username=row.username, **{field: new for field, (_, new) in row.changes.items()})


def _update(rows: Sequence[PlanRow]) -> None:
    """Set what the plan changes upon the rows as they are now, under lock."""
    locked = Expert.objects.select_for_update().order_by("username")
    current = {
        expert.username: expert for expert in locked.filter(username__in=[r.username for r in rows])
    }
    now = timezone.now()
    fields = {"updated_at"}
    for row in rows:
        expert = current.get(row.username)
        if expert is None:
            raise _overtaken(f"{row.username} was deleted")
        for field, (old, new) in row.changes.items():
            if getattr(expert, field) != old:
                raise _overtaken(f"the {field} of {row.username} was changed")
            setattr(expert, field, new)
            fields.add(field)
        if row.action is Action.REACTIVATE:
            if expert.kept_off:
                raise _overtaken(f"{row.username} was deactivated by staff")
            expert.deactivated_at = None
            fields.add("deactivated_at")
        expert.updated_at = now
        expert.pk = (
            None  # so that the conflict that turns the insert into an update is the username
        )
    # One statement for hundreds of rows, where bulk_update would send a CASE for every value.
    Expert.objects.bulk_create(
        list(current.values()),
        batch_size=CHUNK,
        update_conflicts=True,
        unique_fields=["username"],
        update_fields=sorted(fields),
    )


def _deactivate(rows: Sequence[PlanRow]) -> None:
    absent = Expert.objects.filter(username__in=[row.username for row in rows])
    if absent.deactivate() != len(rows):
        raise _overtaken("an expert was deactivated or deleted")


def _overtaken(what: str) -> ImportFailed:
    return ImportFailed(
        f"The directory was changed while this import was planned ({what}); nothing was written. "
        "Run the import again."
    )
