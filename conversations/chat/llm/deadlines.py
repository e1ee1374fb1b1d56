"""How long and how much: one allowance of seconds and bytes for a whole answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic
from typing import Self


@dataclass(slots=True)
class Allowance:
    """What an answer may still cost. Every attempt at it draws from the same one."""

    until: float  # on the monotonic clock
    reply_bytes: int

    @classmethod
    def of(cls, seconds: float, reply_bytes: int) -> Self:
        return cls(monotonic() + seconds, reply_bytes)

    @property
    def seconds(self) -> float:
        """Left until the deadline, never negative."""
        return max(0.0, self.until - monotonic())

    @property
    def is_late(self) -> bool:
        return self.seconds <= 0

    @property
    def is_flooded(self) -> bool:
        return self.reply_bytes < 0

    def took(self, count: int) -> None:
        self.reply_bytes -= count


_current: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


def current() -> Allowance | None:
    """The allowance of the request this thread is waiting for, if it has one."""
    return _current.get()


@contextmanager
def within(allowance: Allowance) -> Iterator[None]:
    token = _current.set(allowance)
    try:
        yield
    finally:
        _current.reset(token)
