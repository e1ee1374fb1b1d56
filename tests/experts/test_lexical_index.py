"""The contract of the search by words."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experts.errors import IndexUnavailable
from experts.search.backends.bm25 import Bm25Index

TEXTS = [
    "Tax lawyer. I help small firms with VAT and income taxes.",
    "Plumber. I repair leaking pipes.",
    "Belastingadviseur. Ik geef advies aan zelfstandigen.",
    "Avocat fiscaliste. J'aide les indépendants avec l'impôt.",
    "Carpenter. I make doors and windows.",
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Bm25Index:
    """Built, saved and loaded again, as a server gets it."""
    folder = tmp_path_factory.mktemp("lexical") / "lexical"
    Bm25Index.build(TEXTS).save(folder)
    return Bm25Index.load(folder)


def best(index: Bm25Index, query: str) -> int:
    return int(index.search(query, 1)[0][0])


@pytest.mark.parametrize(
    ("query", "row"),
    [
        ("leaking pipe", 1),
        ("a lawyer for my income tax", 0),
        ("advies voor een zelfstandige", 2),
        ("belasting advies", 2),  # half of a compound
        ("un avocat pour mes impôts", 3),
        ("impots", 3),  # without its accent
        ("I need a new door", 4),  # a particle in Dutch, a thing in English
        ("LAWYER!!!", 0),
    ],
)
def test_words_find_their_profile_in_each_language(index: Bm25Index, query: str, row: int) -> None:
    assert best(index, query) == row


def test_a_query_without_a_known_word_finds_nothing(index: Bm25Index) -> None:
    for query in ("", "the of and", "?!", "zzzz", "漢字"):
        rows, scores = index.search(query, 5)
        assert len(rows) == len(scores) == 0


def test_rows_without_a_shared_word_are_left_out(index: Bm25Index) -> None:
    rows, scores = index.search("leaking pipes", 5)
    assert rows.tolist() == [1]
    assert scores.dtype == np.float32


def test_a_mask_hides_rows(index: Bm25Index) -> None:
    allowed = np.array([False, True, True, True, True])
    assert 0 not in index.search("tax lawyer income", 5, allowed)[0]


def test_scores_of_all_rows_agree_with_the_search(index: Bm25Index) -> None:
    rows, scores = index.search("tax advies avocat", 5)
    everything = index.scores("tax advies avocat")
    assert len(everything) == len(TEXTS)
    assert everything[rows].tolist() == scores.tolist()


def test_equal_scores_come_by_row_and_a_cut_does_not_change_that() -> None:
    index = Bm25Index.build(["tax lawyer"] * 30)
    assert index.search("tax", 30)[0].tolist() == list(range(30))
    assert index.search("tax", 4)[0].tolist() == [0, 1, 2, 3]


def test_how_much_of_a_question_is_known(index: Bm25Index) -> None:
    assert index.known("a tax lawyer") == 1
    assert index.known("tax zzzz") == 0.5
    assert index.known("the of") == 0
    assert index.known("") == 0


@pytest.mark.parametrize("texts", [[], [""], ["the and of", "?"]])
def test_a_directory_without_words_finds_nothing(texts: list[str], tmp_path: Path) -> None:
    Bm25Index.build(texts).save(tmp_path / "lexical")
    index = Bm25Index.load(tmp_path / "lexical")
    assert index.size == len(texts)
    assert not len(index.search("tax", 5)[0])
    assert index.known("tax") == 0


@given(st.lists(st.text(max_size=40), max_size=6), st.text(st.characters(codec=None), max_size=40))
@settings(deadline=None)
def test_any_unicode_can_be_indexed_and_asked(texts: list[str], query: str) -> None:
    rows, scores = Bm25Index.build(texts).search(query, 3)
    assert len(rows) == len(scores) <= min(3, len(texts))
    assert (scores > 0).all()


def test_the_same_texts_give_the_same_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        Bm25Index.build(TEXTS).save(tmp_path / name)
    for file in sorted((tmp_path / "one").iterdir()):
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


def test_a_damaged_folder_is_a_sentence(tmp_path: Path) -> None:
    Bm25Index.build(TEXTS).save(tmp_path / "lexical")
    (tmp_path / "lexical" / "words.json").write_text("{")
    with pytest.raises(IndexUnavailable, match="cannot be read"):
        Bm25Index.load(tmp_path / "lexical")
