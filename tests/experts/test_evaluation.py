"""Judged questions through the production path."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from conversations import matching
from conversations.matching import Answer
from experts import evaluation
from experts.errors import ExpertsError
from experts.evaluation import Question, RankedExpert
from experts.search.indexing import Report

QUERIES = """\
{"id": "q1", "text": "my pipes are leaking", "lang": "en"}
{"id": "q2", "text": "boekhouding voor een zelfstandige", "lang": "nl"}
{"id": "q3", "text": "nobody judged this one", "lang": "fr"}
"""
QRELS = "q1\tben\t3\nq2\tcleo\t2\nq2\tada\t1\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    queries, qrels = tmp_path / "q.jsonl", tmp_path / "q.tsv"
    queries.write_text(QUERIES, encoding="utf-8")
    qrels.write_text(QRELS, encoding="utf-8")
    return queries, qrels


def evaluate(files: tuple[Path, Path], *more: str) -> str:
    out = StringIO()
    queries, qrels = files
    call_command(
        "evaluate_matching", "--queries", str(queries), "--qrels", str(qrels), *more, stdout=out
    )
    return out.getvalue()


def test_a_table_has_a_line_for_each_language_and_one_for_all(
    built: Report, files: tuple[Path, Path]
) -> None:
    lines = evaluate(files).splitlines()
    assert [line.split()[0] for line in lines] == ["queries", "en", "nl", "all"]
    assert lines[1].split()[-6:] == ["1.000", "0.333", "1.000", "1.000", "1.000", "1.000"]


def test_a_run_file_is_what_was_found_in_order(
    built: Report, files: tuple[Path, Path], tmp_path: Path
) -> None:
    evaluate(files, "--run", str(tmp_path / "run.tsv"))
    rows = [line.split("\t") for line in (tmp_path / "run.tsv").read_text().splitlines()]
    assert rows[0][:3] == ["q1", "ben", "1"]
    assert {row[0] for row in rows} == {"q1", "q2", "q3"}
    assert [int(row[2]) for row in rows if row[0] == "q1"] == [1, 2, 3, 4]


def test_json_has_what_is_shown_for_all_and_by_language(
    built: Report, files: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "none.txt").write_text("q3\n")
    table = json.loads(evaluate(files, "--none", str(tmp_path / "none.txt"), "--json"))
    ranking = {"nDCG@10", "P@3", "S@3", "Recall@10", "Recall@50", "MRR"}
    shown = {"shown", "shown_first", "asked_back", "none_asked_back", "precision_by_tier"}
    assert table.keys() == ranking | shown | {"queries", "by_language"}
    assert table["queries"] == 2
    assert table["by_language"]["en"]["nDCG@10"] == 1
    assert table["by_language"]["en"]["none_asked_back"] is None
    assert table["by_language"]["fr"]["none_asked_back"] == table["none_asked_back"]
    assert table["precision_by_tier"].keys() == {"strong", "good", "possible"}


def test_what_is_shown_is_counted_as_a_visitor_sees_it() -> None:
    questions = [
        Question(name, "?", "en") for name in ("right", "second", "wrong", "asked", "none")
    ]
    judgements = {name: {"ada": 2, "ben": 0} for name in ("right", "second", "wrong", "asked")}
    shown = {
        "right": (("ada", "strong"), ("cleo", "good")),
        "second": (("ben", "good"), ("ada", "good")),
        "wrong": (("ben", "strong"),),
        "asked": (),
        "none": (),
    }
    answers = [Answer(each, (), shown[each.id]) for each in questions]
    row = matching.score(questions, judgements, {"none"}, answers)["all"]
    assert row["shown"] == 0.5
    assert row["shown_first"] == 0.25
    assert row["asked_back"] == 0.25
    assert row["none_asked_back"] == 1
    assert row["precision_by_tier"] == {"strong": 0.5, "good": 0.3333, "possible": None}


def test_a_question_that_finds_nothing_counts_as_zero() -> None:
    questions = [Question("a", "x", "en"), Question("b", "y", "en")]
    judgements = {"a": {"ada": 1}, "b": {"ben": 1}}
    table = evaluation.score(questions, judgements, [RankedExpert("a", "ada", 1, 0.5)])
    assert table["all"]["queries"] == 2
    assert table["all"]["S@3"] == 0.5


def test_equal_scores_keep_the_order_they_were_shown_in() -> None:
    run = [
        RankedExpert("a", "z", 1, 0.0),
        RankedExpert("a", "ada", 2, 0.0),
        RankedExpert("a", "b", 3, 0.0),
    ]
    table = evaluation.score([Question("a", "x", "")], {"a": {"ada": 1}}, run)
    assert table["all"]["MRR"] == 0.5


@pytest.mark.parametrize(
    ("queries", "qrels", "says"),
    [
        ("not json\n", QRELS, "line 1: expected"),
        ('{"id": "q1"}\n', QRELS, "line 1: expected"),
        ("[1]\n", QRELS, "line 1: expected"),
        (QUERIES + QUERIES, QRELS, "a query id twice"),
        (QUERIES, "q1\tben\n", "line 1: expected"),
        (QUERIES, "q1\tben\tgood\n", "line 1: expected"),
        ("", QRELS, "No question"),
        (QUERIES, "", "No question"),
        (QUERIES, "other\tben\t1\n", "No question"),
    ],
)
def test_a_bad_file_is_a_sentence(
    built: Report, files: tuple[Path, Path], queries: str, qrels: str, says: str
) -> None:
    files[0].write_text(queries, encoding="utf-8")
    files[1].write_text(qrels, encoding="utf-8")
    with pytest.raises(CommandError, match=says):
        evaluate(files)


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ExpertsError, match="cannot be read: No such file"):
        evaluation.read_questions(tmp_path / "none.jsonl")
    (tmp_path / "latin").write_bytes(b"\xff\xfe")
    with pytest.raises(ExpertsError, match="not UTF-8"):
        evaluation.read_judgements(tmp_path / "latin")
    with pytest.raises(ExpertsError, match="cannot be written"):
        evaluation.write_run(tmp_path / "no" / "folder.tsv", [])


@pytest.mark.django_db
def test_without_an_index_the_command_says_what_to_do(files: tuple[Path, Path]) -> None:
    with pytest.raises(CommandError, match="rebuild_index"):
        evaluate(files)
