"""The desk's sidebar: who may not see a list does not see its link."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

# Section → links: title, icon, model that the link lists.
SECTIONS: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    ("Leads", (
        ("Leads", "group", "conversations.lead"),
        ("Left addresses", "alternate_email", "conversations.emailcapture"),
        ("Score settings", "tune", "conversations.scoresettings"),
        ("Service texts", "chat_info", "conversations.servicetext"),
        ("Unmet demand", "travel_explore", "conversations.demand"),
    )),
    ("Conversations", (
        ("Conversations", "forum", "conversations.conversation"),
        ("Feedback", "thumbs_up_down", "conversations.feedback"),
        ("Opened profiles", "ads_click", "conversations.click"),
        ("Verdicts", "gavel", "conversations.verdict"),
        ("Rejected attempts", "block", "conversations.attempt"),
    )),
    ("Directory", (("Experts", "badge", "experts.expert"),)),
    ("Telling others", (
        ("Webhooks", "webhook", "conversations.endpoint"),
        ("Deliveries", "outbox", "conversations.delivery"),
    )),
    ("Privacy", (
        ("Consent", "handshake", "conversations.consent"),
        ("Given and forgotten", "shield_person", "conversations.erasure"),
    )),
    ("Access", (
        ("Users", "person", "auth.user"),
        ("Groups", "lock_person", "auth.group"),
        ("Exports", "download", "conversations.export"),
    )),
)  # fmt: skip

# Lightness, chroma and hue of each weight of the accent colour.
PRIMARY = {
    "50": (97.1, .013), "100": (93.8, .026), "200": (88.2, .05), "300": (80.9, .09),
    "400": (70.7, .13), "500": (60, .15), "600": (51.5, .15), "700": (45, .135),
    "800": (39.5, .11), "900": (35, .085), "950": (26, .065),
}  # fmt: skip
HUE = 255


def primary_colors(*_: Any) -> dict[str, str]:
    return {
        weight: f"oklch({lightness}% {chroma} {HUE})"
        for weight, (lightness, chroma) in PRIMARY.items()
    }


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's navigation for this person; a section with nothing to see is left out."""
    sections = [
        {"title": title, "items": [_item(*link) for link in links if _may_see(request, link[2])]}
        for title, links in SECTIONS
    ]
    return [section for section in sections if section["items"]]


def _item(title: str, icon: str, model: str) -> dict[str, str]:
    link = reverse(f"admin:{model.replace('.', '_')}_changelist")
    return {"title": title, "icon": icon, "link": link}


def _may_see(request: HttpRequest, model: str) -> bool:
    app, name = model.split(".")
    return any(request.user.has_perm(f"{app}.{verb}_{name}") for verb in ("view", "change"))
