"""Logging in to the admin: who fails too often waits, who has a second step takes it."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse
from django_otp import devices_for_user, match_token
from unfold.forms import AuthenticationForm
from unfold.widgets import BASE_INPUT_CLASSES

from conversations.api.throttles import address_in


def client_address(request: HttpRequest) -> str:
    """Who asks, behind as many proxies as are trusted: what a client writes itself counts for
    nothing. Where a proxy names nobody, the proxy."""
    remote = str(request.META.get("REMOTE_ADDR", ""))
    proxies = settings.TRUSTED_PROXIES
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
    if not proxies or not forwarded:
        return remote
    hops = forwarded.split(",")
    return str(address_in(hops[-min(proxies, len(hops))]) or remote)


def account_links(request: HttpRequest) -> list[dict[str, str]]:
    return [{"title": "Two-step login", "link": reverse("two_step")}]


class LoginForm(AuthenticationForm):
    """Asks for a code as well; only those who have set up a second step need one."""

    otp_token = forms.CharField(
        label="Code of your second step",
        required=False,
        max_length=32,
        help_text="Only if you have switched on two-step login.",
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "class": " ".join(BASE_INPUT_CLASSES)}
        ),
    )

    def confirm_login_allowed(self, user: User) -> None:
        """The password was right; the code has to be as well, where there is a second step."""
        super().confirm_login_allowed(user)
        if not any(devices_for_user(user)):
            return
        token = str(self.cleaned_data.get("otp_token") or "").replace(" ", "")
        device: Any = match_token(user, token) if token else None
        if device is None:
            raise forms.ValidationError(
                "This account logs in with two steps: enter your password and the code of now, "
                "or one of your backup codes. After wrong codes wait a moment.",
                code="second_step",
            )
        user.otp_device = device  # type: ignore[attr-defined]  # django-otp logs it in with the user
