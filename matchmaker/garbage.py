"""Cyclic garbage, looked for when that holds nobody up.

A full collection walks every object that is alive while every other thread stands still: after
loading the models for a third of a second, with 250 turns in flight for a seventh. Nothing in the
interpreter chooses its moment, so we do.
"""

import gc
import threading
import time

from conversations.signals import turn_finished, turn_started
from conversations.turnstile import turnstile

EVERY = 5.0  # seconds between two looks
FEW = 20  # turns in flight that delay no one by more than some milliseconds
AT_LAST = 600.0  # seconds after which there has to be a collection, however many are in flight
DUE = 10  # collections of the middle generation that made something to look through
NEVER = 2**30


class Collector(threading.Thread):
    """Collects the oldest generation in this process from now on."""

    def __init__(self) -> None:
        super().__init__(name="garbage", daemon=True)
        self.begun = 0
        self.is_settled = False
        self.counting = threading.Lock()
        self.collected_at = time.monotonic()

    def take_over(self) -> None:
        """What is loaded by now is never looked through again; the rest waits for its moment."""
        gc.collect()
        gc.freeze()
        young, middle, _ = gc.get_threshold()
        gc.set_threshold(young, middle, NEVER)
        turn_started.connect(self.one_more, dispatch_uid="matchmaker.garbage.one_more")
        turn_finished.connect(self.one_less, dispatch_uid="matchmaker.garbage.one_less")
        self.start()

    def one_more(self, **_: object) -> None:
        with self.counting:
            self.begun += 1

    def one_less(self, **_: object) -> None:
        with self.counting:
            self.begun -= 1

    def run(self) -> None:
        while True:
            time.sleep(EVERY)
            self.look()

    def look(self) -> bool:
        """Collects when there is something to collect and few wait for it. Returns whether."""
        is_overdue = time.monotonic() - self.collected_at > AT_LAST
        is_quiet = self.begun + turnstile().waiting() <= FEW
        if gc.get_count()[2] < DUE or not (is_quiet or is_overdue):
            return False
        gc.collect()
        if not self.is_settled and not self.begun:
            gc.freeze()  # what the first turns loaded stays as well
            self.is_settled = True
        self.collected_at = time.monotonic()
        return True
