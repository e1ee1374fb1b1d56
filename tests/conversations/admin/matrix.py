"""Who may open what of the admin: each of its addresses, by role.

A letter is a role: `n` staff without a group, `s` sales, `e` editors, `a` admins, `r` superusers.
Visitors who have not logged in may open the login page.
"""

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

ROLES = {"n": "nobody", "s": "sales", "e": "editors", "a": "admins", "r": "superuser"}
STAFF = "nsear"

# Model → who sees its list, a row and its history; who changes; who adds; who deletes a row.
ROWS = {
    "auth/group": ("r", "r", "r", "r"),
    "auth/user": ("ar", "ar", "ar", "r"),
    "conversations/attempt": ("ar", "", "", "r"),
    "conversations/click": ("sar", "", "", "r"),
    "conversations/consent": ("sar", "", "", "r"),
    "conversations/conversation": ("sar", "", "", "r"),
    "conversations/delivery": ("ar", "", "", "r"),
    "conversations/demand": ("sar", "sar", "", "r"),
    "conversations/emailcapture": ("sar", "", "", "r"),
    "conversations/endpoint": ("ar", "ar", "ar", "ar"),
    "conversations/erasure": ("ar", "", "", "r"),
    "conversations/export": ("ar", "", "", "r"),
    "conversations/feedback": ("sar", "", "", "r"),
    "conversations/lead": ("sar", "sar", "sar", "r"),
    "conversations/scoresettings": ("ar", "ar", "", "r"),  # there is one row of them
    "conversations/servicetext": ("sar", "ar", "ar", "ar"),
    "conversations/verdict": ("sar", "", "", "r"),
    "experts/expert": ("sear", "ear", "ear", "ar"),
}
OTHERS = {
    "": STAFF,
    "<app_label>/": "sar",  # asked of `conversations`
    "<url>": "",
    "auth/user/<id>/password/": "ar",
    "autocomplete/": "sear",  # asked for experts
    "conversations/conversation/<key>/verdict/": "sar",
    "conversations/conversation/export-csv/": "sar",
    "conversations/conversation/export-xlsx/": "sar",
    "conversations/conversation/export/": "sar",
    "conversations/erasure/purge/": "ar",
    "conversations/lead/<object_id>/data/": "ar",
    "conversations/lead/<object_id>/forget/": "ar",
    "conversations/lead/<object_id>/similar/": "sar",
    "conversations/lead/export-csv/": "sar",
    "conversations/lead/export-leads-csv/": "sar",
    "conversations/lead/export-leads-xlsx/": "sar",
    "conversations/lead/export-xlsx/": "sar",
    "conversations/lead/export/": "sar",
    "conversations/lead/merges/<key>/undo/": "sar",
    "conversations/lead/views/<key>/delete/": "sar",
    "conversations/lead/views/save/": "sar",
    "experts/expert/import/": "ear",
    "experts/expert/import/<token>/": "ear",
    "experts/expert/index/": "ear",
    "experts/expert/index/status/": "ear",
    "jsi18n/": STAFF,
    "login/": STAFF,
    "logout/": STAFF,
    "password_change/": STAFF,
    "password_change/done/": STAFF,
    "r/<content_type_id>/<object_id>/": "",  # no row has a page outside the admin
    "search/": STAFF,
    "two-step/": STAFF,
}
ONLY_READ = {"autocomplete/", "jsi18n/", "password_change/done/"}
ONLY_POSTED = {
    "conversations/lead/merges/<key>/undo/", "conversations/lead/views/<key>/delete/",
    "conversations/lead/views/save/", "logout/",
}  # fmt: skip


def matrix(*, posted: bool) -> dict[str, str]:
    """Address → letters of the roles that may open it, or that may send a form to it."""
    told = dict(OTHERS)
    for model, (see, change, add, delete) in ROWS.items():
        told |= {
            f"{model}/": see,  # an action of the list is checked by itself
            f"{model}/<object_id>/": STAFF,  # sends on to the next
            f"{model}/<object_id>/change/": change if posted else see,
            f"{model}/<object_id>/history/": see,
            f"{model}/<object_id>/delete/": delete,
            f"{model}/add/": add,
        }
    return told


def routes() -> list[str]:
    """All addresses below /admin/, plain: "conversations/lead/<object_id>/change/"."""
    found = [one.removeprefix("admin/") for one in _walk(get_resolver()) if "admin/" in one[:6]]
    return sorted(set(found), key=lambda one: (one == "logout/", one))  # logging out comes last


def _walk(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for one in resolver.url_patterns:
        path = prefix + _plain(str(one.pattern))
        if isinstance(one, URLResolver):
            yield from _walk(one, path)
        elif isinstance(one, URLPattern):
            yield path


def _plain(pattern: str) -> str:
    pattern = re.sub(r"\(\?P<(\w+)>.*?\)", r"<\1>", pattern)
    return re.sub(r"<\w+:(\w+)>", r"<\1>", pattern).lstrip("^").rstrip("$").replace("\\Z", "")
