"""The admin's own pages of the directory: importing a file, and rebuilding the index."""

from collections.abc import Callable
from typing import Any, TypeVar

from unfold import decorators

Page = TypeVar("Page", bound=Callable[..., Any])


def action(**options: Any) -> Callable[[Page], Page]:
    """Unfold's decorator for a page of the admin, with the types it lacks."""
    made: Any = decorators.action(**options)
    return made  # type: ignore[no-any-return]
