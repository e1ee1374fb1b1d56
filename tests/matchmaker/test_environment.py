"""The environment: read in one place, and nonsense stops the start with one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from matchmaker.environment import Environment
from tests.live.server import free_port


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    monkeypatch.delenv("DOTENV", raising=False)
    (tmp_path / ".env").write_text('FROM_FILE="a # b"\nBOTH=file\nSECRET_KEY=\n')
    monkeypatch.setenv("BOTH", "environment")
    return Environment(tmp_path)


def test_a_dotenv_file_fills_what_is_not_set_and_the_environment_wins(env: Environment) -> None:
    assert env.text("FROM_FILE") == "a # b"
    assert env.text("BOTH") == "environment"


def test_a_dotenv_file_may_begin_with_a_mark_and_has_to_be_utf8(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DOTENV", raising=False)
    (tmp_path / ".env").write_text("MARKED=yes\n", encoding="utf-8-sig")
    assert Environment(tmp_path).text("MARKED") == "yes"

    (tmp_path / ".env").write_bytes(b"MARKED=caf\xe9\n")
    with pytest.raises(ImproperlyConfigured, match="is not UTF-8 text"):
        Environment(tmp_path)


def test_an_empty_value_counts_as_not_set(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", " ")
    assert env.number("PORT", 8000, low=1, high=65535) == 8000


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ("DEBUG=maybe", "DEBUG must be on or off"),
        ("PORT=99999", "PORT must be a number 1 to 65535"),
        ("WEB_CONCURRENCY=two", "WEB_CONCURRENCY must be a number 1 to 64"),
        ("LLM_TIMEOUT=nan", "LLM_TIMEOUT must be"),
        ("DB_POOL_SIZE=0", "DB_POOL_SIZE must be a number 1 to 200"),
        ("DATABASE_URL=mysql://localhost/x", "DATABASE_URL is not a URL"),
        ("DATABASE_URL=postgres://u:geheim@host:port/name", "DATABASE_URL is not a URL"),
        ("DATABASE_URL=geheim", "DATABASE_URL is not a URL"),
        ("CACHE_URL=carrier-pigeon", "CACHE_URL is not a URL"),
        ("VECTOR_STORE=shelf", "VECTOR_STORE must be faiss or pgvector"),
        ("THROTTLE_CHAT=often", "THROTTLE_CHAT must be a rate"),
        ("THROTTLE_CHAT=1/min,2/min,3/min", "THROTTLE_CHAT must be a rate"),
        ("THROTTLE_CHAT=0/min", "THROTTLE_CHAT must be a rate"),
        ("EXPERT_REQUIRED_FIELDS=name,shoe_size", "'shoe_size' is none of them"),
        ("ALLOWED_HOSTS=https://www.example.com", "ALLOWED_HOSTS must list names"),
        ("OPENAI_BASE_URL=localhost:11434/v1", "OPENAI_BASE_URL must be an address"),
        ("OPENAI_API_KEY=geheim geheim", "OPENAI_API_KEY must be of ASCII characters"),
        ("HOST=::", "HOST must be an address such as 0.0.0.0 or [::]"),
        ("TIME_ZONE=Mars/Olympus", "TIME_ZONE must be a time zone"),
        ("TIME_ZONE=Europe", "TIME_ZONE must be a time zone"),
        ("LOG_FORMAT=xml", "LOG_FORMAT must be json or line"),
        ("SENTRY_DSN=https://geheim.example", "SENTRY_DSN must look like"),
        ("PRIVACY_POLICY_URL=javascript:alert(1)", "PRIVACY_POLICY_URL must be"),
        ("CORS_ALLOWED_ORIGINS=example.com", "CORS_ALLOWED_ORIGINS must list origins"),
    ],
)
def test_a_bad_value_stops_the_start_with_one_sentence_that_names_the_variable(
    setting: str, named: str
) -> None:
    name, value = setting.split("=", 1)
    stopped = subprocess.run(
        [sys.executable, "manage.py", "check"],
        env=os.environ | {name: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert stopped.returncode != 0
    assert len(stopped.stderr.strip().splitlines()) == 1
    assert named in stopped.stderr
    assert "geheim" not in stopped.stderr


@pytest.mark.parametrize(
    "url",
    ["redis://127.0.0.1:{}/0", "valkey://127.0.0.1:{}/0", "memcache://127.0.0.1:{}",
     "pymemcache://127.0.0.1:{}"],
)  # fmt: skip
def test_the_client_of_a_shared_cache_is_there(
    env: Environment, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("SHARED", url.format(free_port()))
    config = env.cache("SHARED", "")
    backend = import_string(config["BACKEND"])(config["LOCATION"], config)

    with pytest.raises(Exception, match="refused") as refused:
        backend.add("key", 0)
    assert type(refused.value).__name__ in ("ConnectionError", "ConnectionRefusedError")


@pytest.mark.parametrize(
    ("url", "counts"),
    [("redis://cache:6379/0", True), ("memcache://cache:11211", True), ("dbcache://table", False),
     ("filecache:///tmp/cache", False), ("", False)],
)  # fmt: skip
def test_requests_are_counted_in_a_cache_only_where_it_counts_atomically(
    url: str, counts: bool
) -> None:
    asked = "from django.conf import settings; print(settings.CACHE_IS_SHARED)"
    told = subprocess.run(
        [sys.executable, "-c", asked], env=os.environ | {"CACHE_URL": url},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == str(counts)


def test_a_server_without_a_secret_key_refuses_to_start() -> None:
    stopped = subprocess.run(
        [sys.executable, "-c", "import matchmaker.gunicorn"],
        env={key: value for key, value in os.environ.items() if key != "SECRET_KEY"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert stopped.returncode != 0
    assert "SECRET_KEY is not set" in stopped.stderr


def test_a_refused_list_names_no_default(env: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE", "b")
    with pytest.raises(ImproperlyConfigured, match="STORE must be a or c, not 'b'"):
        env.choice("STORE", "a", ("a", "c"))
