"""The desk's visitors: a superuser, and staff who may do nothing."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.conversations.admin import rows


@pytest.fixture(autouse=True)
def _with_a_database(db: None) -> None:
    pass


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("boss"))
    return client


@pytest.fixture
def stranger() -> Client:
    """Staff without any right."""
    client = Client()
    client.force_login(rows.staff("stranger"))
    return client


@pytest.fixture
def seller() -> Client:
    client = Client()
    client.force_login(rows.staff("seller", role="sales"))
    return client
