"""Pieces of a profile that can be quoted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experts.models import Document
from experts.search.passages import LONGEST, PassageVectors, Quotable, sentences, split


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I fix pipes well. I also fix boilers!", ["I fix pipes well.", "I also fix boilers!"]),
        ("Dr. Smith taught me law at school.", ["Dr. Smith taught me law at school."]),
        ("I charge 1.5 times on Sundays.", ["I charge 1.5 times on Sundays."]),
        ("We use node.js and vue every day.", ["We use node.js and vue every day."]),
        (
            "First line of text\r\nsecond line of text",
            ["First line of text", "second line of text"],
        ),
        ("Wat ik doe: bijv. Contracten nalezen.", ["Wat ik doe: bijv. Contracten nalezen."]),
        (
            "Écrire des contrats. Éviter les litiges.",
            ["Écrire des contrats.", "Éviter les litiges."],
        ),
        ("我是劳动法律师。我帮助被解雇的人！", ["我是劳动法律师。", "我帮助被解雇的人！"]),
        ("私は「お客様。」と言う。税金を見ます。", ["私は「お客様。」と言う。", "税金を見ます。"]),
        (
            "मैं एक वकील हूँ। मैं अनुबंध देखता हूँ।",
            ["मैं एक वकील हूँ।", "मैं अनुबंध देखता हूँ।"],
        ),
        ("Hello. Ok.", []),
        ("你好。", []),
        ("", []),
    ],
)
def test_a_bio_is_cut_where_a_reader_would(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text(max_size=2000))
def test_every_sentence_is_verbatim_and_bounded(text: str) -> None:
    for piece in sentences(text):
        assert piece in text
        assert 0 < len(piece) <= LONGEST
        assert piece == piece.strip()


def test_a_bio_without_full_stops_is_cut_between_words() -> None:
    pieces = sentences("advice " * 300)
    assert len(pieces) > 4
    assert all(set(piece.split()) == {"advice"} for piece in pieces)


def test_the_title_is_a_passage_of_its_own_field() -> None:
    pieces = split(Document("ada", "Tax lawyer", "X", "", "I help small firms with VAT."))
    assert pieces == [
        Quotable("job_title", "Tax lawyer"),
        Quotable("bio", "I help small firms with VAT."),
    ]


def test_the_best_passage_of_a_row_is_found_and_empty_rows_score_nothing() -> None:
    table = np.eye(3, dtype=np.float16)
    store = PassageVectors(
        np.array([10, 20, 30], np.uint64),
        table,
        np.array([0, 2, 2, 3], np.int64),
        np.array([0, 1, 2], np.int32),
    )
    query = np.array([0.6, 0.8, 0], np.float32)
    assert np.allclose(store.best_of_rows(query, np.array([0, 1, 2])), [0.8, 0, 0], atol=1e-3)
    assert np.allclose(store.best_of_rows(query, np.array([1])), [0])
    assert len(store.best_of_rows(query, np.array([], np.int64))) == 0


def test_a_long_list_of_publications_is_kept_whole() -> None:
    titles = [f"On the {number}th theorem of Fermat." for number in range(80)]
    assert sentences(" ".join(titles)) == titles


def test_who_has_which_passage() -> None:
    store = PassageVectors(
        np.array([10, 20, 30], np.uint64),
        np.eye(3, dtype=np.float16),
        np.array([0, 2, 2, 3, 4], np.int64),
        np.array([0, 1, 2, 0], np.int32),
    )
    assert store.holding(slice(0, 9), np.array([0, 2])).tolist() == [
        [True, False],
        [False, False],
        [False, True],
        [True, False],
    ]
    assert store.holding(slice(2, 3), np.array([2])).tolist() == [[True]]
    assert np.allclose(store.mean_of_row(0), [0.5**0.5, 0.5**0.5, 0])
    assert not store.mean_of_row(1).any()
