"""The contract of an embedder, over the offline one and the packaged real model."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experts.errors import EmbedderError
from experts.search.backends import weights
from experts.search.backends.offline import HashingEmbedder
from experts.search.backends.sentence_transformers import SentenceTransformersEmbedder
from experts.search.protocols import Embedder

PACKAGED = "packaged:all-MiniLM-L6-v2"
TEXTS = ["Tax lawyer in Ghent", "I repair leaking pipes", "", "é 漢字 🙂", "word " * 2000]


@pytest.fixture(scope="module")
def real() -> SentenceTransformersEmbedder:
    return SentenceTransformersEmbedder(PACKAGED)


@pytest.fixture(params=["offline", pytest.param("real", marks=pytest.mark.model)])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    if request.param == "real":
        found: Embedder = request.getfixturevalue("real")
        return found
    return HashingEmbedder()


def test_vectors_are_unit_float32_of_one_dimension(embedder: Embedder) -> None:
    vectors = embedder.embed_documents(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    query = embedder.embed_query("tax")
    assert query.shape == (embedder.dimension,)
    assert np.isclose(np.linalg.norm(query), 1, atol=1e-5)


def test_nothing_to_embed_gives_no_rows(embedder: Embedder) -> None:
    assert embedder.embed_documents([]).shape == (0, embedder.dimension)


def test_a_text_keeps_its_vector_whatever_is_beside_it(embedder: Embedder) -> None:
    together = embedder.embed_documents(TEXTS)
    alone = embedder.embed_documents(TEXTS[:1])
    assert np.allclose(together[0], alone[0], atol=1e-4)


def test_a_question_is_nearer_to_its_answer(embedder: Embedder) -> None:
    answers = embedder.embed_documents(["I repair leaking pipes", "I teach piano to children"])
    lawyer, pianist = answers @ embedder.embed_query("my pipes are leaking")
    assert lawyer > pianist


def test_progress_counts_every_text_once(embedder: Embedder) -> None:
    seen: list[int] = []
    embedder.embed_documents(TEXTS, seen.append)
    assert sum(seen) == len(TEXTS)


def test_threads_get_the_same_vectors(embedder: Embedder) -> None:
    expected = embedder.embed_query("tax lawyer")
    with ThreadPoolExecutor(8) as pool:
        for vector in pool.map(embedder.embed_query, ["tax lawyer"] * 32):
            assert np.allclose(vector, expected, atol=1e-5)


@given(st.text(st.characters(codec=None)))
def test_any_unicode_can_be_asked_offline(text: str) -> None:
    assert np.isclose(np.linalg.norm(HashingEmbedder().embed_query(text)), 1, atol=1e-4)


@pytest.mark.model
@pytest.mark.parametrize("text", ["\ud800", "\x00", "\n", "🙂" * 500])
def test_any_unicode_can_be_asked_of_the_real_model(
    real: SentenceTransformersEmbedder, text: str
) -> None:
    assert np.isclose(np.linalg.norm(real.embed_query(text)), 1, atol=1e-4)


def test_the_fingerprint_loads_no_weights() -> None:
    code = (
        "import sys; from experts.search.backends.sentence_transformers import *;"
        f"print(SentenceTransformersEmbedder({PACKAGED!r}).fingerprint);"
        "assert 'torch' not in sys.modules and 'sentence_transformers' not in sys.modules"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == SentenceTransformersEmbedder(PACKAGED).fingerprint


def test_the_same_weights_elsewhere_have_the_same_fingerprint(tmp_path: Path) -> None:
    packaged = weights.locate(PACKAGED)
    copy = tmp_path / "moved"
    shutil.copytree(packaged.folder, copy)
    copied = weights.ModelFiles("copy", copy, packaged.published)
    assert copied.fingerprint() == packaged.fingerprint()


@pytest.fixture
def small_model(tmp_path: Path) -> Callable[[bytes], Path]:
    def make(content: bytes) -> Path:
        folder = tmp_path / "model"
        folder.mkdir(exist_ok=True)
        (folder / "config.json").write_text("{}")
        (folder / "model.safetensors").write_bytes(content)
        return folder

    return make


def test_other_weights_have_another_fingerprint(small_model: Callable[[bytes], Path]) -> None:
    one = weights.ModelFiles("m", small_model(b"a" * 3_000_000)).fingerprint()
    other = weights.ModelFiles("m", small_model(b"a" * 2_999_999 + b"b")).fingerprint()
    assert one != other


def test_damaged_weights_are_refused_at_build(small_model: Callable[[bytes], Path]) -> None:
    files = weights.ModelFiles("m", small_model(b"damaged"), {"model.safetensors": "53aa51"})
    with pytest.raises(EmbedderError, match="not the published ones"):
        files.check()


def test_the_packaged_weights_are_the_published_ones() -> None:
    SentenceTransformersEmbedder(PACKAGED).prepare()


@pytest.mark.parametrize(
    "name", ["nobody/no-such-model", "packaged:unheard-of", "/no/such/folder", "a b"]
)
def test_a_model_that_is_not_there_is_named_with_its_setting(name: str) -> None:
    with pytest.raises(EmbedderError, match=f"EMBEDDING_MODEL={name}"):
        SentenceTransformersEmbedder(name).embed_query("tax")


@pytest.mark.model
def test_a_folder_that_holds_no_model_is_a_sentence(small_model: Callable[[bytes], Path]) -> None:
    folder = small_model(b"nothing")
    with pytest.raises(EmbedderError, match="cannot be loaded"):
        SentenceTransformersEmbedder(str(folder)).embed_query("tax")


@pytest.mark.model
def test_a_local_folder_gives_the_vectors_of_the_packaged_model(
    real: SentenceTransformersEmbedder,
) -> None:
    local = SentenceTransformersEmbedder(str(weights.locate(PACKAGED).folder))
    assert np.allclose(local.embed_query("tax"), real.embed_query("tax"), atol=1e-5)


def test_an_e5_model_is_given_its_prefixes() -> None:
    assert SentenceTransformersEmbedder("intfloat/multilingual-e5-small")._prompts()
    assert not SentenceTransformersEmbedder("all-MiniLM-L6-v2")._prompts()
