"""A question to living, recommendable experts: embed, search both ways, fuse, look them up."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

import numpy as np

from experts.errors import IndexUnavailable
from experts.models import Expert
from experts.search import fusion, passages
from experts.search.constraints import Constraints, read_constraints
from experts.search.protocols import Allowed, Embedder, Rows, Vector
from experts.search.rows import meeting
from experts.search.snapshots import Snapshot, SnapshotStore

NO_DEMANDS = Constraints()
POOL = 150  # rows that each side brings at first; from 100 on nothing changes among the best 50
MARGIN = 10  # experts looked up beyond those wanted, for some may have left since the build
QUOTED = 10  # candidates whose passages are looked up
PASSAGES = 3  # of each


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a profile that speaks to the question, verbatim in the named field today."""

    field: str  # "job_title" or "bio"
    text: str
    similarity: float  # cosine with the question, at most 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A living, recommendable expert who was retrieved."""

    expert: Expert
    score: float  # fused, comparable within one retrieval only
    dense: float  # cosine of the whole profile with the question
    lexical: float  # BM25 of the profile; 0 when not even a piece of a word is shared
    passages: tuple[Passage, ...] = ()  # best first; only the first QUOTED candidates carry them


@dataclass(frozen=True, slots=True)
class Signals:
    """Evidence of one question over the directory: how well, how clearly, how broad."""

    best_dense: float = 0.0  # cosine of the best candidate by meaning
    best_passage: float = 0.0  # cosine of the best passage among those looked up
    best_lexical: float = 0.0  # BM25 of the best candidate by words
    margin: float = 0.0  # fused score of the first less that of the fourth
    known_words: float = 0.0  # share of the question's content words that the directory knows
    agreement: float = 0.0  # share of the ten best by meaning that are among the ten best by words


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What one question found, best first."""

    query: str
    candidates: tuple[Candidate, ...]
    constraints: Constraints  # as asked
    relaxed: tuple[str, ...]  # names of the constraints let go because nothing was left
    generation: str
    signals: Signals


class Retriever:
    """The finding of one process. Thread-safe. Errors: IndexUnavailable, EmbedderError."""

    def __init__(self, embedder: Embedder, snapshots: SnapshotStore) -> None:
        self.embedder = embedder
        self.snapshots = snapshots

    def ask(
        self,
        text: str,
        filters: Constraints = NO_DEMANDS,
        limit: int = 50,
        excluded: Collection[str] = (),
    ) -> Retrieval:
        """A visitor's own words: demands are read out of them, `filters` stand above those."""
        reading = read_constraints(text)
        demands = reading.constraints.overridden_by(filters)
        return self.retrieve(reading.text, demands, limit, excluded)

    def retrieve(
        self,
        query: str,
        constraints: Constraints = NO_DEMANDS,
        limit: int = 50,
        excluded: Collection[str] = (),
        *,
        relax: bool = True,
    ) -> Retrieval:
        """Up to `limit` experts who meet the constraints, never one whose username is excluded.

        When nobody meets all constraints, as few as possible are let go and named in `relaxed`, but
        not with `relax=False`. The excluded stay excluded.
        """
        snapshot = self._snapshot()
        search = _Search(snapshot, query, self.embedder.embed_query(query))
        candidates: tuple[Candidate, ...] = ()
        relaxed: tuple[str, ...] = ()
        for demands, let_go in _relaxations(constraints) if relax else [(constraints, ())]:
            candidates = search.candidates(demands, limit, excluded)
            if candidates:
                relaxed = let_go
                break
        return Retrieval(
            query,
            candidates,
            constraints,
            relaxed,
            snapshot.manifest.generation,
            search.signals(candidates),
        )

    def _snapshot(self) -> Snapshot:
        snapshot = self.snapshots.current()
        if snapshot is None:
            raise IndexUnavailable(self.snapshots.problem)
        return snapshot


class _Hit(NamedTuple):
    row: int
    score: float
    dense: float
    lexical: float


