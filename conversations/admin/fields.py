"""Choices asked for and drawn once, however many rows of a list offer or check them."""

from functools import cached_property
from typing import Any
from uuid import uuid4

from django import forms
from django.forms.models import BaseModelFormSet
from django.forms.utils import flatatt
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminSelectWidget

# What differs from row to row; nobody's name or label holds one of these.
NAME, KEY, LABEL, NONE = (uuid4().hex for _ in range(4))


class Known:
    """Rows to choose from: one query, at the first use, shared by all copies of a field."""

    def __init__(self, rows: Any, empty: Any) -> None:
        self.rows = rows
        self.empty = empty

    @cached_property
    def by_key(self) -> dict[str, Any]:
        return {str(row.pk): row for row in self.rows}

    def choices(self) -> list[tuple[str, str]]:
        first = [] if self.empty is None else [("", self.empty)]
        return [*first, *((key, str(row)) for key, row in self.by_key.items())]


class KnownField(forms.ModelChoiceField):  # type: ignore[type-arg]  # no generic at run time
    """A foreign key among few rows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = Known(self.queryset, self.empty_label)
        self.choices = self.known.choices

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        row = self.known.by_key.get(str(getattr(value, "pk", value)))
        if row is None:
            raise forms.ValidationError(self.error_messages["invalid_choice"], "invalid_choice")
        return row


class RowSelect(UnfoldAdminSelectWidget):
    """A select that every row has: its template draws it once, and each row fills in its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.drawn: dict[tuple[tuple[str, Any], ...], str] = {}  # one for all copies of the field

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        attrs = self.attrs | (attrs or {})
        own = {KEY: attrs.pop("id", ""), LABEL: attrs.pop("aria-label", ""), NAME: name}
        like = tuple(sorted(attrs.items()))
        if like not in self.drawn:
            marks = {"id": KEY, "aria-label": LABEL}
            self.drawn[like] = super().render(NAME, NONE, attrs | marks, renderer)
        html = self.drawn[like]
        for mark, text in own.items():
            html = html.replace(mark, conditional_escape(text))
        (chosen,) = self.format_value(value)
        option = f'<option value="{conditional_escape(chosen)}"'
        return SafeString(html.replace(option, f"{option} selected", 1))


class RowHidden(forms.HiddenInput):
    """Three to a row, too many to ask a template for each."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        told = {"type": "hidden", "name": name, "value": self.format_value(value), **(attrs or {})}
        return format_html("<input{}>", flatatt(told))


class RowFormSet(BaseModelFormSet):  # type: ignore[type-arg]  # no generic at run time
    """The rows of a list; Django would look each of them up again."""

    @cached_property
    def rows(self) -> Known:
        return Known(self.get_queryset(), None)

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        stock = form.fields["id"]
        field = KnownField(stock.queryset, initial=stock.initial, required=False, widget=RowHidden)
        field.known = self.rows
        form.fields["id"] = field
