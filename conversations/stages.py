"""How long each stage of a turn takes, measured where it happens and read when the turn ends."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import perf_counter


@dataclass
class _Turn:
    started: float = field(default_factory=perf_counter)
    seconds: dict[str, float] = field(default_factory=dict)


_turn: ContextVar[_Turn | None] = ContextVar("turn", default=None)


def begin() -> None:
    """A turn begins in this context: what is measured from here on is its own."""
    _turn.set(_Turn())


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Adds the time spent inside to that stage, whether it ends well or not."""
    started = perf_counter()
    try:
        yield
    finally:
        seconds = _current().seconds
        seconds[name] = seconds.get(name, 0.0) + perf_counter() - started


def finished() -> Mapping[str, float]:
    """Seconds by stage, and since `begin` as "total". What comes after is of another turn."""
    turn = _current()
    _turn.set(None)
    return {**turn.seconds, "total": perf_counter() - turn.started}


def _current() -> _Turn:
    turn = _turn.get()
    if turn is None:
        _turn.set(turn := _Turn())
    return turn
