"""The desk's verdicts as a set to measure the search by, in the format of `evaluate_matching`."""

import json
from dataclasses import dataclass
from pathlib import Path

from django.db.models import Prefetch

from conversations.chat.masking import mask
from conversations.leads.meaning import words_of
from conversations.models import Conversation, Verdict

RIGHT, GOOD, WRONG = 3, 2, 0
Word = Verdict.Word


@dataclass(frozen=True, slots=True)
class Written:
    questions: int
    judgements: int
    left_out: int  # answers of which it is only known who does not fit


def write(queries: Path, qrels: Path) -> Written:
    """Both files anew. Errors: OSError."""
    judged = Conversation.objects.filter(verdicts__isnull=False).distinct().order_by("pk")
    rows = judged.prefetch_related(
        Prefetch("verdicts", queryset=Verdict.objects.order_by("created_at", "pk")),
        "recommendations",
    )
    questions = judgements = left_out = 0
    with queries.open("w", encoding="utf-8") as asked, qrels.open("w", encoding="utf-8") as judges:
        for row in rows:
            grades = grades_of(row)
            if not any(grades.values()):
                left_out += 1
                continue
            name = f"c{row.pk}"
            text = " ".join(mask(words_of(row)).split())
            line = {"id": name, "text": text, "lang": row.language}
            asked.write(json.dumps(line, ensure_ascii=False) + "\n")
            for username, grade in sorted(grades.items()):
                judges.write(f"{name}\t{username}\t{grade}\n")
            questions, judgements = questions + 1, judgements + len(grades)
    return Written(questions, judgements, left_out)


def grades_of(conversation: Conversation) -> dict[str, int]:
    """Username → grade; of two verdicts that contradict each other the later one counts."""
    shown = [one.username for one in conversation.recommendations.all()]
    grades: dict[str, int] = {}
    right: dict[str, int] = {}
    for verdict in sorted(conversation.verdicts.all(), key=lambda one: (one.created_at, one.pk)):
        if verdict.word == Word.SHOULD:
            right[verdict.username] = RIGHT
            for username in shown:
                grades.setdefault(username, WRONG)
        else:
            grades |= dict.fromkeys(shown, GOOD if verdict.word == Word.GOOD else WRONG)
    both = grades | right
    return {name: grade for name, grade in both.items() if name and name == " ".join(name.split())}
