"""What the service says about itself: texts that staff write."""

from django.contrib import admin
from unfold.admin import ModelAdmin
from unfold.decorators import display

from conversations.admin.base import excerpt
from conversations.models import ServiceText


@admin.register(ServiceText)
class ServiceTextAdmin(ModelAdmin):
    empty_state = "Visitors read the texts that the product comes with. Add yours here."
    list_display = ["topic", "language", "said"]
    list_filter = ["topic", "language"]
    search_fields = ["text"]

    @display(description="text")
    def said(self, row: ServiceText) -> str:
        return excerpt(row.text)
