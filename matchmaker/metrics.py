"""What Prometheus reads at /metrics, summed over the worker processes.

Workers share their numbers by files in PROMETHEUS_MULTIPROC_DIR, which `matchmaker.gunicorn` makes
before any of them starts; without it (runserver, tests) the process has its own.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hmac import compare_digest
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from experts.search import wiring

logger = logging.getLogger(__name__)

STAGES = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0)
WHOLE = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0)

REQUESTS = Counter(
    "matchmaker_http_requests", "HTTP requests by route.", ["method", "route", "status"]
)
REQUEST_SECONDS = Histogram(
    "matchmaker_http_request_seconds",
    "Time to answer; of a stream, to its first byte.",
    ["method", "route"],
    buckets=WHOLE,
)
TURNS = Counter(
    "matchmaker_turns",
    "Turns that ended, by type (match, clarification, none), status and the reason for less.",
    ["type", "status", "reason"],
)
IN_FLIGHT = Gauge(
    "matchmaker_turns_in_flight",
    "Turns that have begun and are not answered yet, most of them waiting for a model.",
    multiprocess_mode="livesum",
)
STAGE_SECONDS = Histogram(
    "matchmaker_stage_seconds",
    "Time of one stage of a turn; total is from the checked request to the stored answer.",
    ["stage"],
    buckets=STAGES,
)
TOKENS = Counter("matchmaker_tokens", "Tokens of the language model.", ["kind"])
THROTTLED = Counter("matchmaker_throttled", "Requests refused by a limit.", ["policy"])
BREAKER_OPEN = Gauge(
    "matchmaker_breaker_open",
    "Workers whose circuit breaker keeps them from the language model.",
    multiprocess_mode="livesum",
)


class Index(Collector):
    """The index as this worker serves it, looked at when asked."""

    def collect(self) -> Iterator[Metric]:
        served = wiring.snapshots().current()
        yield GaugeMetricFamily(
            "matchmaker_index_experts",
            "Experts in the served index; 0 without one.",
            value=served.size if served else 0,
        )
        generation = GaugeMetricFamily(
            "matchmaker_index_info", "The served generation.", labels=["generation"]
        )
        if served:
            generation.add_metric([served.manifest.generation], 1)
        yield generation
        yield GaugeMetricFamily(
            "matchmaker_index_ready",
            "1 when the newest generation is in service.",
            value=0 if wiring.index_problem() else 1,
        )


@contextmanager
def counting() -> Iterator[None]:
    """Counts inside of it cost no visitor an answer: their files may find no room to grow."""
    try:
        yield
    except OSError as error:
        logger.warning("Not counted: %s", type(error).__name__)


def count_refusal(request: HttpRequest) -> None:
    """A request refused by a limit, under the policies it went past."""
    with counting():
        for quota in getattr(request, "quotas", ()):
            if quota.used > quota.limit:
                THROTTLED.labels(quota.name).inc()


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """An answer to any request, and the time to its first byte."""
    with counting():
        REQUESTS.labels(method, route, str(status)).inc()
        REQUEST_SECONDS.labels(method, route).observe(seconds)


def metrics(request: HttpRequest) -> HttpResponse:
    """The exposition, for who may read it."""
    refusal = refused(request)
    if refusal is not None:
        return refusal
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def refused(request: HttpRequest) -> HttpResponse | None:
    """With METRICS_TOKEN a bearer token decides; without, only this machine itself may read.

    A forwarded request comes from a proxy on this machine, not from this machine.
    """
    if settings.METRICS_TOKEN:
        sent = request.headers.get("Authorization", "")
        if compare_digest(sent.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
            return None
        return _plain("A bearer token is needed.", 401, {"WWW-Authenticate": "Bearer"})
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "Via"))
    if not forwarded and is_loopback(request.META.get("REMOTE_ADDR", "")):
        return None
    return _plain("Only for this machine; set METRICS_TOKEN to read it from another.", 403, {})


def is_loopback(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback


def _plain(text: str, status: int, headers: dict[str, str]) -> HttpResponse:
    return HttpResponse(text + "\n", "text/plain; charset=utf-8", status, headers=headers)


def exposition() -> bytes:
    """All workers' numbers in Prometheus' text format."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        registry.register(Index())
        return generate_latest(registry)
    registry.register(Index())
    return generate_latest(REGISTRY) + generate_latest(registry)
