"""A rebuild: only what changed is embedded, and whatever goes wrong the old index stays."""

import errno
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from experts.errors import EmbedderError, ExpertsError, RebuildInProgress
from experts.models import Expert
from experts.search import building, wiring
from experts.search.backends.bm25 import Bm25Index
from experts.search.backends.offline import HashingEmbedder
from experts.search.generations import Generations
from experts.search.indexing import Report, is_stale, rebuild, rollback, staleness
from experts.search.protocols import Progress, Vectors
from tests.experts.conftest import MakeExpert


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that is embedded from here on."""
    texts: list[str] = []
    embed = HashingEmbedder.embed_documents

    def noting(
        self: HashingEmbedder, some: Sequence[str], progress: Progress | None = None
    ) -> Vectors:
        texts.extend(some)
        return embed(self, some, progress)

    monkeypatch.setattr(HashingEmbedder, "embed_documents", noting)
    return texts


def current() -> str:
    pointer = wiring.snapshots().generations.pointer()
    return pointer.current if pointer else ""


def served() -> list[str]:
    snapshot = wiring.snapshots().current()
    return snapshot.rows.usernames if snapshot else []


def test_only_recommendable_experts_are_indexed(expert: MakeExpert) -> None:
    expert("ada")
    expert("gone", is_active=False)
    expert("free", hourly_rate=None)
    expert("Ada", bio="Another account, whose name differs in case.")
    assert rebuild().size == 2
    assert served() == ["Ada", "ada"]


@pytest.mark.parametrize(
    ("fields", "is_indexed"),
    [
        ({"job_title": "/", "bio": ""}, False),
        ({"job_title": "-", "bio": "?! 2024"}, False),
        ({"job_title": "N/A", "bio": "https://example.com/ben"}, False),
        ({"job_title": "/", "bio": "", "company": "Leaking Pipes"}, False),
        ({"job_title": "/", "bio": "", "tags": ["plumbing"]}, True),
        ({"job_title": "CTO", "bio": ""}, True),
        ({"job_title": "律", "bio": ""}, True),
    ],
)
def test_a_profile_with_nothing_to_search_is_left_out_and_counted(
    people: list[Expert], expert: MakeExpert, fields: dict[str, Any], is_indexed: bool
) -> None:
    who = expert("nil", **fields)
    report = rebuild()
    assert report.size == 4 + is_indexed
    assert report.left_out == (not is_indexed)
    assert ("1 more expert is left out" in str(report)) == (not is_indexed)
    assert who.is_recommendable  # whoever knows the name finds them
    assert not is_stale()


@pytest.mark.django_db
def test_an_empty_directory_can_be_indexed_and_found_nothing_in() -> None:
    assert rebuild().size == 0
    assert wiring.index_problem() == ""
    assert wiring.retriever().retrieve("anything").candidates == ()


def test_an_unchanged_profile_is_not_embedded_again(
    built: Report, people: list[Expert], embedded: list[str]
) -> None:
    ben = people[1]
    ben.bio = "I repair leaking pipes and boilers. I also fit new bathrooms."
    ben.save()
    report = rebuild()
    assert (report.embedded, report.reused) == (1, 3)
    # The profile, its new sentence, and one text of the old ones that proves the weights.
    assert len([text for text in embedded if "new bathrooms" in text]) == 2
    assert len(embedded) == 3


def test_a_new_rate_needs_no_embedding_at_all(
    built: Report, people: list[Expert], embedded: list[str]
) -> None:
    Expert.objects.filter(username="ben").update(hourly_rate=Decimal(65))
    assert is_stale()
    report = rebuild()
    assert (report.embedded, report.reused) == (0, 4)
    assert embedded == []


def test_a_full_rebuild_embeds_everything_again(built: Report, embedded: list[str]) -> None:
    assert rebuild(full=True).embedded == 4
    assert len(embedded) > 4


def test_reused_and_new_vectors_are_the_same(built: Report, expert: MakeExpert) -> None:
    expert("aaron", bio="I shift every row by one. I am new here.")
    rebuild()
    again = wiring.snapshots().current()
    assert again
    taken_over = again.load()
    rebuild(full=True)
    fresh = wiring.snapshots().current()
    assert fresh
    rows = range(5)
    assert (taken_over.vectors.vectors(rows) == fresh.vectors.vectors(rows)).all()
    assert (taken_over.passages.vectors == fresh.passages.vectors).all()


def test_if_needed_does_nothing_when_nothing_changed(built: Report, embedded: list[str]) -> None:
    report = rebuild(if_needed=True)
    assert not report.rebuilt
    assert report.generation == built.generation == current()
    assert "up to date" in str(report)
    assert embedded == []


@pytest.mark.parametrize(
    "change",
    [
        {"is_active": False},
        {"hourly_rate": None},
        {"hourly_rate": Decimal("60.01")},
        {"currency": "USD"},
        {"languages": ["fr"]},
        {"bio": "Something else entirely now."},
        {"username": "Ben"},
    ],
)
def test_whatever_the_index_knows_makes_it_stale_when_it_changes(
    built: Report, change: dict[str, Any]
) -> None:
    assert not is_stale()
    Expert.objects.filter(username="ben").update(**change)
    assert "rebuild_index" in staleness()
    assert rebuild(if_needed=True).rebuilt
    assert not is_stale()


def test_what_the_index_does_not_know_does_not(built: Report) -> None:
    Expert.objects.filter(username="ben").update(photo_url="https://example.com/ben.jpg")
    assert not is_stale()


def test_staleness_counts_what_changed(built: Report, expert: MakeExpert) -> None:
    expert("zoe")
    Expert.objects.filter(username="ada").delete()
    Expert.objects.filter(username="ben").update(bio="Rewritten from scratch today.")
    assert "1 new, 1 gone, 1 rewritten" in staleness()


def test_a_setting_that_decides_who_may_be_shown_makes_it_stale(
    built: Report, settings: Any
) -> None:
    settings.EXPERT_REQUIRED_FIELDS = ("name", "location")
    assert is_stale()


def test_a_second_rebuild_at_once_is_told_so(
    built: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(self: building.Build, folder: Path) -> None:
        with pytest.raises(RebuildInProgress, match="Another rebuild"):
            rebuild()
        with pytest.raises(RebuildInProgress):
            rollback()

    monkeypatch.setattr(building.Build, "verify", meanwhile)
    rebuild()


def disk_full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def model_broken(*_: object, **__: object) -> None:
    raise EmbedderError("The model failed.")


@pytest.mark.parametrize(
    ("owner", "step", "fault", "says"),
    [
        (Bm25Index, "save", disk_full, "No space left on device"),
        (HashingEmbedder, "embed_documents", model_broken, "The model failed"),
        (HashingEmbedder, "prepare", model_broken, "The model failed"),
        (Generations, "publish", disk_full, "The generation before stays in service"),
    ],
)
def test_a_rebuild_that_fails_leaves_the_old_generation_and_no_rubbish(
    built: Report,
    monkeypatch: pytest.MonkeyPatch,
    owner: type,
    step: str,
    fault: Any,
    says: str,
) -> None:
    monkeypatch.setattr(owner, step, fault)
    with pytest.raises(ExpertsError, match=says):
        rebuild(full=True)
    assert current() == built.generation
    home = wiring.snapshots().generations.home
    assert [path.name for path in home.iterdir()] == [built.generation]
    monkeypatch.undo()
    assert rebuild(full=True).generation != built.generation


def test_vectors_that_are_not_of_their_texts_are_not_published(
    built: Report, expert: MakeExpert, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the weights changed under an unchanged name."""
    expert("zoe", bio="Something new to embed.")
    embed = HashingEmbedder.embed_query
    monkeypatch.setattr(HashingEmbedder, "embed_query", lambda self, text: embed(self, text[::-1]))
    with pytest.raises(ExpertsError, match="does not find a document it holds"):
        rebuild()
    assert current() == built.generation


