"""Which index is served, from what it was built, and whether a rebuild is due."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from experts.search import wiring
from experts.search.calibration import Calibration
from experts.search.indexing import left_out_sentence, recommendable, searchable, staleness
from experts.search.snapshots import Snapshot


class Command(BaseCommand):
    requires_system_checks = []  # it says itself what they would
    help = "Tell which index is served and whether it is stale; exits with 1 when a rebuild is due."

    def handle(self, **_: Any) -> None:
        served = wiring.snapshots().current()
        for line in described(served) if served else ["Served: nothing."]:
            self.stdout.write(line)
        everybody = recommendable()
        if left_out := left_out_sentence(len(everybody) - len(searchable(everybody))):
            self.stdout.write(f"Not searched: {left_out}")
        reason = staleness()
        self.stdout.write(f"Stale: {reason}" if reason else "Stale: no, it is up to date.")
        if reason:
            sys.exit(1)


def described(served: Snapshot) -> list[str]:
    manifest = served.manifest
    megabytes = sum(mark.size for mark in manifest.files.values()) / 1e6
    pointer = wiring.snapshots().generations.pointer()
    return [
        f"Served: generation {manifest.generation}, built {manifest.created_at}.",
        f"Experts: {manifest.size}, with {manifest.passages} passages that can be quoted.",
        f"Model: {manifest.model}, {manifest.dimension} dimensions, {manifest.fingerprint}.",
        f"Vectors: {manifest.vector_store}; {megabytes:.1f} MB on disk in {served.folder}.",
        _weighed(served.calibration),
        f"Before it: {pointer.previous if pointer and pointer.previous else 'none'}.",
    ]


def _weighed(calibration: Calibration) -> str:
    if calibration.fingerprint:
        return f"Calibration: fitted for {calibration.name}."
    return "Calibration: the neutral one, for none was fitted for this model."
