"""From what a question finds to chances: fitted per model, above a floor measured per generation.

A cosine means nothing by itself: two models differ in it, and so do two directories under one
model. So a build asks the new generation what nobody answers (`neutral.UTTERANCES`), and keeps with
the manifest how well it seemed to answer; similarities count in deviations above that. The weights
were fitted on judged questions by `manage.py fit_calibration`, for the model they name. Another
model gets those of `neutral.json`, fitted over several models, which lean less on similarity.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from experts.errors import ExpertsError
from experts.search import neutral
from experts.search.protocols import Embedder
from experts.search.ranking import OBSERVED, Observations, Search

if TYPE_CHECKING:
    from experts.search.snapshots import Snapshot

Tier = Literal["strong", "good", "possible"]
SHIPPED = Path(__file__).parent / "calibrations"
NEUTRAL = "neutral"
ABOVE_FLOOR = ("dense", "lexical", "above")  # what is counted in deviations above the floor
LEAST = 0.01  # a deviation under this is that of a directory too small to tell
FARTHEST = 12.0  # deviations that count

Floor = Mapping[str, tuple[float, float]]  # observation to mean and standard deviation


@dataclass(frozen=True, slots=True)
class Logistic:
    """A chance between 0 and 1."""

    intercept: float = 0.0
    weights: Mapping[str, float] = field(default_factory=dict)

    def chance(self, features: Mapping[str, float]) -> float:
        total = self.intercept + sum(
            weight * features.get(name, 0.0) for name, weight in self.weights.items()
        )
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights, what they were fitted for, and the floor of the generation they are used on."""

    name: str = NEUTRAL
    fingerprint: str = ""  # of what questions are embedded with; empty fits any
    answerable: Logistic = Logistic()  # somebody here answers this question
    specific: Logistic = Logistic()  # the question says which of them
    relevant: Logistic = Logistic()  # this one answers it
    strong: float = 0.5  # least chance of a tier
    good: float = 0.25
    floor: Floor = field(default_factory=dict)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """Errors: ExpertsError."""
        try:
            chances = {
                name: Logistic(float(told[name]["intercept"]), dict(told[name]["weights"]))
                for name in ("answerable", "specific", "relevant")
            }
            floor = {name: (float(m), float(s)) for name, (m, s) in told.get("floor", {}).items()}
            if unknown := {name for one in chances.values() for name in one.weights} - OBSERVED:
                raise ValueError(f"{sorted(unknown)} are no longer observed, fit it again")
            return cls(
                str(told["name"]),
                str(told["fingerprint"]),
                strong=float(told["strong"]),
                good=float(told["good"]),
                floor=floor,
                **chances,
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ExpertsError(f"This is no calibration: {error!r}.") from error

    @classmethod
    def read(cls, path: Path) -> Self:
        """Errors: ExpertsError."""
        try:
            return cls.of(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise ExpertsError(f"The calibration {path} cannot be read: {error}") from error

    @property
    def at_floor(self) -> float:
        """The chance that is told of whoever comes first when nobody answers."""
        return self.relevant.chance({})

    def tier(self, chance: float) -> Tier:
        return "strong" if chance >= self.strong else "good" if chance >= self.good else "possible"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def features(self, observed: Observations) -> Observations:
        """Similarities as deviations above the floor, everything else as it was observed."""
        return {
            name: self._above(name, value) if name in ABOVE_FLOOR else value
            for name, value in observed.items()
        }

    def _above(self, name: str, value: float) -> float:
        mean, deviation = self.floor.get(name, (value, 1.0))
        return max(-FARTHEST, min(FARTHEST, (value - mean) / max(deviation, LEAST)))


def kept(told: Mapping[str, Any] | None) -> Calibration:
    """What a manifest keeps; neutral weights without a floor when it keeps nothing readable."""
    try:
        return Calibration.of(told) if told else Calibration.read(SHIPPED / f"{NEUTRAL}.json")
    except ExpertsError:
        return Calibration.read(SHIPPED / f"{NEUTRAL}.json")


def fitted_for(fingerprint: str, folders: Iterable[Path] = ()) -> Calibration:
    """The one fitted for these weights: an installation's own before the shipped; else neutral."""
    for folder in (*folders, SHIPPED):
        for path in sorted(folder.glob("*.json")):
            found = Calibration.read(path)
            if found.fingerprint == fingerprint:
                return found
    return Calibration.read(SHIPPED / f"{NEUTRAL}.json")


def floor_of(snapshot: "Snapshot", embedder: Embedder) -> dict[str, tuple[float, float]]:
    """How well this generation seems to answer what nobody answers."""
    return spread_of(
        Search(snapshot, text, embedder.embed_question(text)).observed()
        for text in neutral.UTTERANCES
    )


def spread_of(many: Iterable[Observations]) -> dict[str, tuple[float, float]]:
    found: Sequence[Observations] = [one for one in many if one]
    if not found:
        return {}
    columns = {name: np.array([one[name] for one in found]) for name in ABOVE_FLOOR}
    return {
        name: (round(float(column.mean()), 6), round(float(column.std()), 6))
        for name, column in columns.items()
    }
