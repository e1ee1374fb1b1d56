"""What nobody covers, grouped by meaning."""

import uuid
from datetime import timedelta
from io import StringIO
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from conversations.leads import demand, meaning, privacy
from conversations.models import Conversation, Demand, Lead, LeadMeaning, Uncovered, Verdict
from experts.search import wiring
from tests.conversations.admin import rows
from tests.conversations.conftest import Ask
from tests.conversations.needs import NEEDS

pytestmark = pytest.mark.django_db
MONTHS = timedelta(days=90)


def run(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue().strip()


def nobody(email: str, query: str, **fields: Any) -> Conversation:
    return rows.conversation(email, query, usage={"decision": "no_evidence"}, **fields)


@pytest.fixture
def divers() -> list[Conversation]:
    return [
        nobody("ana@example.com", "underwater welding diver for a bridge pillar"),
        nobody("bob@example.com", "need a diver for underwater welding of a bridge"),
        nobody("ana@example.com", "underwater welding diver bridge"),
        nobody("eve@example.com", "falconry training for airport bird control"),
    ]


def groups() -> dict[str, tuple[int, int]]:
    return {one.title: (one.questions, one.leads) for one in Demand.objects.all()}


def test_questions_alike_are_one_demand_with_counts(divers: list[Conversation]) -> None:
    done = demand.group(MONTHS)
    assert (done.questions, done.new, done.reopened) == (4, 2, 0)
    assert sorted(groups().values()) == [(1, 1), (3, 2)]
    big = Demand.objects.get(questions=3)
    assert "diver" in big.title
    assert demand.group(MONTHS).questions == 0


def pairs(labels: Any) -> Any:
    labels = np.asarray(labels)
    return (labels[:, None] == labels)[np.triu_indices(len(labels), 1)]


@pytest.mark.model
@pytest.mark.parametrize(
    ("model", "first", "least_right", "least_found"),
    [
        ("packaged:multilingual-e5-small", 3, 0.75, 0.65),
        ("packaged:all-MiniLM-L6-v2", 2, 0.65, 0.4),  # knows English: the first two of each
    ],
)
def test_needs_told_in_several_words_and_languages_are_grouped(
    settings: Settings, model: str, first: int, least_right: float, least_found: float
) -> None:
    settings.EMBEDDING_MODEL = model
    wiring.embedder.cache_clear()
    asked = [(number, words) for number, need in enumerate(NEEDS) for words in need[:first]]
    try:
        clusters = demand._clusters(meaning.embed([words for _, words in asked]))
    finally:
        wiring.embedder.cache_clear()
    groups = {at: label for label, members in clusters.items() for at in members}
    together = pairs([groups[at] for at in range(len(asked))])
    same = pairs([number for number, _ in asked])
    assert (together & same).sum() / together.sum() >= least_right
    assert (together & same).sum() / same.sum() >= least_found


def test_a_follow_up_stays_with_its_question_and_counts_no_second_time() -> None:
    thread = uuid.uuid4()
    first = nobody("ana@example.com", "underwater welding diver for a bridge", thread=thread)
    joint = "underwater welding diver for a bridge, knows falcons for bird control at airports"
    second = nobody("ana@example.com", "knows falcons for bird control at airports", thread=thread,
                    follows=first.query, standalone_query=joint)  # fmt: skip
    nobody("eve@example.com", "falcons for bird control at airports")
    demand.group(MONTHS)
    assert sorted(groups().values()) == [(1, 1), (1, 1)]
    nobody("ana@example.com", "Someone cheaper?", thread=thread, follows=joint,
           standalone_query=joint)  # fmt: skip
    assert demand.group(MONTHS).new == 0
    together = Uncovered.objects.filter(conversation__thread=thread)
    assert together.values("demand").distinct().count() == 1
    assert second.uncovered.demand.questions == 1


def test_a_correction_is_a_question_of_its_own() -> None:
    thread = uuid.uuid4()
    nobody("ana@example.com", "underwater welding", thread=thread)
    nobody("ana@example.com", "not welding, falconry", thread=thread,
           follows="underwater welding", standalone_query="falconry")  # fmt: skip
    demand.group(MONTHS)
    assert Demand.objects.count() == 2


def test_a_follow_up_of_nothing_is_no_demand() -> None:
    for words in ("Someone cheaper?", "Iemand anders?", "Quelqu'un d'autre ?", "too expensive"):
        nobody("ana@example.com", words)
    assert demand.group(MONTHS).questions == 0


def test_the_desk_reads_a_follow_up_with_the_question_it_continues(client: Client) -> None:
    client.force_login(rows.staff("sam", role="sales"))
    nobody("ana@example.com", "Someone cheaper?", follows="a diver for a bridge",
           standalone_query="a diver for a bridge")  # fmt: skip
    demand.group(MONTHS)
    page = client.get(f"/admin/conversations/demand/{Demand.objects.get().pk}/change/")
    assert "Someone cheaper? (after: a diver for a bridge)" in page.content.decode()


def test_the_same_questions_make_the_same_groups(divers: list[Conversation]) -> None:
    demand.group(MONTHS)
    first = groups()
    Demand.objects.all().delete()
    demand.group(MONTHS)
    assert groups() == first


def test_a_later_question_joins_the_group_it_means_the_same_as(
    divers: list[Conversation],
) -> None:
    demand.group(MONTHS)
    nobody("kim@example.com", "a diver for welding under water, at a bridge")
    done = demand.group(MONTHS)
    assert (done.questions, done.new) == (1, 0)
    assert (4, 3) in groups().values()


def test_a_wide_group_draws_no_more_than_a_narrow_one(divers: list[Conversation]) -> None:
    demand.group(MONTHS)
    big = Demand.objects.get(questions=3)
    members = meaning.unpacked([row.meaning for row in big.uncovered.all()])
    other = meaning.embed(["a diver who looks for birds at a bridge"])[0]
    (closeness,) = meaning.means([big.center]) @ other
    assert closeness == pytest.approx((members @ other).mean(), abs=0.01)


@pytest.mark.model
def test_questions_that_come_a_few_at_a_time_are_not_thrown_together(settings: Settings) -> None:
    settings.EMBEDDING_MODEL = "packaged:multilingual-e5-small"
    wiring.embedder.cache_clear()
    try:
        for turn in range(3):
            for number, need in enumerate(NEEDS):
                nobody(f"{number}@example.com", need[turn])
                if number % 8 == 7:
                    demand.group(MONTHS)
            demand.group(MONTHS)
    finally:
        wiring.embedder.cache_clear()
    placed = list(Uncovered.objects.values_list("demand", "conversation__lead"))
    together = pairs([group for group, _ in placed])
    same = pairs([lead for _, lead in placed])
    assert (together & same).sum() / together.sum() >= 0.7
    assert (together & same).sum() / same.sum() >= 0.5


def test_what_spam_asks_for_is_no_demand() -> None:
    nobody("spam@example.com", "casino bonus of a hundred free spins")
    Lead.objects.update(status="spam")
    assert demand.group(MONTHS).questions == 0


def test_why_it_is_thought_that_nobody_covered_it() -> None:
    ines = rows.expert()
    weak = rows.conversation("weak@example.com", "sailing lessons on a catamaran", shown=(ines,))
    weak.recommendations.update(tier="possible")
    down = rows.conversation("down@example.com", "payroll for thirty people", shown=(ines,))
    rows.vote(down, up=False)
    rows.conversation("good@example.com", "payroll for two people", shown=(ines,))
    uncounted = rows.conversation("x@example.com", "a payroll tool", shown=(ines,))
    rows.vote(uncounted, up=False, counted=False)
    rows.conversation(
        "vague@example.com", "help with my business plan", usage={"decision": "broad"}
    )
    nobody("hello@example.com", "hello")
    nobody("open@example.com", "a question without an answer", status="failed")
    nobody("diver@example.com", "underwater welding")
    nobody("old@example.com", "beekeeping", created_at=timezone.now() - timedelta(days=100))
    demand.group(MONTHS)
    assert {one.conversation.email: one.reason for one in Uncovered.objects.all()} == {
        "weak@example.com": "weak", "down@example.com": "down", "diver@example.com": "nothing",
    }  # fmt: skip


def test_the_chat_keeps_why_it_asked_back(experts: None, ask: Ask) -> None:
    ask("xylophone kwyjibo zzyzx")
    usage = Conversation.objects.get().usage
    assert usage["decision"] in ("no_evidence", "nobody")
    assert run("group_demand").startswith("1 questions that nobody covered: 1 new groups")
    assert Demand.objects.get().nearest != []
    assert LeadMeaning.objects.count() == 1


def test_a_closed_demand_opens_again_when_it_comes_back(divers: list[Conversation]) -> None:
    demand.group(MONTHS)
    Demand.objects.update(status="closed", closed_at=timezone.now())
    nobody("kim@example.com", "underwater welding diver for a bridge")
    assert demand.group(MONTHS).reopened == 1
    again = Demand.objects.get(questions=4)
    assert again.status == "open"
    assert again.reopened_at is not None
    assert Demand.objects.get(questions=1).status == "closed"


def test_an_older_question_found_late_does_not_open_it_again(divers: list[Conversation]) -> None:
    demand.group(MONTHS)
    Demand.objects.update(status="closed", closed_at=timezone.now())
    yesterday = timezone.now() - timedelta(days=1)
    nobody("kim@example.com", "underwater welding diver for a bridge", created_at=yesterday)
    assert demand.group(MONTHS).reopened == 0


def test_the_words_of_a_forgotten_person_leave_the_group(divers: list[Conversation]) -> None:
    demand.group(MONTHS)
    privacy.forget("ana@example.com")
    assert groups() == {
        "need a diver for underwater welding of a bridge": (1, 1),
        "falconry training for airport bird control": (1, 1),
    }
    privacy.forget("eve@example.com")
    demand.group(MONTHS)
    assert Demand.objects.count() == 1


def test_another_model_reads_the_questions_again(divers: list[Conversation]) -> None:
    demand.group(MONTHS)
    before = Demand.objects.get(questions=3)
    Demand.objects.update(model="another", center=b"\x00\x00")
    Uncovered.objects.update(meaning=b"\x00\x00")
    demand.group(MONTHS)
    after = Demand.objects.get(questions=3)
    assert after.model == before.model
    assert np.allclose(
        meaning.unpacked([after.center]), meaning.unpacked([before.center]), atol=0.01
    )


def test_a_demand_is_assigned_noted_and_closed_in_the_admin(
    client: Client, divers: list[Conversation]
) -> None:
    seller = rows.staff("sam", role="sales")
    client.force_login(seller)
    demand.group(MONTHS)
    big = Demand.objects.get(questions=3)
    url = "/admin/conversations/demand/"
    page = client.get(url).content.decode()
    assert big.title in page
    page = client.get(f"{url}{big.pk}/change/").content.decode()
    assert "bob@example.com" in page
    assert "underwater welding diver for a bridge pillar" in page
    data = {"status": "closed", "owner": str(seller.pk), "note": "Asked two divers."}
    assert client.post(f"{url}{big.pk}/change/", data).status_code == 302
    big.refresh_from_db()
    assert (big.status, big.owner, big.note) == ("closed", seller, "Asked two divers.")
    assert big.closed_at is not None
    small = Demand.objects.get(questions=1)
    client.post(url, {"action": "take", "_selected_action": [str(small.pk)]})
    small.refresh_from_db()
    assert (small.status, small.owner) == ("taken", seller)
    listed = client.get(url, {"status": "taken"}).context["cl"].result_list
    assert [one.pk for one in listed] == [small.pk]


def test_hostile_questions_are_text_in_demand_and_likeness(client: Client) -> None:
    client.force_login(rows.staff("adam", role="admins"))
    hostile = "<script>alert(1)</script> \"'><img src=x onerror=alert(1)> underwater welding"
    row = nobody("ana@example.com", hostile)
    nobody("bob@example.com", hostile)
    demand.group(MONTHS)
    key = Demand.objects.get().pk
    Verdict.objects.create(conversation=row, word="should", username=hostile[:150], note=hostile)
    for url in ("demand/", f"demand/{key}/change/", f"lead/{row.lead_id}/similar/", "verdict/",
                f"conversation/{row.pk}/change/", f"lead/{row.lead_id}/forget/"):  # fmt: skip
        page = client.get(f"/admin/conversations/{url}").content.decode()
        assert "<script>alert" not in page, url
        assert "<img src=x" not in page, url


def test_a_group_is_counted_once_for_many_questions_that_go(
    divers: list[Conversation], monkeypatch: pytest.MonkeyPatch
) -> None:
    demand.group(MONTHS)
    counted: list[Any] = []
    recount = demand.recount

    def counting(keys: Any) -> None:
        counted.append(keys)
        recount(keys)

    monkeypatch.setattr(demand, "recount", counting)
    Conversation.objects.filter(query__contains="diver").delete()
    assert len(counted) == 1
    assert sorted(groups().values()) == [(0, 0), (1, 1)]


def test_counting_a_group_again_leaves_what_the_desk_changes_meanwhile(
    divers: list[Conversation], monkeypatch: pytest.MonkeyPatch
) -> None:
    demand.group(MONTHS)

    def words(row: Conversation) -> str:
        Demand.objects.update(status="closed", note="Asked two divers.")
        return row.query

    monkeypatch.setattr(demand, "words_of", words)
    big = Demand.objects.get(questions=3)
    demand.recount([big.pk])
    big.refresh_from_db()
    assert (big.status, big.note) == ("closed", "Asked two divers.")
