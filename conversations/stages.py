"""How long each stage of a turn takes, measured where it happens and read when the turn ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter

Stages = dict[str, float]  # name to seconds

_stages: ContextVar[Stages | None] = ContextVar("stages", default=None)


def begin() -> Stages:
    """A turn begins in this context: what is measured from here on is its own."""
    stages: Stages = {}
    _stages.set(stages)
    return stages


def current() -> Stages:
    """What was measured since `begin`; a turn that nobody began begins here."""
    stages = _stages.get()
    return begin() if stages is None else stages


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Adds the time spent inside to that stage, whether it ends well or not."""
    started = perf_counter()
    try:
        yield
    finally:
        stages = current()
        stages[name] = stages.get(name, 0.0) + perf_counter() - started
