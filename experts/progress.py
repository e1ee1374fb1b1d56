"""How far a command has come, on a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm  # type: ignore[import-untyped]

Progress = Callable[[int], None]  # called with the number just finished


@contextmanager
def progress_bar(title: str, total: int) -> Iterator[Progress]:
    """A bar on a terminal for what takes longer than two seconds."""
    with tqdm(desc=title, total=total, delay=2, leave=False, disable=None) as bar:

        def advance(finished: int) -> None:
            bar.update(finished)

        yield advance
