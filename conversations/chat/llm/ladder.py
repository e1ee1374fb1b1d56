"""How a server is asked for JSON: as strictly as it takes, remembered per endpoint and model."""

from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any, Literal

Rung = Literal["json_schema", "json_object", "text"]

RUNGS: tuple[Rung, ...] = ("json_schema", "json_object", "text")
REMEMBERED = 3600.0  # seconds; then the better rungs are tried again


@dataclass
class Dialect:
    """What one endpoint was found to take. Shared by threads."""

    remembered: float = REMEMBERED
    rung: Rung = RUNGS[0]
    refused: frozenset[str] = frozenset()  # parameters that it does not take
    learned_at: float = 0.0
    lock: Lock = field(default_factory=Lock, repr=False)

    def rungs(self) -> tuple[Rung, ...]:
        """From the remembered one down."""
        with self.lock:
            self._forget_if_old()
            return RUNGS[RUNGS.index(self.rung) :]

    def parameters(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """The wanted ones that it takes; newer models call the limit of tokens differently."""
        with self.lock:
            taken = {name: value for name, value in wanted.items() if name not in self.refused}
            if "max_tokens" in self.refused and "max_completion_tokens" not in self.refused:
                taken["max_completion_tokens"] = wanted["max_tokens"]
            if "stream" not in taken:
                taken.pop("stream_options", None)
            return taken

    def worked(self, rung: Rung) -> None:
        with self.lock:
            if rung != self.rung:
                self.rung, self.learned_at = rung, monotonic()

    def refuses(self, parameter: str) -> None:
        with self.lock:
            self.refused |= {parameter}
            self.learned_at = monotonic()

    def _forget_if_old(self) -> None:
        if self.learned_at and monotonic() - self.learned_at > self.remembered:
            self.rung, self.refused, self.learned_at = RUNGS[0], frozenset(), 0.0
