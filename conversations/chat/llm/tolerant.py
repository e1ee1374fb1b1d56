"""JSON out of what models write around it. What is cut off is refused, never guessed."""

import json
import re
from collections.abc import Iterator
from typing import Any

LONGEST = 100_000  # characters of an answer that are looked at
TRIES = 20  # places where an object may begin
CLOSING = re.compile(r"\s*[}\]]")
HALF_A_PAIR = re.compile(
    r"(?P<pair>\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2})|\\ud[89a-f][0-9a-f]{2}", re.IGNORECASE
)
THOUGHTS = re.compile(r"<think>.*?</think>", re.DOTALL)


def read_object(text: str) -> tuple[dict[str, Any], bool] | None:
    """The answer's JSON object, and whether it was plain JSON; None when there is none.

    Tolerated: a byte order mark, thoughts, code fences, prose before and after, trailing commas and
    bare control characters in strings.
    """
    text = text.lstrip("\ufeff").strip()[:LONGEST]
    plain = _loads(text, strict=True)
    if isinstance(plain, dict):
        return plain, True
    found = [one for one in _objects(THOUGHTS.sub("", text)) if one]
    # Prose may quote a small object first: the one that says most is the answer.
    return (max(found, key=len), False) if found else None


def _objects(text: str) -> Iterator[dict[str, Any]]:
    at = text.find("{")
    for _ in range(TRIES):
        if at < 0:
            return
        end = _end_of_object(text, at)
        if end is None:
            return
        value = _loads(_without_trailing_commas(text[at:end]), strict=False)
        if isinstance(value, dict):
            yield value
            at = text.find("{", end)
        else:
            at = text.find("{", at + 1)


def _end_of_object(text: str, start: int) -> int | None:
    """Where the object that begins at `start` is closed, or None when it never is."""
    depth = 0
    for at, is_string, sign in _signs(text, start):
        if is_string:
            continue
        depth += (sign in "{[") - (sign in "}]")
        if depth <= 0:
            return at + 1
    return None


def _signs(text: str, start: int) -> Iterator[tuple[int, bool, str]]:
    """Every bracket and comma from `start` on, and whether it stands in a string."""
    in_string = escaped = False
    for at in range(start, len(text)):
        sign = text[at]
        if in_string:
            escaped, in_string = sign == "\\" and not escaped, sign != '"' or escaped
        elif sign == '"':
            in_string = True
        if sign in "{}[],":
            yield at, in_string, sign


def _without_trailing_commas(text: str) -> str:
    commas = [at for at, is_string, sign in _signs(text, 0) if sign == "," and not is_string]
    last = {at for at in commas if CLOSING.match(text, at + 1)}
    return "".join(sign for at, sign in enumerate(text) if at not in last) if last else text


def _loads(text: str, *, strict: bool) -> Any:
    if HALF_A_PAIR.search(text):  # such escapes stand for half a character, which nothing can store
        text = HALF_A_PAIR.sub(_whole_or_nothing, text)
    try:
        return json.loads(text, strict=strict)
    except (ValueError, RecursionError):
        return None


def _whole_or_nothing(escapes: re.Match[str]) -> str:
    return escapes.group() if escapes["pair"] else "?"
