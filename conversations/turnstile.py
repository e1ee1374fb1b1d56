"""Who works and who waits: few threads of a process compute at once, hundreds may be in flight.

Threads that compute share one interpreter, few cores and a bounded number of database connections;
more of them at once only slow each other and the probes down. A thread that waits for a model needs
none of these. So a thread works `inside`, gives up its place and its connection while it is
`outside`, and comes back before those who have not begun.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock, local

from django.conf import settings
from django.db import connections

from conversations.errors import Crowded


class Turnstile:
    """So many places, handed from whoever leaves to whoever waits longest."""

    def __init__(self, places: int) -> None:
        self.free = places
        self.lock = Lock()
        self.coming_back: deque[Lock] = deque()
        self.arriving: deque[Lock] = deque()

    def enter(self, *, back: bool = False, seconds: float = -1) -> bool:
        """Whether there was a place within so many seconds; -1 waits for as long as it takes."""
        line = self.coming_back if back else self.arriving
        with self.lock:
            if self.free:  # then nobody waits
                self.free -= 1
                return True
            turn = Lock()
            turn.acquire()
            line.append(turn)
        if turn.acquire(timeout=seconds):
            return True
        with self.lock:
            if turn not in line:
                return True  # a place was handed over at the last moment
            line.remove(turn)
            return False

    def leave(self) -> None:
        with self.lock:
            for line in (self.coming_back, self.arriving):
                if line:
                    line.popleft().release()
                    return
            self.free += 1

    def waiting(self) -> int:
        return len(self.arriving) + len(self.coming_back)


@cache
def turnstile() -> Turnstile:
    """The one of this process."""
    return Turnstile(settings.WEB_AT_ONCE)


_thread = local()


@contextmanager
def inside(seconds: float = -1, *, back: bool = False) -> Iterator[None]:
    """Works here with a place, and leaves no connection behind. Errors: Crowded.

    `back` is for who is outside in the middle of a turn, and goes before who has not begun.
    """
    if is_inside():
        yield
        return
    if not turnstile().enter(back=back, seconds=seconds):
        raise Crowded("Too many requests are being answered; try again in a moment.")
    _thread.inside = True
    try:
        yield
    finally:
        _leave()


@contextmanager
def outside() -> Iterator[None]:
    """Waits here for somebody else, without a place or a connection."""
    if not is_inside():
        give_back_connections()
        yield
        return
    _leave()
    try:
        yield
    finally:
        turnstile().enter(back=True)
        _thread.inside = True


def step_aside() -> None:
    """Lets those go first who wait already."""
    if is_inside():
        _leave()
        turnstile().enter()
        _thread.inside = True


def is_inside() -> bool:
    return getattr(_thread, "inside", False)


def give_back_connections() -> None:
    """This thread's, to the pool or for good, unless a transaction is open on it."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()


def _leave() -> None:
    try:
        give_back_connections()
    finally:
        _thread.inside = False
        turnstile().leave()
