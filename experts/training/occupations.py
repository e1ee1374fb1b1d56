"""What the question adapter learns from: names of occupations by language, and profiles."""

import csv
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from experts.errors import ExpertsError
from experts.models import Document
from experts.search.backends.multilingual_e5 import ADAPTED_QUERY

Split = Literal["train", "stop", "test"]
STRETCH = ADAPTED_QUERY  # words at most: longer questions are not adapted
FIELDS = ("job_title", "company", "tags", "bio")


@dataclass(frozen=True, slots=True)
class Occupation:
    """One line of a label file: what an occupation is called, by language code."""

    username: str
    split: Split
    labels: Mapping[str, Sequence[str]]

    @property
    def names(self) -> list[str]:
        return [name for names in self.labels.values() for name in names]


def read_occupations(path: Path) -> list[Occupation]:
    """Errors: ExpertsError, naming the line."""
    found = []
    for number, line in enumerate(_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
            labels = {str(code): [str(n) for n in names] for code, names in told["labels"].items()}
            if told["split"] not in get_args(Split):
                raise ValueError(told["split"])
            found.append(Occupation(str(told["username"]), told["split"], labels))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ExpertsError(
                f"{path}, line {number}: expected username, split (train, stop or test) and labels "
                "by language."
            ) from error
    return found


def read_profiles(path: Path) -> dict[str, Document]:
    """A directory in the columns of an import, by username. Errors: ExpertsError."""
    rows = csv.reader(_text(path).splitlines(keepends=True))
    header = [name.strip().lower().replace(" ", "_") for name in next(rows, [])]
    if "username" not in header:
        raise ExpertsError(f"{path} has no column username.")
    told = [dict(zip(header, row, strict=False)) for row in rows]
    return {
        row["username"]: Document(row["username"], *(row.get(name, "").strip() for name in FIELDS))
        for row in told
        if row.get("username")
    }


def stretches(documents: Iterable[Document], chance: random.Random) -> list[str]:
    """A few words out of each text: what else a short question can be about."""
    found = []
    for document in documents:
        words = document.text.split()
        count = chance.randint(1, STRETCH)
        start = chance.randint(0, max(0, len(words) - count))
        if words:
            found.append(" ".join(words[start : start + count]))
    chance.shuffle(found)
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ExpertsError(f"{path} cannot be read: {error}") from error
