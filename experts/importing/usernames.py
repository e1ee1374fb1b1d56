"""Whose row it is: a username as given, else one derived that comes out the same every time."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.utils.text import slugify

from experts.importing.links import page_of
from experts.importing.profiles import USERNAME_LENGTH, Profile
from experts.importing.text import folded


def full_name(values: Mapping[str, object]) -> str:
    """The name as given, else first and last name together."""
    return str(
        values.get("name")
        or f"{values.get('first_name', '')} {values.get('last_name', '')}".strip()
    )


def derive_usernames(profiles: Iterable[Profile], names_known: Mapping[str, str]) -> None:
    """Fill the missing usernames. `names_known`: the name behind each username in the database.

    The last part of the profile URL is taken, unless it stands for several pages of the file. Else
    the name; a name is no identity, so where it is shared or already somebody else's, a mark made
    of what tells them apart is added. Nothing depends on the order of rows.
    """
    profiles = list(profiles)
    missing = [profile for profile in profiles if not profile.username]
    given = {profile.username for profile in profiles if profile.username}
    _from_links(missing)
    _from_names([profile for profile in missing if not profile.username], given, names_known)


def _from_links(profiles: list[Profile]) -> None:
    pages: dict[str, set[str]] = defaultdict(set)
    slugs: list[tuple[Profile, str]] = []
    for profile in profiles:
        if link := profile.values.get("profile_url"):
            page, slug = page_of(link)
            pages[slug].add(page)
            slugs.append((profile, slug))
    for profile, slug in slugs:
        if 0 < len(slug) <= USERNAME_LENGTH and len(pages[slug]) == 1:
            profile.username = slug
            profile.reasons.append("username_from_url")


def _from_names(profiles: list[Profile], given: set[str], names_known: Mapping[str, str]) -> None:
    people: dict[str, set[str]] = defaultdict(set)
    for profile in profiles:
        people[_slug(profile)].add(_mark(profile))
    for profile in profiles:
        if not full_name(profile.values):
            continue
        slug = _slug(profile)
        known = names_known.get(slug)
        somebody_else = known is not None and folded(known) != folded(full_name(profile.values))
        shared = slug in given or len(people[slug]) > 1
        profile.username = f"{slug}-{_mark(profile)}" if shared or somebody_else else slug
        profile.reasons.append("username_from_name")


def _slug(profile: Profile) -> str:
    name = full_name(profile.values)
    slug = slugify(name) or slugify(name, allow_unicode=True)
    return slug[: USERNAME_LENGTH - 10] or "expert"


def _mark(profile: Profile) -> str:
    """Eight letters that tell apart people of one name."""
    parts = [full_name(profile.values)]
    parts += [str(profile.values.get(name, "")) for name in ("company", "job_title", "profile_url")]
    return hashlib.sha256("\x1f".join(map(folded, parts)).encode()).hexdigest()[:8]
