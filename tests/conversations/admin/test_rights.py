"""Every address of the admin, taken from the resolver, by every role, read and written to."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client

from conversations.leads import merging
from conversations.models import Endpoint, SavedView
from experts.search import rebuilding
from tests.conversations.admin import rows
from tests.conversations.admin.matrix import ONLY_POSTED, ONLY_READ, ROLES, STAFF, matrix, routes

READ, WRITE, ROUTES = matrix(posted=False), matrix(posted=True), routes()
MODELS = re.compile(r"(?:auth|conversations|experts)/[a-z]+/")
QUERIES = {"autocomplete/": "?app_label=conversations&model_name=verdict&field_name=expert"}
KEPT = ("lead", "conversation", "demand", "endpoint", "expert", "verdict", "user", "group", "merge",
        "view")  # fmt: skip


@pytest.fixture(autouse=True)
def _no_rebuild(monkeypatch: pytest.MonkeyPatch) -> None:
    """A click on the button would start one beside the tests."""
    monkeypatch.setattr(rebuilding, "start", lambda **_: None)


@pytest.fixture
def made() -> dict[str, Any]:
    found = rows.one_of_each()
    somebody = User.objects.create_user("somebody")
    unused = Endpoint.objects.create(url="https://unused.example.com/", is_active=False)
    merging.merge(found["lead"], rows.conversation("ann@example.com").lead, somebody)
    return found | {
        "user": somebody,
        "endpoint": unused,
        "group": Group.objects.get(name="sales"),
        "merge": found["lead"].merges.get(),
        "view": SavedView.objects.create(owner=somebody, name="Mine", list="lead", query=""),
    }


def address(route: str, made: dict[str, Any]) -> str:
    model = MODELS.match(route)
    name = model[0].split("/")[1] if model else ""
    name = {"merges": "merge", "views": "view"}.get(route.split("/")[2] if model else "", name)
    row = made.get(name)
    if row is None and model:
        kind = apps.get_model(model[0].strip("/").replace("/", "."))
        row = kind._default_manager.first()
    path = route.replace("<app_label>", "conversations")
    path = re.sub(r"<\w+>", str(row.pk) if row is not None else "1", path)
    return f"/admin/{path}{QUERIES.get(route, '')}"


def of_role(letter: str) -> Client:
    client, role = Client(raise_request_exception=False), ROLES[letter]
    if role == "superuser":
        client.force_login(User.objects.create_superuser("root"))
    else:
        client.force_login(rows.staff(f"the-{role}", role="" if role == "nobody" else role))
    return client


def opened(route: str, status: int) -> bool:
    """Whoever passes the door of a preview finds that it is somebody else's."""
    return status in ((200, 302, 404) if "<token>" in route else (200, 302))


def test_every_address_of_the_admin_is_in_the_matrix_and_no_other() -> None:
    assert set(ROUTES) == set(READ) == set(WRITE)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_visitor_opens_no_page_of_the_admin(made: dict[str, Any], method: str) -> None:
    client, wrong = Client(raise_request_exception=False), []
    for route in ROUTES:
        answer = getattr(client, method)(address(route, made))
        if route in ("login/", "logout/"):
            assert answer.status_code == (200 if route == "login/" else 302)
        elif answer.status_code != 302 or "/admin/login/" not in answer["Location"]:
            wrong.append(f"{route}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("letter", STAFF)
def test_a_role_opens_what_is_its_own_and_nothing_else(made: dict[str, Any], letter: str) -> None:
    client, wrong = of_role(letter), []
    for route in ROUTES:
        status = client.get(address(route, made)).status_code
        if route in ONLY_POSTED:
            assert status == 405, route
        elif opened(route, status) != (letter in READ[route]) or status >= 500:
            wrong.append(f"{route}: {status}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("letter", STAFF)
def test_a_role_writes_where_it_may_and_nowhere_else(made: dict[str, Any], letter: str) -> None:
    client, wrong = of_role(letter), []
    for route in ROUTES:
        with transaction.atomic():
            status = client.post(address(route, made), {"post": "yes"}).status_code
            may = letter in WRITE[route]
            transaction.set_rollback(may)  # what is not allowed has to have left all as it was
        if route in ONLY_READ:
            assert status == 405, route
        elif opened(route, status) != may or status >= 500:
            wrong.append(f"{route}: {status}")
    assert not wrong, "\n".join(wrong)
    for name in KEPT:
        assert type(made[name])._default_manager.filter(pk=made[name].pk).exists(), name
    made["merge"].refresh_from_db()
    assert made["merge"].undone_at is None


@pytest.mark.parametrize("letter", "sear")
def test_a_form_from_another_site_changes_nothing(made: dict[str, Any], letter: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = of_role(letter).cookies
    for route in ROUTES:
        if route != "jsi18n/":  # reads its words from the address and writes nothing
            answer = strict.post(address(route, made), {"post": "yes"})
            assert answer.status_code in (403, 404), route
