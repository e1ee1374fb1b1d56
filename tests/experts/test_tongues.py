"""Profiles are compared within the language they are written in."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from experts.search import fusion
from experts.search.backends.faiss import FaissIndex
from experts.search.protocols import QueryWeight, QuestionVectors, Vectors
from experts.search.ranking import Search
from experts.search.tongues import CODES, Tongues, best_of_parts

ENGLISH = "I am the one who helps you with the letters of the tax office."
DUTCH = "Ik ben degene die u helpt met de brieven van de belastingen."


def two_languages(count: int = 50) -> tuple[Tongues, Vectors]:
    """Random unit vectors, half of them pushed aside by their language."""
    draw = np.random.default_rng(1)
    vectors = draw.standard_normal((2 * count, 16)).astype(np.float32)
    vectors[count:, 0] += 5
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Tongues.of([ENGLISH] * count + [DUTCH] * count, vectors), vectors


def test_what_a_language_adds_to_its_vectors_is_taken_off() -> None:
    tongues, vectors = two_languages()
    query = np.eye(1, 16, dtype=np.float32)[0]  # a question in Dutch, about nothing else
    cosines = vectors @ query
    assert cosines[50:].min() > cosines[:50].mean()
    levelled = cosines - tongues.added(query)[tongues.of_rows]
    assert levelled[50:].mean() == pytest.approx(levelled[:50].mean(), abs=0.25)
    assert np.allclose(levelled, tongues.levelled(vectors) @ query, atol=1e-5)


def test_a_directory_of_one_language_is_left_as_it_is() -> None:
    vectors = two_languages()[1]
    tongues = Tongues.of([ENGLISH] * len(vectors), vectors)
    assert np.allclose(tongues.levelled(vectors), vectors, atol=1e-6)
    allowed = np.ones(len(vectors), np.bool_)
    assert tongues.parts(None) == [(CODES.index("en"), None)]
    assert tongues.parts(allowed)[0][1] is allowed


def test_the_only_profile_of_a_language_keeps_its_meaning() -> None:
    vectors = two_languages()[1]
    tongues = Tongues.of([ENGLISH] * (len(vectors) - 1) + [DUTCH], vectors)
    own, kept = vectors[-1], tongues.levelled(vectors)[-1]
    assert own @ kept / np.linalg.norm(kept) > 0.99


def test_an_empty_directory_stands_nowhere() -> None:
    tongues = Tongues.of([], np.empty((0, 16), np.float32))
    assert tongues.parts(None) == []
    assert len(tongues.z_scores(np.zeros(0, np.float32), 1.0)) == 0
    assert len(best_of_parts([], 5)) == 0


def test_parts_are_all_allowed_rows_once() -> None:
    tongues, vectors = two_languages()
    allowed = np.zeros(len(vectors), np.bool_)
    allowed[::3] = True
    masks = [mask for _, mask in tongues.parts(allowed) if mask is not None]
    assert (np.sum(masks, axis=0) == allowed).all()


def test_words_stand_out_among_profiles_of_their_language() -> None:
    tongues, _ = two_languages()
    scores = np.zeros(100, np.float32)
    scores[:50], scores[50:] = 40, 2  # the question is in English
    scores[7], scores[70] = 80, 60
    found = tongues.z_scores(scores, smoothing=5)
    assert set(np.argsort(-found)[:2]) == {7, 70}


def test_chance_words_weigh_little() -> None:
    tongues, _ = two_languages()
    little, much = np.zeros((2, 100), np.float32)
    little[3], much[3] = 1, 100
    smoothing = fusion.smoothing(QueryWeight(norm=20, known=0.3))
    assert tongues.z_scores(little, smoothing)[3] < 0.1
    assert tongues.z_scores(much, smoothing)[3] > 1
    assert (tongues.z_scores(np.zeros(100, np.float32), smoothing) == 0).all()


def test_one_rare_word_counts_more_than_chance_words_of_a_long_question() -> None:
    rare = fusion.smoothing(QueryWeight(norm=10, known=1))
    assert rare < fusion.smoothing(QueryWeight(norm=60, known=1))
    assert rare < fusion.smoothing(QueryWeight(norm=10, known=0.2))


def test_words_weigh_less_where_profiles_are_in_several_languages() -> None:
    vectors = two_languages()[1]
    one, two = Tongues.of([ENGLISH] * len(vectors), vectors), two_languages()[0]
    assert fusion.lexical_weight(one.main_share) == 2 * fusion.lexical_weight(two.main_share)


def test_the_best_of_parts_come_by_score_then_row() -> None:
    parts = [
        (np.array([4, 1]), np.array([0.9, 0.5], np.float32)),
        (np.array([2, 3]), np.array([0.9, 0.1], np.float32)),
    ]
    assert best_of_parts(parts, 3).tolist() == [2, 4, 1]


@pytest.mark.parametrize("every", [1, 3, 50])
@pytest.mark.parametrize("aside", [0.0, 0.5, 5.0])
def test_the_nearest_are_those_of_all_rows_less_what_languages_add(
    aside: float, every: int
) -> None:
    draw = np.random.default_rng(2)
    vectors = draw.standard_normal((600, 16)).astype(np.float32)
    vectors[300:, 0] += aside
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    tongues = Tongues.of([ENGLISH] * 300 + [DUTCH] * 300, vectors)
    allowed = np.zeros(600, np.bool_)
    allowed[::every] = True
    snapshot: Any = SimpleNamespace(
        vectors=FaissIndex.build(vectors, ""),
        tongues=tongues,
        lexical=SimpleNamespace(scores=lambda query: np.zeros(600, np.float32)),
    )
    for query in vectors[::25]:  # of both languages
        search = Search(snapshot, "", QuestionVectors.alike(query))
        found = search._nearest(None if every == 1 else allowed, 5)
        rows, cosines = snapshot.vectors.search(query, 600, allowed)
        levelled = cosines - tongues.added(query)[tongues.of_rows[rows]]
        assert found.tolist() == rows[np.lexsort((rows, -levelled))][:5].tolist()


def test_tongues_are_kept_on_disk(tmp_path: Path) -> None:
    tongues, _ = two_languages()
    path = tmp_path / "tongues.npz"
    tongues.save(path)
    again = Tongues.load(path)
    assert (again.of_rows == tongues.of_rows).all()
    assert (again.shifts == tongues.shifts).all()
