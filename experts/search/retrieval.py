"""A question to living, recommendable experts: embed, search both ways, fuse, look them up."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from experts.errors import IndexUnavailable
from experts.models import Expert
from experts.search.calibration import Calibration, Tier
from experts.search.constraints import Constraints, read_constraints
from experts.search.constraints.gazetteer import lies_in
from experts.search.mentions import Role
from experts.search.names import MOST as MOST_NAMED
from experts.search.names import Found, keys_of
from experts.search.negations import read_negations
from experts.search.protocols import Allowed, Embedder
from experts.search.ranking import BEST, POOL, Features, Ranking, Search
from experts.search.relaxing import (
    NO_DEMANDS,
    TIMES_AFAR,
    Relaxation,
    is_truly_better,
    relaxations,
)
from experts.search.rows import meeting
from experts.search.snapshots import Snapshot, SnapshotStore

MARGIN = 10  # experts looked up beyond those wanted, for some may have left since the build
QUOTED = 10  # candidates whose passages are looked up
LEAST = 1e-3  # deviation of similarities: less is that of a directory too small to tell
MOST_RULED_OUT = 5  # trades, each of which is embedded
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
    margin: float = 0.0  # fused score in deviations above the null distribution


@dataclass(frozen=True, slots=True)
class Signals:
    """Evidence of one query over the whole directory."""

    answerable: float = 0.0  # calibrated chance that somebody here answers it
    query_length: float = 0.0  # logarithm of one plus the number of its subject words
    readable: float = 1.0  # share of its letters that the model can read


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What one question found, best first."""

    query: str
    candidates: tuple[Candidate, ...]
    constraints: Constraints  # as asked
    relaxed: tuple[str, ...]  # names of the constraints let go, for with them nobody answered
    generation: str
    signals: Signals
    named: tuple[str, ...] = ()  # usernames of those whom the message names, who come first


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
        return self.retrieve(reading.text, demands, limit, excluded, firm=filters, message=text)

    def retrieve(
        self,
        query: str,
        constraints: Constraints = NO_DEMANDS,
        limit: int = 50,
        excluded: Collection[str] = (),
        *,
        firm: Constraints = NO_DEMANDS,
        relax: bool = True,
        message: str = "",
    ) -> Retrieval:
        """Up to `limit` experts who meet the constraints, never one whose username is excluded,
        nor one who is what the query rules out.

        Whom the `message`, the visitor's last words, wishes for by name comes first whatever is
        demanded, and alone when it says hardly anything else; whom it refuses is excluded.

        When nobody who meets all constraints truly answers, as few as possible are let go for
        somebody who does, and named in `relaxed`; those that `firm` sets only when nobody is left,
        and none with `relax=False`. The excluded stay excluded.
        """
        snapshot = self._snapshot()
        said = read_negations(query, snapshot.trades.is_trade)
        mentioned, names = snapshot.names.find(said.text), snapshot.names.find(message)
        text = _without_names(said.text, mentioned)
        search = Search(snapshot, text, self.embedder.embed_question(text))
        finding = _Finding(search, snapshot.calibration)
        # A follow-up has lost its negation by now: what it says instead has taken its place.
        now = read_negations(message, snapshot.trades.is_trade)
        ruled_out = list(dict.fromkeys((*now.ruled_out, *said.ruled_out)))[:MOST_RULED_OUT]
        refused = _rows_of((*mentioned, *names), "refused") - _rows_of(names, "wished")
        if ruled_out or refused:
            called = {snapshot.rows.usernames[row] for row in refused}
            excluded = {*excluded, *called, *self._ruled_out(ruled_out, search)}
        candidates = finding.candidates(constraints, limit, excluded)
        relaxed: tuple[str, ...] = ()
        if relax and not constraints.is_empty():
            weak = [way for way in relaxations(constraints) if not firm.names() & set(way[1])]
            ways = weak if candidates else relaxations(constraints)
            candidates, relaxed = finding.relaxed(candidates, ways, limit, excluded)
        named = finding.named(message, names, excluded)
        if named:
            known = {one.expert.pk for one in named}
            others = () if finding.asks_for_a_name else candidates
            relaxed = relaxed if others else ()
            candidates = (*named, *(one for one in others if one.expert.pk not in known))[:limit]
        return Retrieval(
            text,
            candidates,
            constraints,
            relaxed,
            snapshot.manifest.generation,
            replace(finding.signals(), readable=self.embedder.reads(query)),
            tuple(one.expert.username for one in named),
        )

    def about(self, question: str, usernames: Sequence[str]) -> Retrieval:
        """These experts in this order, as far as they may be shown today, with their passages
        compared to a question about them."""
        snapshot = self._snapshot()
        search = Search(snapshot, question, self.embedder.embed_question(question))
        finding = _Finding(search, snapshot.calibration)
        return Retrieval(
            question,
            finding.these(usernames),
            NO_DEMANDS,
            (),
            snapshot.manifest.generation,
            finding.signals(),
        )

    def named(self, text: str) -> tuple[str, ...]:
        """The usernames of those whom a text names, in the order it does."""
        snapshot = self._snapshot()
        found = (row for one in snapshot.names.find(text) for row in one.rows)
        return tuple(dict.fromkeys(snapshot.rows.usernames[row] for row in found))

    def _ruled_out(self, nouns: Iterable[str], search: Search) -> Iterable[str]:
        """The usernames of those who are this, or are called so."""
        snapshot = search.snapshot
        for what in nouns:
            vector = self.embedder.embed_query(what)
            for row in snapshot.trades.are(what, vector, search.vector).tolist():
                yield snapshot.rows.usernames[row]
            for found in snapshot.names.find(what):
                yield from (snapshot.rows.usernames[row] for row in found.rows)

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
        self.asks_for_a_name = False  # and for nothing else, as `named` finds

    def named(
        self, message: str, names: Iterable[Found], excluded: Collection[str]
    ) -> tuple[Candidate, ...]:
        """Whom the message wishes for by name and who goes by it today, as if nothing was
        demanded."""
        rows = self.snapshot.rows
        found: dict[str, Found] = {}
        for one in names:
            for row in one.rows:
                if one.role == "wished" and rows.usernames[row] not in excluded:
                    found.setdefault(rows.usernames[row], one)
        if not found:
            return ()
        experts = [
            expert
            for expert in Expert.objects.recommendable().filter(username__in=list(found))
            if found[expert.username].key in keys_of(expert.username, expert.name, expert.company)
        ]
        if not experts:
            return ()
        besides = self.snapshot.names.find(read_constraints(message).text)
        self.asks_for_a_name = any(found[expert.username].is_whole for expert in experts) or any(
            one.is_whole and one.role == "wished" for one in besides
        )
        allowed = np.zeros(self.snapshot.size, np.bool_)
        allowed[[rows.row_of[expert.username] for expert in experts]] = True
        ranking = self.search.ranked(allowed, POOL)
        place_of = {rows.usernames[row]: at for at, row in enumerate(ranking.rows.tolist())}
        places = sorted(
            ((place_of[expert.username], expert) for expert in experts),
            key=lambda one: (found[one[1].username].start, one[0]),
        )[:MOST_NAMED]
        return tuple(
            replace(one, relevance=1.0, tier="strong") for one in self._examined(ranking, places)
        )

    def these(self, usernames: Sequence[str]) -> tuple[Candidate, ...]:
        """These experts in this order."""
        rows = self.snapshot.rows
        known = [name for name in usernames if name in rows.row_of]
        if not known:
            return ()
        living = {
            one.username: one for one in Expert.objects.recommendable().filter(username__in=known)
        }
        allowed = np.zeros(self.snapshot.size, np.bool_)
        allowed[[rows.row_of[name] for name in known]] = True
        ranking = self.search.ranked(allowed, POOL)
        place_of = {rows.usernames[row]: at for at, row in enumerate(ranking.rows.tolist())}
        found = [(place_of[name], living[name]) for name in known if name in living]
        return self._examined(ranking, found)

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
            if found and not self._gives_way(found, self._attainable, names):
                continue
            others = self.candidates(fewer, limit, excluded)
            if others and (not found or self._gives_way(found, _best_chance(others), names)):
                found, let_go = others, names
        return found, let_go

    def _gives_way(self, found: Sequence[Candidate], better: float, names: Collection[str]) -> bool:
        """Whether these are found as if nobody answered, and somebody with that chance does. A
        place gives way to whoever answers far better, then even when somebody there may."""
        best = _best_chance(found)
        null = self.calibration.null_relevance(self.search.query_length)
        if best < null:
            return better > null and is_truly_better(better, best)
        return "place" in names and is_truly_better(better, best, TIMES_AFAR)

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
        features = self._features(ranking, [place for place, _ in found])
        chances = [self.calibration.relevant.chance(each) for each in features[:EXAMINED]]
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
                seen["margin_over_mean"],
            )
            for at, ((place, expert), chance, seen) in enumerate(
                zip(found, chances, features, strict=True)
            )
        )

    def _chances(self, ranking: Ranking, places: Sequence[int]) -> list[float]:
        return [self.calibration.relevant.chance(each) for each in self._features(ranking, places)]

    def _features(self, ranking: Ranking, places: Sequence[int]) -> list[Features]:
        return [self.calibration.relative(one) for one in self.search.features_of(ranking, places)]

    def signals(self) -> Signals:
        if not (features := self.search.features()):
            return Signals(query_length=self.search.query_length)
        chance = self.calibration.answerable.chance(self.calibration.relative(features))
        return Signals(chance, self.search.query_length)

    def _quotations(self, expert: Expert, row: int) -> tuple[Passage, ...]:
        similar = self.snapshot.passages.similarities(self.search.vector, expert.document())
        mean, deviation = self._passages_at_large
        mean += float(self.search.added[self.snapshot.tongues.of_rows[row]])
        return tuple(
            Passage(piece.field, piece.text, cosine, (cosine - mean) / deviation, profiles)
            for piece, cosine, profiles in similar
        )

    @cached_property
    def _passages_at_large(self) -> tuple[float, float]:
        """Mean and standard deviation of the question's similarity to any passage."""
        vectors, rows = self.snapshot.passages.sample
        if len(vectors) < 2:
            return 0.0, 1.0
        added = self.search.added[self.snapshot.tongues.of_rows[rows]]
        cosines = vectors @ self.search.vector - added
        return float(cosines.mean()), max(float(cosines.std()), LEAST)


