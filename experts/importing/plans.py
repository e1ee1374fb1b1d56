"""What an import would do, row by row: computed once, then previewed or applied."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from experts.progress import Progress


class Action(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    REACTIVATE = "reactivate"
    UNCHANGED = "unchanged"
    SKIP = "skip"
    DEACTIVATE = "deactivate"


WRITING = frozenset({Action.CREATE, Action.UPDATE, Action.REACTIVATE, Action.DEACTIVATE})


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One row of the file, or one expert absent from it (`line` None): {field: (old, new)}."""

    line: int | None
    username: str
    action: Action
    reasons: tuple[str, ...]
    changes: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Plan:
    """Rows in the order of the file, then who is deactivated. A refused plan cannot be applied."""

    source: str
    rows: tuple[PlanRow, ...]
    recommendable: int
    """How many experts of the file may be recommended once the plan is applied."""
    notes: tuple[str, ...] = ()
    refusal: str = ""

    @cached_property
    def actions(self) -> Counter[Action]:
        return Counter(row.action for row in self.rows)

    @cached_property
    def reasons(self) -> Counter[str]:
        return Counter(reason for row in self.rows for reason in row.reasons)

    @property
    def writes(self) -> bool:
        return any(action in WRITING for action in self.actions)

    @cached_property
    def fingerprint(self) -> str:
        """The same for the same plan: whoever confirms a preview can tell that it still holds."""
        lines = "\n".join(repr((row.username, row.action, dict(row.changes))) for row in self.rows)
        return hashlib.sha256(f"{self.refusal}\n{lines}".encode(errors="replace")).hexdigest()

    def of(self, *actions: Action) -> list[PlanRow]:
        return [row for row in self.rows if row.action in actions]

    def apply(self, progress: Progress | None = None) -> None:
        """Write it, all or nothing. ImportFailed when refused or when the database has moved on."""
        from experts.importing.applying import apply_plan

        apply_plan(self, progress or (lambda finished: None))
