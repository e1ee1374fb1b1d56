"""Log lines, as JSON for machines or as a line for people; both pass through the redaction.

Plain `logging` everywhere: `logger.info("turn", extra={"fields": {...}})` adds fields to a line,
and `extra={"error": error}` an error, told by what it is and where. Other than with `exc_info`, no
formatter that knows nothing of visitors prints its message.
"""

import json
import logging
import sys
import threading
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from matchmaker.redaction import scrubbed, told, told_as, trace

request_id: ContextVar[str] = ContextVar("request_id", default="-")
logger = logging.getLogger(__name__)


class OnlyFaults(logging.Filter):
    """Of what Django says of requests, only errors that no view caught: the rest has a line."""

    def filter(self, record: logging.LogRecord) -> bool:
        return bool(record.exc_info)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, request_id, event, fields, exception."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(contents(record), ensure_ascii=False, default=repr)


class LineFormatter(logging.Formatter):
    """12:00:00.123 INFO matchmaker.middleware [9f…] request method=POST status=200"""

    def format(self, record: logging.LogRecord) -> str:
        line = contents(record)
        errors = line.pop("exception", [])
        time, level, name = line.pop("time"), line.pop("level").upper(), line.pop("logger")
        start = f"{time[11:23]} {level} {name} [{line.pop('request_id')}] {line.pop('event')}"
        text = " ".join([start, *(f"{name}={value}" for name, value in line.items())])
        for error in errors:
            text += "".join(f"\n    {place}" for place in error["at"]) + f"\n  {error['error']}"
        return text


def contents(record: logging.LogRecord) -> dict[str, Any]:
    """What a line says. Never raises: what cannot be told is not worth losing the line for."""
    line: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "request_id": request_id.get(),
        "event": _event(record),
    }
    try:
        fields = getattr(record, "fields", {})
        line |= {name: told_as(name, value) for name, value in fields.items()}
        error = getattr(record, "error", None) or (record.exc_info or (None, None))[1]
        if isinstance(error, BaseException):
            line["exception"] = trace(error)
    except Exception as error:  # noqa: BLE001 - hostile values raise what they like
        line["untold"] = type(error).__name__
    return line


def _event(record: logging.LogRecord) -> str:
    try:
        template = str(told(record.msg))
        arguments = record.args
        if not arguments:
            return template
        if isinstance(arguments, dict):
            return scrubbed(template % {name: told(one) for name, one in arguments.items()})
        return scrubbed(template % tuple(told(one) for one in arguments))
    except Exception as error:  # noqa: BLE001 - a template that does not fit its arguments
        return f"{record.pathname}:{record.lineno} ({type(error).__name__})"


def catch_what_nobody_caught() -> None:
    """In a server: errors that end a thread or the process go through the redaction, too."""
    logging.raiseExceptions = False  # prints a line's arguments when it cannot be written
    threading.excepthook = _thread_ended
    sys.excepthook = _process_ended


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value is not None and not isinstance(ended.exc_value, SystemExit):
        name = ended.thread.name if ended.thread else "?"
        logger.critical("A thread ended: %s", name, exc_info=ended.exc_value)


def _process_ended(
    kind: type[BaseException], error: BaseException, where: TracebackType | None
) -> None:
    if isinstance(error, KeyboardInterrupt):
        sys.__excepthook__(kind, error, where)
    else:
        logger.critical("The process ended", exc_info=error)
