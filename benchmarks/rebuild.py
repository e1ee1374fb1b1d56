"""How long a rebuild takes: from nothing, and after 1 % of the profiles changed.

python -m benchmarks rebuild            # 1,600 real model; 20,000 and 100,000 offline embedder
python -m benchmarks rebuild 5000 offline
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

CASES = [
    ("1600", "packaged:all-MiniLM-L6-v2"),
    ("20000", "offline"),
    ("100000", "offline"),
]


def measure(size: int, model: str) -> dict[str, object]:
    """Run inside a fresh process whose environment names an empty data folder."""
    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks import directories
    from experts.search.indexing import rebuild

    call_command("migrate", verbosity=0)
    directories.store(size)
    first, started = timed(rebuild), time.perf_counter()
    changed = directories.change(0.01)
    prepared = time.perf_counter() - started
    second = timed(rebuild)
    third = timed(rebuild)
    return {
        "profiles": size,
        "model": model,
        "first_s": round(first, 1),
        "profiles_per_s": round(size / first, 1),
        "changed": changed,
        "after_change_s": round(second, 1),
        "nothing_changed_s": round(third, 1),
        "preparing_change_s": round(prepared, 1),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def timed(step: Callable[[], object]) -> float:
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


def run(size: str, model: str) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as data:
        environ = os.environ | {
            "DATA_DIR": data,
            "EMBEDDING_MODEL": model,
            "DJANGO_SETTINGS_MODULE": "matchmaker.settings",
            "DATABASE_URL": "",
            "DOTENV": os.devnull,
            "OMP_NUM_THREADS": "1",
            "OPEN_INDEX_AT_START": "off",
        }
        code = (
            "import json; from benchmarks.rebuild import measure;"
            f"print(json.dumps(measure({int(size)}, {model!r})))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], env=environ, stdout=subprocess.PIPE, check=True, text=True
        )
    result: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def main(arguments: list[str]) -> None:
    cases = [(arguments[0], arguments[1])] if arguments else CASES
    print(
        "| profiles | model | first build s | profiles/s | 1 % changed s | unchanged s | peak MB |"
    )
    print("|---|---|---|---|---|---|---|")
    for size, model in cases:
        row = run(size, model)
        print(
            f"| {row['profiles']} | {row['model']} | {row['first_s']} | {row['profiles_per_s']} "
            f"| {row['after_change_s']} | {row['nothing_changed_s']} | {row['peak_rss_mb']} |",
            flush=True,
        )
