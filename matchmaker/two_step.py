"""Two-step login, set up by each person for themselves; and asked of whom it is required."""

import base64
import secrets
from collections.abc import Callable
from typing import Any, cast

import segno
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django_otp import devices_for_user, login, match_token
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

NAME = "two-step"
CODES = 10
WITHOUT = ("admin:login", "admin:logout", "admin:jsi18n", "two_step")  # pages open to all


class RequireSecondStep:
    """Whoever has to log in with two steps and has only one sees no page but that to set it up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.REQUIRE_SECOND_STEP and request.path.startswith(reverse("admin:index")):
            person: Any = request.user
            is_elsewhere = request.path not in map(reverse, WITHOUT)
            if is_elsewhere and person.is_staff and not person.is_verified() and _has_to(person):
                messages.warning(request, "Your account needs two-step login: set it up here.")
                return HttpResponseRedirect(reverse("two_step"))
        return self.get_response(request)


def _has_to(person: User) -> bool:
    who = settings.REQUIRE_SECOND_STEP
    return "staff" in who or person.groups.filter(name__in=who).exists()


@never_cache
def two_step(request: HttpRequest) -> HttpResponse:
    """Switch the second step on with a code that proves it works, off with one that proves who."""
    person = cast("User", request.user)
    if request.method == "POST":
        return _answer(request, person)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Two-step login",
        "is_on": any(devices_for_user(person)),
        "codes": request.session.pop("new_backup_codes", None),
    }
    if not context["is_on"]:
        device, _ = TOTPDevice.objects.get_or_create(user=person, name=NAME, confirmed=False)
        picture = segno.make(device.config_url).svg_data_uri(scale=5, light="white")
        key = base64.b32encode(device.bin_key).decode()
        context |= {"picture": picture, "key": key}
    return TemplateResponse(request, "admin/two_step.html", context)


def _answer(request: HttpRequest, person: User) -> HttpResponse:
    token = str(request.POST.get("token", "")).replace(" ", "")[:32]
    if not any(devices_for_user(person)):
        _switch_on(request, person, token)
    elif match_token(person, token) is None:
        messages.error(request, "This code is not right; nothing was changed.")
    elif "codes" in request.POST:
        request.session["new_backup_codes"] = _backup_codes(person)
        messages.success(request, "Here are new backup codes; the old ones are void.")
    else:
        for device in list(devices_for_user(person, confirmed=None)):
            device.delete()
        messages.success(request, "Two-step login is off.")
    return HttpResponseRedirect(reverse("two_step"))


def _switch_on(request: HttpRequest, person: User, token: str) -> None:
    device = TOTPDevice.objects.filter(user=person, name=NAME, confirmed=False).first()
    if device is None or not device.verify_token(token):
        messages.error(request, "This code is not right; two-step login is still off.")
        return
    with transaction.atomic():
        device.confirmed = True
        device.save()
        request.session["new_backup_codes"] = _backup_codes(person)
    login(request, device)
    _end_other_sessions(request, person)
    messages.success(
        request, "Two-step login is on. Other places where you were logged in are out."
    )


def _backup_codes(person: User) -> list[str]:
    """Each logs in once; shown once."""
    device, _ = StaticDevice.objects.get_or_create(user=person, name=NAME)
    device.token_set.all().delete()
    codes = [secrets.token_hex(5) for _ in range(CODES)]
    for code in codes:
        device.token_set.create(token=code)
    return codes


def _end_other_sessions(request: HttpRequest, person: User) -> None:
    """Those that began with a password alone."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        is_theirs = session.get_decoded().get("_auth_user_id") == str(person.pk)
        if is_theirs and session.session_key != request.session.session_key:
            session.delete()
