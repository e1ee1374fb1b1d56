"""A rebuild, step by step: read the experts, embed what changed, write aside, verify, switch."""

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

from django.db import connection

from experts.errors import EmbedderError, ExpertsError, IndexUnavailable
from experts.models import Expert
from experts.search import wiring
from experts.search.building import Build
from experts.search.generations import BUILDING
from experts.search.rows import Profile, source_of
from experts.search.snapshots import Snapshot, SnapshotStore

Watch = Callable[[int, int], None]  # called with the texts just done and how many there are in all


@dataclass(frozen=True, slots=True)
class Report:
    """What a rebuild did."""

    generation: str
    size: int
    embedded: int  # experts whose profile was new or changed
    reused: int
    seconds: float
    left_out: int = 0  # recommendable experts whose profile says nothing to search
    rebuilt: bool = True  # False when there was nothing to do

    def __str__(self) -> str:
        if not self.rebuilt:
            told = f"The index is up to date: {self.generation} serves {self.size} experts."
        else:
            told = (
                f"Generation {self.generation} serves {self.size} experts: {self.embedded} "
                f"embedded, {self.reused} taken over, in {self.seconds:.1f} s."
            )
        return " ".join(filter(None, [told, left_out_sentence(self.left_out)]))


def left_out_sentence(count: int) -> str:
    """How many experts may be shown and are not searched, and why; empty for none."""
    if not count:
        return ""
    who = "1 more expert is" if count == 1 else f"{count} more experts are"
    return f"{who} left out: no word in their title, tags or bio."


def recommendable() -> list[Profile]:
    """The experts who may be shown, in the order of their usernames."""
    experts = Expert.objects.recommendable().order_by().iterator(chunk_size=2000)
    # Sorted here: databases differ in how they order letters.
    return sorted(map(Profile.of, experts), key=lambda profile: profile.document.username)


def searchable(profiles: Iterable[Profile]) -> list[Profile]:
    """Those of them that say something to search by: these are indexed."""
    return [profile for profile in profiles if profile.document.is_searchable]


def staleness() -> str:
    """Why the served generation is not what a rebuild would make; empty when it is."""
    store = wiring.snapshots()
    problem, served = store.problem, store.current()
    if problem or served is None:
        return problem
    return _difference(served, searchable(recommendable()))


def is_stale() -> bool:
    return bool(staleness())


def rebuild(
    progress: Watch | None = None, full: bool = False, *, if_needed: bool = False
) -> Report:
    """Build a generation beside the served one and switch to it.

    Vectors of unchanged texts are taken over unless `full`; with `if_needed` nothing is built when
    nothing differs. Errors: RebuildInProgress, EmbedderError, and ExpertsError when it cannot be
    written or verified; whatever goes wrong, the generation before stays in service.
    """
    started = monotonic()
    store, embedder = wiring.snapshots(), wiring.embedder()
    with store.generations.exclusive():
        everybody = recommendable()
        profiles = searchable(everybody)
        left_out = len(everybody) - len(profiles)
        _release_connection()
        before = _newest_that_fits(store)
        if if_needed and before and not full and not _difference(before, profiles):
            generation, size = before.manifest.generation, before.size
            seconds = monotonic() - started
            return Report(generation, size, 0, size, seconds, left_out, rebuilt=False)
        embedder.prepare()
        build = Build(profiles, embedder, store.stores, None if full else before)
        generation = _run(store, build, progress)
    size, new = len(profiles), build.embedded
    return Report(generation, size, new, size - new, monotonic() - started, left_out)


def rollback() -> Snapshot:
    """Serve the generation before, if it fits. Errors: IndexUnavailable, IndexMismatch."""
    store = wiring.snapshots()
    with store.generations.exclusive():
        snapshot = store.read(store.generations.before()).load()
        store.generations.rollback()
    return snapshot


def _run(store: SnapshotStore, build: Build, watch: Watch | None) -> str:
    generations, discard = store.generations, store.stores.vectors().discard
    generations.sweep(discard)
    folder: Path | None = None
    try:
        folder = generations.begin()
        steps = build.steps
        build.write(folder, lambda done: watch(done, steps) if watch else None)
        build.calibrate(folder, wiring.calibration())
        build.verify(folder)
        generation = generations.publish(folder)
    except BaseException as error:
        if folder is not None and folder.exists():
            shutil.rmtree(folder, ignore_errors=True)
            discard(folder.name.removesuffix(BUILDING))
        if isinstance(error, OSError):
            raise ExpertsError(
                f"The index could not be written: {error}. The generation before stays in service."
            ) from error
        raise
    generations.sweep(discard)
    return generation


def _newest_that_fits(store: SnapshotStore) -> Snapshot | None:
    """The generation CURRENT names, if this process could serve it: vectors come from no other."""
    try:
        pointer = store.generations.pointer()
        return store.read(pointer.current) if pointer else None
    except (IndexUnavailable, EmbedderError):
        return None


def _difference(served: Snapshot, profiles: Sequence[Profile]) -> str:
    if served.manifest.source == source_of(profiles):
        if replace(served.calibration, null={}) == wiring.calibration():
            return ""
        return "The index was built with another calibration; run manage.py rebuild_index."
    digests = (bytes(digest).hex() for digest in served.rows.digests)
    before = dict(zip(served.rows.usernames, digests, strict=True))
    now = {profile.document.username: profile.digest for profile in profiles}
    added, gone = len(now.keys() - before.keys()), len(before.keys() - now.keys())
    changed = sum(before.get(name, digest) != digest for name, digest in now.items())
    counts = ((added, "new"), (gone, "gone"), (changed, "rewritten"))
    told = (
        ", ".join(f"{count} {what}" for count, what in counts if count)
        or "names, rates, languages or places"
    )
    return (
        f"The directory has changed since the index was built ({told}); "
        "run manage.py rebuild_index."
    )


def _release_connection() -> None:
    """Embedding takes minutes; no connection is held meanwhile."""
    if not connection.in_atomic_block:
        connection.close()
