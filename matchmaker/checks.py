"""System checks of the deployment as a whole: a wrong one speaks before it serves."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.security, deploy=True)
def served_over_https(**_: Any) -> list[CheckMessage]:
    if settings.SECURE_HTTPS and not settings.TRUSTED_PROXIES:
        return [
            Warning(
                "SECURE_HTTPS is on but no proxy is trusted: every request looks like plain HTTP.",
                hint="Set TRUSTED_PROXIES to the number of proxies in front of the server.",
                id="matchmaker.W001",
            )
        ]
    return []
