"""How leads are scored: one row of weights."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from conversations.leads import recomputing
from conversations.models import Lead, ScoreSettings

AT_ONCE = 5000


@admin.register(ScoreSettings)
class ScoreSettingsAdmin(ModelAdmin):
    empty_state = "Leads are scored by the weights that the product comes with. Add yours here."
    list_display = ["__str__", "engagement", "fit", "recency", "feedback", "budget",
                    "half_life_days", "hot_from"]  # fmt: skip
    fieldsets = (
        ("Weights", {
            "fields": ("engagement", "fit", "recency", "feedback", "budget"),
            "description": "What counts is the share of each weight in their sum; the score is"
                           " always out of 100.",
        }),
        ("Fading and heat", {"fields": ("half_life_days", "hot_from")}),
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not ScoreSettings.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if Lead.objects.all()[: AT_ONCE + 1].count() <= AT_ONCE:
            scored = recomputing.score_all()
            messages.info(request, f"{scored} leads are scored anew.")
        else:
            messages.info(request, "The next run of score_leads scores all leads by it.")
