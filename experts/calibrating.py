"""Fit the chances of a calibration on judged queries, and measure them on directories left out."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from experts.errors import ExpertsError
from experts.evaluation import Judgements, Question
from experts.search.calibration import Calibration, Logistic
from experts.search.constraints import read_constraints
from experts.search.protocols import Embedder
from experts.search.ranking import BEST, Features, Search
from experts.search.snapshots import Snapshot

Part = Literal["answerable", "relevant"]
FIELDS: Mapping[Part, Sequence[str]] = {
    "answerable": ("dense", "margin_over_mean", "query_coverage", "query_length"),
    "relevant": ("margin_over_mean", "gap_to_top", "uncovered"),
}
# Asking back for nothing costs more visitors than an answer to a query that nobody answers: with
# these odds a chance of one half is where both are wrong equally often on directories left out.
ODDS: Mapping[Part, float] = {"answerable": 3.75}
EVEN = 0.5
LEAST = 10  # examples of each outcome without which nothing is fitted
SHORT = 25  # words of a first sentence, asked beside the whole question
JUDGED, MATCH = "judged", "match"
NOTHING = ("no_question", "no_evidence", "vague")  # reasons of a line that nobody answers


@dataclass(frozen=True, slots=True)
class Example:
    """What one query found over one generation, and how it should be answered."""

    source: str  # the directory and queries it is of
    kind: str  # "judged", "match", or the reason to ask back
    found: Features
    picks: Sequence[Features] = ()
    relevant: Sequence[bool] = ()  # beside the picks, of a judged query

    @property
    def is_answered(self) -> bool:
        return self.kind == MATCH or any(self.relevant)


@dataclass(frozen=True, slots=True)
class Fit:
    """A part fitted on all but one source, measured on that one."""

    part: Part
    source: str
    examples: int
    auc: float
    brier: float
    kept: float  # share of the right ones at a chance of one half or more
    refused: float  # share of the wrong ones under one half


class Collecting:
    """Asks questions over one generation and notes what they find."""

    def __init__(self, snapshot: Snapshot, embedder: Embedder, source: str) -> None:
        self.snapshot = snapshot
        self.embedder = embedder
        self.source = source
        self.usernames = snapshot.rows.usernames

    def judged(self, questions: Iterable[Question], judgements: Judgements) -> Iterator[Example]:
        """Each judged question, and its first sentence where there are more."""
        for question in questions:
            right = {name for name, grade in judgements.get(question.id, {}).items() if grade > 0}
            if right:
                yield from (self._example(text, JUDGED, right) for text in _forms(question.text))

    def labelled(self, lines: Iterable[Mapping[str, Any]]) -> Iterator[Example]:
        """Lines with a label; one to ask back about names the reason."""
        for line in lines:
            kind = MATCH if line["label"] == MATCH else str(line.get("reason", ""))
            yield self._example(str(line["text"]), kind)

    def _example(self, text: str, kind: str, right: Collection[str] = ()) -> Example:
        asked = read_constraints(text).text or text
        search = Search(self.snapshot, asked, self.embedder.embed_question(asked))
        places = range(min(BEST, len(search.open)))
        rows = search.open.rows[:BEST].tolist()
        relative = self.snapshot.calibration.relative
        return Example(
            self.source,
            kind,
            relative(search.features()),
            [relative(one) for one in search.features_of(search.open, places)],
            [self.usernames[row] in right for row in rows] if right else [],
        )


def _forms(text: str) -> list[str]:
    first = " ".join(text.split(". ")[0].split()[:SHORT])
    return [text, first] if 4 <= len(first.split()) < len(text.split()) else [text]


def write(path: Path, examples: Iterable[Example]) -> None:
    lines = (json.dumps(asdict(each)) + "\n" for each in examples)
    path.write_text("".join(lines), encoding="utf-8")


def read(path: Path) -> list[Example]:
    """Errors: ExpertsError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [Example(**json.loads(line)) for line in lines]
    except (OSError, ValueError, TypeError) as error:
        raise ExpertsError(f"{path} holds no examples: {error}") from error


@dataclass(slots=True)
class Table:
    """Examples of one part as numbers; every source weighs the same, and so does each outcome."""

    rows: list[list[float]] = field(default_factory=list)
    outcomes: list[bool] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, examples: Iterable[Example], part: Part) -> "Table":
        table = cls()
        for example in examples:
            for observed, outcome in _PAIRS[part](example):
                table.rows.append([observed.get(name, 0.0) for name in FIELDS[part]])
                table.outcomes.append(outcome)
                table.sources.append(example.source)
        split = {
            source
            for source in set(table.sources)
            if len(set(table.only(source.__eq__).outcomes)) > 1
        }
        return table.only(split.__contains__)  # where all is one way, nothing tells the ways apart

    def only(self, keep: Callable[[str], bool]) -> "Table":
        at = [i for i, source in enumerate(self.sources) if keep(source)]
        return Table(*([column[i] for i in at] for column in self._columns()))

    def _columns(self) -> tuple[list[Any], ...]:
        return self.rows, self.outcomes, self.sources

    def can_be_fitted(self) -> bool:
        return LEAST <= sum(self.outcomes) <= len(self.outcomes) - LEAST

    def weights(self, odds: float | None) -> NDArray[np.float64]:
        """Such that one outcome weighs `odds` times the other; as counted without."""
        counts: dict[tuple[str, bool], int] = defaultdict(int)
        for key in zip(self.sources, self.outcomes, strict=True):
            counts[key] += 1
        if odds is not None:
            return _scaled(
                [1 / counts[key] for key in zip(self.sources, self.outcomes, strict=True)],
                self.outcomes,
                odds,
            )
        of_source: dict[str, int] = defaultdict(int)
        for source in self.sources:
            of_source[source] += 1
        found = np.array([1 / of_source[source] for source in self.sources], np.float64)
        found *= len(found) / found.sum()
        return found


