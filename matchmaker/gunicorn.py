"""How gunicorn serves: `gunicorn -c python:matchmaker.gunicorn matchmaker.wsgi`."""

import json
import os
import shutil
import sys
import uuid
from typing import Any

# Each worker embeds on one thread: OpenMP would take every core in every worker.
for _name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")

from django.conf import settings  # noqa: E402
from django.core.exceptions import ImproperlyConfigured  # noqa: E402
from gunicorn import util  # type: ignore[import-untyped]  # noqa: E402

from matchmaker import sharing  # noqa: E402

try:
    bind = f"{settings.HOST}:{settings.PORT}"
    if settings.SECRET_KEY_MISSING:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set; a server does not start without one "
            "(`make run` makes one and keeps it in .env)."
        )
except ImproperlyConfigured as _error:
    sys.exit(f"matchmaker cannot start: {_error}")

workers = settings.WEB_CONCURRENCY
threads = settings.WEB_THREADS
# A turn in flight is a thread that waits for a model, which is cheap; few of them work at once
# (conversations.turnstile). An event loop would stand still for as long as one text is embedded.
worker_class = "gthread"
worker_connections = 2 * threads  # half of them may be kept alive
preload_app = False  # torch hangs in a fork of a process that has used it
timeout = 120  # a worker loads the model before it first answers
graceful_timeout = 30
keepalive = 5
max_requests_jitter = 0
limit_request_line = 8190
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108
proc_name = "matchmaker"
errorlog = "-"
loglevel = "warning"
logconfig_dict = settings.LOGGING
forwarded_allow_ips = "*" if settings.TRUSTED_PROXIES else "127.0.0.1"


def refuse(sock: Any, status: int, reason: str, message: str) -> None:
    """What gunicorn answers to what is no HTTP, and to addresses or headers without end.

    Problem details like every other refusal, in place of its HTML.
    """
    identifier = uuid.uuid4().hex
    problem = {
        "type": "about:blank",
        "title": reason,
        "status": status,
        "detail": "The request was refused before it was read whole.",
        "instance": "",
        "request_id": identifier,
        "errors": [{"pointer": "#", "code": "malformed", "detail": reason}],
    }
    body = json.dumps(problem)
    head = (
        f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nX-Request-ID: {identifier}\r\n"
        f"Content-Type: application/problem+json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    util.write_nonblock(sock, (head + body).encode("latin1"))


util.write_error = refuse


def on_starting(server: Any) -> None:
    """Workers share what /metrics counts by files in a folder that starts empty."""
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(sharing.make_folder())


def child_exit(server: Any, worker: Any) -> None:
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)


def when_ready(server: Any) -> None:
    print(f"Loading the model in {workers} workers …", flush=True)


def post_worker_init(worker: Any) -> None:
    """The first worker that can answer says how to ask it."""
    if worker.age != 1:
        return
    url = f"http://{settings.HOST}:{settings.PORT}"
    print(
        f"""
matchmaker answers on {url}/  (staff: {url}/admin/, API: {url}/api/docs/)

  curl -s {url}/api/chat/ -H 'Content-Type: application/json' \\
    -d '{{"email": "ana@example.com", "query": "Our accountant left and the VAT return is due"}}'
""",
        flush=True,
    )
