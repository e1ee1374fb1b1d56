"""The three roles of the desk, made when the database is migrated.

A role gets all of its rights when it is made; afterwards only rights that are new in the product.
What an operator has taken away stays taken away.
"""

from collections.abc import Mapping
from typing import Any

from django.apps import apps as installed
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import DEFAULT_DB_ALIAS, router

# Role → what it may do. Deleting leads and exchanges stays with superusers.
ROLES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "sales": {
        "view": ("lead", "conversation", "feedback", "click", "emailcapture", "expert", "demand",
                 "verdict", "consent", "servicetext"),
        "add": ("lead", "export", "verdict"),
        "change": ("lead", "demand"),
    },
    "editors": {
        "view": ("expert",),
        "add": ("expert",),
        "change": ("expert",),
    },
    "admins": {
        "view": ("lead", "conversation", "feedback", "click", "emailcapture", "attempt", "demand",
                 "verdict", "consent", "erasure", "endpoint", "delivery", "export", "expert",
                 "scoresettings", "servicetext", "user"),
        "add": ("lead", "export", "verdict", "erasure", "endpoint", "expert",
                "scoresettings", "servicetext", "user"),
        "change": ("lead", "demand", "endpoint", "delivery", "expert",
                   "scoresettings", "servicetext", "user"),
        "delete": ("endpoint", "expert", "servicetext"),
    },
}  # fmt: skip
APPS = ("auth", "experts", "conversations")


def make_groups(
    using: str = DEFAULT_DB_ALIAS, apps: Apps = installed, verbosity: int = 0, **_: Any
) -> None:
    """Handler of `post_migrate` for this app; running it again changes nothing."""
    try:
        group_model = apps.get_model("auth", "Group")
        permission_model = apps.get_model("auth", "Permission")
    except LookupError:  # this app is being migrated without its surroundings
        return
    if not router.allow_migrate_model(using, group_model):
        return

    permissions = permission_model.objects.using(using)
    known = set(permissions.values_list("pk", flat=True))
    for label in APPS:  # theirs would come later than this handler
        create_permissions(installed.get_app_config(label), verbosity, using=using, apps=apps)
    ours = {
        permission.codename: permission
        for permission in permissions.filter(content_type__app_label__in=APPS)
    }

    for role, rights in ROLES.items():
        group, is_new = group_model.objects.using(using).get_or_create(name=role)
        wanted = [
            ours[f"{verb}_{model}"]
            for verb, models in rights.items()
            for model in models
            if f"{verb}_{model}" in ours
        ]
        group.permissions.add(*(right for right in wanted if is_new or right.pk not in known))
