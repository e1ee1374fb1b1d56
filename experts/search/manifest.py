"""What a generation says about itself, and whether its files are still what it says."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from experts.errors import IndexMismatch, IndexUnavailable

SCHEMA = 4  # raise it whenever the files, the passages or the recipe of a vector change
FILE = "manifest.json"


@dataclass(frozen=True, slots=True)
class Mark:
    """How a file stood when the generation was verified."""

    size: int
    sha256: str
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """The facts of one generation; `calibration` is measured last, on the finished files."""

    generation: str
    created_at: str  # ISO 8601, UTC
    model: str
    fingerprint: str
    vector_store: str
    size: int  # experts
    passages: int
    dimension: int
    source: str  # digest of the eligible set that it was built from
    schema: int = SCHEMA
    files: Mapping[str, Mark] = field(default_factory=dict)
    calibration: Mapping[str, Any] | None = None

    @classmethod
    def read(cls, folder: Path) -> Self:
        try:
            told = json.loads((folder / FILE).read_text(encoding="utf-8"))
            if told.get("schema") != SCHEMA:
                raise IndexMismatch(
                    f"Generation {folder.name} has format {told.get('schema')}, this version reads "
                    f"{SCHEMA}; run manage.py rebuild_index."
                )
            marks = {name: Mark(**mark) for name, mark in told.pop("files").items()}
            return cls(**told, files=marks)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise IndexUnavailable(
                f"The manifest of generation {folder.name} cannot be read; "
                "run manage.py rebuild_index."
            ) from error

    def write(self, folder: Path) -> None:
        aside = folder / f"{FILE}.new"
        aside.write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")
        aside.replace(folder / FILE)

    def check_fit(self, fingerprint: str, model: str, vector_store: str) -> None:
        """IndexMismatch when another embedder or store made this generation."""
        if self.fingerprint != fingerprint:
            raise IndexMismatch(
                f"The index was built with the model {self.model} and EMBEDDING_MODEL is {model}, "
                "or its weights differ; run manage.py rebuild_index or set EMBEDDING_MODEL back."
            )
        if self.vector_store != vector_store:
            raise IndexMismatch(
                f"The index keeps its vectors in {self.vector_store} and VECTOR_STORE is "
                f"{vector_store}; run manage.py rebuild_index or set VECTOR_STORE back."
            )

    def check_files(self, folder: Path) -> None:
        """IndexUnavailable when a file is missing or is not the one that was verified.

        A file whose size and time are unchanged is not read again; a copied or touched one is.
        """
        for name, mark in self.files.items():
            path = folder / name
            try:
                found = path.stat()
                same = found.st_size == mark.size and (
                    found.st_mtime_ns == mark.mtime_ns or sha256(path) == mark.sha256
                )
            except OSError as error:
                raise IndexUnavailable(
                    f"{name} of generation {folder.name} cannot be read."
                ) from error
            if not same:
                raise IndexUnavailable(
                    f"{name} of generation {folder.name} is damaged; "
                    "run manage.py rebuild_index --full or manage.py rollback_index."
                )


def marks(folder: Path) -> dict[str, Mark]:
    """The marks of all files of a finished folder but the manifest."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != FILE)
    return {
        path.relative_to(folder).as_posix(): Mark(
            path.stat().st_size, sha256(path), path.stat().st_mtime_ns
        )
        for path in files
    }


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
