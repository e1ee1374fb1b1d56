"""Experts of the directory: found, corrected, taken out of every answer and put back."""

import re
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet, TextField, URLField
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import BooleanRadioFilter, DropdownFilter, RadioFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from experts.models import Expert
from experts.pages.imports import to_rebuild
from experts.pages.rebuilds import DirectoryPages

MOST_CHOICES = 200
NONE = "(none)"


class WordsField(forms.CharField):
    """A JSON list of short texts, typed with commas between."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(word) for word in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        words = (word.strip() for word in str(super().to_python(value)).split(","))
        return list(dict.fromkeys(word for word in words if word))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(list(initial or []) != self.to_python(data))


class ExpertForm(forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    languages = WordsField(required=False, help_text="ISO 639-1 codes: nl, fr")
    tags = WordsField(required=False, help_text="With commas between.")

    def clean_languages(self) -> list[str]:
        codes = list(dict.fromkeys(code.lower() for code in self.cleaned_data["languages"]))
        for code in codes:
            if not re.fullmatch("[a-z]{2}", code):
                raise ValidationError(
                    "“%(code)s” is no code of two letters.", params={"code": code}
                )
        return codes

    def clean_currency(self) -> str:
        currency = str(self.cleaned_data["currency"]).upper()
        if currency and not re.fullmatch("[A-Z]{3}", currency):
            raise ValidationError("A currency has three letters, such as EUR.")
        return currency


class RecommendableFilter(RadioFilter):
    title = "may be recommended"
    parameter_name = "recommendable"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        recommendable = Expert.objects.recommendable().order_by().values("pk")
        if self.value() == "yes":
            return queryset.filter(pk__in=recommendable)
        if self.value() == "no":
            return queryset.exclude(pk__in=recommendable)
        return queryset


class ValueFilter(DropdownFilter):
    """The values that occur, and whether there is none. Others filter nothing."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(NONE, NONE), *((value, value) for value in self.values()[:MOST_CHOICES])]

    def values(self) -> list[str]:
        column = str(self.parameter_name)
        rows = Expert.objects.exclude(**{column: ""}).order_by(column)
        return list(rows.values_list(column, flat=True).distinct()[:MOST_CHOICES])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value not in {choice for choice, _ in self.lookup_choices}:
            return queryset
        return self.of(queryset, "" if value == NONE else str(value))

    def of(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return queryset.filter(**{str(self.parameter_name): value})


class CurrencyFilter(ValueFilter):
    title = "currency"
    parameter_name = "currency"


class CategoryFilter(ValueFilter):
    title = "category"
    parameter_name = "category"


class LanguageFilter(ValueFilter):
    title = "language"
    parameter_name = "language"

    def values(self) -> list[str]:
        lists = Expert.objects.order_by().values_list("languages", flat=True).distinct()
        return sorted({str(code) for codes in lists if isinstance(codes, list) for code in codes})

    def of(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return queryset.filter(languages=[])
        # The same text on both databases; SQLite has no `contains` for JSON.
        as_text = queryset.alias(languages_text=Cast("languages", TextField()))
        rows: QuerySet[Any] = as_text.filter(languages_text__contains=f'"{value}"')
        return rows


@admin.register(Expert)
class ExpertAdmin(DirectoryPages):
    form = ExpertForm
    list_display = ["username", "full_name", "title_and_company", "rate", "recommendable",
                    "missing", "is_active", "updated"]  # fmt: skip
    list_filter = [
        RecommendableFilter,
        ("is_active", BooleanRadioFilter),
        CurrencyFilter,
        LanguageFilter,
        CategoryFilter,
    ]
    list_filter_submit = True
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    search_fields = ["username", "name", "job_title", "company", "category", "bio"]
    search_help_text = "A name, username, title, company, category or words of the profile."
    ordering = ["username"]
    sortable_by = ["username", "full_name", "rate", "updated"]
    actions = ["deactivate", "reactivate"]
    fieldsets = [
        (None, {"fields": ["username", "is_active", "state"]}),
        ("Person", {"fields": ["first_name", "last_name", "name", "location", "languages"]}),
        ("Work", {"fields": ["job_title", "company", "category", "tags", "bio"]}),
        ("Price", {"fields": ["hourly_rate", "currency"]}),
        ("Links", {"fields": ["profile_url", "photo_url"]}),
        ("Dates", {"fields": ["joined_at", "deactivated_at", "created_at", "updated_at"]}),
    ]  # fmt: skip
    readonly_fields = ["state", "deactivated_at", "created_at", "updated_at"]
    compressed_fields = True
    warn_unsaved_form = True
    empty_state = "Experts appear here once an editor has imported a directory."

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return [*self.readonly_fields, *(["username"] if obj else [])]  # it is the identity

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, URLField):
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    # --- Columns ---------------------------------------------------------------------------------

    @display(description="full name", ordering="name")
    def full_name(self, expert: Expert) -> str:
        return expert.name or "–"

    @display(description="title and company")
    def title_and_company(self, expert: Expert) -> str:
        parts = " · ".join(part for part in (expert.job_title, expert.company) if part)
        return format_html('<span class="mm-words" title="{}">{}</span>', parts, parts or "–")

    @display(description="rate", ordering="hourly_rate")
    def rate(self, expert: Expert) -> str:
        price = f"{expert.currency} {expert.hourly_rate}".strip() if expert.hourly_rate else "–"
        return format_html('<span class="mm-nowrap">{}</span>', price)

    @display(description="may be recommended", boolean=True)
    def recommendable(self, expert: Expert) -> bool:
        return expert.is_recommendable

    @display(description="updated", ordering="updated_at")
    def updated(self, expert: Expert) -> str:
        return timezone.localtime(expert.updated_at).strftime("%Y-%m-%d %H:%M")

    @display(description="missing")
    def missing(self, expert: Expert) -> str:
        return ", ".join(name.replace("_", " ") for name in expert.missing_fields()) or "–"

    @display(description="may be recommended")
    def state(self, expert: Expert) -> str:
        if not expert.created_at:
            return "once saved, active and complete"
        if expert.is_recommendable:
            return "yes"
        off = "it is not active" + (", and imports leave it so" if expert.kept_off else "")
        lacks = [] if expert.is_active else [off]
        if expert.missing_fields():
            lacks.append(f"it lacks {self.missing(expert)}")
        return f"no: {' and '.join(lacks)}"

    # --- Changes ---------------------------------------------------------------------------------

    @admin.action(description="Deactivate: take out of every answer", permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        changed = self._switch(request, queryset, active=False)
        told = f"{_experts(changed)} deactivated, in no answer from now on, even if imported again."
        messages.success(request, told)
        if changed:
            to_rebuild(request, "to take them out of the index as well")

    @admin.action(description="Reactivate", permissions=["change"])
    def reactivate(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        changed = self._switch(request, queryset, active=True)
        messages.success(request, f"{_experts(changed)} reactivated.")
        if changed:
            to_rebuild(request, "to have them found again")

    def _switch(self, request: HttpRequest, queryset: QuerySet[Any], *, active: bool) -> int:
        chosen = Expert.objects.filter(pk__in=queryset.order_by().values("pk"))
        rows = list(chosen.filter(is_active=not active))
        # Keys, not the query: it may filter by what is being changed.
        same = Expert.objects.filter(pk__in=[row.pk for row in rows])
        changed = same.reactivate() if active else same.deactivate(by_staff=True)
        word = "Reactivated." if active else "Deactivated."
        LogEntry.objects.log_actions(cast("int", request.user.pk), rows, CHANGE, word)
        return changed

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        before = Expert.objects.filter(pk=obj.pk).first() if change else None
        if "is_active" in form.changed_data:
            obj.deactivated_at = None if obj.is_active else timezone.now()
            obj.kept_off = not obj.is_active
        super().save_model(request, obj, form, change)
        if not obj.is_recommendable:
            if before and before.is_recommendable:
                to_rebuild(request, "to take this expert out of the index as well")
        elif not before or not before.is_recommendable:
            to_rebuild(request, "to have this expert found")
        elif before.document() != obj.document():
            to_rebuild(request, "to have this expert found by the new text")


def _experts(number: int) -> str:
    return f"{number} expert{'' if number == 1 else 's'}"
