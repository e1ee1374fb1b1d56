"""Which parts are in use, what starting costs, and what is said when something is missing."""

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection

from experts.errors import EmbedderError
from experts.models import Expert
from experts.search import wiring
from experts.search.backends.faiss import FaissIndex
from experts.search.backends.offline import HashingEmbedder
from experts.search.backends.pgvector import PgVectorIndex
from experts.search.backends.sentence_transformers import SentenceTransformersEmbedder
from experts.search.constraints.gazetteer import gazetteer
from experts.search.indexing import Report, rebuild

QUERIES = """
import os, sys
import django.db.backends.utils as utils
def refuse(*args, **kwargs): raise AssertionError('a query was run')
utils.CursorWrapper.execute = refuse
import django
django.setup()
"""


def in_fresh_process(code: str, data: Path, **environ: str) -> str:
    """Standard output of a new interpreter whose data folder is `data`."""
    variables = os.environ | {"DATA_DIR": str(data), "OPEN_INDEX_AT_START": "on"} | environ
    variables["DATABASE_URL"] = environ.get("DATABASE_URL", "")
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=variables,
        cwd=django_settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_settings_decide_which_parts_are_used(settings: Any) -> None:
    assert isinstance(wiring.embedder(), HashingEmbedder)
    assert wiring.vector_store() is FaissIndex
    settings.EMBEDDING_MODEL = "packaged:all-MiniLM-L6-v2"
    settings.VECTOR_STORE = "pgvector"
    assert isinstance(wiring.embedder(), SentenceTransformersEmbedder)
    assert wiring.vector_store() is PgVectorIndex


def test_parts_are_made_once_a_process() -> None:
    assert wiring.embedder() is wiring.embedder()
    assert wiring.retriever() is wiring.retriever()
    assert wiring.retriever().snapshots is wiring.snapshots()


def test_starting_opens_the_index_and_neither_queries_nor_loads_weights(
    built: Report, index_dir: Path
) -> None:
    code = f"""{QUERIES}
from experts.search import wiring
print(wiring.snapshots()._state.served.manifest.generation)
heavy = {{'torch', 'sentence_transformers', 'transformers', 'faiss', 'onnxruntime'}}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
"""
    assert in_fresh_process(code, index_dir.parent) == built.generation


@pytest.mark.parametrize("model", ["offline", "packaged:all-MiniLM-L6-v2", "nobody/no-such-model"])
def test_starting_without_an_index_or_a_model_is_survived(tmp_path: Path, model: str) -> None:
    code = f"{QUERIES}\nfrom experts.search import wiring\nprint(wiring.index_problem())"
    assert "rebuild_index" in in_fresh_process(code, tmp_path, EMBEDDING_MODEL=model)


def test_migrating_imports_neither_torch_nor_faiss(tmp_path: Path) -> None:
    code = """
import sys, django
django.setup()
from django.core.management import call_command
call_command('migrate', verbosity=0)
from experts.models import Expert
Expert.objects.create(username='ada', name='Ada', job_title='Lawyer', company='X', hourly_rate=9)
assert not {'torch', 'faiss', 'scipy', 'sentence_transformers'} & set(sys.modules)
"""
    in_fresh_process(code, tmp_path, EMBEDDING_MODEL="packaged:all-MiniLM-L6-v2")
    in_fresh_process(
        "import sys, django; django.setup();"
        "from django.core.management import call_command; call_command('rebuild_index')",
        tmp_path,
    )
    in_fresh_process(
        "import sys, django; django.setup();"
        "from django.core.management import call_command; call_command('migrate', verbosity=0);"
        "assert not {'torch', 'faiss', 'sentence_transformers'} & set(sys.modules)",
        tmp_path,
    )


@pytest.mark.django_db
def test_the_problem_goes_when_the_index_is_built(people: list[Expert]) -> None:
    assert "No index has been built" in wiring.index_problem()
    rebuild()
    assert wiring.index_problem() == ""


def test_asking_for_the_problem_never_raises(
    built: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("anything")

    wiring.reset()
    monkeypatch.setattr("experts.search.generations.Generations.pointer", broken)
    assert wiring.index_problem()
    wiring.snapshots().open()


def test_warming_loads_the_weights_and_the_whole_index(
    built: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(HashingEmbedder, "embed_query", lambda _, text: asked.append(text))
    gazetteer.cache_clear()
    wiring.warm()
    served = wiring.snapshots().current()
    assert served
    assert {"rows", "vectors", "lexical", "passages", "spread"} <= set(served.__dict__)
    assert {"holders", "sample"} <= set(served.passages.__dict__)
    assert gazetteer.cache_info().currsize
    assert asked


def test_warming_survives_a_missing_index_and_a_missing_model(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def missing(*_: object) -> None:
        raise EmbedderError("EMBEDDING_MODEL=x cannot be loaded.")

    monkeypatch.setattr(HashingEmbedder, "embed_query", missing)
    wiring.warm()


@pytest.mark.django_db
def test_a_check_warns_of_a_missing_index(settings: Any) -> None:
    settings.OPEN_INDEX_AT_START = True
    assert "experts.W001" in [message.id for message in run_checks()]


def test_a_check_warns_of_a_stale_index(built: Report, settings: Any) -> None:
    settings.OPEN_INDEX_AT_START = True
    assert not [
        message for message in run_checks(databases=["default"]) if "experts" in str(message.id)
    ]
    Expert.objects.filter(username="ben").update(hourly_rate=Decimal(1))
    found = [message.id for message in run_checks(databases=["default"])]
    assert "experts.W002" in found


def test_a_check_refuses_pgvector_on_another_database(settings: Any) -> None:
    settings.VECTOR_STORE = "pgvector"
    found = [message.id for message in run_checks()]
    assert ("experts.E001" in found) == (connection.vendor != "postgresql")


@pytest.mark.postgresql
def test_vectors_in_postgresql_serve_and_are_dropped_with_their_generation(
    people: list[Expert], settings: Any
) -> None:
    settings.VECTOR_STORE = "pgvector"
    for _ in range(4):
        rebuild(full=True)
    found = wiring.retriever().retrieve("my pipes are leaking")
    assert found.candidates[0].expert.username == "ben"
    tables = [
        name
        for name in connection.introspection.table_names()
        if name.startswith("experts_vectors_")
    ]
    assert len(tables) == 2
    call_command("rollback_index")
    assert wiring.retriever().retrieve("leaking pipes").candidates
