"""The directory in the admin: found, corrected, taken out of answers and put back."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from experts.models import Expert

LIST = "/admin/experts/expert/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("boss"))
    return client


def expert(username: str = "ines", **fields: Any) -> Expert:
    given = {"name": "Ines Vermeulen", "job_title": "Payroll", "company": "Loonwijs",
             "hourly_rate": "95.00", "currency": "EUR", "languages": ["nl", "en"],
             "category": "Finance"}  # fmt: skip
    return Expert.objects.create(username=username, **(given | fields))


def form(one: Expert | None = None, **changes: str) -> dict[str, str]:
    data = {
        name: str(getattr(one, name, "") or "")
        for name in ("first_name", "last_name", "name", "location", "job_title", "company",
                     "category", "bio", "hourly_rate", "currency", "profile_url", "photo_url")
    }  # fmt: skip
    data |= {"languages": ", ".join(one.languages) if one else "", "tags": "", "is_active": "on"}
    data |= {"joined_at_0": "", "joined_at_1": ""}
    return {key: value for key, value in (data | changes).items() if value != "off"}


def found(client: Client, **params: str) -> set[str]:
    answer = client.get(LIST, params)
    assert answer.status_code == 200
    return {row.username for row in answer.context["cl"].result_list}


def save(client: Client, one: Expert, **changes: str) -> str:
    answer = client.post(f"{LIST}{one.pk}/change/", form(one, **changes), follow=True)
    return answer.content.decode()


def act(client: Client, action: str, *chosen: Expert) -> Any:
    keys = [str(one.pk) for one in chosen]
    return client.post(LIST, {"action": action, "_selected_action": keys}, follow=True)


def test_the_list_tells_who_may_be_recommended_and_what_the_others_miss(boss: Client) -> None:
    expert("whole")
    expert("poor", hourly_rate=None, company="")
    expert("asleep", is_active=False)
    assert found(boss, recommendable="yes") == {"whole"}
    assert found(boss, recommendable="no") == {"poor", "asleep"}
    assert "company, hourly rate" in boss.get(LIST).content.decode()


def test_experts_are_filtered_by_activity_currency_language_and_category(boss: Client) -> None:
    expert("ines")
    expert("joe", currency="USD", languages=["fr"], category="Law")
    expert("nil", currency="", languages=[], category="", is_active=False)
    assert found(boss, currency="USD") == {"joe"}
    assert found(boss, currency="(none)") == {"nil"}
    assert found(boss, language="nl") == {"ines"}
    assert found(boss, language="(none)") == {"nil"}
    assert found(boss, category="Law") == {"joe"}
    assert found(boss, is_active__exact="0") == {"nil"}
    assert found(boss, currency="\x00") == found(boss, language="%") == {"ines", "joe", "nil"}


def test_experts_are_found_by_name_title_company_and_words(boss: Client) -> None:
    expert("ines", bio="Knows Snowflake well")
    expert("joe", name="Joe Claes", job_title="Lawyer", company="Acme", category="Law")
    for words in ("vermeulen", "payroll loonwijs", "SNOWFLAKE", "ines"):
        assert found(boss, q=words) == {"ines"}, words


def test_an_expert_deactivated_in_the_list_is_in_no_answer_and_comes_back(boss: Client) -> None:
    one, other = expert("ines"), expert("joe")
    page = act(boss, "deactivate", one).content.decode()
    assert "1 expert deactivated" in page
    assert ">Rebuild the index</a>" in page
    assert set(Expert.objects.recommendable()) == {other}
    assert Expert.objects.get(username="ines").deactivated_at is not None
    assert Expert.objects.get(pk=one.pk).kept_off
    act(boss, "reactivate", one)
    one.refresh_from_db()
    assert (one.is_active, one.kept_off) == (True, False)
    assert one.deactivated_at is None
    assert [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")] == [
        "Deactivated.", "Reactivated.",
    ]  # fmt: skip


def test_an_expert_switched_off_on_its_page_stays_off_when_imported(boss: Client) -> None:
    one = expert()
    url = f"{LIST}{one.pk}/change/"
    assert boss.post(url, form(one, is_active="")).status_code == 302
    one.refresh_from_db()
    assert (one.is_active, one.kept_off) == (False, True)
    assert "imports leave it so" in boss.get(url).content.decode()
    boss.post(url, form(one, is_active="on"))
    one.refresh_from_db()
    assert (one.is_active, one.kept_off) == (True, False)


def test_who_may_only_look_gets_no_action_and_no_form(client: Client) -> None:
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_expert"))
    client.force_login(viewer)
    one = expert()
    assert "Deactivate" not in client.get(LIST).content.decode()
    act(client, "deactivate", one)
    assert client.post(f"{LIST}{one.pk}/change/", form(one, is_active="off")).status_code == 403
    one.refresh_from_db()
    assert one.is_active


def test_switching_the_form_off_and_on_keeps_the_date(boss: Client) -> None:
    one = expert()
    save(boss, one, is_active="off")
    one.refresh_from_db()
    assert not one.is_active
    assert one.deactivated_at is not None
    save(boss, one)
    one.refresh_from_db()
    assert one.deactivated_at is None


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"bio": "Something new"}, "found by the new text"),
        ({"is_active": "off"}, "out of the index"),
        ({"company": ""}, "out of the index"),
    ],
)
def test_a_change_that_the_index_does_not_know_asks_for_a_rebuild(
    boss: Client, changes: dict[str, str], hint: str
) -> None:
    assert hint in save(boss, expert(), **changes)


def test_a_new_rate_asks_for_no_rebuild(boss: Client) -> None:
    one = expert()
    assert "rebuild_index" not in save(boss, one, hourly_rate="120.00")
    one.refresh_from_db()
    assert str(one.hourly_rate) == "120.00"


def test_a_new_expert_is_found_after_a_rebuild(boss: Client) -> None:
    whole = {"username": "eva", "name": "Eva", "job_title": "CFO", "company": "Acme",
             "hourly_rate": "80", "currency": "eur", "languages": "NL, fr, nl",
             "tags": "tax,  audit"}  # fmt: skip
    page = boss.post(f"{LIST}add/", form(None, **whole), follow=True).content.decode()
    assert "to have this expert found" in page
    eva = Expert.objects.get(username="eva")
    assert (eva.currency, eva.languages, eva.tags) == ("EUR", ["nl", "fr"], ["tax", "audit"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"hourly_rate": "0"}, {"hourly_rate": "-5"}, {"hourly_rate": "NaN"}, {"hourly_rate": "inf"},
        {"currency": "EURO"}, {"currency": "€"}, {"languages": "Dutch"},
        {"profile_url": "javascript:alert(1)"}, {"name": "x\x00y"},
    ],
)  # fmt: skip
def test_nonsense_in_the_form_is_refused(boss: Client, wrong: dict[str, str]) -> None:
    one = expert()
    before = Expert.objects.values().get()
    answer = boss.post(f"{LIST}{one.pk}/change/", form(one, **wrong))
    assert answer.status_code == 200
    assert Expert.objects.values().get() == before


def test_the_username_is_an_identity_and_stays(boss: Client) -> None:
    one = expert()
    save(boss, one, username="somebody-else", bio="New")
    one.refresh_from_db()
    assert (one.username, one.bio) == ("ines", "New")


def test_usernames_that_differ_by_case_are_two_experts(boss: Client) -> None:
    expert("ines")
    boss.post(f"{LIST}add/", form(username="INES", name="Another"))
    assert Expert.objects.count() == 2
