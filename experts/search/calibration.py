"""Chances that a query is answered, and by whom, from calibrated evidence.

A cosine means nothing by itself: models differ in it, directories differ under one model, and short
texts differ from long ones. So a build asks the new generation what nobody answers
(`neutral.UTTERANCES`) and keeps with its manifest how well it seemed to answer, as a line over the
length of the query: the null distribution. Evidence counts in deviations above that line. The
weights were fitted on judged queries of several directories by `manage.py fit_calibration`, for the
model they name. Another model gets those of `neutral.json`, fitted over several models.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from experts.errors import ExpertsError
from experts.search import neutral
from experts.search.protocols import Embedder
from experts.search.ranking import FEATURES, Features, Search

if TYPE_CHECKING:
    from experts.search.snapshots import Snapshot

Tier = Literal["strong", "good", "possible"]
SHIPPED = Path(__file__).parent / "calibrations"
NEUTRAL = "neutral"
PARTS = ("answerable", "relevant")
RELATIVE = ("dense", "margin_over_mean")  # what counts in deviations above the null distribution
LEAST = 0.01  # a deviation under this is that of a directory too small to tell
FARTHEST = 12.0  # deviations that count
LONGEST = 3.0  # query length up to which the null distribution's line is followed


@dataclass(frozen=True, slots=True)
class Line:
    """What queries that nobody answers show of one feature, by the length of the query."""

    intercept: float
    slope: float
    std: float  # of the residuals

    def deviations(self, value: float, length: float) -> float:
        expected = self.intercept + self.slope * min(length, LONGEST)
        above = (value - expected) / max(self.std, LEAST)
        return max(-FARTHEST, min(FARTHEST, above))


NullDistribution = Mapping[str, Line]  # by feature


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
    fingerprint: str = ""  # of what queries are embedded with; empty fits any
    answerable: Logistic = Logistic()  # somebody here answers this query
    relevant: Logistic = Logistic()  # this one answers it
    strong: float = 0.6  # least chance of a tier
    good: float = 0.35
    null: NullDistribution = field(default_factory=dict)

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Self:
        """Raises ExpertsError."""
        try:
            parts = {
                name: Logistic(float(fields[name]["intercept"]), dict(fields[name]["weights"]))
                for name in PARTS
            }
            null = {
                name: Line(*(float(line[key]) for key in ("intercept", "slope", "std")))
                for name, line in fields.get("null", {}).items()
            }
            if unknown := {name for part in parts.values() for name in part.weights} - FEATURES:
                raise ValueError(f"{sorted(unknown)} are not computed any more; fit it again")
            return cls(
                str(fields["name"]),
                str(fields["fingerprint"]),
                strong=float(fields["strong"]),
                good=float(fields["good"]),
                null=null,
                **parts,
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

    def null_relevance(self, query_length: float) -> float:
        """The chance of whoever comes first when nobody answers, and has none of the words."""
        return self.relevant.chance({"uncovered": math.exp(-query_length)})

    def tier(self, chance: float) -> Tier:
        return "strong" if chance >= self.strong else "good" if chance >= self.good else "possible"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def relative(self, features: Features) -> Features:
        """The features, those of RELATIVE as deviations above the null distribution."""
        length = features.get("query_length", 0.0)
        return {
            name: self.null[name].deviations(value, length) if name in self.null else value
            for name, value in features.items()
        }


def kept(fields: Mapping[str, Any] | None) -> Calibration:
    """What a manifest keeps; neutral weights without a floor when it keeps nothing readable."""
    try:
        return Calibration.of(fields) if fields else Calibration.read(SHIPPED / f"{NEUTRAL}.json")
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


def null_distribution(snapshot: "Snapshot", embedder: Embedder) -> dict[str, Line]:
    """How well this generation seems to answer what nobody answers; empty without profiles."""
    return lines_of(
        Search(snapshot, text, embedder.embed_question(text)).features()
        for text in neutral.UTTERANCES
    )


def lines_of(many: Iterable[Features]) -> dict[str, Line]:
    """A least-squares line over the query length for each feature of RELATIVE."""
    found: Sequence[Features] = [one for one in many if one]
    if not found:
        return {}
    lengths = np.array([one["query_length"] for one in found])
    return {name: _line(lengths, np.array([one[name] for one in found])) for name in RELATIVE}


def _line(lengths: NDArray[np.float64], values: NDArray[np.float64]) -> Line:
    design = np.stack([np.ones(len(lengths)), lengths], axis=1)
    (intercept, slope), *_ = np.linalg.lstsq(design, values, rcond=None)
    residuals = values - intercept - slope * lengths
    return Line(*(round(float(each), 6) for each in (intercept, slope, residuals.std())))
