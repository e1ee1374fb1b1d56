"""What the desk thinks of answers, and the set to measure by that it becomes."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from conversations.leads import verdicts
from conversations.models import Conversation, Verdict
from experts import evaluation
from experts.models import Expert
from tests.conversations.admin import rows
from tests.conversations.conftest import Ask

pytestmark = pytest.mark.django_db


def run(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def seller(client: Client) -> Client:
    client.force_login(rows.staff("sam", role="sales"))
    return client


def say(client: Client, row: Conversation, **data: str) -> str:
    url = f"/admin/conversations/conversation/{row.pk}/verdict/"
    return client.post(url, data, follow=True).content.decode()


def test_an_answer_is_judged_on_its_page_and_changed_later(seller: Client) -> None:
    ines, joe = rows.expert(), rows.expert("joe")
    row = rows.conversation(shown=(ines,))
    page = seller.get(f"/admin/conversations/conversation/{row.pk}/change/").content.decode()
    assert "Your verdict on this answer" in page
    assert "Your verdict is kept" in say(seller, row, word="good", note="Right on.")
    page = say(seller, row, word="bad")
    assert Verdict.objects.get().word == "bad"
    assert "Bad answer" in page
    say(seller, row, word="should", expert=str(joe.pk))
    assert {(one.word, one.username) for one in Verdict.objects.all()} == {
        ("bad", ""), ("should", "joe"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "nonsense",
    [{}, {"word": "great"}, {"word": "should"}, {"word": "should", "expert": "999"},
     {"word": "good", "note": "x" * 1001}, {"word": "\x00"}],
)  # fmt: skip
def test_a_verdict_that_is_none_is_not_kept(seller: Client, nonsense: dict[str, str]) -> None:
    row = rows.conversation()
    assert "Not kept" in say(seller, row, **nonsense)
    assert not Verdict.objects.exists()


def test_what_was_typed_beside_a_mistake_is_still_there(seller: Client) -> None:
    page = say(seller, rows.conversation(), word="should", note="She knows quills & strings.")
    assert "Say who it should have been." in page
    assert 'value="She knows quills &amp; strings."' in page


def test_an_expert_is_found_by_typing(seller: Client) -> None:
    rows.expert()
    params = {"term": "verm", "app_label": "conversations", "model_name": "verdict",
              "field_name": "expert"}  # fmt: skip
    found = seller.get("/admin/autocomplete/", params).json()["results"]
    assert [one["text"] for one in found] == ["Ines Vermeulen (ines-vermeulen)"]


def test_who_may_not_judge_sees_no_form_and_says_nothing() -> None:
    row = rows.conversation()
    viewer = Client()
    viewer.force_login(rows.staff("viewer", rights=("view_conversation",)))
    url = f"/admin/conversations/conversation/{row.pk}/"
    assert "Your verdict" not in viewer.get(f"{url}change/").content.decode()
    assert viewer.post(f"{url}verdict/", {"word": "bad"}).status_code == 403
    assert not Verdict.objects.exists()


def test_verdicts_become_a_set_that_the_evaluation_reads(
    experts: None, ask: Ask, tmp_path: Path
) -> None:
    good = ask("Who can check our webshop for the GDPR? Mail ana@example.com")
    wrong = ask("Who wins a dispute about taxes?", email="bob@example.com")
    ask("nobody judged this", email="eve@example.com")
    bad = ask("Who repairs a roof that leaks?", email="kim@example.com")
    right = Expert.objects.exclude(username__in=[one["id"] for one in wrong["experts"]]).first()
    assert right is not None
    Verdict.objects.create(conversation_id=good["id"], word="good")
    Verdict.objects.create(
        conversation_id=wrong["id"], word="should", expert=right, username=right.username
    )
    Verdict.objects.create(conversation_id=bad["id"], word="bad")
    queries, qrels = tmp_path / "q.jsonl", tmp_path / "q.tsv"
    said = run("export_verdicts", "--queries", str(queries), "--qrels", str(qrels))
    assert said.startswith("2 questions with ")
    assert "1 left out" in said
    read = evaluation.read_judgements(qrels)
    assert read[f"c{wrong['id']}"][right.username] == verdicts.RIGHT
    assert set(read[f"c{good['id']}"].values()) == {verdicts.GOOD}
    questions = {one.id: one for one in evaluation.read_questions(queries)}
    assert set(questions) == set(read)
    assert "ana@example.com" not in queries.read_text()
    args = ["--queries", str(queries), "--qrels", str(qrels), "--json"]
    table = json.loads(run("evaluate_matching", *args))
    assert table["queries"] == 2
    assert table["nDCG@10"] > 0


def test_of_two_verdicts_that_contradict_each_other_the_later_counts() -> None:
    ines, joe = rows.expert(), rows.expert("joe")
    row = rows.conversation(shown=(ines,))
    for word, username in (("good", ""), ("bad", "b")):
        Verdict.objects.create(conversation=row, word=word, username=username)
    assert verdicts.grades_of(row) == {"ines-vermeulen": 0}
    Verdict.objects.create(conversation=row, word="should", expert=joe, username="joe")
    assert verdicts.grades_of(Conversation.objects.get()) == {"ines-vermeulen": 0, "joe": 3}


def test_a_set_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    nowhere = str(tmp_path / "no" / "q")
    with pytest.raises(CommandError, match=r"\.$"):
        run("export_verdicts", "--queries", nowhere, "--qrels", nowhere)
