"""Training the dialogue act classifier on labelled messages, and measuring it on unseen ones.

The network is small enough for plain numpy: one hidden layer, dropout, AdamW, a one-cycle rate.
A line of data is `{"before": [{role, content}, …], "text", "acts", "lang"?, "family"?}`. Lines of a
family (variants of one sentence, turns of one dialogue) are held out together.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from conversations.chat.acts.classifier import (
    NEW_PROBLEM,
    REFINE,
    DialogueActClassifier,
    Weights,
    choose,
    ending,
    last_reply,
)
from conversations.errors import ConversationsError
from experts.search.protocols import Embedder, Progress, Vectors

HIDDEN = 256
NETWORKS = 2  # trained from different seeds, their logits averaged
EPOCHS = 60
BATCH = 128
RATE = 3e-3
DECAY = 1e-2
DROP_INPUT, DROP_HIDDEN = 0.2, 0.5
SWAP = 0.8  # of the replies of an epoch come from another line with the same acts
FOLDS = 5
LEAST_THRESHOLD = 0.35  # for acts that keep a message from being searched for
LEAST_SCALE = 1e-3  # what is nearly the same everywhere tells nothing
FEWEST = 10  # lines of an act without which it is not learnt
SAFE = frozenset({NEW_PROBLEM, REFINE})

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]


class BadTrainingData(ConversationsError):
    """Lines that nothing can be trained on; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Line:
    """One labelled message."""

    text: str
    reply: str
    acts: frozenset[str]
    family: str
    language: str
    source: str


def read(path: Path) -> list[Line]:
    """Raises: OSError, BadTrainingData."""
    lines = []
    for number, row in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if row.strip():
            try:
                lines.append(_line(json.loads(row), path.name, number))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise BadTrainingData(f"{path}, line {number}: {error!r}.") from error
    if not lines:
        raise BadTrainingData(f"{path} has no lines.")
    return lines


def _line(told: Mapping[str, Any], source: str, number: int) -> Line:
    dialogue = str(told.get("id", number)).rpartition("-")[0] or str(number)
    return Line(
        text=told["text"],
        reply=ending(last_reply(told.get("before", ()))),
        acts=frozenset(told["acts"]),
        family=f"{source}:{told.get('family', dialogue)}",
        language=str(told.get("lang", "")),
        source=source,
    )


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclass(slots=True)
class Examples:
    """Lines as arrays.

    Attributes:
        known: (lines, acts), whether the line's file labels that act at all.
    """

    acts: tuple[str, ...]
    message: Vectors
    reply: Vectors
    has_reply: NDArray[np.bool_]
    labels: NDArray[np.bool_]
    known: NDArray[np.bool_]
    alike: list[Rows] = field(default_factory=list)  # rows whose replies may be swapped

    @classmethod
    def of(
        cls, lines: Sequence[Line], embedder: Embedder, progress: Progress | None = None
    ) -> Self:
        """Raises: EmbedderError, BadTrainingData."""
        vectors: dict[str, Floats] = {}
        for text in dict.fromkeys(text for line in lines for text in (line.text, line.reply)):
            vectors[text] = embedder.embed_question(text).plain
            if progress:
                progress(1)
        counts: dict[str, int] = defaultdict(int)
        labelled: dict[str, set[str]] = defaultdict(set)
        for line in lines:
            labelled[line.source] |= line.acts
            for act in line.acts:
                counts[act] += 1
        acts = tuple(sorted(act for act, count in counts.items() if count >= FEWEST))
        if not acts:
            raise BadTrainingData(f"No act has {FEWEST} lines.")
        return cls(
            acts,
            np.stack([vectors[line.text] for line in lines]),
            np.stack([vectors[line.reply] for line in lines]),
            np.array([bool(line.reply) for line in lines]),
            np.array([[act in line.acts for act in acts] for line in lines]),
            np.array([[act in labelled[line.source] for act in acts] for line in lines]),
            _alike(lines),
        )

    def only(self, rows: Rows) -> "Examples":
        """The examples of these rows, in ascending order."""
        at = {row: new for new, row in enumerate(rows.tolist())}
        alike = [np.array([at[row] for row in each if row in at], np.intp) for each in self.alike]
        return Examples(
            self.acts,
            self.message[rows],
            self.reply[rows],
            self.has_reply[rows],
            self.labels[rows],
            self.known[rows],
            [each for each in alike if len(each)],
        )


def _alike(lines: Sequence[Line]) -> list[Rows]:
    """Rows of the same acts, language and file: what one answered, another could have."""
    found: dict[object, list[int]] = defaultdict(list)
    for row, line in enumerate(lines):
        if line.reply:
            found[line.source, line.language, line.acts].append(row)
    return [np.array(rows, np.intp) for rows in found.values()]


