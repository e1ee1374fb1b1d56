"""Every address of the admin, taken from the resolver, by every role, read and written to."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.conversations.admin import rows

# What a role may open. Whatever is not here, today or later, it may not.
EVERYBODY = {"", "logout/", "password_change/", "password_change/done/", "jsi18n/", "search/",
             "two-step/"}  # fmt: skip
LOOK = {"", "<object_id>/change/", "<object_id>/history/"}
SALES = {
    "conversations/lead/": LOOK | {"add/", "export-leads-csv/", "export-leads-xlsx/", "export-csv/",
                                   "export-xlsx/", "export/", "<object_id>/similar/"},
    "conversations/conversation/": LOOK | {"export-csv/", "export-xlsx/", "export/",
                                           "<key>/verdict/"},
    "conversations/feedback/": LOOK,
    "conversations/click/": LOOK,
    "conversations/emailcapture/": LOOK,
    "conversations/demand/": LOOK,
    "conversations/verdict/": LOOK,
    "conversations/consent/": LOOK,
    "experts/expert/": LOOK,
}  # fmt: skip
EDITORS = {
    "experts/expert/": LOOK | {"add/", "import/", "import/<token>/", "index/", "index/status/"},
}
ADMINS = {
    **SALES,
    "conversations/lead/": SALES["conversations/lead/"] | {"<object_id>/data/",
                                                           "<object_id>/forget/"},
    "conversations/attempt/": LOOK,
    "conversations/erasure/": LOOK | {"purge/"},
    "conversations/endpoint/": LOOK | {"add/", "<object_id>/delete/"},
    "conversations/delivery/": LOOK,
    "conversations/export/": LOOK,
    "experts/expert/": EDITORS["experts/expert/"] | {"<object_id>/delete/"},
    "auth/user/": LOOK | {"add/", "<id>/password/"},
}  # fmt: skip
ROLES: dict[str, dict[str, set[str]]] = {
    "nobody": {}, "sales": SALES, "editors": EDITORS, "admins": ADMINS,
}  # fmt: skip
OPENED = {200, 302, 404}


def routes() -> list[str]:
    """All addresses below /admin/, plain: "conversations/lead/<object_id>/change/"."""
    resolver = get_resolver()
    found = [one.removeprefix("admin/") for one in walk(resolver, "") if one.startswith("admin/")]
    return sorted(set(found))


def walk(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for one in resolver.url_patterns:
        path = prefix + plain(str(one.pattern))
        if isinstance(one, URLResolver):
            yield from walk(one, path)
        elif isinstance(one, URLPattern):
            yield path


def plain(pattern: str) -> str:
    pattern = re.sub(r"\(\?P<(\w+)>.*?\)", r"<\1>", pattern)
    return re.sub(r"<\w+:(\w+)>", r"<\1>", pattern).lstrip("^").rstrip("$").replace("\\Z", "")


ROUTES = routes()
MODELS = re.compile(r"(?:auth|conversations|experts)/[a-z]+/")


@pytest.fixture
def made() -> dict[str, Any]:
    return rows.one_of_each() | {
        "user": User.objects.create_user("somebody"), "group": Group.objects.get(name="sales"),
    }  # fmt: skip


def address(route: str, made: dict[str, Any]) -> str:
    model = MODELS.match(route)
    name = model[0].split("/")[1] if model else ""
    row = made.get(name)
    if row is None and model:
        kind = apps.get_model(model[0].strip("/").replace("/", "."))
        row = kind._default_manager.first()
    key = str(row.pk) if row is not None else "1"
    return "/admin/" + re.sub(r"<\w+>", key, route)


def may(role: str, route: str) -> bool:
    model = MODELS.match(route)
    if model is None:
        return route in EVERYBODY
    return route.removeprefix(model[0]) in ROLES[role].get(model[0], set())


def of_role(role: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(rows.staff(f"the-{role}", role="" if role == "nobody" else role))
    return client


SKIPPED = {"login/", "logout/", "<url>", "<app_label>/"}


def checked() -> list[str]:
    """But those that only send on to another page of the same row."""
    return [
        one
        for one in ROUTES
        if one not in SKIPPED and not one.startswith("r/") and not one.endswith("/<object_id>/")
    ]


def test_the_resolver_is_read_whole() -> None:
    for one in ("conversations/lead/<object_id>/change/", "experts/expert/import/", "two-step/",
                "auth/user/<id>/password/", "conversations/lead/export-leads-csv/"):  # fmt: skip
        assert one in ROUTES
    assert len(ROUTES) > 80


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_visitor_opens_no_page_of_the_admin(made: dict[str, Any], method: str) -> None:
    client = Client(raise_request_exception=False)
    for route in checked():
        answer = getattr(client, method)(address(route, made))
        assert answer.status_code in (302, 404) or route == "jsi18n/", route
        if answer.status_code == 302:
            assert "/admin/login/" in answer["Location"], route


@pytest.mark.parametrize("role", list(ROLES))
def test_a_role_opens_what_is_its_own_and_nothing_else(made: dict[str, Any], role: str) -> None:
    client, wrong = of_role(role), []
    for route in checked():
        if route.startswith(OTHERS):
            continue
        status = client.get(address(route, made)).status_code
        if (status in OPENED) != may(role, route) or status >= 500:
            wrong.append(f"{route}: {status}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", list(ROLES))
def test_a_role_writes_nothing_to_what_it_may_not_open(made: dict[str, Any], role: str) -> None:
    client, wrong = of_role(role), []
    for route in checked():
        if route.startswith(OTHERS):
            continue
        status = client.post(address(route, made), {"post": "yes"}).status_code
        if status >= 500 or (not may(role, route) and status not in (403, 404, 405, 302)):
            wrong.append(f"{route}: {status}")
    assert not wrong, "\n".join(wrong)
    kept = {"lead", "conversation", "demand", "endpoint", "expert", "verdict", "user"}
    for name in kept - ({"expert", "endpoint"} if role == "admins" else set()):
        row = made[name]
        assert type(row)._default_manager.filter(pk=row.pk).exists(), name


def test_a_superuser_meets_no_error_on_any_page(made: dict[str, Any]) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    for route in checked():
        assert client.get(address(route, made)).status_code < 500, route


@pytest.mark.parametrize("role", ["sales", "editors", "admins"])
def test_a_form_from_another_site_changes_nothing(made: dict[str, Any], role: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(rows.staff(f"strict-{role}", role=role))
    for route in checked():
        if not route.endswith("jsi18n/"):
            answer = strict.post(address(route, made), {"post": "yes"})
            assert answer.status_code in (403, 404), route


# Other pages of the desk have matrices of their own.
OTHERS = ("conversations/note", "conversations/change", "conversations/savedview",
          "conversations/scoresettings", "conversations/leadmerge", "conversations/day",
          "conversations/message", "conversations/lead/views", "auth/group")  # fmt: skip
