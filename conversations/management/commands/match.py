"""The answer to a problem, in a terminal. Nothing is stored."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from conversations.chat import wiring
from conversations.models import Conversation
from conversations.replies import Reply
from experts.errors import ExpertsError
from experts.search.retrieval import Candidate

MOST = 1000


class Command(BaseCommand):
    help = "Match a problem to experts and print the answer; nothing is stored."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("text", help="the problem in a visitor's words")
        parser.add_argument("--top", type=int, default=3, metavar="N", help="with --json: how many")
        parser.add_argument("--json", action="store_true", help="print the ranking as JSON")

    def handle(self, *args: Any, text: str, top: int, json: bool, **options: Any) -> str:
        if not text.strip():
            raise CommandError("The problem is empty; say it in a sentence.")
        if not 1 <= top <= MOST:
            raise CommandError(f"--top must be between 1 and {MOST}, not {top}.")
        question = Conversation(query=text.strip())
        try:
            if json:
                turn = wiring.assistant().understand(question, limit=top)
                return _ranking(turn.retrieval.candidates[:top])
            return _answer(wiring.assistant().take_turn(question))
        except ExpertsError as error:
            raise CommandError(str(error)) from error


def _ranking(candidates: tuple[Candidate, ...]) -> str:
    ranked = [
        {"username": one.expert.username, "score": one.score, "name": one.expert.name}
        for one in candidates
    ]
    return json.dumps(ranked, ensure_ascii=False, indent=2)


def _answer(reply: Reply) -> str:
    lines = [reply.narrative]
    for pick in reply.picks:
        card = pick.card()
        is_priced = card["hourly_rate"] and card["currency"]
        price = f"{card['hourly_rate']} {card['currency']}" if is_priced else "no rate"
        who = ", ".join(filter(None, (card["name"], card["title"], card["company"])))
        lines += ["", f"{who} ({price}, {pick.tier})"]
        lines.append(f"  {pick.why}")
    lines += ["", *(f"? {suggestion}" for suggestion in reply.suggestions)]
    return "\n".join(lines)
