"""Generations on disk: whole or not at all, noticed by who serves, never another model's."""

import json
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from experts.errors import IndexMismatch, IndexUnavailable
from experts.models import Expert
from experts.search import wiring
from experts.search.backends.offline import HashingEmbedder
from experts.search.generations import Generations
from experts.search.indexing import Report, rebuild
from experts.search.snapshots import Snapshot, SnapshotStore
from tests.experts.conftest import MakeExpert


class OtherModel(HashingEmbedder):
    name = "another"
    fingerprint = "of-another"


def other_process() -> SnapshotStore:
    """A store that shares nothing with ours but the folder."""
    ours = wiring.snapshots()
    return SnapshotStore(ours.generations.folder, wiring.embedder, ours.stores)


def current_folder() -> Path:
    served = wiring.snapshots().current()
    assert served
    return served.folder


def served_size(store: SnapshotStore) -> int:
    served = store.current()
    return served.size if served else -1


@pytest.mark.django_db
def test_before_the_first_build_nothing_is_served_and_the_sentence_says_what_to_do() -> None:
    store = wiring.snapshots()
    store.open()
    assert store.current() is None
    assert "manage.py rebuild_index" in store.problem


def test_a_generation_is_served_whole(built: Report) -> None:
    served = wiring.snapshots().current()
    assert served
    assert served.load().size == 4
    assert served.manifest.generation == built.generation
    assert served.rows.usernames == ["ada", "ben", "cleo", "dirk"]


def test_a_running_process_notices_a_new_generation(built: Report, expert: MakeExpert) -> None:
    serving = other_process()
    serving.open(whole=True)
    assert served_size(serving) == 4
    expert("zoe")
    rebuild()
    assert served_size(serving) == 5


def test_looking_at_an_unchanged_index_is_one_stat(
    built: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = wiring.snapshots()
    first = store.current()
    monkeypatch.setattr(Generations, "pointer", None)  # reading anything would fail
    assert all(store.current() is first for _ in range(100))


def test_the_last_generation_and_the_one_before_are_kept(built: Report, expert: MakeExpert) -> None:
    generations = [built.generation]
    for name in ("xena", "yves", "zoe"):
        expert(name)
        generations.append(rebuild().generation)
    home = wiring.snapshots().generations.home
    assert {path.name for path in home.iterdir()} == set(generations[-2:])


def test_a_generation_in_use_outlives_its_files(built: Report, expert: MakeExpert) -> None:
    served = wiring.snapshots().current()
    assert served
    served.load()
    shutil.rmtree(served.folder)
    rows, _ = served.vectors.search(wiring.embedder().embed_query("leaking pipes"), 1)
    assert served.rows.usernames[rows[0]] == "ben"


@pytest.mark.parametrize(
    "file",
    ["vectors", "rows.npz", "passages.npy", "passages.npz", "spread.npz", "lexical/rows.npy"],
)
@pytest.mark.parametrize("damage", ["flipped", "cut", "gone"])
def test_a_damaged_file_is_noticed_before_it_is_served(
    built: Report, file: str, damage: str
) -> None:
    path = current_folder() / file
    content = bytearray(path.read_bytes())
    if damage == "flipped":
        content[len(content) // 2] ^= 0xFF
        path.write_bytes(content)
    elif damage == "cut":
        path.write_bytes(content[:-1])
    else:
        path.unlink()
    store = other_process()
    assert store.current() is None
    assert file in store.problem


def test_a_copied_index_is_checked_and_served(built: Report, tmp_path: Path) -> None:
    ours = wiring.snapshots()
    shutil.copytree(ours.generations.folder, tmp_path / "moved", copy_function=shutil.copy)
    moved = SnapshotStore(tmp_path / "moved", wiring.embedder, ours.stores)
    assert served_size(moved) == 4


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"schema": 1}', "\x00\xff"])
def test_an_unreadable_manifest_is_a_sentence(built: Report, content: str) -> None:
    (current_folder() / "manifest.json").write_text(content, encoding="latin-1")
    store = other_process()
    assert store.current() is None
    assert "rebuild_index" in store.problem


@pytest.mark.parametrize("content", ["", "..", "../../etc\n", "no-such-generation", "a/b"])
def test_an_unreadable_pointer_is_a_sentence_and_a_rebuild_mends_it(
    built: Report, index_dir: Path, content: str
) -> None:
    (index_dir / "CURRENT").write_text(content)
    store = other_process()
    store.open()
    assert store.current() is None
    assert store.problem
    rebuild()
    assert served_size(store) == 4


def test_a_process_keeps_serving_when_the_next_generation_is_damaged(
    built: Report, expert: MakeExpert
) -> None:
    serving = other_process()
    serving.open(whole=True)
    expert("zoe")
    rebuild()
    (current_folder() / "vectors").write_bytes(b"half")
    assert served_size(serving) == 4
    assert "damaged" in serving.problem


def test_a_build_for_another_model_is_refused_with_a_sentence(built: Report) -> None:
    ours = wiring.snapshots()
    store = SnapshotStore(ours.generations.folder, OtherModel, ours.stores)
    assert store.current() is None
    assert "built with the model offline and EMBEDDING_MODEL is another" in store.problem
    with pytest.raises(IndexMismatch):
        store.read(built.generation)


def test_an_older_format_is_refused_with_a_sentence(built: Report) -> None:
    path = current_folder() / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema": 0}))
    with pytest.raises(IndexMismatch, match="format 0"):
        wiring.snapshots().read(built.generation)


def test_a_generation_of_another_store_is_refused_with_a_sentence(
    built: Report, settings: Any
) -> None:
    settings.VECTOR_STORE = "pgvector"
    assert "VECTOR_STORE" in wiring.index_problem()


def test_parts_that_differ_in_size_are_not_served(built: Report) -> None:
    folder = current_folder()
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"size": 3}))
    with pytest.raises(IndexUnavailable, match="differ in size"):
        Snapshot.open(folder, wiring.snapshots().stores).load()


def test_going_back_and_forth(built: Report, expert: MakeExpert) -> None:
    serving = other_process()
    expert("zoe")
    rebuild()
    assert served_size(serving) == 5
    serving.generations.rollback()
    assert served_size(serving) == 4
    serving.generations.rollback()
    assert served_size(serving) == 5


def test_without_an_earlier_generation_there_is_no_way_back(built: Report) -> None:
    with pytest.raises(IndexUnavailable, match="no earlier generation"):
        wiring.snapshots().generations.rollback()


def test_many_threads_see_whole_generations_while_they_change(
    built: Report, people: list[Expert]
) -> None:
    store, wrong, done = other_process(), list[str](), threading.Event()
    first = store.current()
    assert first
    pointer = store.generations.pointer_file

    def look() -> None:
        while not done.is_set():
            served = store.current()
            if served is None or len(served.rows) != served.vectors.size:
                wrong.append(str(served))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(50):
        aside = pointer.with_suffix(".new")
        aside.write_text(pointer.read_text())
        aside.replace(pointer)
    done.set()
    for thread in threads:
        thread.join()
    assert not wrong
