"""What is forgotten is in none of the database's files any more."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from conversations.leads.groups import make_groups
from conversations.models import Conversation, Lead
from tests.conversations.admin import rows

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]
EMAIL = "zebulon.quux@example.org"
WORD = b"harpsichord"


def held() -> list[str]:
    """Files of the database that hold the word or the address."""
    path = Path(connection.settings_dict["NAME"])
    files = [path, path.with_name(f"{path.name}-wal")]
    return [one.name for one in files if one.exists() and has_traces(one.read_bytes())]


def has_traces(content: bytes) -> bool:
    return WORD in content or EMAIL.encode() in content


def by_command(lead: Lead) -> None:
    call_command("forget_lead", EMAIL)


def by_admin(lead: Lead) -> None:
    make_groups()
    client = Client()
    client.force_login(rows.staff("adam", role="admins"))
    url = f"/admin/conversations/lead/{lead.pk}/forget/"
    assert client.post(url, {"email": EMAIL}).status_code == 302


def by_time(lead: Lead) -> None:
    for moment in ("created_at", "last_seen_at"):
        rows_of = Lead.objects if moment == "last_seen_at" else Conversation.objects
        rows_of.update(**{moment: lead.created_at - timedelta(days=400)})
    call_command("purge_conversations", "--older-than", "365d")


@pytest.mark.parametrize("forget", [by_command, by_admin, by_time])
def test_no_file_of_the_database_holds_what_is_forgotten(
    forget: Callable[[Lead], None],
) -> None:
    for number in range(30):  # pages that are freed, not only rows
        rows.conversation(EMAIL, f"Who restores my harpsichord? {number} " + "It creaks. " * 40)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete = OFF")  # however this SQLite was built
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert held() == [Path(connection.settings_dict["NAME"]).name]
    forget(Lead.objects.get())
    assert not Conversation.objects.exists()
    assert held() == []
