"""Which column of a file is which field: header names as marketplaces and people write them."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from experts.importing.text import tidy_line

# The contract's name first: where two columns claim a field, the earlier name is asked first.
NAMES: dict[str, tuple[str, ...]] = {
    "username": ("username", "user", "login", "handle"),
    "first_name": ("firstname", "givenname"),
    "last_name": ("lastname", "familyname", "surname"),
    "name": ("name", "fullname", "displayname"),
    "job_title": ("jobtitle", "title", "headline", "position"),
    "company": ("company", "companyname", "organisation", "organization"),
    "bio": ("bio", "biography", "description", "about", "aboutme"),
    "hourly_rate": ("hourlyrate", "rate", "rateperhour", "price"),
    "currency": ("currency", "ratecurrency", "currencycode"),
    "profile_url": ("profileurl", "url", "link", "profilelink", "profile"),
    "profile_url_with_utm": ("profileurlwithutm", "urlwithutm", "utmurl"),
    "photo_url": ("profileimageurl", "photourl", "imageurl", "profileimage", "photo", "image",
                  "avatar", "avatarurl"),
    "joined_at": ("createdat", "joinedat", "created", "joined"),
    "languages": ("languages", "language"),
    "tags": ("tags", "skills", "keywords"),
    "category": ("category",),
    "location": ("location", "city"),
}  # fmt: skip
FIELDS = {
    alias: (field, rank) for field, names in NAMES.items() for rank, alias in enumerate(names)
}
IDENTIFYING = {"username", "first_name", "last_name", "name", "profile_url", "profile_url_with_utm"}


@dataclass(frozen=True, slots=True)
class Header:
    """One header row: for each field the columns that hold it, the preferred one first."""

    cells: tuple[str, ...]
    columns: dict[str, tuple[int, ...]]
    ignored: tuple[str, ...]

    @property
    def identifies(self) -> bool:
        """Whether any column could say whose row it is."""
        return not IDENTIFYING.isdisjoint(self.columns)

    @property
    def repeated(self) -> tuple[str, ...]:
        """Fields that more than one column claims."""
        return tuple(field for field, columns in self.columns.items() if len(columns) > 1)


def key(cell: str) -> str:
    """A header name without regard to case, spaces, underscores, hyphens and other marks."""
    folded = unicodedata.normalize("NFKC", cell).casefold()
    return "".join(character for character in folded if character.isalnum())


def read_header(cells: Sequence[str]) -> Header:
    claims: dict[str, list[tuple[int, int]]] = {}
    ignored = []
    for position, cell in enumerate(cells):
        field, rank = FIELDS.get(key(cell), ("", 0))
        if field:
            claims.setdefault(field, []).append((rank, position))
        elif cell.strip():
            ignored.append(tidy_line(cell)[:60])
    columns = {
        field: tuple(position for _, position in sorted(places)) for field, places in claims.items()
    }
    return Header(tuple(cells), columns, tuple(ignored))
