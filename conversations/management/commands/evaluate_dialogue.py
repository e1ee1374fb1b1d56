"""How well the talk decides and understands, on labelled lines."""

import json as text_of
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from conversations import evaluation
from conversations.chat import wiring
from conversations.errors import ConversationsError
from experts.errors import ExpertsError


class Command(BaseCommand):
    help = "Measure decisions, stand-alone questions and dialogue acts on labelled lines."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", type=Path, help="JSON lines of text and what it is labelled with"
        )
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")

    def handle(self, *args: Any, file: Path, json: bool, **options: Any) -> str:
        try:
            lines = evaluation.read(file)
            found = evaluation.measure(lines, wiring.assistant(), wiring.read_acts)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read.") from error
        except (evaluation.BadLine, ConversationsError, ExpertsError) as error:
            raise CommandError(str(error)) from error
        if json:
            rows = [
                {"name": m.name, "language": m.language, "value": m.value, "lines": m.lines}
                for m in found
            ]
            return text_of.dumps(rows, indent=2)
        width = max(len(measure.name) for measure in found)
        return "\n".join(
            f"{m.name:{width}}  {m.language:4} {m.value:.3f}  ({m.lines})" for m in found
        )
