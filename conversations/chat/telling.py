"""What a visitor is told while the rest of the answer is still being written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from conversations.replies import Pick


@dataclass(frozen=True, slots=True)
class Piece:
    """A next piece of the narrative, or who is shown, or both. All of it has passed grounding."""

    text: str = ""
    picks: tuple[Pick, ...] = ()

    def fields(self) -> dict[str, Any]:
        cards = {"experts": [pick.card() for pick in self.picks]} if self.picks else {}
        return {"text": self.text, **cards}


class Told:
    """What one visitor knows of the answer so far: nothing where nobody hears. None of it is taken
    back: the answer's narrative begins with `text`."""

    def __init__(self, hear: Callable[[Piece], None] | None = None) -> None:
        self.hear = hear
        self.text = ""
        self.picks: tuple[Pick, ...] = ()

    @property
    def is_heard(self) -> bool:
        """Whether anybody reads along; otherwise the answer is waited for and told whole."""
        return self.hear is not None

    @property
    def is_binding(self) -> bool:
        return bool(self.text or self.picks)

    def show(self, picks: tuple[Pick, ...]) -> None:
        if self.hear is not None:
            self.picks = picks
            self.hear(Piece(picks=picks))

    def say(self, text: str) -> None:
        if self.hear is not None:
            self.text += text
            self.hear(Piece(text))
