"""What each ingredient of the ranking adds, over the index in service and any judged questions.

    python manage.py import_experts profiles.csv
    python manage.py rebuild_index
    python -m benchmarks quality queries.jsonl qrels.tsv

Scores every profile for every question, so it is for directories of some thousands. The last line
is the recipe of `manage.py evaluate_matching` but for two things: demands are not read out of the
words, and nobody is looked up in the database.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from experts.search.ranking import Search

Column = NDArray[np.float64]
RRF = 60  # the constant of reciprocal rank fusion, as it is usually taken
DEPTH = 100


class Scored:
    """One question over every row, taken apart."""

    def __init__(self, search: "Search") -> None:
        from experts.search import fusion

        self.fusion = fusion
        snapshot = search.snapshot
        rows = np.arange(snapshot.size)
        self.words = search.lexical.astype(np.float64)
        self.word_scores, self.weight = search.word_scores, search.word_weight
        self.meaning = (snapshot.vectors.vectors(rows.tolist()) @ search.vector).astype(np.float64)
        best = snapshot.passages.best_of_rows(search.vector, rows).astype(np.float64)
        best = np.where(best == 0, self.meaning, best)
        added = snapshot.tongues.added(search.vector)[snapshot.tongues.of_rows].astype(np.float64)
        self.dense, self.passage = search.standardised(self.meaning - added, best - added, rows)
        self.uncentred, _ = search.standardised(self.meaning, best, rows)
        self.length_bias = fusion.length_bias(snapshot.passages.counts(rows))
        mean, deviation = float(search.vector @ snapshot.spread.mean), search.deviation
        self.with_hubs = (self.meaning - added - mean) / deviation

    def recipe(
        self,
        *,
        passages: bool = True,
        length_bias: bool = True,
        hubness: bool = True,
        smoothed: bool = True,
        languages: bool = True,
    ) -> Column:
        dense = self.dense if languages else self.uncentred
        dense = dense if hubness else self.with_hubs
        passage = self.passage if length_bias else self.passage + self.length_bias
        apart = self.words - self.words.mean()
        words = self.word_scores if smoothed else apart / max(float(self.words.std()), 1e-9)
        return self.fusion.fused(dense, passage * passages, words, self.weight)


def reciprocal_ranks(*columns: Column) -> Column:
    return sum(
        (1 / (RRF + 1 + np.argsort(np.argsort(-column, kind="stable"))) for column in columns),
        np.zeros(len(columns[0])),
    )


SYSTEMS: dict[str, Callable[[Scored], Column]] = {
    "words alone": lambda found: found.words,
    "meaning alone": lambda found: found.meaning,
    "reciprocal ranks of both": lambda found: reciprocal_ranks(found.words, found.meaning),
    "ours without words": lambda found: found.dense + found.fusion.PASSAGE_WEIGHT * found.passage,
    "ours without passages": lambda found: found.recipe(passages=False),
    "ours with length bias": lambda found: found.recipe(length_bias=False),
    "ours with hubs": lambda found: found.recipe(hubness=False),
    "ours without smoothing": lambda found: found.recipe(smoothed=False),
    "ours without centring languages": lambda found: found.recipe(languages=False),
    "ours": lambda found: found.recipe(),
}


def main(arguments: list[str]) -> None:
    if len(arguments) != 2:
        sys.exit("Usage: python -m benchmarks quality queries.jsonl qrels.tsv")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")
    import django

    django.setup()
    from experts import evaluation
    from experts.search import wiring
    from experts.search.ranking import Search

    snapshot, embedder = wiring.snapshots().current(), wiring.embedder()
    if snapshot is None:
        sys.exit(wiring.snapshots().problem)
    judgements = evaluation.read_judgements(Path(arguments[1]))
    questions = [q for q in evaluation.read_questions(Path(arguments[0])) if q.id in judgements]
    runs: dict[str, list[evaluation.RankedExpert]] = {name: [] for name in SYSTEMS}
    names = snapshot.rows.usernames
    for question in questions:
        vectors = embedder.embed_question(question.text)
        found = Scored(Search(snapshot, question.text, vectors))
        for name, system in SYSTEMS.items():
            scores = system(found)
            best = np.argsort(-np.round(scores, 6), kind="stable")[:DEPTH]
            runs[name] += [
                evaluation.RankedExpert(question.id, names[row], rank, float(scores[row]))
                for rank, row in enumerate(best.tolist(), start=1)
            ]
    for name, run in runs.items():
        means = evaluation.score(questions, judgements, run)["all"]
        cells = "  ".join(f"{measure} {means[measure]:.3f}" for measure in evaluation.MEASURES)
        print(f"{name:<32}{cells}")
