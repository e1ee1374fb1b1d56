"""The contract of the search by words."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experts.errors import IndexUnavailable
from experts.search.backends.bm25 import Bm25Index
from experts.search.fusion import best
from experts.search.subjects import extent, subject_words

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


def found(index: Bm25Index, query: str) -> list[int]:
    rows: list[int] = best(index.scores(query), 50).tolist()
    return rows


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
        ("İNCOME TAX", 0),  # from a Turkish keyboard
    ],
)
def test_words_find_their_profile_in_each_language(index: Bm25Index, query: str, row: int) -> None:
    assert found(index, query)[0] == row


@pytest.mark.parametrize(
    ("query", "row"),
    [
        ("нужен трудовой юрист", 0),  # none of the words as the profile has them
        ("φορολογική δήλωση", 1),
        ("वकील की तलाश", 2),
        ("我想找劳动法律师", 3),
        ("会計士をお願いします", 4),
        ("변호사를 찾습니다", 5),
    ],
)
def test_words_of_any_script_find_their_profile(query: str, row: int) -> None:
    index = Bm25Index.build(
        [
            "Юрист по трудовому праву. Помогаю с увольнением.",
            "Φοροτεχνικός. Αναλαμβάνω φορολογικές δηλώσεις.",
            "वकील। नौकरी से जुड़े मामले देखता हूँ।",
            "律师，专长劳动法和合同纠纷。",
            "公認会計士。中小企業の決算を支援します。",
            "노동 전문 변호사입니다.",
        ]
    )
    assert found(index, query)[0] == row


def test_a_script_without_spaces_costs_one_feature_for_two_characters() -> None:
    index = Bm25Index.build(["律师专长劳动法", "会計士"])
    assert set(index.vocabulary) == {
        *(f"x:{two}" for two in ("律师", "师专", "专长", "长劳", "劳动", "动法", "会計", "計士"))
    }


@pytest.mark.parametrize(
    "text", ["трудовой юрист", "劳动法律师", "労働弁護士を探す", "노동법 변호사가"]
)
def test_as_much_is_said_in_any_script(text: str) -> None:
    assert 0.5 < extent(subject_words(text)) / extent(["employment", "lawyer"]) < 1.5


def test_a_query_without_a_known_word_finds_nothing(index: Bm25Index) -> None:
    for query in ("", "the of and", "?!", "zzzz", "漢字"):
        assert not index.scores(query).any()


def test_every_row_has_a_score_and_those_without_a_shared_word_zero(index: Bm25Index) -> None:
    scores = index.scores("leaking pipes")
    assert scores.dtype == np.float32
    assert np.flatnonzero(scores).tolist() == [1]
    assert len(scores) == index.size == len(TEXTS)


def test_a_word_said_twice_counts_twice(index: Bm25Index) -> None:
    assert np.allclose(index.scores("pipes pipes"), 2 * index.scores("pipes"))


def test_the_best_rows_are_allowed_ones_and_equal_scores_come_by_row() -> None:
    scores = np.array([1, 3, 0, 3, 2, 3], np.float32)
    assert best(scores, 9).tolist() == [1, 3, 5, 4, 0]
    assert best(scores, 2).tolist() == [1, 3]
    assert best(scores, 0).tolist() == []
    assert best(scores, 2, np.array([1, 0, 1, 1, 1, 0], np.bool_)).tolist() == [3, 4]


def test_how_much_of_a_question_is_known(index: Bm25Index) -> None:
    assert index.known("a tax lawyer") == 1
    assert index.known("tax zzzz") == 0.5
    assert index.known("the of") == 0
    assert index.known("") == 0


def test_a_query_weighs_by_its_rare_words_and_tells_how_many_are_unknown(
    index: Bm25Index,
) -> None:
    assert index.weight("plumber").norm < index.weight("plumber leaking pipes").norm
    assert index.weight("plumber").known == 1
    assert 0 < index.weight("plumber zzzz").known < 0.5  # an unknown word is a rare one
    assert index.weight("zzzz").known == 0
    assert index.weight("the of") == (0, 1)


@pytest.mark.parametrize("texts", [[], [""], ["the and of", "?"]])
def test_a_directory_without_words_finds_nothing(texts: list[str], tmp_path: Path) -> None:
    Bm25Index.build(texts).save(tmp_path / "lexical")
    index = Bm25Index.load(tmp_path / "lexical")
    assert index.size == len(texts)
    assert not index.scores("tax").any()
    assert index.known("tax") == 0


@given(st.lists(st.text(max_size=40), max_size=6), st.text(st.characters(codec=None), max_size=40))
@settings(deadline=None)
def test_any_unicode_can_be_indexed_and_asked(texts: list[str], query: str) -> None:
    scores = Bm25Index.build(texts).scores(query)
    assert len(scores) == len(texts)
    assert (scores >= 0).all()


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
