"""Who may see and do what, on every page of the admin."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from conversations.leads.groups import ROLES, make_groups
from conversations.models import Conversation, Lead
from tests.conversations.admin import rows

MODELS = [model._meta.label_lower for model in admin.site._registry]


def page(model: str, name: str, *args: object) -> str:
    return reverse(f"admin:{model.replace('.', '_')}_{name}", args=args)


@pytest.mark.parametrize("model", MODELS)
def test_a_superuser_opens_every_page_of_every_list(boss: Client, model: str) -> None:
    rows.one_of_each()
    Group.objects.get(name="sales")
    row = apps.get_model(model)._default_manager.first()
    assert row is not None
    for url in (
        page(model, "changelist"),
        page(model, "changelist") + "?q=ana",
        page(model, "change", row.pk),
        page(model, "history", row.pk),
        page(model, "delete", row.pk),
    ):
        assert boss.get(url).status_code == 200, url
    may_add = admin.site._registry[type(row)].has_add_permission(boss.get("/admin/").wsgi_request)
    assert boss.get(page(model, "add")).status_code == (200 if may_add else 403)


@pytest.mark.parametrize("model", MODELS)
def test_staff_without_rights_open_no_list(stranger: Client, model: str) -> None:
    rows.one_of_each()
    row = apps.get_model(model)._default_manager.first()
    assert row is not None
    for url in (
        page(model, "changelist"),
        page(model, "change", row.pk),
        page(model, "history", row.pk),
        page(model, "delete", row.pk),
        page(model, "add"),
    ):
        assert stranger.get(url).status_code == 403, url
        assert stranger.post(url).status_code == 403, url


@pytest.mark.parametrize("model", MODELS)
def test_a_visitor_is_sent_to_the_login(client: Client, model: str) -> None:
    answer = client.get(page(model, "changelist"))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("admin:login"))


def test_pages_that_belong_to_no_list_open(boss: Client) -> None:
    for name in ("index", "password_change", "jsi18n"):
        assert boss.get(reverse(f"admin:{name}")).status_code == 200
    assert boss.get(reverse("admin:app_list", args=["conversations"])).status_code == 200


@pytest.mark.parametrize("model", rows.LISTS)
def test_an_empty_list_says_what_will_appear_there(boss: Client, model: str) -> None:
    answer = boss.get(page(f"conversations.{model}", "changelist"))
    desk: Any = admin.site._registry[apps.get_model("conversations", model)]
    assert desk.empty_state in answer.content.decode()
    searched = boss.get(page(f"conversations.{model}", "changelist"), {"q": "nowhere"})
    assert "Nothing fits" in searched.content.decode()


def test_nobody_edits_or_adds_an_exchange_not_even_a_superuser(boss: Client) -> None:
    row = rows.conversation()
    url = page("conversations.conversation", "change", row.pk)
    assert boss.post(url, {"query": "something else"}).status_code == 403
    assert boss.post(page("conversations.conversation", "add"), {}).status_code == 403
    row.refresh_from_db()
    assert row.query == "Who can run our payroll?"


def test_only_a_superuser_deletes_leads_and_exchanges(boss: Client) -> None:
    row = rows.one_of_each()["conversation"]
    eager = Client()
    rights = ("view_lead", "change_lead", "delete_lead", "view_conversation",
              "delete_conversation")  # fmt: skip
    eager.force_login(rows.staff("eager", rights=rights))
    for url in (
        page("conversations.conversation", "delete", row.pk),
        page("conversations.lead", "delete", row.lead_id),
    ):
        assert eager.post(url, {"post": "yes"}).status_code == 403
    assert Conversation.objects.count() == 1
    boss.post(page("conversations.conversation", "delete", row.pk), {"post": "yes"})
    assert not Conversation.objects.exists()
    boss.post(page("conversations.lead", "delete", row.lead_id), {"post": "yes"})
    assert not Lead.objects.exists()


def test_sales_work_leads_and_see_no_settings(seller: Client) -> None:
    made = rows.one_of_each()
    for model in ("lead", "conversation", "feedback", "click", "emailcapture"):
        url = page(f"conversations.{model}", "change", made[model].pk)
        assert seller.get(url).status_code == 200
    url = page("conversations.lead", "change", made["lead"].pk)
    data = {"status": "contacted", "initial-status": "new", "owner": "", "initial-owner": ""}
    assert seller.post(url, data).status_code == 302
    assert Lead.objects.get().status == "contacted"
    expert = page("experts.expert", "change", made["expert"].pk)
    assert seller.get(expert).status_code == 200
    assert seller.post(expert, {"username": "x"}).status_code == 403
    for model in ("auth.user", "auth.group", "conversations.attempt"):
        assert seller.get(page(model, "changelist")).status_code == 403


def test_editors_keep_the_directory_and_see_no_lead() -> None:
    made = rows.one_of_each()
    client = Client()
    client.force_login(rows.staff("editor", role="editors"))
    assert client.get(page("experts.expert", "change", made["expert"].pk)).status_code == 200
    assert client.get(page("experts.expert", "add")).status_code == 200
    assert client.get(page("conversations.lead", "changelist")).status_code == 403
    sidebar = client.get(reverse("admin:index")).content.decode()
    assert page("experts.expert", "changelist") in sidebar
    assert page("conversations.lead", "changelist") not in sidebar


def test_an_admin_who_is_no_superuser_cannot_make_or_change_one() -> None:
    root = User.objects.create_superuser("root")
    client = Client()
    person = rows.staff("adam", role="admins")
    client.force_login(person)
    assert client.post(page("auth.user", "change", root.pk), {}).status_code == 403
    assert client.get(page("auth.user", "delete", root.pk)).status_code == 403
    assert client.post(f"/admin/auth/user/{root.pk}/password/", {}).status_code == 403
    data = {"username": "adam", "is_superuser": "on", "is_staff": "on", "is_active": "on"}
    client.post(page("auth.user", "change", person.pk), data)
    person.refresh_from_db()
    assert not person.is_superuser
    assert client.get(page("auth.group", "changelist")).status_code == 403


def test_migrating_makes_the_three_groups_and_gives_back_nothing_taken_away() -> None:
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)
    sales = Group.objects.get(name="sales")
    sales.permissions.remove(Permission.objects.get(codename="view_click"))
    call_command("migrate", verbosity=0)
    assert "view_click" not in sales.permissions.values_list("codename", flat=True)


def test_a_group_gets_a_right_that_is_new_in_the_product() -> None:
    Permission.objects.filter(codename="view_click").delete()
    make_groups()
    assert "view_click" in Group.objects.get(name="sales").permissions.values_list(
        "codename", flat=True
    )


def test_every_right_of_a_role_exists() -> None:
    for role, rights in ROLES.items():
        held = set(Group.objects.get(name=role).permissions.values_list("codename", flat=True))
        assert held == {f"{verb}_{model}" for verb, models in rights.items() for model in models}
