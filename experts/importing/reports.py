"""A plan for people: a short table, and a file with every row that is safe in a spreadsheet."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experts.errors import ImportFailed
from experts.importing.plans import Action, Plan
from experts.importing.reasons import explain

COLUMNS = ("line", "username", "action", "reasons", "changes")
LONGEST_VALUE = 300  # a spreadsheet cell holds 32,767 characters, and a row changes many fields


def summary(plan: Plan) -> str:
    """Counts by action and by reason, then what there is to know about the file."""
    actions = [f"  {action:<12}{plan.actions[action]:>7}" for action in Action]
    reasons = [
        f"  {code:<22} {count:>6}  {explain(code)}" for code, count in plan.reasons.most_common()
    ]
    lines = [f"{plan.source}:", *actions]
    if reasons:
        lines += ["", "Reasons:", *reasons]
    lines += ["", f"{plan.recommendable} of the file's experts can be recommended.", *plan.notes]
    return "\n".join(lines)


def write_report(plan: Plan, path: Path) -> None:
    """Every row as CSV. ImportFailed when it cannot be written."""
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL)
            writer.writerow(COLUMNS)
            for row in plan.rows:
                cells = ("" if row.line is None else str(row.line), row.username, row.action,
                         " ".join(row.reasons), _changes(row.changes))  # fmt: skip
                writer.writerow(map(without_formula, cells))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ImportFailed(f"The report {path} cannot be written: {reason}.") from error


def without_formula(cell: str) -> str:
    """The text with a leading quote where a spreadsheet would take it for a formula."""
    if cell.lstrip()[:1] in tuple("=+-@＝＋－＠|%") or cell[:1] in ("\t", "\r", "\n"):
        return f"'{cell}"
    return cell


def _changes(changes: Mapping[str, tuple[Any, Any]]) -> str:
    if not changes:
        return ""
    shown = {field: [_shown(old), _shown(new)] for field, (old, new) in changes.items()}
    return json.dumps(shown, ensure_ascii=False)


def _shown(value: Any) -> Any:
    if isinstance(value, list | bool) or value is None:
        return value
    text = str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
