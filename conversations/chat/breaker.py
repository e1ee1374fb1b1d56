"""A circuit breaker: a server that keeps failing is left alone for a while.

Shared by the threads of a worker. Unlike the published ones it holds no lock while a call runs,
lets exactly one probe through when the pause is over, and takes a pause from the failure itself.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Literal

State = Literal["closed", "open", "half-open"]

FAILURES = 4  # in a row, before it opens
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 60.0  # seconds; each failed probe doubles the pause


class CircuitOpen(Exception):
    """The call was not made: the last ones failed, and the pause is not over."""


@dataclass
class Breaker:
    """Ask `admit` before a call and report `succeeded` or `failed` after it."""

    failures: int = FAILURES
    first_pause: float = FIRST_PAUSE
    probe_lease: float = LONGEST_PAUSE  # after that a probe nobody reported on is given up
    in_a_row: int = 0
    pauses: int = 0
    open_until: float = 0.0
    probed_until: float = 0.0
    why: str = ""
    on_move: Callable[[bool], None] | None = None  # told whether it is open now
    lock: Lock = field(default_factory=Lock, repr=False)

    @property
    def state(self) -> State:
        with self.lock:
            return self._state(monotonic())

    def admit(self) -> None:
        """Errors: CircuitOpen, with the reason it opened for."""
        with self.lock:
            now = monotonic()
            state = self._state(now)
            if state == "open" or (state == "half-open" and now < self.probed_until):
                raise CircuitOpen(self.why)
            if state == "half-open":
                self.probed_until = now + self.probe_lease

    def succeeded(self) -> None:
        with self.lock:
            was_open = bool(self.open_until)
            self.in_a_row = self.pauses = 0
            self.open_until = self.probed_until = 0.0
        if was_open and self.on_move:
            self.on_move(False)

    def failed(self, why: str, pause: float | None = None) -> None:
        """One more failure in a row; with a `pause` in seconds it opens at once, for so long."""
        with self.lock:
            opened = self._count(monotonic(), why, pause)
        if opened and self.on_move:
            self.on_move(True)

    def _count(self, now: float, why: str, pause: float | None) -> bool:
        """Whether this failure opened it."""
        was = self._state(now)
        self.in_a_row += 1
        self.probed_until = 0.0
        if pause is None and was == "closed" and self.in_a_row < self.failures:
            return False
        if pause is None and was == "open":
            return False  # of calls that began before it opened, one is enough
        self.why = why
        until = now + (self._next_pause() if pause is None else pause)
        self.open_until = max(self.open_until, until)
        return was == "closed"

    def _state(self, now: float) -> State:
        if not self.open_until:
            return "closed"
        return "open" if now < self.open_until else "half-open"

    def _next_pause(self) -> float:
        pause = min(LONGEST_PAUSE, self.first_pause * 2.0**self.pauses)
        self.pauses += 1
        return pause * random.uniform(0.8, 1.2)  # noqa: S311 - so that workers do not probe together
