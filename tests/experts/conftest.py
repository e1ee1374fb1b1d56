"""A small directory, an index folder of one's own, and a way to build it."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from experts.models import Expert
from experts.search import wiring
from experts.search.indexing import Report, rebuild
from experts.search.retrieval import Retrieval, Retriever

MakeExpert = Callable[..., Expert]

PEOPLE: list[dict[str, Any]] = [
    {
        "username": "ada",
        "job_title": "Tax lawyer",
        "bio": "I help small firms with VAT and income tax. I answer letters of the tax office.",
        "hourly_rate": Decimal(150),
        "languages": ["nl", "en"],
    },
    {
        "username": "ben",
        "job_title": "Plumber",
        "bio": "I repair leaking pipes and boilers. I come on Sundays too.",
        "hourly_rate": Decimal(60),
        "languages": ["en"],
    },
    {
        "username": "cleo",
        "job_title": "Belastingadviseur",
        "bio": "Ik geef belastingadvies aan zelfstandigen. Ik doe ook de boekhouding.",
        "hourly_rate": Decimal(90),
        "currency": "USD",
        "languages": ["nl"],
    },
    {
        "username": "dirk",
        "job_title": "Web developer",
        "bio": "I build web shops with Django. Accessibility matters to me.",
        "hourly_rate": Decimal(80),
        "languages": ["nl", "fr", "en"],
    },
]


def names(found: Retrieval) -> list[str]:
    return [candidate.expert.username for candidate in found.candidates]


@pytest.fixture
def expert(db: None) -> MakeExpert:
    """Makes a recommendable expert; every field can be given."""

    def make(username: str, **fields: Any) -> Expert:
        filled = {
            "name": username.title(),
            "job_title": "Adviser",
            "company": "Independent",
            "hourly_rate": Decimal(100),
            "currency": "EUR",
        }
        return Expert.objects.create(username=username, **(filled | fields))

    return make


@pytest.fixture(autouse=True)
def index_dir(settings: Any, tmp_path: Path) -> Path:
    """Every test has an index folder of its own; setting it also resets the wiring."""
    settings.INDEX_DIR = tmp_path / "index"
    return tmp_path / "index"


@pytest.fixture
def people(expert: MakeExpert) -> list[Expert]:
    return [expert(**person) for person in PEOPLE]


@pytest.fixture
def built(people: list[Expert]) -> Report:
    """The small directory, indexed with the offline embedder."""
    return rebuild()


@pytest.fixture
def retriever(built: Report) -> Retriever:
    return wiring.retriever()