def fit(examples: Examples, fingerprint: str, sources: Mapping[str, str], seed: int = 0) -> Weights:
    """Train the networks, side by side in one; not calibrated yet, every threshold one half."""
    message_mean, message_scale = _moments(examples.message)
    reply_mean, reply_scale = _moments(examples.reply[examples.has_reply])
    message = (examples.message - message_mean) / message_scale
    reply = (examples.reply - reply_mean) / reply_scale
    trained = [
        _trained(examples, message, reply, np.random.default_rng((seed, at)))
        for at in range(NETWORKS)
    ]
    w1 = np.hstack([network[0] for network in trained])
    b1 = np.hstack([network[1] for network in trained])
    w2 = np.vstack([network[2] for network in trained]) / np.float32(NETWORKS)
    b2 = np.stack([network[3] for network in trained]).mean(0)
    # Standardisation is folded into weights and biases, after these are rounded as they are stored.
    dimension = message.shape[1]
    w1_message = _half(w1[:dimension] / message_scale[:, None])
    w1_reply = _half(w1[dimension:-1] / reply_scale[:, None])
    return Weights(
        examples.acts,
        fingerprint,
        sources,
        w1_message,
        w1_reply,
        b1 - message_mean @ w1_message,
        w1[-1] - reply_mean @ w1_reply,
        w2,
        b2,
        np.full(len(examples.acts), 0.5, np.float32),
    )


