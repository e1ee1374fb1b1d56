"""How well acts are predicted: F1 by act, their mean, and the share of messages wholly right."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean


@dataclass(frozen=True, slots=True)
class ActScores:
    """Scores over some messages.

    Attributes:
        macro_f1: mean of the F1 of the acts that were labelled.
        exact: share of the messages whose acts are all right and no other is predicted.
        f1: act to F1; an act that is labelled but not known to the classifier has 0.
        lines: number of messages.
    """

    macro_f1: float
    exact: float
    f1: Mapping[str, float]
    lines: int


def score_acts(
    labelled: Sequence[Collection[str]], predicted: Sequence[Collection[str]]
) -> ActScores:
    """Score predictions, over the acts that the labels name: others were not labelled at all."""
    names = sorted({act for acts in labelled for act in acts})
    pairs = [
        (frozenset(right), frozenset(found) & frozenset(names))
        for right, found in zip(labelled, predicted, strict=True)
    ]
    f1 = {act: _f1((act in right, act in found) for right, found in pairs) for act in names}
    return ActScores(
        macro_f1=fmean(f1.values()) if f1 else 0.0,
        exact=fmean(right == found for right, found in pairs) if pairs else 0.0,
        f1=f1,
        lines=len(pairs),
    )


def _f1(pairs: Iterable[tuple[bool, bool]]) -> float:
    both = either = 0
    for right, found in pairs:
        both += right and found
        either += right + found
    return 2 * both / either if either else 0.0
