"""Every sample question over the whole sample directory, answered with the default model."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.management import call_command

from conversations.chat import wiring
from conversations.models import Conversation
from conversations.replies import Reply
from experts.models import Expert
from experts.search.indexing import rebuild

SAMPLE = Path(configured.BASE_DIR) / "data"

pytestmark = [pytest.mark.slow, pytest.mark.model, pytest.mark.django_db]


def answers() -> list[Reply]:
    lines = (SAMPLE / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["text"] for line in lines]
    return [wiring.assistant().take_turn(Conversation(query=text)) for text in questions]


def test_evidence_is_verbatim_and_no_two_experts_have_the_same_reason(
    index_dir: Path, settings: Any
) -> None:
    settings.EMBEDDING_MODEL = "packaged:multilingual-e5-small"
    call_command("import_experts", SAMPLE / "experts.csv", stdout=StringIO())
    rebuild()

    replies = answers()

    quoted = [
        (one, Expert.objects.get(pk=pick.expert.pk))
        for reply in replies
        for pick in reply.picks
        for one in pick.evidence
    ]
    assert len(quoted) > len(replies)
    for one, expert in quoted:
        assert one.text
        assert one.text in getattr(expert, one.field)
    for reply in replies:
        assert len({pick.why for pick in reply.picks}) == len(reply.picks)
        assert all(pick.evidence for pick in reply.picks)
