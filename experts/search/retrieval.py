"""A question to living, recommendable experts: embed, search both ways, fuse, look them up."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from experts.errors import IndexUnavailable
from experts.models import Expert
from experts.search import passages
from experts.search.calibration import Calibration, Tier
from experts.search.constraints import Constraints, read_constraints
from experts.search.protocols import Allowed, Embedder, Scores
from experts.search.ranking import BEST, POOL, Ranking, Search
from experts.search.relaxing import NO_DEMANDS, Relaxation, is_truly_better, relaxations
from experts.search.rows import meeting
from experts.search.snapshots import Snapshot, SnapshotStore

MARGIN = 10  # experts looked up beyond those wanted, for some may have left since the build
QUOTED = 10  # candidates whose passages are looked up
LEAST = 1e-3  # deviation of similarities: less is that of a directory too small to tell
EXAMINED = 20  # candidates whose chance of being relevant is told


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a profile that speaks to the question, verbatim in the named field today."""

    field: str  # "job_title" or "bio"
    text: str
    similarity: float  # cosine with the question, at most 1
    z_score: float = 0.0  # of it among the passages of the directory, each within its language
    profiles: int = 1  # that have this very passage


@dataclass(frozen=True, slots=True)
class Candidate:
    """A living, recommendable expert who was retrieved."""

    expert: Expert
    score: float  # fused, comparable within one retrieval only
    dense: float  # cosine of the whole profile with the question
    lexical: float  # BM25 of the profile; 0 when not even a piece of a word is shared
    passages: tuple[Passage, ...] = ()  # best first; only the first QUOTED candidates carry them
    relevance: float = 0.0  # calibrated chance to answer the question; of the first EXAMINED
    tier: Tier = "possible"  # the same in words


