"""Two leads that are one person: the rows of one go to the other, and can come back.

The absorbed lead stays, out of sight: its address goes on finding the person, and an undo finds
everything that was moved. Nothing of the kept lead is overwritten; only what is blank is filled.
"""

from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from conversations.models import Change, Conversation, EmailCapture, Lead, LeadMerge

FILLED = ("owner_id", "follow_up_on", "name", "company", "phone", "touched_at")


class CannotMerge(Exception):
    """A sentence that says why."""


def merge(kept: Lead, absorbed: Lead, by: Any) -> LeadMerge:
    """Everything of `absorbed` becomes `kept`'s."""
    if kept.pk == absorbed.pk:
        raise CannotMerge("A lead cannot be merged with itself.")
    with transaction.atomic():
        kept, absorbed = _locked(kept.pk, absorbed.pk)
        for lead in (kept, absorbed):
            if lead.merged_into_id:
                raise CannotMerge(f"{lead} was merged into another lead already.")
        moved = {
            _label(field): keys
            for field in _references()
            if (keys := _move(field, list(_rows(field, absorbed)), kept))
        }
        filled = _fill(kept, absorbed)
        Lead.objects.filter(pk=absorbed.pk).update(merged_into=kept)
        _tell(kept, absorbed, "merged", by)
        Lead.objects.refresh([kept.pk, absorbed.pk])
        return LeadMerge.objects.create(
            kept=kept, absorbed_lead=absorbed, by=by, moved=moved, filled=filled
        )


def undo(merged: LeadMerge, by: Any) -> None:
    """Both leads as they were, and what each address has said since with its own lead."""
    with transaction.atomic():
        merged = LeadMerge.objects.select_for_update(of=("self",)).get(pk=merged.pk)
        kept, absorbed = _locked(merged.kept_id, merged.absorbed_lead_id)
        if merged.undone_at:
            raise CannotMerge("This merge was undone already.")
        if kept.merged_into_id:
            raise CannotMerge(f"{kept} was merged into another lead since; undo that first.")
        for field in _references():
            keys = merged.moved.get(_label(field), [])
            still = field.model._base_manager.filter(pk__in=keys, **{field.name: kept})  # noqa: SLF001
            _move(field, list(still.values_list("pk", flat=True)), absorbed)
        for model in (Conversation, EmailCapture):
            since: Any = model._default_manager.filter(lead=kept, created_at__gt=merged.created_at)  # noqa: SLF001
            since.filter(email__iexact=absorbed.email).update(lead=absorbed)
        _empty(kept, merged.filled)
        Lead.objects.filter(pk=absorbed.pk).update(merged_into=None)
        LeadMerge.objects.filter(pk=merged.pk).update(undone_at=timezone.now(), undone_by=by)
        _tell(kept, absorbed, "merge undone", by)
        Lead.objects.refresh([kept.pk, absorbed.pk])


def _locked(first: int, second: int) -> tuple[Lead, Lead]:
    rows = Lead.objects.select_for_update(of=("self",)).order_by("pk")
    found = {lead.pk: lead for lead in rows.filter(pk__in=[first, second])}
    return found[first], found[second]


def _references() -> list[Any]:
    """Foreign keys of every model that point at a lead; merges themselves are history."""
    return [
        relation.field
        for relation in Lead._meta.related_objects  # noqa: SLF001
        if relation.related_model is not LeadMerge and not relation.many_to_many
    ]


def _label(field: Any) -> str:
    return f"{field.model._meta.label_lower}.{field.name}"  # noqa: SLF001


def _rows(field: Any, lead: Lead) -> models.QuerySet[Any]:
    rows: Any = field.model._base_manager.filter(**{field.name: lead})  # noqa: SLF001
    return rows.values_list("pk", flat=True)  # type: ignore[no-any-return]


def _move(field: Any, keys: list[Any], lead: Lead) -> list[Any]:
    """The keys of what was moved; what the other lead has already stays where it is."""
    rows = field.model._base_manager  # noqa: SLF001
    try:
        with transaction.atomic():
            rows.filter(pk__in=keys).update(**{field.name: lead})
        return keys
    except IntegrityError:
        moved = []
        for key in keys:
            try:
                with transaction.atomic():
                    rows.filter(pk=key).update(**{field.name: lead})
                moved.append(key)
            except IntegrityError:
                continue
        return moved


def _fill(kept: Lead, absorbed: Lead) -> dict[str, list[Any]]:
    """Blanks of the kept lead, from the other; what was there before and what is now."""
    values = {
        name: getattr(absorbed, name)
        for name in FILLED
        if getattr(kept, name) in (None, "") and getattr(absorbed, name) not in (None, "")
    }
    if kept.status == Lead.Status.NEW != absorbed.status:
        values |= {"status": absorbed.status, "status_changed_at": absorbed.status_changed_at}
    values |= {
        "created_at": min(kept.created_at, absorbed.created_at),
        "last_seen_at": max(kept.last_seen_at, absorbed.last_seen_at),
        "stale_since": max(kept.stale_since, absorbed.stale_since),
    }
    filled = {
        name: [_json(kept, name, getattr(kept, name)), _json(kept, name, value)]
        for name, value in values.items()
        if getattr(kept, name) != value
    }
    Lead.objects.filter(pk=kept.pk).update(**values)
    return filled


def _empty(kept: Lead, filled: dict[str, list[Any]]) -> None:
    """Takes back what a merge filled in, unless somebody changed it since."""
    back = {
        name: kept._meta.get_field(_column(name)).to_python(before)  # type: ignore[union-attr]  # noqa: SLF001
        for name, (before, after) in filled.items()
        if _json(kept, name, getattr(kept, name)) == after
    }
    if back:
        Lead.objects.filter(pk=kept.pk).update(**back)


def _json(lead: Lead, name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "owner_id":
        return value
    field: Any = lead._meta.get_field(name)  # noqa: SLF001
    return value.isoformat() if isinstance(field, models.DateField) else value


def _column(name: str) -> str:
    return name.removesuffix("_id")


def _tell(kept: Lead, absorbed: Lead, what: str, by: Any) -> None:
    Change.objects.bulk_create(
        [
            Change(lead=kept, by=by, field=what, after=absorbed.email[:400]),
            Change(lead=absorbed, by=by, field=what, after=f"into {kept.email}"[:400]),
        ]
    )
