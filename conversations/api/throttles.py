"""How often one caller may ask; counted in the database, or in a cache that workers share."""

import hashlib
import logging
import math
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from conversations.models import Attempt, RequestCount

if TYPE_CHECKING:  # views look this up by its name, so that neither can import the other first
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
PURGED_ONCE_IN = 200  # requests; windows that ended are of no more use
NOTED = 3  # refusals of one caller in one window that are kept; the rest is only counted


@dataclass(frozen=True, slots=True)
class Quota:
    """What one caller has left in this window; `name` is the policy's in the header fields."""

    name: str
    limit: int
    window: int  # seconds
    used: int
    reset: int  # seconds until the window ends

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)


class Throttle(BaseThrottle):
    """Fixed windows, counted atomically across workers.

    A lead is worth more than a limit: when the count cannot be kept, the request passes.
    """

    scope = "public"
    rate = "300/min"
    quotas: tuple[Quota, ...] = ()

    def callers(self, request: Request) -> dict[str, str]:
        """Policy name to who is counted under it."""
        return {"address": network(self.get_ident(request))}

    def allow_request(self, request: Request, view: "APIView") -> bool:
        callers = self.callers(request)  # reads the body, whose errors are the caller's own
        try:
            self.quotas = tuple(self.counted(callers))
        except Exception as error:  # noqa: BLE001 - the store's errors are many; none may cost a lead
            logger.error("Requests are not counted: %s", type(error).__name__)
            return True
        request._request.quotas = self.quotas  # type: ignore[attr-defined]  # noqa: SLF001 - for the edge, which tells them
        exceeded = next((quota for quota in self.quotas if quota.used > quota.limit), None)
        if exceeded and exceeded.used <= exceeded.limit + NOTED:
            self.note(request, exceeded)
        return exceeded is None

    def counted(self, callers: Mapping[str, str]) -> Iterator[Quota]:
        """This request counted under each policy; those of one window in one statement."""
        now, rates = clock(), self.rates()
        by_window: dict[int, dict[str, str]] = {}
        for name, caller in callers.items():
            by_window.setdefault(rates[name][1], {})[name] = self.key(name, caller)
        for window, keys in by_window.items():
            start = int(now // window * window)
            counts = count_up(list(keys.values()), start, window)
            reset = max(1, math.ceil(start + window - now))
            for name, key in keys.items():
                yield Quota(name, rates[name][0], window, counts[key], reset)

    def rates(self) -> dict[str, tuple[int, int]]:
        """Requests and seconds by policy; a single rate is for all of them."""
        each = [parsed(rate.strip()) for rate in self.rate.split(",")]
        return {"address": each[0], "email": each[-1]}

    def wait(self) -> float | None:
        return max((quota.reset for quota in self.quotas if not quota.left), default=None)

    def key(self, policy: str, caller: str) -> str:
        """Names the caller without holding an address that could be read back."""
        digest = hashlib.sha256(f"{caller}{settings.SECRET_KEY}".encode("utf-8", "replace"))
        return f"{self.scope}:{policy}:{digest.hexdigest()[:32]}"

    def note(self, request: Request, quota: Quota) -> None:
        """Keep the words of a refused request, for a lead may be behind it."""
        body = request.data if isinstance(request.data, dict) else {}
        if not body:
            return
        try:
            Attempt.objects.note(
                f"too many requests by {quota.name}",
                email=body.get("email", ""),
                query=body.get("query", ""),
                address=str(address_in(self.get_ident(request) or "") or ""),
            )
        except Exception as error:  # noqa: BLE001 - the refusal itself is not in doubt
            logger.error("A refused request is not noted: %s", type(error).__name__)


class ChatThrottle(Throttle):
    """THROTTLE_CHAT: its first rate for a client address, its last for an e-mail address."""

    scope = "chat"

    @property
    def rate(self) -> str:  # type: ignore[override]
        return str(settings.THROTTLE_CHAT)

    def callers(self, request: Request) -> dict[str, str]:
        body = request.data
        email = body.get("email") if isinstance(body, dict) else None
        named = {"email": email.strip().casefold()[:320]} if isinstance(email, str) else {}
        return super().callers(request) | named


def clock() -> float:
    return time.time()


def parsed(rate: str) -> tuple[int, int]:
    """ "30/min" as (30, 60)."""
    number, period = rate.split("/")
    return int(number), SECONDS[period[0]]


def network(address: str | None) -> str:
    """Who an address belongs to: an IPv6 customer has a whole /64 of them."""
    found = address_in(address or "")
    if found is None:
        return (address or "")[:100]
    return found.exploded[:19] if isinstance(found, IPv6Address) else str(found)


def address_in(text: str) -> IPv4Address | IPv6Address | None:
    """The address as servers and proxies write it: with a zone, with a port, or IPv4 as IPv6."""
    bracketed = re.fullmatch(r"\[(.+)\](?::\d+)?|([\d.]+):\d+", text.strip())
    bare = (bracketed[1] or bracketed[2]) if bracketed else text.strip()
    try:
        found = ip_address(re.sub(r"%.*$", "", bare))
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def count_up(keys: list[str], start: int, window: int) -> dict[str, int]:
    if settings.CACHE_IS_SHARED:
        return {key: _count_in_cache(f"throttle:{key}:{start}", window) for key in keys}
    if not secrets.randbelow(PURGED_ONCE_IN):
        RequestCount.objects.purge(datetime.fromtimestamp(start, UTC))
    until = datetime.fromtimestamp(start + 2 * window, UTC)
    return RequestCount.objects.count_up(keys, start, until)


def _count_in_cache(key: str, window: int) -> int:
    cache.add(key, 0, timeout=2 * window)
    return int(cache.incr(key))


def describe(response: HttpResponseBase, quotas: tuple[Quota, ...]) -> None:
    """The RateLimit header fields of an answer."""
    if quotas:
        response["RateLimit-Policy"] = ", ".join(
            f'"{one.name}";q={one.limit};w={one.window}' for one in quotas
        )
        response["RateLimit"] = ", ".join(
            f'"{one.name}";r={one.left};t={one.reset}' for one in quotas
        )
