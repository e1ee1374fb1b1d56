"""What the OpenAPI document lists: each path once, without its /api/v1/ twin."""

from typing import Any


def only_the_unversioned_paths(endpoints: list[tuple[Any, ...]], **_: Any) -> list[tuple[Any, ...]]:
    return [endpoint for endpoint in endpoints if not endpoint[0].startswith("/api/v1/")]
