"""The adapter of short questions: what it may change and what not, and how it is learnt."""

import json
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from experts.errors import EmbedderError
from experts.models import Document
from experts.search.backends.e5_adapter import PRODUCTS, Adapter
from experts.search.backends.multilingual_e5 import ADAPTED_QUERY, MultilingualE5Embedder

HIDDEN, INNER, LAYERS = 384, 1536, 12
SIZES = {  # of what a product takes and makes
    "qkv": (HIDDEN, 3 * HIDDEN),
    "ao": (HIDDEN, HIDDEN),
    "fi": (HIDDEN, INNER),
    "fo": (INNER, HIDDEN),
}
TRADES = {
    "baker": ("Bakes bread and pastry.", "bakker", "boulanger"),
    "plumber": ("Installs and repairs pipes.", "loodgieter", "plombier"),
    "notary": ("Certifies deeds and wills.", "notaris", "notaire"),
    "gardener": ("Plants trees and mows lawns.", "tuinman", "jardinier"),
}


@pytest.fixture(scope="module")
def embedder() -> MultilingualE5Embedder:
    return MultilingualE5Embedder(settings.DATA_DIR / "models")


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> MultilingualE5Embedder:
    """With an adapter that changes much and means nothing."""
    chance = np.random.default_rng(1)
    pairs = {}
    for product, (width, height) in SIZES.items():
        down, up = chance.normal(size=(2, width)), chance.normal(size=(height, 2)) / 10
        pairs[LAYERS - 1, product] = (down.astype(np.float32), up.astype(np.float32))
    folder = tmp_path_factory.mktemp("adapter")
    Adapter(pairs).write(folder / "other.npz")
    return MultilingualE5Embedder(folder / "models", folder / "other.npz")


def test_the_shipped_adapter_fits_the_last_layers_of_the_model() -> None:
    adapter = Adapter.read()
    layers = range(adapter.first_layer, LAYERS)
    assert set(adapter.pairs) == {(layer, product) for layer in layers for product in PRODUCTS}
    for (_, product), (down, up) in adapter.pairs.items():
        rank, (width, height) = len(down), SIZES[product]
        assert down.shape == (rank, width)
        assert up.shape == (height, rank)
        assert np.isfinite(down).all()
        assert np.isfinite(up).all()
        assert up.any()


def test_an_adapter_that_cannot_be_read_is_said_to(tmp_path: Path) -> None:
    (tmp_path / "adapter.npz").write_bytes(b"no archive")
    with pytest.raises(EmbedderError, match=r"adapter\.npz"):
        Adapter.read(tmp_path / "adapter.npz")


@pytest.mark.model
def test_a_short_question_ranks_by_a_vector_between_plain_and_adapted(
    embedder: MultilingualE5Embedder,
) -> None:
    vectors = embedder.embed_question("Loodgieter")
    assert np.isclose(np.linalg.norm(vectors.ranking), 1, atol=1e-5)
    assert np.isclose(np.linalg.norm(vectors.plain), 1, atol=1e-5)
    assert vectors.ranking @ vectors.plain < 0.99
    assert np.array_equal(vectors.ranking, embedder.embed_query("loodgieter"))


@pytest.mark.model
@pytest.mark.parametrize(
    "text", ["my " * ADAPTED_QUERY + "roof", "我被解雇了没有任何理由需要一位律师"]
)
def test_a_longer_question_keeps_its_vector(embedder: MultilingualE5Embedder, text: str) -> None:
    vectors = embedder.embed_question(text)
    assert np.array_equal(vectors.ranking, vectors.plain)


@pytest.mark.model
def test_another_adapter_changes_how_questions_rank_and_nothing_else(
    embedder: MultilingualE5Embedder, other: MultilingualE5Embedder
) -> None:
    texts = ["Tax lawyer in Ghent", "I repair leaking pipes"]
    profiles = [Document("a", "Tax lawyer", "Lex", "vat", "I answer letters of the tax office.")]
    ours, theirs = embedder.embed_question("tax lawyer"), other.embed_question("tax lawyer")
    assert ours.ranking @ theirs.ranking < 0.99
    assert np.array_equal(ours.plain, theirs.plain)
    assert np.array_equal(embedder.embed_documents(texts), other.embed_documents(texts))
    assert np.array_equal(embedder.embed_profiles(profiles), other.embed_profiles(profiles))
    assert embedder.fingerprint == other.fingerprint
    assert embedder.question_fingerprint != other.question_fingerprint


@pytest.mark.model
def test_training_writes_an_adapter_that_can_be_served(tmp_path: Path) -> None:
    names = ["train", "train", "train", "stop"]
    labels = [
        {
            "username": trade,
            "split": split,
            "labels": {"en": [trade], "nl": [dutch], "fr": [french]},
        }
        for split, (trade, (_, dutch, french)) in zip(names, TRADES.items(), strict=True)
    ]
    (tmp_path / "labels.jsonl").write_text("\n".join(map(json.dumps, labels)))
    rows = [f"{trade},{trade},{told[0]}" for trade, told in TRADES.items()]
    (tmp_path / "experts.csv").write_text("\n".join(["username,job_title,bio", *rows]))
    told = ["labels.jsonl", "--profiles", "experts.csv", "--out", "adapter.npz"]
    paths = [word if word.startswith("--") else str(tmp_path / word) for word in told]
    call_command("train_question_adapter", *paths, "--steps", "2", "--seed", "1")
    learnt = MultilingualE5Embedder(tmp_path / "models", tmp_path / "adapter.npz")
    vectors = learnt.embed_question("boulanger")
    assert np.isclose(np.linalg.norm(vectors.ranking), 1, atol=1e-5)
    assert not np.array_equal(vectors.ranking, vectors.plain)


def test_a_label_file_in_another_form_is_refused_by_its_line(tmp_path: Path) -> None:
    (tmp_path / "labels.jsonl").write_text('{"username": "a", "split": "all", "labels": {}}')
    with pytest.raises(CommandError, match="line 1"):
        call_command("train_question_adapter", str(tmp_path / "labels.jsonl"), "--profiles", "-")
