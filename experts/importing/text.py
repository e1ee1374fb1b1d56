"""Text as people typed it, tidied without changing what it says."""

import re
import unicodedata

BREAKS = re.compile(r"\r\n?|[\u2028\u2029\x85]")
# Control characters, invisible joints, and marks that turn the direction of reading (spoofing).
INVISIBLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u2060"
    r"\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
HARMFUL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def has_control_characters(cell: str) -> bool:
    """Whether tidying removes something that nobody types by intent."""
    return bool(HARMFUL.search(cell))


def tidy_line(cell: str) -> str:
    """One line: composed letters, single plain spaces, nothing invisible."""
    return " ".join(INVISIBLE.sub("", unicodedata.normalize("NFC", cell)).split())


def tidy_text(cell: str) -> str:
    """Several lines: as they are, but for line ends, invisible characters and outer blanks."""
    composed = unicodedata.normalize("NFC", BREAKS.sub("\n", cell))
    return INVISIBLE.sub("", composed).strip()


def folded(cell: str) -> str:
    """For comparison: lower case without accents."""
    letters = unicodedata.normalize("NFKD", cell.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def listed(cell: str, separators: str) -> list[str]:
    """The entries of a list in one cell, `["a", "b"]` included, in order and without repeats."""
    entries = re.split(f"[{re.escape(separators)}\n]", cell.strip().strip("[]{}"))
    first_spelling: dict[str, str] = {}
    for entry in entries:
        if tidied := tidy_line(entry).strip("\"' "):
            first_spelling.setdefault(tidied.casefold(), tidied)
    return list(first_spelling.values())
