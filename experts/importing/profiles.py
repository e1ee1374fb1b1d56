"""One record of a file to the values of one profile, with a reason for everything that was bent."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from experts.importing.dates import read_date
from experts.importing.languages import read_languages
from experts.importing.links import read_link
from experts.importing.money import read_currency, read_rate
from experts.importing.reading import Record
from experts.importing.text import has_control_characters, listed, tidy_line, tidy_text

USERNAME_LENGTH = 150
LENGTHS = {
    "first_name": 150,
    "last_name": 150,
    "name": 301,
    "job_title": 300,
    "company": 300,
    "category": 200,
    "location": 200,
    "bio": 50_000,  # the column has no bound; a bio beyond this is an accident
}
MAX_TAGS, TAG_LENGTH = 100, 100


@dataclass(slots=True)
class Profile:
    """What one row says. A field that the row does not speak of is not in `values`."""

    line: int
    username: str
    values: dict[str, Any] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)

    def says_the_same_as(self, other: "Profile") -> bool:
        return self.values == other.values


def read_profile(record: Record) -> Profile:
    """The profile in a record that has no problem; its username may be empty still."""
    profile = Profile(record.line, tidy_line(record.cells.get("username", "")))
    if record.short:
        profile.reasons.append("too_few_cells")
    if any(map(has_control_characters, record.cells.values())):
        profile.reasons.append("control_characters")
    for name, cell in record.cells.items():
        if reader := READERS.get(name):
            reader(profile, name, cell)
    _set_rate(profile, record.cells)
    _set_profile_url(profile, record.cells)
    return profile


def _set_text(profile: Profile, name: str, cell: str) -> None:
    text = tidy_text(cell) if name == "bio" else tidy_line(cell)
    if len(text) > LENGTHS[name]:
        text = text[: LENGTHS[name]].rstrip()
        profile.reasons.append(f"{name}_cut")
    profile.values[name] = text


def _set_languages(profile: Profile, name: str, cell: str) -> None:
    profile.values[name], understood = read_languages(cell)
    if not understood:
        profile.reasons.append("language_unknown")


def _set_tags(profile: Profile, name: str, cell: str) -> None:
    tags = listed(cell, ",;|")
    kept = [tag for tag in tags if len(tag) <= TAG_LENGTH][:MAX_TAGS]
    if kept != tags:
        profile.reasons.append("tags_cut")
    profile.values[name] = kept


def _set_date(profile: Profile, name: str, cell: str) -> None:
    profile.values[name] = read_date(cell)
    if cell.strip() and profile.values[name] is None:
        profile.reasons.append("joined_at_unreadable")


def _set_photo_url(profile: Profile, name: str, cell: str) -> None:
    profile.values[name], why = read_link(cell)
    if why:
        profile.reasons.append(f"{name}_{why}")


def _set_profile_url(profile: Profile, cells: dict[str, str]) -> None:
    """The plain link where there is one, else the one with tracking."""
    given = [name for name in ("profile_url", "profile_url_with_utm") if name in cells]
    for name in given:
        link, why = read_link(cells[name])
        profile.values["profile_url"] = link
        if why:
            profile.reasons.append(f"profile_url_{why}")
        if link:
            if name == "profile_url_with_utm":
                profile.reasons.append(name)
            return


def _set_rate(profile: Profile, cells: dict[str, str]) -> None:
    """Rate and currency together: each may be written in the other's cell."""
    rate = read_rate(cells.get("hourly_rate", ""))
    column = cells.get("currency", "")
    named = read_currency(column)
    if rate.reason:
        profile.reasons.append(rate.reason)
    if column.strip() and not named:
        profile.reasons.append("currency_unknown")
    agreed = [code for code in named if not rate.currencies or code in rate.currencies]
    if named and not agreed:
        profile.reasons.append("currency_conflict")
    currency = next(iter([*agreed, *rate.currencies]), "")
    if "hourly_rate" in cells:
        profile.values["hourly_rate"] = rate.amount
    if "currency" in cells or currency:
        profile.values["currency"] = currency


READERS: dict[str, Callable[[Profile, str, str], None]] = {
    **dict.fromkeys(LENGTHS, _set_text),
    "languages": _set_languages,
    "tags": _set_tags,
    "joined_at": _set_date,
    "photo_url": _set_photo_url,
}
