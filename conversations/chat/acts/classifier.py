"""What a message does in a dialogue, read from embeddings that exist already.

One hidden layer and one calibrated logistic output per act, over the message and the reply before
it. The weights belong to one embedding model; `manage.py train_dialogue_acts` makes them.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from conversations.errors import WeightsUnreadable
from experts.search.protocols import Vector

NEW_PROBLEM, REFINE = "new_problem", "refine"  # both are searched for: the safe readings
ABOUT_A_REPLY = frozenset(  # mean nothing before anything was answered
    ("ask_about_expert", "drop_limit", "no", "reject", "select", "someone_else", "unsure", "yes")
)
SHIPPED = Path(__file__).parent / "weights"
LONGEST_REPLY = 240  # characters of a reply's end, where its question stands
ARRAYS = ("w1_message", "w1_reply", "b1", "b1_reply", "w2", "b2", "thresholds")

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Acts:
    """The acts of one message.

    Attributes:
        probabilities: act to calibrated probability; empty without weights.
        chosen: the acts to answer; never empty.
        is_certain: False when no act reached its threshold and the safe reading was taken.
    """

    probabilities: Mapping[str, float]
    chosen: frozenset[str]
    is_certain: bool = True

    def __contains__(self, act: str) -> bool:
        return act in self.chosen


@dataclass(frozen=True, slots=True)
class Weights:
    """The network for one embedding model, with standardisation and calibration folded in."""

    acts: tuple[str, ...]
    fingerprint: str  # of the embedding model
    sources: Mapping[str, str]  # file name to SHA-256 of the data it was trained on
    w1_message: Floats  # (dimension, hidden)
    w1_reply: Floats  # (dimension, hidden)
    b1: Floats  # (hidden,)
    b1_reply: Floats  # (hidden,), added when there is a reply
    w2: Floats  # (hidden, acts)
    b2: Floats  # (acts,)
    thresholds: Floats  # (acts,)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Raises: WeightsUnreadable."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                about: dict[str, Any] = json.loads(str(stored["about"]))
                arrays = {name: stored[name].astype(np.float32) for name in ARRAYS}
            return cls(tuple(about["acts"]), about["fingerprint"], about["sources"], **arrays)
        except (OSError, ValueError, KeyError, TypeError, BadZipFile) as error:
            raise WeightsUnreadable(f"The weights {path} cannot be read: {error!r}.") from error

    def save(self, path: Path) -> None:
        """Write the large arrays at half precision."""
        about = {
            "acts": list(self.acts),
            "fingerprint": self.fingerprint,
            "sources": dict(self.sources),
        }
        half = {name: getattr(self, name).astype(np.float16) for name in ("w1_message", "w1_reply")}
        full = {name: getattr(self, name) for name in ARRAYS if name not in half}
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path, about=np.array(json.dumps(about)), **half, **full)


class DialogueActClassifier:
    """Reads messages by the weights of one embedding model. Thread-safe.

    Without weights every message is something to search for: a refinement after a reply, else a
    new problem.
    """

    def __init__(self, weights: Weights | None = None) -> None:
        self.weights = weights

    def classify(self, message: Vector, reply: Vector | None = None) -> Acts:
        """Return the acts of a message, given the embeddings of it and of the last reply."""
        if self.weights is None:
            return searched(has_reply=reply is not None)
        return choose(self.weights, self.probabilities(message, reply), reply is not None)

    def probabilities(self, message: Vector, reply: Vector | None = None) -> Floats:
        """Return the probability of each of `weights.acts`."""
        logits = self.logits(message, reply).clip(-30, 30)
        found: Floats = 1 / (1 + np.exp(-logits))
        return found

    def logits(self, message: Vector, reply: Vector | None = None) -> Floats:
        """Return the logit of each of `weights.acts`. Raises: WeightsUnreadable without weights."""
        weights = self.weights
        if weights is None:
            raise WeightsUnreadable("There are no dialogue act weights for this embedding model.")
        hidden = message @ weights.w1_message + weights.b1
        if reply is not None:
            hidden += reply @ weights.w1_reply + weights.b1_reply
        found: Floats = np.maximum(hidden, 0) @ weights.w2 + weights.b2
        return found


def searched(has_reply: bool) -> Acts:
    """Return what is assumed of a message that nothing is known of."""
    return Acts({}, frozenset({REFINE if has_reply else NEW_PROBLEM}), is_certain=False)


def choose(weights: Weights, found: Floats, has_reply: bool) -> Acts:
    """Return the acts that reach their thresholds, else the likelier of those searched for."""
    probabilities = dict(zip(weights.acts, found.tolist(), strict=True))
    reached = (act for act, ok in zip(weights.acts, found >= weights.thresholds, strict=True) if ok)
    chosen = frozenset(reached) if has_reply else frozenset(reached) - ABOUT_A_REPLY
    if chosen:
        return Acts(probabilities, chosen)
    safe = NEW_PROBLEM
    if has_reply and probabilities.get(REFINE, 0.0) >= probabilities.get(NEW_PROBLEM, 0.0):
        safe = REFINE
    return Acts(probabilities, frozenset({safe}), is_certain=False)


def read_acts(
    message: str, reply: str, embed: Callable[[str], Vector], classifier: DialogueActClassifier
) -> Acts:
    """Return the acts of a message after a reply; an empty reply means there was none.

    Raises: EmbedderError.
    """
    if classifier.weights is None:
        return searched(bool(reply))
    return classifier.classify(embed(message), embed(ending(reply)) if reply else None)


def ending(reply: str) -> str:
    """Return the last words of a reply, all that is read of it."""
    text = reply.strip()
    if len(text) <= LONGEST_REPLY:
        return text
    return text[-LONGEST_REPLY:].partition(" ")[2]


def last_reply(before: Iterable[Mapping[str, str]]) -> str:
    """Return what was answered last in a history of `{role, content}`, or an empty string."""
    replies = [str(line.get("content", "")) for line in before if line.get("role") == "assistant"]
    return replies[-1] if replies else ""


def weights_for(fingerprint: str, folders: Iterable[Path] = ()) -> Weights | None:
    """Return the weights trained for this embedding model, an installation's own before ours."""
    for folder in (*folders, SHIPPED):
        for path in sorted(folder.glob("*.npz")):
            found = Weights.load(path)
            if found.fingerprint == fingerprint:
                return found
    return None
