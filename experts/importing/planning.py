"""A directory file against the database: one plan."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from experts.importing.caps import Cap
from experts.importing.plans import Action, Plan, PlanRow
from experts.importing.profiles import USERNAME_LENGTH, Profile, read_profile
from experts.importing.reading import Directory
from experts.importing.text import tidy_line
from experts.importing.usernames import derive_usernames, full_name
from experts.models import Expert
from experts.progress import Progress

CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Known:
    """Who is in the database, by username."""

    names: dict[str, str]
    active: frozenset[str]

    @classmethod
    def now(cls) -> "Known":
        rows = list(Expert.objects.order_by().values_list("username", "name", "is_active"))
        return cls(
            {username: name for username, name, _ in rows},
            frozenset(username for username, _, is_active in rows if is_active),
        )


def make_plan(
    directory: Directory,
    *,
    deactivate_missing: bool = False,
    max_deactivate: str = "20%",
    progress: Progress | None = None,
) -> Plan:
    """What importing this would do; writes nothing. ImportFailed for a cap like `many`."""
    cap = Cap.parse(max_deactivate)
    known = Known.now()
    profiles = _profiles(directory, progress or (lambda finished: None))
    derive_usernames(profiles, known.names)
    chosen, skipped = _without_repeats(profiles)
    _mark_case_twins(chosen, known)
    planned = list(_planned(chosen))
    rows = [row for row, _ in planned] + skipped + _unreadable(directory)
    rows.sort(key=lambda row: row.line or 0)
    absent = _absent(directory, profiles, known)
    refusal, notes = "", directory.notes()
    if deactivate_missing:
        rows += [_deactivation(username) for username in absent]
        refusal = cap.refusal(len(absent), len(known.active))
    elif absent:
        notes.append(
            f"Active experts that the file lacks and that stay as they are: {len(absent)}."
        )
    recommendable = sum(ready for _, ready in planned)
    return Plan(directory.source, tuple(rows), recommendable, tuple(notes), refusal)


def _profiles(directory: Directory, progress: Progress) -> list[Profile]:
    profiles = []
    for record in directory.records:
        if not record.problem:
            profiles.append(read_profile(record))
        progress(1)
    return profiles


def _unreadable(directory: Directory) -> list[PlanRow]:
    return [
        PlanRow(record.line, "", Action.SKIP, (record.problem,), {})
        for record in directory.records
        if record.problem
    ]


def _without_repeats(profiles: Iterable[Profile]) -> tuple[list[Profile], list[PlanRow]]:
    """One profile a username, the last of the file, and the rows that are left out."""
    chosen: dict[str, Profile] = {}
    earlier: dict[str, list[Profile]] = defaultdict(list)
    skipped = []
    for profile in profiles:
        name = profile.username
        if why := _no_identity(profile):
            skipped.append(_skip(profile, why))
            continue
        if name in chosen:
            earlier[name].append(chosen[name])
        chosen[name] = profile
    for name, profiles_before in earlier.items():
        winner = chosen[name]
        same = [profile.says_the_same_as(winner) for profile in profiles_before]
        if not all(same):
            winner.reasons.append("duplicate_wins")
        for profile, is_same in zip(profiles_before, same, strict=True):
            skipped.append(
                _skip(profile, "duplicate_identical" if is_same else "duplicate_superseded")
            )
    return list(chosen.values()), skipped


def _no_identity(profile: Profile) -> str:
    if not profile.username:
        return "no_identity"
    return "username_too_long" if len(profile.username) > USERNAME_LENGTH else ""


def _skip(profile: Profile, why: str) -> PlanRow:
    return PlanRow(profile.line, profile.username[:USERNAME_LENGTH], Action.SKIP, (why,), {})


def _mark_case_twins(profiles: Sequence[Profile], known: Known) -> None:
    everyone = {profile.username for profile in profiles} | known.names.keys()
    spellings = Counter(map(str.casefold, everyone))
    for profile in profiles:
        if spellings[profile.username.casefold()] > 1:
            profile.reasons.append("case_twin")


def _planned(profiles: Sequence[Profile]) -> Iterator[tuple[PlanRow, bool]]:
    """The row of each profile, and whether that expert may be recommended afterwards."""
    waiting = iter(profiles)
    while chunk := list(islice(waiting, CHUNK)):
        usernames = [profile.username for profile in chunk]
        existing = Expert.objects.order_by().in_bulk(usernames, field_name="username")
        for profile in chunk:
            expert = existing.get(profile.username)
            yield _created(profile) if expert is None else _compared(profile, expert)


def _created(profile: Profile) -> tuple[PlanRow, bool]:
    expert = Expert(username=profile.username)
    changes = _changes(expert, profile.values)
    return _row(profile, expert, Action.CREATE, changes)


def _compared(profile: Profile, expert: Expert) -> tuple[PlanRow, bool]:
    changes = _changes(expert, profile.values)
    action = Action.UPDATE if changes else Action.UNCHANGED
    if expert.kept_off:
        profile.reasons.append("kept_off")
    elif not expert.is_active:
        action = Action.REACTIVATE
        changes["is_active"] = (False, True)
        profile.reasons.append("reactivated")
    return _row(profile, expert, action, changes)


def _changes(expert: Expert, said: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """{field: (old, new)}. Fields the file does not speak of stay; empty cells empty theirs."""
    values = dict(said)
    if {"name", "first_name", "last_name"} & values.keys():
        parts = {name: getattr(expert, name) for name in ("first_name", "last_name")}
        values["name"] = full_name({**parts, **values})
    return {
        field: (getattr(expert, field), new)
        for field, new in values.items()
        if getattr(expert, field) != new
    }


def _row(
    profile: Profile, expert: Expert, action: Action, changes: dict[str, tuple[Any, Any]]
) -> tuple[PlanRow, bool]:
    for field, (_, new) in changes.items():
        setattr(expert, field, new)
    if expert.hourly_rate is not None and not expert.currency:
        profile.reasons.append("currency_missing")
    reasons = [*profile.reasons, *(f"missing_{field}" for field in expert.missing_fields())]
    row = PlanRow(profile.line, profile.username, action, tuple(dict.fromkeys(reasons)), changes)
    return row, expert.is_recommendable


def _absent(directory: Directory, profiles: Iterable[Profile], known: Known) -> list[str]:
    """Active experts the file does not speak of. A row that could not be read speaks of everyone
    whose username stands in it: a torn line must not take its expert out of the directory."""
    present = {profile.username for profile in profiles}
    for record in directory.records:
        present.update(map(tidy_line, record.raw))
    return sorted(known.active - present)


def _deactivation(username: str) -> PlanRow:
    changes = {"is_active": (True, False)}
    return PlanRow(None, username, Action.DEACTIVATE, ("absent",), changes)
