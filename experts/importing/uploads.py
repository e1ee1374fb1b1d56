"""A file sent to the admin, kept with its preview between looking and confirming.

Whichever process answers the next request finds it: everything lies in a folder under an
unguessable name. What nobody confirms is swept away after a day.
"""

import json
import re
import secrets
import shutil
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from django.conf import settings

from experts.errors import ImportFailed
from experts.importing import make_plan, read_directory
from experts.importing.plans import Plan, PlanRow
from experts.importing.reasons import explain

LARGEST = 64 * 1024 * 1024
LIFE = 24 * 3600  # seconds
LONGEST_VALUE = 2000
TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True)
class Upload:
    """One file, how it is to be imported, and what the plan of it said when it was shown."""

    token: str
    name: str
    person: int  # who sent it; nobody else sees or confirms it
    deactivate_missing: bool = False
    max_deactivate: str = "20%"
    fingerprint: str = ""
    refusal: str = ""
    writes: bool = False
    recommendable: int = 0
    notes: list[str] = field(default_factory=list)
    actions: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    remarked: int = 0  # rows with reasons

    @property
    def folder(self) -> Path:
        return home() / self.token

    def plan(self) -> Plan:
        """What importing it would do as the database stands now. Errors: ImportFailed."""
        content = (self.folder / "file").read_bytes()
        directory = replace(read_directory(content), source=self.name)
        return make_plan(
            directory,
            deactivate_missing=self.deactivate_missing,
            max_deactivate=self.max_deactivate,
        )

    def preview(self) -> "Upload":
        """Plan it and keep what the plan says, for as many pages as it takes."""
        plan = self.plan()
        with (self.folder / "rows.jsonl").open("w", encoding="utf-8") as file:
            for row in plan.rows:
                file.write(json.dumps(_told(row), ensure_ascii=False) + "\n")
        planned = replace(
            self,
            fingerprint=plan.fingerprint,
            refusal=plan.refusal,
            writes=plan.writes,
            recommendable=plan.recommendable,
            notes=list(plan.notes),
            actions={str(action): count for action, count in plan.actions.items()},
            reasons=dict(plan.reasons.most_common()),
            remarked=sum(bool(row.reasons) for row in plan.rows),
        )
        (self.folder / "upload.json").write_text(json.dumps(asdict(planned)), encoding="utf-8")
        return planned

    def allowed(self) -> "Upload":
        """The same file, allowed to deactivate as many as it would."""
        return replace(self, max_deactivate=str(self.actions.get("deactivate", 0))).preview()

    def rows(self, actions: Collection[str], remarked: bool = False) -> Iterator[Mapping[str, Any]]:
        """What was shown of each row with these actions, in the order of the file."""
        with (self.folder / "rows.jsonl").open(encoding="utf-8") as file:
            for line in file:
                row: dict[str, Any] = json.loads(line)
                if row["action"] in actions and (row["reasons"] or not remarked):
                    yield row

    def discard(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def home() -> Path:
    return Path(settings.DATA_DIR) / "uploads"


def keep(name: str, chunks: Iterable[bytes], person: int, **options: Any) -> Upload:
    """Store a file that was sent. Errors: ImportFailed when it is too large."""
    sweep()
    upload = Upload(secrets.token_urlsafe(16), name[-120:] or "The file", person, **options)
    upload.folder.mkdir(parents=True, mode=0o700)
    size = 0
    with (upload.folder / "file").open("wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > LARGEST:
                upload.discard()
                raise ImportFailed(f"The file is larger than {LARGEST // 1024**2} MB.")
            file.write(chunk)
    return upload


def find(token: str, person: int) -> Upload | None:
    """The upload of this person under this name, if it is still there."""
    if not TOKEN.fullmatch(token):
        return None
    with suppress(OSError, ValueError, TypeError):
        upload = Upload(**json.loads((home() / token / "upload.json").read_text(encoding="utf-8")))
        return upload if upload.person == person and upload.token == token else None
    return None


def sweep() -> None:
    """Remove what nobody confirmed within a day."""
    with suppress(OSError):
        for folder in home().iterdir():
            if folder.stat().st_mtime < time.time() - LIFE:
                shutil.rmtree(folder, ignore_errors=True)


def _told(row: PlanRow) -> dict[str, Any]:
    return {
        "line": row.line,
        "username": row.username,
        "action": str(row.action),
        "reasons": [explain(code) for code in row.reasons],
        "changes": [
            [name.replace("_", " "), _shown(old), _shown(new)]
            for name, (old, new) in row.changes.items()
        ],
    }


def _shown(value: Any) -> str:
    if value in (None, "", []):
        return ""
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def counted(actions: Mapping[str, int]) -> str:
    """ "3 create, 1 update" for people and the log."""
    return ", ".join(f"{count} {action}" for action, count in actions.items()) or "nothing"
