"""Fields that every row of a list has: as Django draws them, and drawn once."""

from typing import Any

import pytest
from django import forms
from django.test import Client
from django.test.html import parse_html
from unfold.widgets import UnfoldAdminSelectWidget

from conversations.admin.fields import RowHidden, RowSelect
from conversations.models import Lead
from tests.conversations.admin import rows

LEADS = "/admin/conversations/lead/"
HOSTILE = "\"'><script>alert(1)</script>&amp;"
CHOICES = [("", "nobody"), ("1", "sam"), ("11", HOSTILE), (HOSTILE, "eve"), ("a\\1", "new")]


@pytest.mark.parametrize("value", [None, "", 1, "11", HOSTILE, "a\\1", "gone"])
@pytest.mark.parametrize("attrs", [{}, {"aria-invalid": "true"}, {"disabled": True}])
def test_a_row_has_the_select_that_the_template_draws(value: Any, attrs: dict[str, Any]) -> None:
    ours, stock = RowSelect(choices=CHOICES), UnfoldAdminSelectWidget(choices=CHOICES)
    for row in range(2):
        told = {"id": f"id_{row}", "aria-label": f"owner of {HOSTILE}", **attrs}
        drawn = ours.render(f"form-{row}", value, told)
        assert parse_html(drawn) == parse_html(stock.render(f"form-{row}", value, told))


@pytest.mark.parametrize("value", [None, "", 7, HOSTILE])
def test_a_row_has_the_hidden_field_that_the_template_draws(value: Any) -> None:
    drawn = RowHidden().render(HOSTILE, value, {"id": HOSTILE})
    stock = forms.HiddenInput().render(HOSTILE, value, {"id": HOSTILE})
    assert parse_html(drawn) == parse_html(stock)


def test_the_choices_of_fifty_rows_are_drawn_once(boss: Client) -> None:
    sam = rows.staff("sam", role="sales")
    for number in range(50):
        rows.lead(f"person{number}@example.com", status="won", owner=sam)
    answer = boss.get(LEADS)
    drawn = [template.name for template in answer.templates]
    assert drawn.count("unfold/widgets/select.html") < 10  # those of the filters included
    page = answer.content.decode()
    assert page.count(f'<option value="{sam.pk}" selected>sam') == 50
    assert page.count('<option value="won" selected>Won') == 50
    for number in range(50):
        assert f'aria-label="owner of person{number}@example.com"' in page


@pytest.mark.parametrize("url", [LEADS, "/admin/conversations/conversation/"])
def test_an_address_may_break_behind_its_signs_only(boss: Client, url: str) -> None:
    rows.conversation("ana.de-vos+shop@mail.example.com")
    rows.conversation("<b>@'x\".com")
    page = boss.get(url).content.decode()
    assert "ana.<wbr>de-<wbr>vos+<wbr>shop@<wbr>mail.<wbr>example.<wbr>com<wbr></" in page
    assert "&lt;b&gt;@<wbr>" in page


def test_what_is_chosen_in_a_row_is_that_rows(boss: Client) -> None:
    sam = rows.staff("sam", role="sales")
    first, second = rows.lead("a@example.com"), rows.lead("b@example.com", status="won")
    listed = [lead.pk for lead in boss.get(LEADS).context["cl"].result_list]
    data = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "2", "_save": "Save"}
    for at, key in enumerate(listed):
        lead = Lead.objects.get(pk=key)
        data |= {f"form-{at}-id": str(key), f"form-{at}-status": lead.status,
                 f"initial-form-{at}-status": lead.status, f"form-{at}-owner": "",
                 f"initial-form-{at}-owner": ""}  # fmt: skip
    data[f"form-{listed.index(second.pk)}-owner"] = str(sam.pk)
    data[f"form-{listed.index(first.pk)}-status"] = "lost"
    assert boss.post(LEADS, data).status_code == 302
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.owner, second.status, second.owner) == ("lost", None, "won", sam)
