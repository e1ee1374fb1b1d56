"""Errors to Sentry, stripped of all that a visitor said. Imported only when SENTRY_DSN is set."""

from typing import Any

import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
from sentry_sdk.integrations.logging import LoggingIntegration, ignore_logger
from sentry_sdk.integrations.threading import ThreadingIntegration
from sentry_sdk.types import Event, Hint
from sentry_sdk.utils import event_from_exception

from matchmaker.logs import request_id
from matchmaker.redaction import PLAIN_NAMES, scrubbed

PRIVATE = (
    "request",
    "user",
    "breadcrumbs",
    "extra",
    "server_name",
    "modules",
    "contexts",
    "threads",
)


def start() -> None:
    """Report what is logged as an error, and what nobody caught."""
    ignore_logger("django.security.DisallowedHost")  # anybody can send any name
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment=settings.SENTRY_ENVIRONMENT,
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,  # they hold what visitors wrote
        max_breadcrumbs=0,
        before_send=stripped,
        before_send_transaction=lambda event, hint: None,
        default_integrations=False,
        auto_enabling_integrations=False,  # one of them watches the language model's client
        integrations=[
            LoggingIntegration(level=None),
            DjangoIntegration(signals_spans=False, cache_spans=False),
            DedupeIntegration(),
            ExcepthookIntegration(),
            ThreadingIntegration(),
        ],
    )


def stripped(event: Event, hint: Hint) -> Event:
    """What went wrong and where, under which request id; never a body, a query or an address."""
    for private in PRIVATE:
        event.pop(private, None)  # type: ignore[misc]
    event["tags"] = {"request_id": request_id.get()}
    told = getattr(hint.get("log_record"), "error", None)
    if isinstance(told, BaseException) and "exception" not in event:
        event["exception"] = event_from_exception(told, sentry_sdk.get_client().options)[0][
            "exception"
        ]
    for error in event.get("exception", {}).get("values", []):
        kind = str(error.get("type", ""))
        speaks_plainly = kind in PLAIN_NAMES or is_ours(str(error.get("module") or ""))
        error["value"] = scrubbed(str(error.get("value", ""))) if speaks_plainly else ""
        error.pop("mechanism", None)
        for frame in (error.get("stacktrace") or {}).get("frames", []):
            frame.pop("vars", None)
    for name in ("logentry", "message"):
        if name in event:
            event[name] = _template(event[name])
    return event


def is_ours(module: str) -> bool:
    return module in ("conversations.errors", "experts.errors") or module.endswith(".llm.errors")


def _template(entry: Any) -> Any:
    """The words of our own code, without what was filled into them."""
    if isinstance(entry, dict):
        return {"message": scrubbed(str(entry.get("message", "")))}
    return scrubbed(str(entry))