def _trained(
    examples: Examples, message: Floats, reply: Floats, random: np.random.Generator
) -> list[Floats]:
    """Return the parameters of one network over standardised embeddings."""
    network = _Network(2 * message.shape[1] + 1, HIDDEN, len(examples.acts), random)
    steps = EPOCHS * -(-len(message) // BATCH)
    for _ in range(EPOCHS):
        told = _swapped(examples, random)
        has_reply = examples.has_reply[:, None].astype(np.float32)
        inputs = np.hstack([message, reply[told] * has_reply, has_reply])
        order = random.permutation(len(message))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            network.step(inputs[rows], examples.labels[rows], examples.known[rows], steps)
    return network.parameters


def _moments(vectors: Vectors) -> tuple[Floats, Floats]:
    if not len(vectors):
        return np.zeros(vectors.shape[1], np.float32), np.ones(vectors.shape[1], np.float32)
    return vectors.mean(0), np.maximum(vectors.std(0), np.float32(LEAST_SCALE))


def _half(weights: Floats) -> Floats:
    return weights.astype(np.float16).astype(np.float32)


def _swapped(examples: Examples, random: np.random.Generator) -> Rows:
    """For each row, whose reply it is told after."""
    told = np.arange(len(examples.message))
    for rows in examples.alike:
        swap = rows[random.random(len(rows)) < SWAP]
        told[swap] = random.choice(rows, len(swap))
    return told


class _Network:
    """One hidden layer of rectified units, trained by AdamW on the binary cross entropy."""

    def __init__(self, inputs: int, hidden: int, acts: int, random: np.random.Generator) -> None:
        self.random = random
        first = random.standard_normal((inputs, hidden)) * np.sqrt(2 / inputs)
        second = random.standard_normal((hidden, acts)) * np.sqrt(1 / hidden)
        self.parameters: list[Floats] = [
            first.astype(np.float32),
            np.zeros(hidden, np.float32),
            second.astype(np.float32),
            np.full(acts, -2, np.float32),  # most acts are rare
        ]
        self.first = [np.zeros_like(one) for one in self.parameters]
        self.second = [np.zeros_like(one) for one in self.parameters]
        self.done = 0

    def step(
        self, inputs: Floats, labels: NDArray[np.bool_], known: NDArray[np.bool_], steps: int
    ) -> None:
        w1, b1, w2, b2 = self.parameters
        inputs = inputs * self._kept(inputs.shape, DROP_INPUT)
        before = inputs @ w1 + b1
        mask = self._kept(before.shape, DROP_HIDDEN) * (before > 0)
        hidden = before * mask
        probabilities = 1 / (1 + np.exp(-(hidden @ w2 + b2).clip(-30, 30)))
        error = (probabilities - labels) * known / np.float32(len(inputs))
        back = (error @ w2.T) * mask
        self._update((inputs.T @ back, back.sum(0), hidden.T @ error, error.sum(0)), steps)

    def _kept(self, shape: tuple[int, ...], dropped: float) -> Floats:
        kept = self.random.random(shape, dtype=np.float32) > dropped
        return kept.astype(np.float32) / np.float32(1 - dropped)

    def _update(self, gradients: Iterable[Floats], steps: int) -> None:
        self.done += 1
        part = self.done / steps
        cycle = part / 0.1 if part < 0.1 else (1 + np.cos(np.pi * (part - 0.1) / 0.9)) / 2
        rate = RATE * cycle
        corrected = float(np.sqrt(1 - 0.999**self.done) / (1 - 0.9**self.done))
        for at, gradient in enumerate(gradients):
            parameter = self.parameters[at]
            first = np.float32(0.9) * self.first[at] + np.float32(0.1) * gradient
            second = np.float32(0.999) * self.second[at] + np.float32(0.001) * gradient**2
            change = corrected * first / (np.sqrt(second) + np.float32(1e-8))
            if parameter.ndim > 1:
                change += np.float32(DECAY) * parameter
            self.parameters[at] = parameter - (float(rate) * change).astype(np.float32, copy=False)
            self.first[at], self.second[at] = first, second


@dataclass(frozen=True, slots=True)
class Training:
    """Calibrated weights and what each line got from a network that had not seen its family."""

    weights: Weights
    lines: Sequence[Line]
    predicted: Sequence[frozenset[str]]


def train(
    lines: Sequence[Line],
    embedder: Embedder,
    sources: Mapping[str, str],
    progress: Callable[[str], None] = lambda _: None,
) -> Training:
    """Train on all lines; calibrate and choose thresholds on held-out ones.

    Raises: EmbedderError, BadTrainingData.
    """
    progress(f"Embedding {len(lines)} lines")
    examples = Examples.of(lines, embedder)
    held_out = np.zeros(examples.labels.shape, np.float32)
    for fold, rows in enumerate(_folds(lines), start=1):
        progress(f"Training without part {fold} of {FOLDS}")
        others = np.setdiff1d(np.arange(len(lines)), rows)
        weights = fit(examples.only(others), embedder.fingerprint, sources, seed=fold)
        held_out[rows] = _logits(weights, examples, rows)
    progress("Training on everything")
    weights = fit(examples, embedder.fingerprint, sources)
    weights, probabilities = _calibrated(weights, examples, held_out)
    return Training(weights, lines, _predicted(weights, examples, probabilities))


def _folds(lines: Sequence[Line]) -> list[Rows]:
    """Rows in FOLDS parts of about the same size, families whole."""
    families: dict[str, list[int]] = defaultdict(list)
    for row, line in enumerate(lines):
        families[line.family].append(row)
    random = np.random.default_rng(0)
    names = sorted(families)
    parts: list[list[int]] = [[] for _ in range(FOLDS)]
    for at in random.permutation(len(names)):
        min(parts, key=len).extend(families[names[at]])
    return [np.array(sorted(part), np.intp) for part in parts]


def _logits(weights: Weights, examples: Examples, rows: Rows) -> Floats:
    classifier = DialogueActClassifier(weights)
    found = [
        classifier.logits(
            examples.message[row], examples.reply[row] if examples.has_reply[row] else None
        )
        for row in rows
    ]
    return np.stack(found)


def _calibrated(weights: Weights, examples: Examples, held_out: Floats) -> tuple[Weights, Floats]:
    """Return the weights with Platt scaling and thresholds, and the held-out probabilities."""
    from sklearn.linear_model import LogisticRegression

    w2, b2, thresholds = weights.w2.copy(), weights.b2.copy(), weights.thresholds.copy()
    probabilities = np.zeros(held_out.shape, np.float32)
    for at, act in enumerate(weights.acts):
        known, logits = examples.known[:, at], held_out[:, at]
        platt = LogisticRegression(C=1e3).fit(logits[known, None], examples.labels[known, at])
        slope, intercept = float(platt.coef_[0, 0]), float(platt.intercept_[0])
        w2[:, at], b2[at] = w2[:, at] * slope, b2[at] * slope + intercept
        probabilities[:, at] = platt.predict_proba(logits[:, None])[:, 1]
        least = 0.0 if act in SAFE else LEAST_THRESHOLD
        thresholds[at] = _threshold(probabilities[known, at], examples.labels[known, at], least)
    return replace(weights, w2=w2, b2=b2, thresholds=thresholds), probabilities


def _threshold(probabilities: Floats, labels: NDArray[np.bool_], least: float) -> float:
    """The threshold of the best F1 on unseen lines, not below `least`: unsure is searched for."""
    tried = [at for at in np.arange(0.1, 0.75, 0.025) if at >= least - 1e-6]
    scores = []
    for at in tried:
        chosen = probabilities >= at
        both = (chosen & labels).sum()
        scores.append(2 * both / max(1, chosen.sum() + labels.sum()))
    return float(tried[int(np.argmax(scores))])


def _predicted(weights: Weights, examples: Examples, probabilities: Floats) -> list[frozenset[str]]:
    pairs = zip(probabilities, examples.has_reply.tolist(), strict=True)
    return [choose(weights, chances, has_reply).chosen for chances, has_reply in pairs]
