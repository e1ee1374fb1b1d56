"""What the desk does to leads. Every change says what it was before, who made it and when."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from conversations.models import Change, Lead, Note

CHANGEABLE = ("status", "owner", "follow_up_on", "name", "company", "phone")
LONGEST = 400
BATCH = 500


def change(keys: Sequence[int], by: Any, values: Mapping[str, Any]) -> list[int]:
    """Give these leads these values (a user for the owner); the keys of those that had others."""
    unknown = set(values) - set(CHANGEABLE)
    if unknown:
        raise ValueError(f"The desk does not change {', '.join(sorted(unknown))}.")
    changed: list[int] = []
    for start in range(0, len(keys), BATCH):  # each a short transaction: visitors are let in
        with transaction.atomic():
            changed += _change(keys[start : start + BATCH], by, values)
    return changed


def _change(keys: Sequence[int], by: Any, values: Mapping[str, Any]) -> list[int]:
    now, changes = timezone.now(), []
    rows = Lead.objects.select_for_update(of=("self",)).filter(pk__in=keys)
    for lead in rows.select_related("owner").order_by("pk"):
        for name, value in values.items():
            before = getattr(lead, name)
            if before != value:
                setattr(lead, name, value)
                changes.append(
                    Change(
                        lead=lead,
                        by=by,
                        field=name,
                        before=_said(before),
                        after=_said(value),
                        created_at=now,
                    )
                )
    changed = sorted({one.lead_id for one in changes})
    moved = [one for one in changes if one.field == "status"]
    Lead.objects.filter(pk__in=changed).update(**values, touched_at=now, stale_since=now)
    Lead.objects.filter(pk__in=[one.lead_id for one in moved]).update(status_changed_at=now)
    Change.objects.bulk_create([one for one in changes if one.field != "status"])
    for one in moved:
        one.save()  # others listen to these
    if changed and {"name", "company"} & set(values):
        Lead.objects.refresh(changed)
    return changed


def note(lead: Lead, by: Any, text: str) -> Note:
    """Write something down about a lead; that is work on it too."""
    now = timezone.now()
    with transaction.atomic():
        made = Note.objects.create(lead=lead, author=by, text=text.strip(), created_at=now)
        Lead.objects.filter(pk=lead.pk).update(touched_at=now, stale_since=now)
        Lead.objects.refresh([lead.pk])
    return made


def _said(value: Any) -> str:
    return "" if value is None else str(value)[:LONGEST]
