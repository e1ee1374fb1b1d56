"""Choices asked for once, however many rows of a list offer or check them."""

from functools import cached_property
from typing import Any

from django import forms
from django.forms.models import BaseModelFormSet


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


class RowFormSet(BaseModelFormSet):  # type: ignore[type-arg]  # no generic at run time
    """The rows of a list; Django would look each of them up again."""

    @cached_property
    def rows(self) -> Known:
        return Known(self.get_queryset(), None)

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        stock = form.fields["id"]
        field = KnownField(
            stock.queryset, initial=stock.initial, required=False, widget=forms.HiddenInput
        )
        field.known = self.rows
        form.fields["id"] = field
