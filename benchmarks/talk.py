"""What a language model does to matching: close calls, clear matches, follow-ups.

    python -m benchmarks talk [CLEAR]

Over the index in service, which has to be of `data/experts.csv`, and the sample's own lines. The
model is the configured one, else the small one of requirements-model.txt. Beside it stand models
made up to be as bad as they can be, which the guard rails have to bear. How long a model takes is
not measured here, so it is given all the time it likes. CLEAR is how many clear matches are put to
the model.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conversations.chat.assistant import Assistant
    from conversations.chat.llm.asking import LanguageModel
    from conversations.chat.protocols import Rewriter, Turn

DATA = Path(__file__).resolve().parent.parent / "data"
DIALOGUES = ("dialogues", "dialogues_heldout", "dialogues_blind")
PATIENCE = 300.0  # seconds
CLEAR = 30
SHOWN = 3
TOKENS = 200

Line = Mapping[str, Any]


def lines(name: str) -> list[Line]:
    return [json.loads(line) for line in (DATA / f"{name}.jsonl").open(encoding="utf-8")]


def wanted() -> dict[str, set[str]]:
    """The experts who answer a sample question exactly, by its id."""
    found: dict[str, set[str]] = {}
    for line in (DATA / "qrels.tsv").open(encoding="utf-8"):
        question, username, grade = line.split("\t")
        if int(grade) == 3:
            found.setdefault(question, set()).add(username)
    return found


class Says:
    """A language model that always answers a follow-up in one way."""

    def __init__(self, say: Callable[[Line], str], line: Line) -> None:
        self.say, self.line = say, line

    def ask(self, *_: Any, **__: Any) -> Any:
        from conversations.chat.llm.protocols import Answer

        return Answer({"question": self.say(self.line)}, {})


def said(line: Line) -> list[str]:
    return [*line["said"], line["text"]]


MADE_UP: dict[str, Callable[[Line], str]] = {
    "rewritten by hand": lambda line: str(line["rewrite"]),
    "the last message again": lambda line: str(line["text"]),
    "the first message, then the last word": lambda line: (
        f"{line['said'][0]} {line['text'].split()[-1]}"
    ),
    "every other word": lambda line: " ".join(" ".join(said(line)).split()[::2]),
    "all that was ever said": lambda line: " ".join(said(line)),
    "nothing": lambda line: "",
}


def follow_ups(assistant: "Assistant", model: "LanguageModel") -> None:
    from conversations.chat.assistant import Assistant
    from conversations.chat.rewriting import ModelRewriter
    from conversations.models import Conversation

    talking = Assistant(assistant.finder, assistant.offline)
    every = [(line, with_replies(talking, line)) for line in lines("follow_ups")]
    answers = wanted()
    print(f"{len(every)} follow-ups; how often who answers the whole question is among the first 3")

    def searched(rewriter: "Callable[[Line], Rewriter | None]") -> list[str]:
        texts, hits = [], 0
        for line, history in every:
            talking.rewriter = rewriter(line)
            turn = talking.understand(Conversation(query=line["text"], history=history))
            found = {one.expert.username for one in turn.retrieval.candidates[:SHOWN]}
            hits += bool(found & answers[line["query"]])
            texts.append(turn.question.text)
        print(f"{hits / len(every):.3f} ({hits})", end="")
        return texts

    def report(name: str, rewriter: "Callable[[Line], Rewriter | None]") -> None:
        print(f"  {name:40}", end="")
        news = sum(text != plain for text, plain in zip(searched(rewriter), rules, strict=True))
        print(f", {news} in other words than the rules'")

    print(f"  {'the rules':40}", end="")
    rules = searched(lambda line: None)
    print()
    report("the bare message", lambda line: Bare())
    for name, say in MADE_UP.items():
        report(name, partial(_saying, say))
    report(model.endpoint.model, lambda line: ModelRewriter(fresh(model)))


def with_replies(talking: "Assistant", line: Line) -> list[dict[str, str]]:
    """What was said before the follow-up, with our answers to it."""
    from conversations.models import Conversation

    history: list[dict[str, str]] = []
    for text in line["said"]:
        reply = talking.take_turn(Conversation(query=text, history=list(history)))
        history.append({"role": "user", "content": text})
        history.append({"role": "assistant", "content": reply.narrative})
    return history


def _saying(say: Callable[[Line], str], line: Line) -> "Rewriter":
    from conversations.chat.rewriting import ModelRewriter

    return ModelRewriter(Says(say, line))  # type: ignore[arg-type]


class Bare:
    """The message as it was sent, whatever was said before."""

    def rewrite(self, question: Any, message: str, _: Any) -> Any:
        return replace(question, text=message)


def brief(ask: Any) -> Any:
    """The same questions with shorter answers: the small model talks until it is stopped."""

    def asking(messages: Any, form: Any, *more: Any, **named: Any) -> Any:
        shorter = replace(form, max_tokens=min(form.max_tokens, TOKENS))
        return ask(messages, shorter, *more, **named)

    return asking


def fresh(model: "LanguageModel") -> "LanguageModel":
    """The model, whatever its last answers were."""
    model.breaker.succeeded()
    return model


def decided(assistant: "Assistant", turns: Iterable[tuple[Line, "Turn"]]) -> None:
    """What the model made of these turns, against their labels."""
    made: Counter[str] = Counter()
    right = total = 0
    for line, turn in turns:
        assert assistant.model is not None
        fresh(assistant.model.model)  # type: ignore[attr-defined]
        reply = assistant.compose(turn)
        right += reply.type == line["label"]
        total += 1
        made[f"left to the rules, {reply.usage['reason']}" if reply.degraded else reply.type] += 1
    print(f"  {'with the model':40}{right} of {total} right; {dict(made)}", flush=True)


def decisions(assistant: "Assistant", clear: int) -> None:
    from conversations.chat import judging
    from conversations.models import Conversation

    every = [line for name in DIALOGUES for line in lines(name)]
    turns = [(line, assistant.understand(Conversation(query=line["text"]))) for line in every]
    close = [(line, turn) for line, turn in turns if judging.as_match(turn) is not None]
    to_match = sum(line["label"] == "match" for line, _ in close)
    print(f"{len(close)} close calls of {len(every)} labelled messages")
    print(f"  {'without a model: asked back':40}{len(close) - to_match} right")
    print(f"  {'by a model that makes a match of each':40}{to_match} right")
    decided(assistant, close)
    sure = [(line, turn) for line, turn in turns if turn.decision.is_match]
    kept = labelled(sure)
    print(f"{len(sure)} clear matches")
    print(f"  {'without a model':40}{kept} right")
    print(f"  {'by a model that picks nobody: asked back':40}{len(sure) - kept} right")
    print(f"  of every {len(sure) // clear}th:")
    some = list(islice(sure[:: len(sure) // clear], clear))
    print(f"  {'without a model':40}{labelled(some)} of {len(some)} right")
    decided(assistant, some)


def labelled(turns: Sequence[tuple[Line, "Turn"]]) -> int:
    return sum(line["label"] == "match" for line, _ in turns)


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")
    import django

    django.setup()
    from django.conf import settings

    from conversations.chat import rewriting, wiring
    from tests.conversations.llm import llama

    clear = int(arguments[0]) if arguments else CLEAR
    with ExitStack() as running:
        if wiring.model() is None:
            try:
                settings.OPENAI_BASE_URL = running.enter_context(llama.running())
            except llama.NotInstalled as error:
                sys.exit(f"No model is configured, and the small one is not there: {error}")
            settings.OPENAI_MODEL = llama.NAME
            wiring.model.cache_clear()
        settings.LLM_TIMEOUT = PATIENCE
        rewriting.LONGEST_WAIT = PATIENCE
        assistant, composer = wiring.assistant(), wiring.model()
        assert composer is not None
        if settings.OPENAI_MODEL == llama.NAME:
            composer.model.ask = brief(composer.model.ask)  # type: ignore[method-assign]
        follow_ups(assistant, composer.model)
        decisions(assistant, clear)