def _scaled(weights: Sequence[float], outcomes: Sequence[bool], odds: float) -> NDArray[np.float64]:
    found, right = np.array(weights, np.float64), np.array(outcomes, np.bool_)
    found[right] *= odds / (1 + odds) / found[right].sum()
    found[~right] *= 1 / (1 + odds) / found[~right].sum()
    found *= len(found)
    return found


def _answerable(example: Example) -> Iterator[tuple[Features, bool]]:
    if example.kind in NOTHING or example.is_answered:
        yield example.found, example.is_answered


def _relevant(example: Example) -> Iterator[tuple[Features, bool]]:
    yield from zip(example.picks, example.relevant, strict=False)


_PAIRS: Mapping[Part, Callable[[Example], Iterator[tuple[Features, bool]]]] = {
    "answerable": _answerable,
    "relevant": _relevant,
}


def fit(
    examples: Sequence[Example],
    name: str,
    fingerprint: str,
    before: Calibration,
    anchors: frozenset[str] = frozenset(),
) -> tuple[Calibration, list[Fit]]:
    """Weights over all examples, and how each part does on a source it has not seen.

    A part without enough examples keeps the weights it had. With one source only, that is also
    the one measured on. How often an expert is right is taken from the `anchors`, sources whose
    judgements cover their whole directory; from all sources when none is named.
    """
    fits: list[Fit] = []
    parts: dict[str, Logistic] = {}
    for part in FIELDS:
        table = Table.of(examples, part)
        parts[part] = getattr(before, part)
        if table.can_be_fitted():
            parts[part] = _logistic(table, part, anchors)
            fits += _left_out(table, part, anchors)
    found = Calibration(
        name,
        fingerprint,
        parts["answerable"],
        parts["relevant"],
    )
    return found, fits


def _logistic(table: Table, part: Part, anchors: frozenset[str]) -> Logistic:
    """Without odds every source has an intercept of its own, of which the anchors' mean is kept.

    How many experts are relevant differs by how a source was judged, and says nothing of evidence.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scale = StandardScaler().fit(table.rows)
    sources = sorted(set(table.sources))
    is_own = 0.0 if part in ODDS else 1.0
    own = [[is_own * (source == each) for each in sources] for source in table.sources]
    model = LogisticRegression(max_iter=500).fit(
        np.hstack([scale.transform(table.rows), own]),
        table.outcomes,
        # How often an answer is right is itself a finding; how often nonsense is asked is not.
        sample_weight=table.weights(ODDS.get(part)),
    )
    found = model.coef_[0][: len(FIELDS[part])]
    weights = found / scale.scale_
    shifts = dict(zip(sources, model.coef_[0][len(found) :].tolist(), strict=True))
    shift = fmean(shifts[each] for each in sources if each in anchors or not anchors & set(sources))
    intercept = float(model.intercept_[0] - weights @ scale.mean_) + shift
    named = zip(FIELDS[part], weights.tolist(), strict=True)
    return Logistic(round(intercept, 4), {name: round(value, 4) for name, value in named})


def _left_out(table: Table, part: Part, anchors: frozenset[str]) -> Iterator[Fit]:
    from sklearn.metrics import brier_score_loss, roc_auc_score

    for source in sorted(set(table.sources)):
        seen, unseen = table.only(lambda one: _kin(one) != _kin(source)), table.only(source.__eq__)  # noqa: B023
        model = _logistic(seen if seen.can_be_fitted() else table, part, anchors)
        chances = [model.chance(dict(zip(FIELDS[part], row, strict=True))) for row in unseen.rows]
        if len(set(unseen.outcomes)) > 1:
            right, wrong = (
                [
                    chance
                    for chance, outcome in zip(chances, unseen.outcomes, strict=True)
                    if outcome is way
                ]
                for way in (True, False)
            )
            yield Fit(
                part,
                source,
                len(chances),
                float(roc_auc_score(unseen.outcomes, chances)),
                float(brier_score_loss(unseen.outcomes, chances)),
                fmean(chance >= EVEN for chance in right),
                fmean(chance < EVEN for chance in wrong),
            )


def _kin(source: str) -> str:
    """Sources named alike up to an underscore share questions, and are left out together."""
    return source.split("_")[0]
