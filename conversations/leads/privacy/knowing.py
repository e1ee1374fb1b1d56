"""Everything that is stored about a person, ready for JSON."""

import re
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q
from django.forms import model_to_dict

from conversations.models import (
    Attempt,
    Conversation,
    Demand,
    Lead,
    LeadMeaning,
    LeadMerge,
)

INTERNAL = {"lead", "conversation", "owner", "by", "author", "meaning", "vector", "center",
            "fingerprint", "merged_into"}  # fmt: skip
# Said about others as well, or of no meaning to a person.
NOT_TOLD = (LeadMeaning, Demand, LeadMerge)


def is_address(text: str) -> bool:
    """Whether it can be looked for: an empty one, or a mere word, stands in everybody's texts."""
    return bool(re.fullmatch(r"[^\s@]+@[^\s@]+", text.strip()))


def leads_of(email: str) -> list[Lead]:
    """The lead of this address and those that were merged into it."""
    lead = Lead.objects.find(email)
    if lead is None:
        return []
    return [lead, *Lead.objects.filter(merged_into=lead)]


def everything_about(email: str) -> dict[str, Any] | None:
    """All rows about this address; None when there are none, or when it is no address."""
    if not is_address(email):
        return None
    leads = leads_of(email)
    addresses = {email.strip(), *(lead.email for lead in leads)}
    wanted = Q()
    for address in addresses:
        wanted |= Q(email__iexact=address)
    attempts = Attempt.objects.filter(wanted)
    if not leads and not attempts.exists():
        return None
    keys = [lead.pk for lead in leads]
    conversations = Conversation.objects.filter(lead__in=keys).order_by("pk")
    return {
        "lead": _row(leads[0]) if leads else None,
        "merged_leads": _rows(leads[1:]),
        "conversations": [_exchange(one) for one in conversations.iterator(chunk_size=200)],
        **{
            relation.get_accessor_name() or "": _rows(
                _all(relation).filter(**{f"{relation.field.name}__in": keys})
            )
            for relation in _relations(Lead)
            if relation.related_model not in (Conversation, Lead)
        },
        "rejected_attempts": _rows(attempts),
    }


def _exchange(conversation: Conversation) -> dict[str, Any]:
    return _row(conversation) | {
        relation.get_accessor_name() or "": _rows(
            _all(relation).filter(**{relation.field.name: conversation})
        )
        for relation in _relations(Conversation)
    }


def _relations(model: type[models.Model]) -> list[Any]:
    """Tables whose rows belong to a row of this one, those to come included."""
    return [
        relation
        for relation in model._meta.related_objects  # noqa: SLF001 - Django's documented API
        if relation.related_model not in NOT_TOLD and relation.get_accessor_name()
    ]


def _all(relation: Any) -> Any:
    return relation.related_model._base_manager  # noqa: SLF001 - none hides rows from a person


def _rows(rows: Iterable[models.Model]) -> list[dict[str, Any]]:
    return [_row(row) for row in rows]


def _row(row: models.Model) -> dict[str, Any]:
    told = model_to_dict(row, exclude=INTERNAL)
    for field in row._meta.concrete_fields:  # noqa: SLF001 - what a form leaves out is told too
        if field.name not in INTERNAL and field.name not in told and not field.primary_key:
            told[field.name] = field.value_from_object(row)
    return told
