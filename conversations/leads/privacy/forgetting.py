"""A person forgotten: their rows deleted, their address taken out of what stays.

What is reported is what was done, counted by the database table by table.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from django.apps import apps
from django.db import models, transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from conversations.leads.privacy.knowing import is_address, leads_of
from conversations.leads.privacy.overwriting import clean_index, overwrite_what_is_deleted
from conversations.models import Attempt, Conversation, Lead

FORGOTTEN = "[forgotten]"
APPS = ("conversations", "admin")
TEXTS = (models.CharField, models.TextField, models.JSONField)


@dataclass
class Report:
    """Rows by table: deleted, or made anonymous because they are about something else too."""

    deleted: Counter[str] = field(default_factory=Counter)
    anonymous: Counter[str] = field(default_factory=Counter)

    def __bool__(self) -> bool:
        return bool(self.deleted or self.anonymous)

    def __str__(self) -> str:
        lines = [f"{count} {_plain(name)} deleted" for name, count in self.deleted.items()]
        lines += [
            f"{count} {_plain(name)} made anonymous" for name, count in self.anonymous.items()
        ]
        return ", ".join(lines) or "nothing was known"

    def stored(self) -> dict[str, Any]:
        return {"deleted": dict(self.deleted), "anonymous": dict(self.anonymous)}


def forget(email: str) -> Report:
    """Delete the lead of this address with all that hangs on it, those merged into it too.

    Of what is no address nothing is known, and nothing is touched.
    """
    report = Report()
    if not is_address(email):
        return report
    with transaction.atomic():
        overwrite_what_is_deleted()
        leads = leads_of(email)
        addresses = {email.strip(), *(lead.email for lead in leads)}
        for lead in leads[::-1]:
            report.deleted.update(lead.delete()[1])
        for address in sorted(addresses):
            _count(report.deleted, Attempt.objects.filter(email__iexact=address).delete()[1])
            # Exchanges that came with this address stay a merge's other lead's if they moved.
            theirs = Conversation.objects.filter(email__iexact=address)
            _count(report.deleted, theirs.delete()[1])
            _take_out(address, report)
        if report:
            clean_index()
    return report


def _take_out(address: str, report: Report) -> None:
    """Out of every text of every table: what others wrote of it, names of rows in the log."""
    pattern = _pattern(address)
    for model in apps.get_models():
        if model._meta.app_label not in APPS or not model._meta.managed:  # noqa: SLF001
            continue
        for row, changes in _mentioning(model, address, pattern):
            model._base_manager.filter(pk=row.pk).update(**changes)  # noqa: SLF001
            report.anonymous[model._meta.label] += 1  # noqa: SLF001
            if isinstance(row, Conversation):
                _found_again(row)


def _mentioning(
    model: type[models.Model], address: str, pattern: re.Pattern[str]
) -> Iterator[tuple[Any, dict[str, Any]]]:
    fields = [
        one
        for one in model._meta.concrete_fields  # noqa: SLF001 - Django's documented API
        if isinstance(one, TEXTS) and not one.choices
    ]
    wanted = Q()
    rows = model._base_manager.all()  # noqa: SLF001
    for number, one in enumerate(fields):
        rows = rows.alias(**{f"text_{number}": Cast(one.name, TextField())})
        for needle in _spellings(address):
            wanted |= Q(**{f"text_{number}__icontains": needle})
    if not wanted:
        return
    for row in list(rows.filter(wanted)):
        changes = {}
        for one in fields:
            value = getattr(row, one.name)
            without = _without(value, pattern)
            if without != value:
                changes[one.name] = without
        if changes:
            yield row, changes


def _spellings(address: str) -> set[str]:
    """As it stands in texts, in addresses of pages, and in JSON of either database."""
    plain = {address, address.casefold(), address.upper()}
    quoted = {quote(one) for one in plain} | {quote(one, safe="") for one in plain}
    return plain | quoted | {json.dumps(one)[1:-1] for one in plain}


def _pattern(address: str) -> re.Pattern[str]:
    """The whole address only: ana@example.com is not in joana@example.com."""
    spelled = "|".join(sorted(map(re.escape, _spellings(address)), key=len, reverse=True))
    return re.compile(rf"(?<![\w.+%-])(?:{spelled})(?![\w-])(?!\.\w)", re.IGNORECASE)


def _without(value: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return pattern.sub(FORGOTTEN, value)
    if isinstance(value, list):
        return [_without(one, pattern) for one in value]
    if isinstance(value, dict):
        return {_without(name, pattern): _without(one, pattern) for name, one in value.items()}
    return value


def _found_again(conversation: Conversation) -> None:
    """Its words have changed: what is searched has to as well."""
    from conversations.models import figures

    Lead.objects.refresh([conversation.lead_id])
    figures.index_conversations([conversation.pk])


def _count(counts: Counter[str], found: dict[str, int]) -> None:
    counts.update({name: count for name, count in found.items() if count})


def _plain(label: str) -> str:
    model = apps.get_model(label)
    return str(model._meta.verbose_name_plural)  # noqa: SLF001
