"""What may be told of a value outside: never a visitor's words or address.

The first line of defence is that nobody logs them. This is the second: it knows which values can
hold them, what an address looks like, and what the visitor of this request has just sent.
"""

import re
import traceback
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model

from conversations.errors import ConversationsError
from experts.errors import ExpertsError

LONGEST = 8000  # characters of one text that are kept
SHORTEST = 6  # a visitor's text below that may be any word of ours
WORDS = {"email", "query", "content", "comment", "reasons"}  # where a body holds what was said
PRIVATE = re.compile(
    r"words|query|question|narrative|history|body|prompt|e?mail|comment|cookie|authorization|passw"
    r"|secret|token$|api_?key|dsn",
    re.IGNORECASE,
)
# Starts only where a token starts, so that long texts are read once.
EMAIL = re.compile(
    r"""(?:"[^"\n]{1,64}"|(?<![^\s"'<>()\[\]{},;:=|])(?:[^\s"'<>()\[\]{},;:=|@%]|%(?!40))+)"""
    r"""(?:@|%40|＠)[^\s"'<>()\[\]{},;:=|]+"""
)
PHONE = re.compile(r"(?<![\w.-])(?:\+|00)\d[\d ()./-]{7,17}\d")
ASKED = re.compile(r"(?<=[\w/])\?[^\s\"'<>]+")  # what follows the path of an address
# Their messages are written for operators, or speak of code only. Any other may hold row values.
PLAIN = (
    ConversationsError, ExpertsError, ImproperlyConfigured,
    AttributeError, ImportError, NameError, NotImplementedError, RecursionError,
)  # fmt: skip
PLAIN_NAMES = {kind.__name__ for kind in PLAIN}

_heard: ContextVar[tuple[str, ...]] = ContextVar("heard", default=())


def hear(body: Any) -> None:
    """Remember what the visitor of this request said, to know it when it turns up elsewhere."""
    said = {text.strip() for text in _said(body, wanted=False)}
    _heard.set(tuple(sorted((text for text in said if len(text) >= SHORTEST), key=len)[::-1][:100]))


def forget() -> None:
    _heard.set(())


def _said(value: Any, *, wanted: bool) -> Iterator[str]:
    if isinstance(value, str) and wanted:
        yield value
    elif isinstance(value, list):
        for one in value[:100]:
            yield from _said(one, wanted=wanted)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _said(one, wanted=key in WORDS or key == "history")


def scrubbed(text: str) -> str:
    """The text without addresses, telephone numbers, URL queries, and what this visitor said."""
    for said in _heard.get():
        text = text.replace(said, "[words]").replace(repr(said)[1:-1], "[words]")
    text = text[:LONGEST] + ("…" if len(text) > LONGEST else "")
    if "@" in text or "%40" in text or "＠" in text:
        text = EMAIL.sub("[e-mail]", text)
    return PHONE.sub("[telephone]", ASKED.sub("?[query]", text))


def told(value: Any) -> Any:
    """The value as JSON may hold it in a log."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, BaseException):
        return described(value)
    if isinstance(value, Model):
        return f"{type(value).__qualname__} {value.pk}"
    if isinstance(value, (str, UUID, Path, Decimal, date)):
        return scrubbed(str(value))
    if isinstance(value, Mapping):
        return {str(key): told_as(str(key), one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [told(one) for one in value]
    if isinstance(value, type):
        return value.__qualname__
    return f"<{type(value).__qualname__}>"


def told_as(name: str, value: Any) -> Any:
    """The value under this name; a name that promises something private hides the value."""
    is_private = PRIVATE.search(name) and not isinstance(value, (bool, int, float, type(None)))
    return "[private]" if is_private else told(value)


def described(error: BaseException) -> str:
    """The kind of error and, where they cannot hold a visitor's words, its own words or code."""
    kind = type(error).__qualname__
    if isinstance(error, PLAIN):
        try:
            return scrubbed(f"{kind}: {error}")
        except Exception:  # noqa: BLE001 - an error that cannot say what it is
            return kind
    code = code_of(error)
    return f"{kind} ({code})" if code else kind


def code_of(error: BaseException) -> str:
    """What the database or the system calls it: SQLSTATE, SQLite's name or errno's text."""
    for one in (error, error.__cause__):
        for name in ("sqlstate", "sqlite_errorname", "strerror", "status_code"):
            code = getattr(one, name, None)
            if isinstance(code, (str, int)) and len(str(code)) <= 80:
                return scrubbed(str(code))
    return ""


def trace(error: BaseException) -> list[dict[str, Any]]:
    """The error and what led to it, the last first: what it is and where, without messages."""
    seen: dict[int, BaseException] = {}
    waiting = [error]
    while waiting and len(seen) < 8:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen[id(one)] = one
        before = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        waiting += [before] if before else []
        waiting += one.exceptions if isinstance(one, BaseExceptionGroup) else []
    return [{"error": described(one), "at": places(one)} for one in seen.values()]


def places(error: BaseException) -> list[str]:
    """Outermost first, the last 25 frames: file:line function."""
    frames = traceback.extract_tb(error.__traceback__)[-25:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
