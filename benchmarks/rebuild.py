"""How long a rebuild takes: from nothing, after 1 % of the profiles changed, and after nothing did.

CPU seconds beside those of the clock: the first hold on a busy machine too.

python -m benchmarks rebuild            # 1,600 by the real models; 20,000 and 100,000 offline
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
from typing import Any

CASES = [
    ("1600", "packaged:multilingual-e5-small"),
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
    first = timed(rebuild)
    changed = directories.change(0.01)
    return {
        "profiles": size,
        "model": model,
        "first": first,
        "changed": changed,
        "after_change": timed(rebuild),
        "after_nothing": timed(rebuild),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def timed(step: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of all cores."""
    started, cpu = time.perf_counter(), time.process_time()
    step()
    return time.perf_counter() - started, time.process_time() - cpu


def run(size: str, model: str) -> dict[str, Any]:
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
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def main(arguments: list[str]) -> None:
    cases = [(arguments[0], arguments[1])] if arguments else CASES
    print("Seconds by the clock / of CPU.\n")
    print("| profiles | model | first build | profiles/CPU s | 1 % changed | unchanged | peak MB |")
    print("|---|---|---|---|---|---|---|")
    for size, model in cases:
        row = run(size, model)
        took = {
            name: "{:.1f} / {:.1f}".format(*row[name])
            for name in ("first", "after_change", "after_nothing")
        }
        rate = row["profiles"] / row["first"][1]
        print(
            f"| {row['profiles']:,} | {row['model']} | {took['first']} | {rate:.0f} "
            f"| {took['after_change']} | {took['after_nothing']} | {row['peak_rss_mb']} |",
            flush=True,
        )
