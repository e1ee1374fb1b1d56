"""Views of a list: those that come with the desk, one's own, and those shared by colleagues."""

from typing import Any, cast
from urllib.parse import parse_qsl, urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from conversations.admin.base import DeskAdmin
from conversations.models import SavedView

MOST = 50
NOT_KEPT = {"p", "all", "e", "_changelist_filters"}


def normal(query: str) -> str:
    """The same narrowing is the same text, whatever the order it came in."""
    kept = [pair for pair in parse_qsl(query) if pair[0] not in NOT_KEPT and "\x00" not in pair[1]]
    return urlencode(sorted(kept))


class ViewForm(forms.Form):
    name = forms.CharField(max_length=60)
    query = forms.CharField(required=False, max_length=4000)
    shared = forms.BooleanField(required=False)


class SavedViews(DeskAdmin):
    """Links above the list, and the way to keep what one looks at under a name."""

    list_before_template: Any = "admin/conversations/includes/views.html"
    built_in_views: tuple[tuple[str, str], ...] = ()

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("views/save/", wrap(require_POST(self.save_view)), name=self._name("save")),
            path(
                "views/<int:key>/delete/",
                wrap(require_POST(self.delete_view_row)),
                name=self._name("delete"),
            ),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        current = normal(request.GET.urlencode())
        user: Any = request.user
        views = SavedView.objects.filter(Q(owner=user) | Q(shared=True), list=self._list())
        extra_context = (extra_context or {}) | {
            "built_in_views": [
                {"name": name, "query": query, "current": normal(query) == current}
                for name, query in self.built_in_views
            ],
            "saved_views": [
                {"row": view, "current": view.query == current, "own": view.owner_id == user.pk}
                for view in views.select_related("owner")[:MOST]
            ],
            "current_query": current,
            "save_view_url": reverse(f"admin:{self._name('save')}"),
        }
        return super().changelist_view(request, extra_context)

    def save_view(self, request: HttpRequest) -> HttpResponse:
        self._allowed(request)
        form = ViewForm(request.POST)
        if not form.is_valid():
            messages.error(request, "A view needs a name of at most 60 characters.")
            return self._back("")
        data, user = form.cleaned_data, cast("User", request.user)
        mine = SavedView.objects.filter(owner_id=user.pk, list=self._list())
        query = normal(data["query"])
        if mine.count() >= MOST and not mine.filter(name=data["name"]).exists():
            messages.error(request, f"{MOST} views are enough; delete one first.")
        else:
            mine.update_or_create(
                name=data["name"],
                defaults={
                    "query": query,
                    "shared": data["shared"],
                    "owner_id": user.pk,
                    "list": self._list(),
                },
            )
            messages.success(request, f"The view “{data['name']}” is saved.")
        return self._back(query)

    def delete_view_row(self, request: HttpRequest, key: int) -> HttpResponse:
        self._allowed(request)
        gone, _ = SavedView.objects.filter(pk=key, owner_id=request.user.pk).delete()
        if gone:
            messages.success(request, "The view is deleted.")
        return self._back("")

    def _allowed(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _back(self, query: str) -> HttpResponse:
        url = reverse(f"admin:conversations_{self._list()}_changelist")
        return HttpResponseRedirect(f"{url}?{query}" if query else url)

    def _list(self) -> str:
        return str(self.model._meta.model_name)  # noqa: SLF001

    def _name(self, verb: str) -> str:
        return f"conversations_{self._list()}_view_{verb}"
