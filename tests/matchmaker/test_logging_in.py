"""Logging in to the admin: guesses are throttled, the second step is asked for, nobody is sent
elsewhere."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client, RequestFactory
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import Settings

from matchmaker.logins import client_address

LOGIN = "/admin/login/"
PASSWORD = "a-long-passphrase"
pytestmark = pytest.mark.django_db


@pytest.fixture
def eve() -> User:
    return User.objects.create_superuser("eve", "eve@example.com", PASSWORD)


def log_in(client: Client, password: str = PASSWORD, token: str = "", **more: Any) -> Any:
    data = {"username": "eve", "password": password, "otp_token": token}
    return client.post(f"{LOGIN}{more.pop('query', '')}", data | more.pop("data", {}), **more)


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def code_of(device: TOTPDevice, drift: int = 0) -> str:
    clock = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift + drift)
    return f"{clock.token():06}"


def second_step(client: Client) -> tuple[TOTPDevice, list[str]]:
    """Switched on as a person does it; the device and its backup codes."""
    client.get("/admin/two-step/")
    device = TOTPDevice.objects.get()
    page = client.post("/admin/two-step/", {"token": code_of(device)}, follow=True)
    assert "Two-step login is on" in page.content.decode()
    device.refresh_from_db()
    return device, list(StaticToken.objects.values_list("token", flat=True))


@pytest.mark.parametrize(
    ("required", "asked"), [("staff", True), ("admins", True), ("sales", False)]
)
def test_whoever_needs_a_second_step_sees_nothing_before_it_is_set_up(
    client: Client, eve: User, settings: Settings, required: str, asked: bool
) -> None:
    settings.REQUIRE_SECOND_STEP = (required,)
    eve.groups.add(Group.objects.get(name="admins"))
    log_in(client)
    for page in ("/admin/", "/admin/conversations/lead/", "/admin/password_change/"):
        answer = client.get(page)
        assert (answer.status_code == 302) == asked
        if asked:
            assert answer["Location"] == "/admin/two-step/"
    second_step(client)
    assert is_in(client)
    client.post("/admin/logout/")
    assert client.get("/").status_code == 200


def a_while_later() -> None:
    TOTPDevice.objects.update(throttling_failure_count=0)
    StaticDevice.objects.update(throttling_failure_count=0)


def test_a_password_logs_in_where_there_is_no_second_step(client: Client, eve: User) -> None:
    assert log_in(client, "wrong").status_code == 200
    assert not is_in(client)
    assert log_in(client).status_code == 302
    assert is_in(client)


def test_guessing_is_ended_after_ten_failures_even_with_the_right_password(
    client: Client, eve: User
) -> None:
    for _ in range(10):
        answer = log_in(client, "wrong")
    assert answer.status_code == 429
    assert "Too many failed logins" in answer.content.decode()
    assert log_in(client).status_code == 429
    assert not is_in(client)
    elsewhere = Client(REMOTE_ADDR="192.0.2.9")
    assert log_in(elsewhere).status_code == 302


def test_a_success_forgets_the_failures_before(client: Client, eve: User) -> None:
    for _ in range(3):
        for _ in range(8):
            log_in(client, "wrong")
        assert log_in(client).status_code == 302


def test_a_made_up_address_does_not_help_to_guess(client: Client, eve: User, settings: Any) -> None:
    for i in range(10):
        log_in(client, "wrong", headers={"X-Forwarded-For": f"198.51.100.{i}"})
    assert log_in(client, headers={"X-Forwarded-For": "198.51.100.99"}).status_code == 429


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.1", "192.0.2.1"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        (2, "6.6.6.6, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (2, "198.51.100.1", "198.51.100.1"),
        (1, "", "192.0.2.1"),
        (1, "198.51.100.1:50123", "198.51.100.1"),
        (1, "unknown", "192.0.2.1"),
    ],
)
def test_the_address_is_that_before_the_trusted_proxies(
    settings: Any, proxies: int, forwarded: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == address


def test_a_proxy_that_names_no_address_keeps_nobody_out(
    client: Client, eve: User, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = 1
    failed = log_in(client, password="wrong", headers={"X-Forwarded-For": "unknown"})

    assert failed.status_code == 200
    log_in(client, headers={"X-Forwarded-For": "unknown"})
    assert is_in(client)


def test_with_a_second_step_the_password_alone_does_not_log_in(client: Client, eve: User) -> None:
    log_in(client)
    _, backup = second_step(client)
    other = Client()
    answer = log_in(other)
    assert "two steps" in answer.content.decode()
    assert not is_in(other)
    assert log_in(other, token="000000").status_code == 200
    assert not is_in(other)
    a_while_later()
    assert log_in(other, token=backup[0]).status_code == 302
    assert is_in(other)
    third = Client()
    assert log_in(third, token=backup[0]).status_code == 200  # each code once
    assert not is_in(third)


def test_the_code_of_now_logs_in_once(client: Client, eve: User) -> None:
    log_in(client)
    device, _ = second_step(client)
    TOTPDevice.objects.update(last_t=-1)
    other, third = Client(), Client()
    assert log_in(other, token=code_of(device)).status_code == 302
    assert log_in(third, token=code_of(device)).status_code == 200


def test_the_second_step_ends_other_sessions_of_that_person_only(client: Client, eve: User) -> None:
    User.objects.create_superuser("adam", "", PASSWORD)
    elsewhere, adam = Client(), Client()
    log_in(elsewhere)
    log_in(adam, data={"username": "adam"})
    log_in(client)
    second_step(client)
    assert is_in(client)
    assert not is_in(elsewhere)
    assert is_in(adam)


def test_the_second_step_is_switched_off_with_a_code_only(client: Client, eve: User) -> None:
    log_in(client)
    _, backup = second_step(client)
    client.post("/admin/two-step/", {"token": "000000", "off": "yes"})
    assert TOTPDevice.objects.filter(confirmed=True).exists()
    a_while_later()
    page = client.post("/admin/two-step/", {"token": backup[0], "codes": "new"}, follow=True)
    fresh = StaticToken.objects.first()
    assert fresh is not None
    assert fresh.token in page.content.decode()
    assert fresh.token not in client.get("/admin/two-step/").content.decode()
    client.post("/admin/two-step/", {"token": fresh.token, "off": "yes"})
    assert not TOTPDevice.objects.exists()
    assert log_in(Client()).status_code == 302


def test_a_wrong_code_leaves_the_second_step_off(client: Client, eve: User) -> None:
    log_in(client)
    client.get("/admin/two-step/")
    page = client.post("/admin/two-step/", {"token": "12"}, follow=True).content.decode()
    assert "still off" in page
    assert log_in(Client()).status_code == 302


def test_the_page_of_the_second_step_needs_a_login(client: Client) -> None:
    answer = client.get("/admin/two-step/")
    assert answer.status_code == 302
    assert answer["Location"].startswith(LOGIN)


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)",
     "https:evil.example", "\thttps://evil.example", "http:///evil.example"],
)  # fmt: skip
def test_nobody_is_sent_elsewhere_after_logging_in(
    client: Client, eve: User, elsewhere: str
) -> None:
    answer = log_in(client, data={"next": elsewhere})
    assert answer["Location"] == "/admin/"
    assert log_in(Client(), query=f"?next={elsewhere}").headers["Location"] == "/admin/"


def test_a_login_from_another_site_is_refused(eve: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert log_in(strict).status_code == 403
    assert not is_in(strict)


def test_the_name_of_an_account_is_not_told_by_a_failure(client: Client, eve: User) -> None:
    known = log_in(client, "wrong").context["form"].non_field_errors()
    unknown = log_in(client, data={"username": "nobody"}).context["form"].non_field_errors()
    assert known == unknown