class _Search:
    """One question over one generation."""

    def __init__(self, snapshot: Snapshot, query: str, vector: Vector) -> None:
        self.snapshot = snapshot
        self.query = query
        self.vector = vector
        self.lexical = snapshot.lexical.scores(query)

    def candidates(
        self, demands: Constraints, limit: int, excluded: Collection[str]
    ) -> tuple[Candidate, ...]:
        allowed = self.snapshot.rows.mask(demands, excluded)
        most = self.snapshot.size if allowed is None else int(np.count_nonzero(allowed))
        living = _Living(demands)
        reach, found = max(POOL, 2 * limit), list[Candidate]()
        while most and len(found) < limit:
            found = self._among(self._ranked(allowed, reach), living, limit)
            if reach >= most:
                break
            reach *= 8  # many of the best have left since the build: look further down
        return tuple(
            replace(candidate, passages=self._quotations(candidate.expert))
            if at < QUOTED
            else candidate
            for at, candidate in enumerate(found)
        )

    def signals(self, candidates: Sequence[Candidate]) -> Signals:
        known = self.snapshot.lexical.known(self.query)
        if not candidates:
            return Signals(known_words=known)
        by_meaning = sorted(candidates, key=lambda each: -each.dense)[:10]
        by_words = sorted(candidates, key=lambda each: -each.lexical)[:10]
        both = {each.expert.pk for each in by_meaning} & {each.expert.pk for each in by_words}
        return Signals(
            best_dense=by_meaning[0].dense,
            best_passage=max(
                (p.similarity for each in candidates for p in each.passages), default=0.0
            ),
            best_lexical=by_words[0].lexical,
            margin=candidates[0].score - candidates[min(3, len(candidates) - 1)].score,
            known_words=known,
            agreement=len(both) / len(by_meaning),
        )

    def _ranked(self, allowed: Allowed | None, reach: int) -> list[_Hit]:
        """The best `reach` rows of either side in one order."""
        by_meaning, _ = self.snapshot.vectors.search(self.vector, reach, allowed)
        by_words = fusion.best(self.lexical, reach, allowed)
        rows: Rows = np.union1d(by_meaning, by_words)
        dense = self.snapshot.vectors.vectors(rows.tolist()) @ self.vector
        lexical = self.lexical[rows]
        scores = fusion.fused(
            dense.astype(np.float64),
            self.snapshot.passages.best_of_rows(self.vector, rows).astype(np.float64),
            lexical.astype(np.float64),
            self.snapshot.spread.of_query(self.vector),
            float(self.lexical.std()),
        )
        order = fusion.best_first(rows, scores)
        columns = (rows[order], scores[order], dense[order], lexical[order])
        return list(map(_Hit, *(column.tolist() for column in columns)))

    def _among(self, hits: Sequence[_Hit], living: "_Living", limit: int) -> list[Candidate]:
        """The first `limit` hits who may be shown today."""
        names, found = self.snapshot.rows.usernames, list[Candidate]()
        step = limit + MARGIN
        for start in range(0, len(hits), step):
            some = hits[start : start + step]
            experts = living.look_up([names[hit.row] for hit in some])
            found += [
                Candidate(experts[names[hit.row]], hit.score, hit.dense, hit.lexical)
                for hit in some
                if names[hit.row] in experts
            ]
            if len(found) >= limit:
                break
        return found[:limit]

    def _quotations(self, expert: Expert) -> tuple[Passage, ...]:
        pieces = passages.split(expert.document())
        best = self.snapshot.passages.similarities(self.vector, pieces)[:PASSAGES]
        return tuple(Passage(piece.field, piece.text, similarity) for piece, similarity in best)


class _Living:
    """Who of the found may be shown and meets the demands as the database stands now."""

    def __init__(self, demands: Constraints) -> None:
        self.experts = meeting(demands, Expert.objects.recommendable())
        self._known: dict[str, Expert | None] = {}

    def look_up(self, usernames: Sequence[str]) -> dict[str, Expert]:
        unknown = [name for name in usernames if name not in self._known]
        if unknown:
            alive = {
                expert.username: expert for expert in self.experts.filter(username__in=unknown)
            }
            self._known.update((name, alive.get(name)) for name in unknown)
        return {name: expert for name in usernames if (expert := self._known[name]) is not None}


def _relaxations(demands: Constraints) -> Iterator[tuple[Constraints, tuple[str, ...]]]:
    """The demands, then with as few as possible let go: price before language, which is a skill.

    A currency is never let go alone: the amount beside it would be compared with other money.
    """
    names = [
        name
        for name in ("max_hourly_rate", "min_hourly_rate", "currency", "languages")
        if getattr(demands, name) != getattr(NO_DEMANDS, name)
    ]
    rates = {"max_hourly_rate", "min_hourly_rate"} & set(names)
    for count in range(len(names) + 1):
        for let_go in combinations(names, count):
            if "currency" not in let_go or rates <= set(let_go):
                yield (
                    replace(demands, **{name: getattr(NO_DEMANDS, name) for name in let_go}),
                    let_go,
                )
