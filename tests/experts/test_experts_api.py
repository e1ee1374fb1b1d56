"""GET /api/experts/: the directory without a lead."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from conversations.models import Conversation
from experts.api.views import ExpertViewSet
from experts.models import Expert
from experts.search.indexing import Report, rebuild
from tests.experts.conftest import MakeExpert


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


def get(client: Client, path: str = "/api/experts/", **query: Any) -> dict[str, Any]:
    response = client.get(path, query)
    assert response.status_code == 200, response.content
    body: dict[str, Any] = response.json()
    return body


def ids(body: dict[str, Any]) -> list[str]:
    return [row["id"] for row in body["results"]]


def test_a_question_ranks_the_directory(client: Client, built: Report) -> None:
    body = get(client, q="my pipes are leaking")
    assert ids(body)[0] == "ben"
    assert "dirk" not in ids(body)
    assert body["count"] == len(ids(body))
    assert body["next"] is None
    assert body["previous"] is None


def test_nonsense_finds_nobody(client: Client, built: Report) -> None:
    for nonsense in ("zzzz", "qwfp arst"):
        assert get(client, q=nonsense)["count"] == 0


def test_whoever_is_named_comes_first(client: Client, expert: MakeExpert, built: Report) -> None:
    expert("eve", name="Eve Vandamme", job_title="Web developer", bio="I build web shops.")
    rebuild()
    assert ids(get(client, q="eve vandamme")) == ["eve"]
    assert ids(get(client, q="Does Eve Vandamme know about income tax and VAT?"))[:2] == [
        "eve",
        "ada",
    ]


def test_a_profile_is_public_facts_and_nothing_else(client: Client, built: Report) -> None:
    [ben] = [row for row in get(client)["results"] if row["id"] == "ben"]
    assert ben == {
        "id": "ben",
        "name": "Ben",
        "title": "Plumber",
        "company": "Independent",
        "hourly_rate": "60.00",
        "currency": "EUR",
        "profile_url": None,
        "photo_url": None,
        "languages": ["en"],
        "location": "",
    }


def test_searching_leaves_no_lead(client: Client, built: Report) -> None:
    get(client, q="tax")
    assert not Conversation.objects.exists()


def test_without_a_question_all_who_may_be_shown_are_listed(
    client: Client, people: list[Expert], expert: MakeExpert
) -> None:
    expert("gone", is_active=False)
    assert ids(get(client)) == ["ada", "ben", "cleo", "dirk"]


@pytest.mark.parametrize("question", [{}, {"q": "tax, pipes, web shops and belastingadvies"}])
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"max_hourly_rate": "80"}, {"ben", "dirk"}),
        ({"min_hourly_rate": "90", "max_hourly_rate": "100"}, {"cleo"}),
        ({"currency": "usd"}, {"cleo"}),
        ({"language": "NL"}, {"ada", "cleo", "dirk"}),
        ({"max_hourly_rate": "1"}, set()),
        ({"language": "zu"}, set()),
    ],
)
def test_filters_stand_with_and_without_a_question(
    client: Client,
    built: Report,
    question: dict[str, str],
    filters: dict[str, str],
    expected: set[str],
) -> None:
    found = set(ids(get(client, **question, **filters)))
    assert found <= expected
    assert found == expected or (found and question)


def test_an_empty_parameter_asks_nothing(client: Client, built: Report) -> None:
    nothing = {"q": "", "max_hourly_rate": "", "currency": "", "language": "", "page": ""}
    assert ids(get(client, **nothing)) == ids(get(client))


def test_a_demand_in_the_words_counts_but_gives_way(client: Client, built: Report) -> None:
    assert ids(get(client, q="web developer under €85 an hour")) == ["dirk"]
    assert ids(get(client, q="tax lawyer under €85 an hour")) == ["ada"]


def test_pages_are_of_twenty_and_stable(client: Client, expert: MakeExpert) -> None:
    for number in range(45):
        expert(f"e{number:02}")
    rebuild()
    for question in ({}, {"q": "adviser"}):
        pages = [get(client, page=page, **question) for page in (1, 2, 3)]
        assert [len(page["results"]) for page in pages] == [20, 20, 5]
        assert pages[0]["count"] == 45
        assert "page=2" in pages[0]["next"]
        assert len({name for page in pages for name in ids(page)}) == 45


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"q": "x" * 2001}, "#/q"),
        ({"q": "a\x00b"}, "#/q"),
        ({"max_hourly_rate": "cheap"}, "#/max_hourly_rate"),
        ({"max_hourly_rate": "-5"}, "#/max_hourly_rate"),
        ({"max_hourly_rate": "NaN"}, "#/max_hourly_rate"),
        ({"min_hourly_rate": "1e400"}, "#/min_hourly_rate"),
        ({"currency": "euro"}, "#/currency"),
        ({"language": "dutch"}, "#/language"),
        ({"page": "0"}, "#/page"),
        ({"page": "last"}, "#/page"),
    ],
)
def test_a_bad_parameter_is_a_problem_that_points_at_it(
    client: Client, built: Report, query: dict[str, str], pointer: str
) -> None:
    response = client.get("/api/experts/", query)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


def test_a_page_beyond_the_last_is_not_found(client: Client, built: Report) -> None:
    response = client.get("/api/experts/", {"page": 99})
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["/api/experts", "/api/experts/", "/api/v1/experts", "/api/v1/experts/"]
)
def test_each_path_answers(client: Client, built: Report, path: str) -> None:
    assert len(get(client, path)["results"]) == 4


def test_nothing_can_be_written(client: Client, built: Report) -> None:
    for method in (client.post, client.put, client.patch, client.delete):
        assert method("/api/experts/").status_code == 405


@pytest.mark.django_db
def test_searching_without_an_index_is_a_problem_and_listing_is_not(client: Client) -> None:
    response = client.get("/api/experts/", {"q": "tax"})
    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    assert get(client)["count"] == 0


def test_a_page_of_the_list_costs_two_queries(
    client: Client, built: Report, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ExpertViewSet, "throttle_classes", ())  # counting callers costs its own
    with django_assert_num_queries(2):
        get(client)
    with django_assert_num_queries(1):
        get(client, q="tax")
