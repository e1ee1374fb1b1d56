"""How much a lead is worth a call: 0 to 100, in parts that say why.

Every part is a share of its weight, and all of them fade together: after each half-life without a
visit a score has halved, so that of two leads alike the one who was here last comes first.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

# A profile opened says as much as two questions; three points are half of the part.
POINTS_OF_A_CLICK = 2
HALF_OF_ENGAGEMENT = 3
FIT_OF_TIER = {"strong": 1.0, "good": 0.7, "possible": 0.35}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score: points before fading, the most it could have, and why."""

    name: str
    points: float
    most: float
    why: str


@dataclass(frozen=True, slots=True)
class Score:
    value: int
    parts: Sequence[Part]
    faded_to: float

    def stored(self) -> list[dict[str, Any]]:
        faded = f"{self.faded_to:.0%} is left of it since the last visit"
        rows = [asdict(part) for part in self.parts]
        return rows if self.faded_to > 0.995 else [*rows, {"name": "faded", "why": faded}]


def score(lead: Any, weights: Any, now: datetime) -> Score:
    """The score of a Lead with its stored figures, by ScoreSettings."""
    shares = {
        "engagement": _engagement(lead),
        "fit": _fit(lead),
        "recency": (1.0, _when(now - lead.last_seen_at)),
        "feedback": _feedback(lead),
        "budget": _budget(lead),
    }
    total = sum(getattr(weights, name) for name in shares) or 1
    parts = []
    for name, (share, why) in shares.items():
        most = 100 * getattr(weights, name) / total
        parts.append(Part(name, round(share * most, 1), round(most, 1), why))
    days = max(0.0, (now - lead.last_seen_at) / timedelta(days=1))
    left = 0.5 ** (days / weights.half_life_days)
    return Score(min(100, round(left * sum(part.points for part in parts))), parts, left)


def fit_of(tiers: Sequence[str]) -> float:
    """Of an answer: that of its best expert."""
    return max((FIT_OF_TIER.get(tier, 0.0) for tier in tiers), default=0.0)


def _engagement(lead: Any) -> tuple[float, str]:
    points = lead.exchanges + POINTS_OF_A_CLICK * lead.clicks
    why = f"{_counted(lead.exchanges, 'question')}, {_counted(lead.clicks, 'profile')} opened"
    return 1 - 0.5 ** (points / HALF_OF_ENGAGEMENT), why


def _fit(lead: Any) -> tuple[float, str]:
    if not lead.matches:
        return 0.0, "no experts shown yet"
    best = min(FIT_OF_TIER, key=lambda tier: abs(FIT_OF_TIER[tier] - lead.fit))
    return lead.fit, f"the best expert of the last match was a {best} one"


def _feedback(lead: Any) -> tuple[float, str]:
    share = (1 + lead.ups) / (2 + lead.ups + lead.downs)
    said = [f"{lead.ups} up" if lead.ups else "", f"{lead.downs} down" if lead.downs else ""]
    return share, ", ".join(filter(None, said)) or "no votes yet"


def _budget(lead: Any) -> tuple[float, str]:
    if lead.budget is None:
        return 0.0, "named no budget"
    return 1.0, f"would pay up to {lead.budget_currency} {lead.budget:.2f} an hour".replace(
        "  ", " "
    )


def _when(since: timedelta) -> str:
    days = max(0, since.days)
    return "here today" if not days else f"last here {_counted(days, 'day')} ago"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
