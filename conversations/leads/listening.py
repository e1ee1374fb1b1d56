"""What happens to leads, heard where it is stored and told in the same transaction."""

from typing import Any

from django.db.models.signals import post_delete, post_save

from conversations.models import Change, Lead, Uncovered


def connect() -> None:
    post_save.connect(_lead_saved, sender=Lead, dispatch_uid="alerts.lead")
    post_save.connect(_changed, sender=Change, dispatch_uid="alerts.change")
    post_delete.connect(_question_gone, sender=Uncovered, dispatch_uid="demand.question")


def _lead_saved(instance: Lead, created: bool, raw: bool = False, **_: Any) -> None:
    from conversations.leads import alerts

    if created and not raw:
        alerts.lead_created(instance)


def _changed(instance: Change, created: bool, raw: bool = False, **_: Any) -> None:
    from conversations.leads import alerts

    if created and not raw and instance.field == "status":
        alerts.status_changed(instance.lead, instance.before)


def _question_gone(instance: Uncovered, origin: Any, **_: Any) -> None:
    """The title of a group is somebody's words: it goes with them.

    All questions of one deletion are gone at the first signal: each group is counted once.
    """
    from conversations.leads import demand

    counted: set[int] = vars(origin).setdefault("groups_counted", set())
    if instance.demand_id not in counted:
        counted.add(instance.demand_id)
        demand.recount([instance.demand_id])
