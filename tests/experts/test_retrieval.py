"""From a question to living, recommendable experts."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experts.errors import IndexUnavailable
from experts.models import Expert
from experts.search import fusion, wiring
from experts.search.backends.bm25 import Bm25Index
from experts.search.backends.faiss import FaissIndex
from experts.search.constraints import Constraints
from experts.search.hubness import Hubness
from experts.search.indexing import Report, rebuild
from experts.search.passages import PassageVectors
from experts.search.retrieval import Retriever
from experts.search.rows import Columns, Profile, meeting
from tests.experts.conftest import MakeExpert, names


@pytest.mark.parametrize(
    ("question", "username"),
    [
        ("my pipes are leaking", "ben"),
        ("a letter of the tax office", "ada"),
        ("boekhouding voor een zelfstandige", "cleo"),
        ("an accessible web shop", "dirk"),
    ],
)
def test_a_question_finds_who_answers_it(
    retriever: Retriever, question: str, username: str
) -> None:
    assert names(retriever.retrieve(question))[0] == username


def test_candidates_come_best_first_with_their_evidence(retriever: Retriever) -> None:
    found = retriever.retrieve("my pipes are leaking")
    scores = [candidate.score for candidate in found.candidates]
    assert scores == sorted(scores, reverse=True)
    best = found.candidates[0]
    assert best.passages[0].text == "I repair leaking pipes and boilers."
    assert best.passages[0].field == "bio"
    assert best.lexical > 0
    similarities = [passage.similarity for passage in best.passages]
    assert similarities == sorted(similarities, reverse=True)


def test_every_passage_is_verbatim_in_its_field_today(retriever: Retriever) -> None:
    Expert.objects.filter(username="ben").update(
        bio="Boilers and more. I come on Sundays too. I repair leaking taps.", job_title="Fitter"
    )
    found = retriever.retrieve("my pipes are leaking")
    passages = [
        (passage, candidate.expert)
        for candidate in found.candidates
        for passage in candidate.passages
    ]
    assert passages
    assert all(passage.text in getattr(expert, passage.field) for passage, expert in passages)
    ben = next(one for one in found.candidates if one.expert.username == "ben")
    assert [passage.text for passage in ben.passages] == ["I come on Sundays too."]


@pytest.mark.parametrize(
    "change",
    [{"is_active": False}, {"hourly_rate": None}, {"job_title": ""}, {"name": ""}],
)
def test_an_expert_who_may_no_longer_be_shown_is_not_found(
    retriever: Retriever, change: dict[str, Any]
) -> None:
    Expert.objects.filter(username="ben").update(**change)
    assert "ben" not in names(retriever.retrieve("my pipes are leaking"))


def test_a_deleted_expert_is_not_found(retriever: Retriever) -> None:
    Expert.objects.filter(username="ben").delete()
    assert "ben" not in names(retriever.retrieve("my pipes are leaking"))


def test_a_facts_come_from_the_database_and_not_from_the_index(retriever: Retriever) -> None:
    Expert.objects.filter(username="ben").update(hourly_rate=Decimal(65))
    assert retriever.retrieve("leaking pipes").candidates[0].expert.hourly_rate == Decimal(65)


def test_a_rate_that_rose_since_the_build_is_beyond_the_budget(retriever: Retriever) -> None:
    Expert.objects.filter(username="ben").update(hourly_rate=Decimal(500))
    budget = Constraints(max_hourly_rate=Decimal(85))
    assert names(retriever.retrieve("leaking pipes", budget, relax=False)) == ["dirk"]


def test_others_take_the_place_of_many_who_left(expert: MakeExpert) -> None:
    for number in range(300):
        expert(f"gone{number:03}", bio="I repair leaking pipes and boilers.")
    expert("last", job_title="Piano teacher", bio="I teach piano to children.")
    rebuild()
    Expert.objects.filter(username__startswith="gone").exclude(username="gone299").update(
        is_active=False
    )
    assert names(wiring.retriever().retrieve("leaking pipes", limit=2)) == ["gone299", "last"]


def test_equal_experts_come_by_username(expert: MakeExpert) -> None:
    for username in ("c", "B", "a", "b"):
        expert(username, bio="The very same words here.")
    rebuild()
    assert names(wiring.retriever().retrieve("the very same words")) == ["B", "a", "b", "c"]


def test_the_same_question_has_the_same_answer(retriever: Retriever) -> None:
    first, second = (retriever.retrieve("tax and pipes") for _ in range(2))
    assert [(c.expert.pk, c.score) for c in first.candidates] == [
        (c.expert.pk, c.score) for c in second.candidates
    ]


def test_the_meaning_alone_finds_an_expert(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bm25Index, "scores", lambda self, _: np.zeros(self.size, np.float32))
    assert names(retriever.retrieve("my pipes are leaking"))[0] == "ben"


def test_the_words_alone_find_an_expert(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    dimension = wiring.embedder().dimension
    blind = np.ones(dimension, np.float32) / np.sqrt(dimension, dtype=np.float32)
    monkeypatch.setattr(type(retriever.embedder), "embed_query", lambda *_: blind)
    monkeypatch.setattr(
        FaissIndex, "vectors", lambda self, rows: np.zeros((len(rows), dimension), np.float32)
    )
    assert names(retriever.retrieve("my pipes are leaking"))[0] == "ben"


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_no_more_than_asked_for(retriever: Retriever, limit: int) -> None:
    assert len(retriever.retrieve("tax", limit=limit).candidates) == limit


@pytest.mark.parametrize("question", ["", "   ", "?!", "\x00", "\ud800", "é漢🙂", "word " * 5000])
def test_any_question_is_survived(retriever: Retriever, question: str) -> None:
    assert len(retriever.retrieve(question).candidates) == 4


def test_living_experts_are_looked_up_in_one_query(retriever: Retriever) -> None:
    with CaptureQueriesContext(connection) as queries:
        retriever.retrieve("tax", Constraints(max_hourly_rate=Decimal(200)), excluded=["ben"])
    assert len(queries) == 1


def test_signals_tell_nonsense_from_a_question(retriever: Retriever) -> None:
    clear = retriever.retrieve("my pipes are leaking").signals
    nonsense = retriever.retrieve("zzxxqq wwvvkk").signals
    assert clear.answerable > 0.5 > nonsense.answerable


def test_the_best_of_many_sentences_is_partly_chance() -> None:
    bias = fusion.length_bias(np.array([0, 1, 2, 40]))
    assert bias[0] == bias[1] == 0
    assert bias[1] < bias[2] < bias[3]


def test_a_profile_that_resembles_everything_gives_way_to_who_answers() -> None:
    draw = np.random.default_rng(3)
    vectors = draw.standard_normal((50, 64)).astype(np.float32)
    vectors[:, 0] += 4  # what all profiles have in common
    vectors[7, 1:] = 0  # nothing else
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    about = np.repeat(vectors, 4, axis=0) + 0.05 * draw.standard_normal((200, 64))
    about /= np.linalg.norm(about, axis=1, keepdims=True)
    passages = PassageVectors(
        np.arange(200, dtype=np.uint64),
        about.astype(np.float16),
        np.arange(0, 201, 4),
        np.arange(200, dtype=np.int32),
    )
    hubness = Hubness.of(vectors, passages)
    assert hubness.means.argmax() == 7
    assert hubness.corrected(np.full(50, 2.0), np.arange(50)).argmin() == 7


def test_a_directory_too_small_to_tell_hubs_is_left_as_it_is() -> None:
    vectors = np.eye(4, 8, dtype=np.float32)
    passages = PassageVectors(
        np.arange(4, dtype=np.uint64),
        vectors.astype(np.float16),
        np.arange(5),
        np.arange(4, dtype=np.int32),
    )
    scores = np.array([3.0, 1.0, 2.0, 0.5])
    assert (Hubness.of(vectors, passages).corrected(scores, np.arange(4)) == scores).all()


@pytest.mark.django_db
def test_without_an_index_the_error_says_what_to_do() -> None:
    with pytest.raises(IndexUnavailable, match="rebuild_index"):
        wiring.retriever().retrieve("tax")


words = st.sampled_from(
    ["tax", "lawyer", "plumber", "pipes", "web", "piano", "avocat", "belasting"]
)
profiles = st.fixed_dictionaries(
    {
        "job_title": words,
        "bio": st.lists(words, max_size=6).map(" ".join),
        "hourly_rate": st.none() | st.decimals(1, 300, places=2),
        "currency": st.sampled_from(["EUR", "USD", ""]),
        "languages": st.lists(st.sampled_from(["nl", "fr", "en"]), unique=True),
        "is_active": st.booleans(),
    }
)
demands = st.builds(
    Constraints,
    st.none() | st.decimals(1, 300, places=2),
    st.none() | st.decimals(1, 300, places=2),
    st.sampled_from([None, "EUR", "USD"]),
    st.frozensets(st.sampled_from(["nl", "fr"])),
)


@given(
    before=st.lists(profiles, max_size=8),
    after=st.lists(st.none() | profiles, min_size=8, max_size=8),
    question=st.lists(words, max_size=4).map(" ".join),
    constraints=demands,
    excluded=st.sets(st.sampled_from([f"e{row}" for row in range(8)])),
    limit=st.integers(0, 9),
)
@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_nobody_is_found_who_may_not_be_shown(
    db: None,
    before: list[dict[str, Any]],
    after: list[dict[str, Any] | None],
    question: str,
    constraints: Constraints,
    excluded: set[str],
    limit: int,
) -> None:
    """Whatever was indexed, whatever changed since: deleted, deactivated, repriced, emptied."""
    Expert.objects.all().delete()
    for row, fields in enumerate(before):
        Expert.objects.create(username=f"e{row}", name="Somebody", company="X", **fields)
    rebuild()
    for row in range(len(before)):
        change = after[row]
        mine = Expert.objects.filter(username=f"e{row}")
        mine.delete() if change is None else mine.update(**change)
    found = wiring.retriever().retrieve(question, constraints, limit, excluded)
    kept = {
        name: getattr(constraints, name)
        for name in ("min_hourly_rate", "max_hourly_rate", "currency", "languages")
        if name not in found.relaxed
    }
    assert len(found.candidates) <= limit
    for candidate in found.candidates:
        living = Expert.objects.get(username=candidate.expert.username)
        assert living.is_recommendable
        assert living.username not in excluded
        assert meeting(Constraints(**kept), Expert.objects.filter(pk=living.pk)).exists()
        assert all(passage.text in getattr(living, passage.field) for passage in candidate.passages)


@given(before=st.lists(profiles, max_size=8), constraints=demands)
@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_mask_and_the_database_agree_on_every_demand(
    db: None, before: list[dict[str, Any]], constraints: Constraints
) -> None:
    Expert.objects.all().delete()
    experts = [
        Expert.objects.create(username=f"e{row}", name="Somebody", company="X", **fields)
        for row, fields in enumerate(before)
    ]
    columns = Columns.of([Profile.of(expert) for expert in experts])
    mask = columns.mask(constraints)
    allowed = set(columns.usernames) if mask is None else set(np.array(columns.usernames)[mask])
    found = meeting(constraints, Expert.objects.all()).values_list("username", flat=True)
    assert allowed == set(found)


@pytest.mark.model
def test_the_real_model_finds_by_meaning_without_a_shared_word(
    people: list[Expert], settings: Any
) -> None:
    settings.EMBEDDING_MODEL = "packaged:all-MiniLM-L6-v2"
    assert rebuild().size == 4
    found = wiring.retriever().retrieve("water is dripping from my ceiling")
    assert names(found)[0] == "ben"
    assert rebuild().embedded == 0


@pytest.mark.model
def test_changing_the_model_refuses_the_index_until_it_is_rebuilt(
    built: Report, settings: Any
) -> None:
    settings.EMBEDDING_MODEL = "packaged:all-MiniLM-L6-v2"
    assert "built with the model offline" in wiring.index_problem()
    assert rebuild().embedded == 4
    assert wiring.index_problem() == ""
