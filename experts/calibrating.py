"""Fitting the chances of a calibration on judged questions, and telling how good they are."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from experts.errors import ExpertsError
from experts.evaluation import Judgements, Question
from experts.search.calibration import Calibration, Logistic
from experts.search.constraints import read_constraints
from experts.search.protocols import Embedder
from experts.search.ranking import BEST, Observations, Search
from experts.search.snapshots import Snapshot

Part = Literal["answerable", "specific", "relevant"]
FEATURES: Mapping[Part, Sequence[str]] = {
    "answerable": ("dense", "lexical", "held", "said"),
    "specific": ("said", "covered", "held", "lead"),
    "relevant": ("above", "behind"),
}
# Of nine who write, eight ask something that can be answered: asking them back for nothing costs
# more visitors than an answer to an idle question.
ODDS: Mapping[Part, float] = {"answerable": 8.0, "specific": 1.0}
LEAST = 10  # examples of each outcome without which nothing is fitted
SHORT = 25  # words of a first sentence, asked beside the whole question
JUDGED, MATCH, BROAD = "judged", "match", "broad"
NOTHING = ("no_question", "no_evidence")  # reasons of a line that nobody answers


@dataclass(frozen=True, slots=True)
class Example:
    """What one question found, above the floor of its generation, and how it should be answered."""

    source: str  # the directory and questions it is of
    kind: str  # "judged", "match", or the reason to ask back
    found: Observations
    picks: Sequence[Observations] = ()
    relevant: Sequence[bool] = ()  # beside the picks, of a judged question

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
        """Lines with a label; one to ask back about tells the reason."""
        for line in lines:
            kind = MATCH if line["label"] == MATCH else str(line.get("reason", ""))
            yield self._example(str(line["text"]), kind)

    def _example(self, text: str, kind: str, right: Collection[str] = ()) -> Example:
        asked = read_constraints(text).text or text
        search = Search(self.snapshot, asked, self.embedder.embed_question(asked))
        places = range(min(BEST, len(search.open)))
        rows = search.open.rows[:BEST].tolist()
        features = self.snapshot.calibration.features
        return Example(
            self.source,
            kind,
            features(search.observed()),
            [features(one) for one in search.observed_of(search.open, places)],
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
                table.rows.append([observed.get(name, 0.0) for name in FEATURES[part]])
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


def _answerable(example: Example) -> Iterator[tuple[Observations, bool]]:
    if example.kind in NOTHING or example.is_answered:
        yield example.found, example.is_answered


def _specific(example: Example) -> Iterator[tuple[Observations, bool]]:
    if example.kind == BROAD or example.is_answered:
        yield example.found, example.is_answered


def _relevant(example: Example) -> Iterator[tuple[Observations, bool]]:
    yield from zip(example.picks, example.relevant, strict=False)


_PAIRS: Mapping[Part, Callable[[Example], Iterator[tuple[Observations, bool]]]] = {
    "answerable": _answerable,
    "specific": _specific,
    "relevant": _relevant,
}


def fit(
    examples: Sequence[Example], name: str, fingerprint: str, before: Calibration
) -> tuple[Calibration, list[Fit]]:
    """Weights over all examples, and how each part does on a source it has not seen.

    A part without enough examples keeps the weights it had. With one source only, that is also
    the one measured on.
    """
    fits: list[Fit] = []
    parts: dict[str, Logistic] = {}
    for part in FEATURES:
        table = Table.of(examples, part)
        parts[part] = getattr(before, part)
        if table.can_be_fitted():
            parts[part] = _logistic(table, part)
            fits += _left_out(table, part)
    found = Calibration(
        name,
        fingerprint,
        parts["answerable"],
        parts["specific"],
        parts["relevant"],
    )
    return found, fits


def _logistic(table: Table, part: Part) -> Logistic:
    """Every source has an intercept of its own, and theirs is the mean of those.

    How many experts are relevant differs by how a source was judged, and says nothing of evidence.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scale = StandardScaler().fit(table.rows)
    sources = sorted(set(table.sources))
    own = [[float(source == each) for each in sources] for source in table.sources]
    model = LogisticRegression(max_iter=500).fit(
        np.hstack([scale.transform(table.rows), own]),
        table.outcomes,
        # How often an answer is right is itself a finding; how often nonsense is asked is not.
        sample_weight=table.weights(ODDS.get(part)),
    )
    found = model.coef_[0][: len(FEATURES[part])]
    weights = found / scale.scale_
    shift = float(model.coef_[0][len(found) :].mean())
    intercept = float(model.intercept_[0] - weights @ scale.mean_) + shift
    named = zip(FEATURES[part], weights.tolist(), strict=True)
    return Logistic(round(intercept, 4), {name: round(value, 4) for name, value in named})


def _left_out(table: Table, part: Part) -> Iterator[Fit]:
    from sklearn.metrics import brier_score_loss, roc_auc_score

    for source in sorted(set(table.sources)):
        seen, unseen = table.only(lambda one: _kin(one) != _kin(source)), table.only(source.__eq__)  # noqa: B023
        model = _logistic(seen if seen.can_be_fitted() else table, part)
        chances = [model.chance(dict(zip(FEATURES[part], row, strict=True))) for row in unseen.rows]
        if len(set(unseen.outcomes)) > 1:
            yield Fit(
                part,
                source,
                len(chances),
                float(roc_auc_score(unseen.outcomes, chances)),
                float(brier_score_loss(unseen.outcomes, chances)),
            )


def _kin(source: str) -> str:
    """Sources named alike up to an underscore share questions, and are left out together."""
    return source.split("_")[0]
