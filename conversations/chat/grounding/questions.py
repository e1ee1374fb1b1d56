"""One clarification: the model's question when it is one and new, else ours."""

from dataclasses import replace
from typing import ClassVar

from conversations.chat.grounding.facts import Facts
from conversations.chat.grounding.writing import Grounded, Writing
from conversations.chat.protocols import Turn
from conversations.replies import Reply
from experts.search.passages import all_sentences

LONGEST = 300  # characters


class Question(Writing):
    member: ClassVar[str] = "question"

    def __init__(self, turn: Turn, draft: Reply) -> None:
        super().__init__(turn, draft)
        self.facts = Facts.of(draft.suggestions)

    def close(self, text: object) -> Grounded:
        text = text if isinstance(text, str) else ""
        if text.rstrip().endswith("?"):
            self._take(all_sentences(text))
        else:
            self.hear(text)
            if not self.objection:
                self._finish_ourselves("no_question")
        return Grounded(replace(self.draft, narrative=self.narrative), self.objection)

    def _objection_to_all(self, narrative: str) -> str:
        if len(narrative) > LONGEST:
            return "no_question"
        if narrative in self.turn.dialogue.replies:
            return "asked_before"
        return super()._objection_to_all(narrative)

    def _ours(self) -> str:
        """Nothing more, where what was told asks already."""
        return "" if self.narrative.endswith("?") else self.draft.narrative
