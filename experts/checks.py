"""System checks of the finding: a missing or stale index is said aloud, and stops nothing."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connections

HINT = "Run manage.py rebuild_index; serving processes notice by themselves."


@register()
def the_index_fits(**_: Any) -> list[CheckMessage]:
    """Reads the manifest at most: no query, no FAISS, no weights."""
    if not settings.OPEN_INDEX_AT_START:
        return []
    from experts.search import wiring

    problem = wiring.snapshots().problem
    return [Warning(problem, hint=HINT, id="experts.W001")] if problem else []


@register(Tags.database)
def the_index_is_fresh(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Compares the index with the experts; runs only where a command asks for database checks."""
    if not settings.OPEN_INDEX_AT_START or "default" not in (databases or ()):
        return []
    from experts.search import indexing, wiring

    if wiring.snapshots().current() is None:
        return []
    try:
        reason = indexing.staleness()
    except DatabaseError:  # not migrated yet
        return []
    return [Warning(reason, hint=HINT, id="experts.W002")] if reason else []


@register()
def the_vector_store_has_its_database(**_: Any) -> list[CheckMessage]:
    if settings.VECTOR_STORE == "pgvector" and connections["default"].vendor != "postgresql":
        return [
            Error(
                "VECTOR_STORE=pgvector keeps vectors in PostgreSQL; DATABASE_URL names another.",
                hint="Set DATABASE_URL to a PostgreSQL with pgvector, or VECTOR_STORE to faiss.",
                id="experts.E001",
            )
        ]
    return []
