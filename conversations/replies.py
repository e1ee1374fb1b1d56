"""What an answer is, before it is stored: the one shape that every composer gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from experts.models import Expert

Tier = Literal["strong", "good", "possible"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of a profile, verbatim in the named field."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Pick:
    """One expert shown, and what in the profile answers the question."""

    expert: Expert
    score: float
    tier: Tier
    why: str
    evidence: tuple[Evidence, ...]

    def card(self) -> dict[str, Any]:
        """What a visitor sees. Every fact is the profile's; the score stays with us."""
        return {
            **self.expert.public_profile(),
            "why": self.why,
            "why_them": self.why,
            "tier": self.tier,
            "evidence": [{"field": one.field, "text": one.text} for one in self.evidence],
        }


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: a match shows one to three experts, a clarification none."""

    narrative: str
    picks: tuple[Pick, ...] = ()
    suggestions: tuple[str, ...] = ()
    refining: str = ""  # the question that the narrative of a match ends with
    interpreted: Mapping[str, Any] = field(default_factory=dict)
    language: str = "en"
    question: str = ""  # what was searched for
    follows: str = ""  # the question that a follow-up continues
    composer: str = ""
    degraded: bool = False
    generation: str = ""
    usage: Mapping[str, Any] = field(default_factory=dict)

    @property
    def type(self) -> Literal["match", "clarification"]:
        return "match" if self.picks else "clarification"
