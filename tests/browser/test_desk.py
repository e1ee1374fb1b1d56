"""A seller's Monday, in a real browser, at a desk and on a phone."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Dialog, Page, expect

from conversations.leads import demand, working
from conversations.models import Conversation, Demand, Endpoint, Lead, figures
from tests.browser.conftest import PASSWORD, Look, log_in
from tests.conversations.admin import rows

# Pieces of an address that stand on more than one line.
BROKEN = """cells => cells.flatMap(cell => {
    const walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), broken = [];
    while (walk.nextNode()) {
        const range = document.createRange();
        range.selectNodeContents(walk.currentNode);
        if (range.getClientRects().length > 1) broken.push(walk.currentNode.data);
    }
    return broken;
})"""
QUESTIONS = (
    ("ana.peeters@bakkerij.example", "Who runs a bakery's payroll, at most 90 euro an hour?"),
    ("tom@webwinkel.example", "Our webshop needs a privacy audit before the summer"),
    ("lucie@ateliers.example", "Je cherche un avocat fiscal qui parle français"),
    ("sam@zonnepanelen.example", "We want somebody for our heat pump design in Ghent"),
    ("nora@startup.example", "Can somebody help with hiring nurses?"),
)  # fmt: skip


@pytest.fixture
def monday(page: Page) -> User:
    """Five leads of the last days, the first of them hot, and a seller with a password."""
    seller = rows.staff("sofie", role="sales")
    seller.set_password(PASSWORD)
    seller.save()
    ines = rows.expert()
    tom = rows.expert("tom-maes", name="Tom Maes", job_title="Accountant", company="Maes & Co")
    now = timezone.now()
    for days, (email, query) in enumerate(QUESTIONS):
        moment = now - timedelta(days=4 * days, hours=2)
        shown = (ines, tom) if days % 2 == 0 else ()
        source = (
            {"utm": {"source": "newsletter"}} if days % 2 else {"referrer": "https://google.com/"}
        )
        row = rows.conversation(email, query, shown, created_at=moment, source=source,
                                answered_at=moment + timedelta(seconds=1.2))  # fmt: skip
        Lead.objects.filter(pk=row.lead_id).update(created_at=moment, last_seen_at=moment)
    hot = Lead.objects.get(email=QUESTIONS[0][0])
    again = rows.conversation(
        hot.email, "And could she start in May?", (ines,), thread=hot.conversations.get().thread
    )
    again.recommendations.update(clicked_at=now)
    rows.vote(again, comment="Exactly what we need")
    rows.conversation("lost@example.com", "Anybody there?", status=Conversation.Status.ABANDONED,
                      response_type="", response_narrative="")  # fmt: skip
    working.change([Lead.objects.get(email=QUESTIONS[3][0]).pk], seller,
                   {"follow_up_on": timezone.localdate(), "owner": seller})  # fmt: skip
    figures.refresh(Lead.objects.values_list("pk", flat=True))
    return seller


def test_a_seller_finds_the_hot_lead_reads_it_and_moves_it_on(
    page: Page, monday: User, look: Look
) -> None:
    page.goto("/admin/")
    look("login", picture=False)
    log_in(page, "sofie")
    expect(page.get_by_role("img", name="Exchanges over time")).to_be_visible()
    look("dashboard")

    page.get_by_role("link", name="Nobody’s, hot first").click()
    hottest = page.locator("#result_list tbody tr").first
    expect(hottest).to_contain_text("ana.peeters@bakkerij.example")
    look("leads")

    hottest.get_by_role("link", name="ana.peeters@bakkerij.example").click()
    expect(page.get_by_text("at most 90 euro an hour?").first).to_be_visible()
    expect(page.get_by_text("would pay up to EUR 90.00 an hour")).to_be_visible()
    look("lead")

    page.get_by_label("Add a note").fill("Called: wants to start in May.")
    page.get_by_label("Status").select_option("contacted")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    lead = Lead.objects.get(email=QUESTIONS[0][0])
    assert lead.status == "contacted"
    assert lead.notes.get().author == monday


@pytest.mark.parametrize("width", [390, 820, 1024, 1280, 1600])
def test_an_address_is_not_broken_within_a_name(page: Page, monday: User, width: int) -> None:
    rows.lead("christophe.vandenbroucke@bouwbedrijf-vandenbroucke.example", owner=monday)
    page.set_viewport_size({"width": width, "height": 900})
    log_in(page, "sofie")
    for path in ("lead", "conversation"):
        page.goto(f"/admin/conversations/{path}/")
        lines = page.locator("#result_list .field-address").evaluate_all(BROKEN)
        assert lines == []
        assert page.locator("#result_list .field-address wbr").count() > 0


def test_the_queue_is_walked_by_keyboard(page: Page, monday: User, size: str) -> None:
    log_in(page, "sofie")
    page.goto("/admin/conversations/lead/?owner=nobody&o=-3")
    page.locator("#result_list tbody tr").first.get_by_role("link").first.click()
    address = page.locator("#lead-email")
    first = address.inner_text()
    page.keyboard.press("j")
    expect(address).not_to_have_text(first)
    second = address.inner_text()
    page.keyboard.press("k")
    expect(address).to_have_text(first)
    page.keyboard.press("ArrowRight")
    expect(address).to_have_text(second)
    note = page.get_by_label("Add a note")
    note.fill("")
    note.press("j")
    assert note.input_value() == "j"  # while writing, a letter is a letter
    expect(address).to_have_text(second)


def test_many_leads_change_and_two_become_one(page: Page, monday: User, look: Look) -> None:
    log_in(page, "sofie")
    page.goto("/admin/conversations/lead/?status=new")
    boxes = page.locator("input.action-select")
    boxes.nth(0).check()
    boxes.nth(1).check()
    act(page, "change_many")
    expect(page.get_by_text("the 2 selected leads")).to_be_visible()
    look("change-many", picture=False)
    page.get_by_label("Status").select_option("qualified")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("2 leads changed.")).to_be_visible()

    page.goto("/admin/conversations/lead/?status=qualified")
    boxes.nth(0).check()
    boxes.nth(1).check()
    act(page, "merge_two")
    look("merge", picture=False)
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_text("is merged into")).to_be_visible()
    page.get_by_role("button", name="Undo this merge").click()
    expect(page.get_by_text("is a lead of its own again")).to_be_visible()
    look("lead-after-merge", picture=False)


def test_a_view_is_saved_and_found_again(page: Page, monday: User, look: Look) -> None:
    log_in(page, "sofie")
    page.goto("/admin/conversations/lead/?q=payroll")
    page.get_by_text("Save this view").click()
    page.get_by_label("Name").fill("Payroll people")
    page.get_by_role("button", name="Save", exact=True).first.click()
    view = page.get_by_role("link", name="Payroll people")
    expect(view).to_have_attribute("aria-current", "page")
    look("view", picture=False)


def test_an_empty_desk_explains_itself(page: Page, look: Look) -> None:
    boss = User.objects.create_superuser("boss", password=PASSWORD)
    assert boss.is_superuser
    log_in(page, "boss")
    expect(page.get_by_role("heading", name="Nothing happened in this period")).to_be_visible()
    look("empty-dashboard", picture=False)
    page.goto("/admin/conversations/lead/")
    expect(page.get_by_text("The first visitor who leaves an address")).to_be_visible()
    look("empty-leads", picture=False)


def test_what_nobody_covers_is_taken_on_with_the_leads_behind_it(
    page: Page, monday: User, look: Look
) -> None:
    for email, query in (
        ("kim@haven.example", "underwater welding diver for a bridge pillar"),
        ("lou@sluis.example", "need a diver for underwater welding of a bridge"),
        ("max@vliegveld.example", "falconry training for airport bird control"),
    ):
        rows.conversation(email, query, usage={"decision": "no_evidence"})
    demand.group(timedelta(days=90))
    log_in(page, "sofie")
    page.goto("/admin/conversations/demand/")
    first = page.locator("#result_list tbody tr").first
    expect(first).to_contain_text("diver")
    look("demand")
    first.get_by_role("link").first.click()
    expect(page.get_by_text("kim@haven.example")).to_be_visible()
    look("one-demand", picture=False)
    page.get_by_label("Status").select_option("taken")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert Demand.objects.get(questions=2).status == "taken"


def test_other_pages_of_a_seller_can_be_read_by_everybody(
    page: Page, monday: User, look: Look
) -> None:
    log_in(page, "sofie")
    lead = Lead.objects.get(email=QUESTIONS[0][0])
    for name, path in (
        ("conversations", "conversation/"), ("feedback", "feedback/"), ("clicks", "click/"),
        ("left addresses", "emailcapture/"), ("consent", "consent/"), ("verdicts", "verdict/"),
        ("exchange", f"conversation/{lead.conversations.latest('pk').pk}/change/"),
        ("similar", f"lead/{lead.pk}/similar/"), ("history", f"lead/{lead.pk}/history/"),
        ("new lead", "lead/add/"),
    ):  # fmt: skip
        page.goto(f"/admin/conversations/{path}")
        if name == "exchange":
            expect(page.get_by_role("combobox", name="It should have been")).to_be_visible()
        look(name, picture=False)


def act(page: Page, action: str) -> None:
    """Choose an action of the list as a person does who has selected rows."""
    page.locator("select[name=action]").select_option(action)
    page.get_by_role("button", name="Run").or_(page.get_by_role("button", name="Go")).first.click()


def test_what_is_typed_is_not_left_behind_without_a_question(page: Page, monday: User) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    log_in(page, "sofie")
    page.goto("/admin/conversations/lead/?owner=nobody&o=-3")
    page.locator("#result_list tbody tr").first.get_by_role("link").first.click()
    first = page.locator("#lead-email").inner_text()
    page.get_by_label("Add a note").fill("Half a sentence")
    page.get_by_label("Add a note").blur()
    page.keyboard.press("j")
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    expect(page.locator("#lead-email")).to_have_text(first)
    expect(page.get_by_label("Add a note")).to_have_value("Half a sentence")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert len(asked) == 1

    row = page.locator("#result_list tbody tr").first
    row.locator(".field-status select").select_option("contacted")
    page.get_by_role("link", name="Due today").click()
    page.wait_for_timeout(300)
    assert len(asked) == 2
    expect(row.locator(".field-status select")).to_have_value("contacted")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("1 lead was changed")).to_be_visible()
    assert len(asked) == 2


def test_long_words_and_small_screens_hide_nothing(page: Page, monday: User, size: str) -> None:
    row = rows.conversation("w" * 60 + "@" + "long." * 20 + "example.com", "نحتاج إلى محاسب " * 9)
    rows.vote(row, comment="Wonder" * 60)
    Endpoint.objects.create(url="https://crm.example.com/")
    page.set_viewport_size({"width": 1280 if size == "desktop" else 360, "height": 800})
    monday.is_superuser = True
    monday.save()
    log_in(page, "sofie")
    for path in ("conversations/lead/", "conversations/conversation/", "conversations/feedback/",
                 "conversations/endpoint/add/", f"conversations/lead/{row.lead_id}/change/",
                 f"conversations/lead/{row.lead_id}/similar/", "experts/expert/"):  # fmt: skip
        page.goto(f"/admin/{path}")
        hidden = page.evaluate(
            """[...document.querySelectorAll("html, #result_list, .mm-panel")]
                .map((one) => [one, one.closest(".overflow-x-auto") || one])
                .map(([one, seen]) => one.scrollWidth - seen.clientWidth)
                .filter((wider) => wider > 1)"""
        )
        assert hidden == [], path
    page.goto(f"/admin/conversations/lead/{row.lead_id}/change/")
    expect(page.locator(".mm-asked").first).to_have_css("direction", "rtl")