def test_what_a_crash_left_is_swept_away(built: Report) -> None:
    left = wiring.snapshots().generations.begin()
    (left / "vectors").write_bytes(b"half")
    report = rebuild(full=True)
    names = {path.name for path in wiring.snapshots().generations.home.iterdir()}
    assert names == {built.generation, report.generation}


def test_a_damaged_generation_is_rebuilt_from_nothing(built: Report) -> None:
    snapshot = wiring.snapshots().current()
    assert snapshot
    (snapshot.folder / "vectors").write_bytes(b"half")
    report = rebuild(if_needed=True)
    assert report.rebuilt
    assert report.embedded == 4


def test_going_back_serves_the_generation_before(built: Report, expert: MakeExpert) -> None:
    expert("zoe")
    rebuild()
    assert rollback().manifest.generation == built.generation == current()
    assert "zoe" not in served()
    assert is_stale()


def test_progress_adds_up(people: list[Expert]) -> None:
    seen: list[tuple[int, int]] = []
    rebuild(lambda done, steps: seen.append((done, steps)))
    assert sum(done for done, _ in seen) == seen[0][1]


def test_reading_the_directory_is_one_query(built: Report, people: list[Expert]) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        rebuild()
    assert len(queries) == 1


@pytest.mark.django_db(transaction=True)
def test_no_connection_is_held_while_texts_are_embedded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Expert.objects.create(
        username="ada", name="Ada", job_title="Lawyer", company="X", hourly_rate=Decimal(9)
    )
    held: list[bool] = []
    embed = HashingEmbedder.embed_documents

    def noting(self: HashingEmbedder, *args: Any) -> Vectors:
        held.append(connection.connection is not None)
        return embed(self, *args)

    monkeypatch.setattr(HashingEmbedder, "embed_documents", noting)
    rebuild()
    # SQLite in memory is its own connection; a server's is given back.
    assert not any(held) or connection.vendor == "sqlite"