def _without_names(text: str, names: Iterable[Found]) -> str:
    """The text without names, which would be searched for like its subject. One that is all it
    asks for stays, and that of a company, which may say what it does."""
    left, end = "", 0
    for one in names:
        is_subject = one.role == "wished" and (one.is_whole or not one.is_person)
        if one.finish > end and not is_subject:
            left += text[end : max(end, one.begin)].rstrip(" ,;:") + " "
            end = one.finish
    return " ".join((left + text[end:].lstrip(" ,;:.")).split()) if end else text


def _rows_of(names: Iterable[Found], role: Role) -> set[int]:
    return {row for one in names if one.role == role for row in one.rows}


def _best_chance(candidates: Sequence[Candidate]) -> float:
    return max((candidate.relevance for candidate in candidates[:BEST]), default=0.0)


class _Living:
    """Who of the found may be shown and meets the demands as the database stands now."""

    def __init__(self, demands: Constraints) -> None:
        self.experts = meeting(demands, Expert.objects.recommendable()).order_by()
        self.place = demands.place
        self._known: dict[str, Expert | None] = {}

    def look_up(self, usernames: Sequence[str]) -> dict[str, Expert]:
        unknown = [name for name in usernames if name not in self._known]
        if unknown:
            alive = {
                expert.username: expert
                for expert in self.experts.filter(username__in=unknown)
                if self.place is None or lies_in(expert.location, self.place)
            }
            self._known.update((name, alive.get(name)) for name in unknown)
        return {name: expert for name in usernames if (expert := self._known[name]) is not None}
