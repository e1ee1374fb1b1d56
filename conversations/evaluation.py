"""How well the talk decides and understands, measured on labelled lines over the production path.

A line is a JSON object with `text` and one of
- `label`: "match" or "clarification", what the answer should be,
- `clarification_need`: a number, higher the more a question back is needed,
- `rewrite` with `conv` and `turn`: the message as one stand-alone question,
- `acts`: what the message does, after the turns of `before`.
`lang` and `history` are optional.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import fmean
from typing import Any

from conversations.chat.acts.classifier import Acts, last_reply
from conversations.chat.acts.scoring import score_acts
from conversations.chat.assistant import Assistant
from conversations.chat.words import stem, subject_words
from conversations.models import Conversation

Line = Mapping[str, Any]
LABELS = ("match", "clarification")
FOUND = 10  # experts compared between a follow-up as understood and its rewrite


class BadLine(ValueError):
    """A line that cannot be measured; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure over the lines of one language."""

    name: str
    language: str
    value: float
    lines: int


def read(path: Path) -> list[Line]:
    """The lines of a file. Errors: OSError, BadLine."""
    lines = []
    with path.open(encoding="utf-8-sig") as file:
        for number, text in enumerate(file, start=1):
            if text.strip():
                lines.append(_checked(text, number))
    if not lines:
        raise BadLine("The file has no lines.")
    return lines


def _checked(text: str, number: int) -> Line:
    try:
        line = json.loads(text)
    except ValueError as error:
        raise BadLine(f"Line {number} is not JSON.") from error
    if not isinstance(line, dict) or not isinstance(line.get("text"), str):
        raise BadLine(f"Line {number} has no text.")
    if line.get("label", "match") not in LABELS:
        raise BadLine(f"Line {number}: label must be match or clarification.")
    if not {"label", "clarification_need", "rewrite", "acts"} & set(line):
        raise BadLine(f"Line {number} has neither label, clarification_need, rewrite nor acts.")
    if not _is_list_of(str, line.get("acts", [])) or not _is_list_of(dict, line.get("before", [])):
        raise BadLine(f"Line {number}: acts must be a list of names, before a list of turns.")
    return line


def _is_list_of(kind: type, value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, kind) for one in value)


def measure(
    lines: Sequence[Line], assistant: Assistant, read_acts: Callable[[str, str], Acts]
) -> list[Measure]:
    """Every figure the lines allow, over all of them and then by language."""
    return [
        *_decisions([line for line in lines if "label" in line], assistant),
        *_needs([line for line in lines if "clarification_need" in line], assistant),
        *_rewrites([line for line in lines if "rewrite" in line], assistant),
        *_acts([line for line in lines if "acts" in line], read_acts),
    ]


def _decisions(lines: Sequence[Line], assistant: Assistant) -> Iterable[Measure]:
    told: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for line in lines:
        turn = assistant.understand(_asked(line))
        pair = (line["label"] == "clarification", not turn.decision.is_match)
        for language in _groups(line):
            told[language].append(pair)
    for language, pairs in told.items():
        asked = [should for should, did in pairs if did]
        needed = [did for should, did in pairs if should]
        right = [should == did for should, did in pairs]
        yield Measure("accuracy", language, fmean(right), len(pairs))
        yield Measure("clarify precision", language, fmean(asked or [0]), len(asked))
        yield Measure("clarify recall", language, fmean(needed or [0]), len(needed))


def _needs(lines: Sequence[Line], assistant: Assistant) -> Iterable[Measure]:
    told: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for line in lines:
        doubt = assistant.understand(_asked(line)).decision.doubt
        for language in _groups(line):
            told[language].append((float(line["clarification_need"]), doubt))
    for language, pairs in told.items():
        yield Measure("need AUC", language, concordance(pairs), len(pairs))


def concordance(pairs: Sequence[tuple[float, float]]) -> float:
    """Share of pairs of different need that the doubt puts in the right order, ties half: the area
    under the curve when there are two needs."""
    points = []
    for (need, doubt), (other_need, other_doubt) in combinations(pairs, 2):
        if need != other_need:
            order = (need - other_need) * (doubt - other_doubt)
            points.append(1.0 if order > 0 else 0.5 if order == 0 else 0.0)
    return fmean(points) if points else 0.5


def _rewrites(lines: Sequence[Line], assistant: Assistant) -> Iterable[Measure]:
    told: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    said: dict[str, list[dict[str, str]]] = defaultdict(list)
    for line in sorted(lines, key=lambda line: (str(line.get("conv")), line.get("turn", 0))):
        history = said[str(line.get("conv"))]
        turn = assistant.understand(_asked(line, history))
        if history:  # a first message needs no rewriting
            asked = turn.question.text, line["text"], line["rewrite"]
            by_ours, by_bare, wanted = (_found(text, assistant) for text in asked)
            for language in _groups(line):
                told[language].append(asked)
                found[language].append((_shared(by_ours, wanted), _shared(by_bare, wanted)))
        history.append({"role": "user", "content": line["text"]})
    for language, rows in told.items():
        for name, score in (("rewrite F1", overlap), ("rewrite recall", recall)):
            ours, bare = zip(*((score(q, to), score(raw, to)) for q, raw, to in rows), strict=True)
            yield Measure(name, language, fmean(ours), len(rows))
            yield Measure(f"{name} of the bare message", language, fmean(bare), len(rows))
    for language, shares in found.items():
        name = "found of the rewrite's"
        yield Measure(name, language, fmean(ours for ours, _ in shares), len(shares))
        name = f"{name} by the bare message"
        yield Measure(name, language, fmean(bare for _, bare in shares), len(shares))


def _acts(lines: Sequence[Line], read_acts: Callable[[str, str], Acts]) -> Iterable[Measure]:
    told: dict[str, list[tuple[list[str], frozenset[str]]]] = defaultdict(list)
    for line in lines:
        pair = line["acts"], read_acts(line["text"], last_reply(line.get("before", []))).chosen
        for language in _groups(line):
            told[language].append(pair)
    for language, pairs in told.items():
        labelled, predicted = zip(*pairs, strict=True)
        scores = score_acts(labelled, predicted)
        yield Measure("macro_f1", language, scores.macro_f1, scores.lines)
        yield Measure("exact", language, scores.exact, scores.lines)
        for act, f1 in scores.f1.items():
            yield Measure(f"f1 {act}", language, f1, sum(act in right for right in labelled))


def _found(text: str, assistant: Assistant) -> set[str]:
    """The first FOUND experts for a text, whatever is demanded of them."""
    candidates = assistant.finder.retrieve(text, limit=FOUND).candidates
    return {candidate.expert.username for candidate in candidates}


def _shared(found: set[str], wanted: set[str]) -> float:
    """Share of those wanted that were found."""
    return len(found & wanted) / len(wanted) if wanted else 1.0


def overlap(text: str, target: str) -> float:
    """F1 of the subject words, kin words counted as one."""
    ours, theirs = _kin(text), _kin(target)
    shared = (ours & theirs).total()
    return 2 * shared / (ours.total() + theirs.total()) if shared else float(ours == theirs)


def recall(text: str, target: str) -> float:
    """Share of the target's subject words that the text has too."""
    theirs = _kin(target)
    return (_kin(text) & theirs).total() / theirs.total() if theirs else 1.0


def _kin(text: str) -> Counter[str]:
    return Counter(stem(word) for word in subject_words(text))


def _asked(line: Line, history: Sequence[Mapping[str, str]] = ()) -> Conversation:
    return Conversation(
        query=line["text"].strip(), history=list(history or line.get("history", []))
    )


def _groups(line: Line) -> list[str]:
    return list(dict.fromkeys(["all", str(line.get("lang") or line.get("language") or "all")]))