@dataclass(frozen=True, slots=True)
class Signals:
    """Evidence of one question over the directory: how well, how clearly, how broad."""

    best_dense: float = 0.0  # cosine of the best candidate by meaning
    best_passage: float = 0.0  # cosine of the best passage among those looked up
    best_lexical: float = 0.0  # BM25 of the best candidate by words
    margin: float = 0.0  # fused score of the first less that of the fourth
    known_words: float = 0.0  # share of the question's content words that the directory knows
    agreement: float = 0.0  # share of the ten best by meaning that are among the ten best by words
    answerable: float = 0.0  # calibrated chance that somebody here answers it
    specific: float = 0.0  # calibrated chance that it says enough to choose among them


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What one question found, best first."""

    query: str
    candidates: tuple[Candidate, ...]
    constraints: Constraints  # as asked
    relaxed: tuple[str, ...]  # names of the constraints let go, for with them nobody answered
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
        return self.retrieve(reading.text, demands, limit, excluded, firm=filters)

    def retrieve(
        self,
        query: str,
        constraints: Constraints = NO_DEMANDS,
        limit: int = 50,
        excluded: Collection[str] = (),
        *,
        firm: Constraints = NO_DEMANDS,
        relax: bool = True,
    ) -> Retrieval:
        """Up to `limit` experts who meet the constraints, never one whose username is excluded.

        When nobody who meets all constraints truly answers, as few as possible are let go for
        somebody who does, and named in `relaxed`; those that `firm` sets only when nobody is left,
        and none with `relax=False`. The excluded stay excluded.
        """
        snapshot = self._snapshot()
        search = Search(snapshot, query, self.embedder.embed_query(query))
        finding = _Finding(search, snapshot.calibration)
        candidates = finding.candidates(constraints, limit, excluded)
        relaxed: tuple[str, ...] = ()
        if relax and not constraints.is_empty():
            weak = [way for way in relaxations(constraints) if not firm.names() & set(way[1])]
            ways = weak if candidates else relaxations(constraints)
            candidates, relaxed = finding.relaxed(candidates, ways, limit, excluded)
        return Retrieval(
            query,
            candidates,
            constraints,
            relaxed,
            snapshot.manifest.generation,
            finding.signals(candidates),
        )

    def _snapshot(self) -> Snapshot:
        snapshot = self.snapshots.current()
        if snapshot is None:
            raise IndexUnavailable(self.snapshots.problem)
        return snapshot


class _Finding:
    """Who answers one question over one generation, as the database stands now."""

    def __init__(self, search: Search, calibration: Calibration) -> None:
        self.search = search
        self.snapshot = search.snapshot
        self.calibration = calibration

    def candidates(
        self, demands: Constraints, limit: int, excluded: Collection[str]
    ) -> tuple[Candidate, ...]:
        allowed = self.snapshot.rows.mask(demands, excluded)
        most = self.snapshot.size if allowed is None else int(np.count_nonzero(allowed))
        living = _Living(demands)
        reach = max(POOL, 2 * limit)
        while most and limit:
            ranking = self._ranking(allowed, reach)
            found = self._among(ranking, living, limit)
            if len(found) >= limit or reach >= most:
                return self._examined(ranking, found)
            reach *= 8  # many of the best have left since the build: look further down
        return ()

    def relaxed(
        self,
        found: tuple[Candidate, ...],
        ways: Iterable[Relaxation],
        limit: int,
        excluded: Collection[str],
    ) -> tuple[tuple[Candidate, ...], tuple[str, ...]]:
        """Whom to show in place of those who were found, and the names of what is let go for it."""
        let_go: tuple[str, ...] = ()
        for fewer, names in ways:
            # Mostly somebody answers, or nobody at all does it better, and one search is enough.
            if found and not self._gives_way(found, self._attainable):
                break
            others = self.candidates(fewer, limit, excluded)
            if others and (not found or self._gives_way(found, _best_chance(others))):
                found, let_go = others, names
        return found, let_go

    def _gives_way(self, found: Sequence[Candidate], better: float) -> bool:
        """Whether these are found as if nobody answered, and somebody with that chance does."""
        best = _best_chance(found)
        return best < self.calibration.at_floor < better and is_truly_better(better, best)

    @cached_property
    def _attainable(self) -> float:
        """The best chance of anybody, whatever is demanded."""
        best = self.search.open
        return max(self._chances(best, range(min(BEST, len(best)))), default=0.0)

    def _ranking(self, allowed: Allowed | None, reach: int) -> Ranking:
        if allowed is None and reach == POOL:
            return self.search.open
        return self.search.ranked(allowed, reach)

    def _among(self, ranking: Ranking, living: "_Living", limit: int) -> list[tuple[int, Expert]]:
        """Places and experts of the first `limit` who may be shown today."""
        names, found = self.snapshot.rows.usernames, list[tuple[int, Expert]]()
        step, rows = limit + MARGIN, ranking.rows.tolist()
        for start in range(0, len(rows), step):
            some = [names[row] for row in rows[start : start + step]]
            experts = living.look_up(some)
            found += [
                (place, experts[name]) for place, name in enumerate(some, start) if name in experts
            ]
            if len(found) >= limit:
                break
        return found[:limit]

    def _examined(
        self, ranking: Ranking, found: Sequence[tuple[int, Expert]]
    ) -> tuple[Candidate, ...]:
        chances = self._chances(ranking, [place for place, _ in found[:EXAMINED]])
        chances += [0.0] * (len(found) - len(chances))
        return tuple(
            Candidate(
                expert,
                float(ranking.scores[place]),
                float(ranking.dense[place]),
                float(ranking.lexical[place]),
                self._quotations(expert, int(ranking.rows[place])) if at < QUOTED else (),
                chance,
                self.calibration.tier(chance),
            )
            for at, ((place, expert), chance) in enumerate(zip(found, chances, strict=True))
        )

    def _chances(self, ranking: Ranking, places: Sequence[int]) -> list[float]:
        features = map(self.calibration.features, self.search.observed_of(ranking, places))
        return [self.calibration.relevant.chance(each) for each in features]

    def signals(self, candidates: Sequence[Candidate]) -> Signals:
        known = self.snapshot.lexical.known(self.search.query)
        if not candidates:
            return Signals(known_words=known)
        features = self.calibration.features(self.search.observed())
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
            answerable=self.calibration.answerable.chance(features),
            specific=self.calibration.specific.chance(features),
        )

    def _quotations(self, expert: Expert, row: int) -> tuple[Passage, ...]:
        pieces = passages.split(expert.document())
        similar = self.snapshot.passages.similarities(self.search.vector, pieces)
        mean, deviation = self._passages_at_large
        mean += float(self._added[self.snapshot.tongues.of_rows[row]])
        return tuple(
            Passage(piece.field, piece.text, cosine, (cosine - mean) / deviation, profiles)
            for piece, cosine, profiles in similar
        )

    @cached_property
    def _added(self) -> Scores:
        """What each language adds to the similarities of its profiles, (languages,)."""
        return self.snapshot.tongues.added(self.search.vector)

    @cached_property
    def _passages_at_large(self) -> tuple[float, float]:
        """Mean and standard deviation of the question's similarity to any passage."""
        some, rows = self.snapshot.passages.sample
        if len(some) < 2:
            return 0.0, 1.0
        vectors = self.snapshot.passages.vectors[some].astype(np.float32)
        cosines = vectors @ self.search.vector - self._added[self.snapshot.tongues.of_rows[rows]]
        return float(cosines.mean()), max(float(cosines.std()), LEAST)


def _best_chance(candidates: Sequence[Candidate]) -> float:
    return max((candidate.relevance for candidate in candidates[:BEST]), default=0.0)


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
