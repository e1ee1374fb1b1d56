"""The index in the admin: what is served, and a rebuild whose progress can be watched."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.dateparse import parse_datetime

from experts.errors import ExpertsError, RebuildInProgress
from experts.pages import action
from experts.pages.imports import ImportPages, log
from experts.search import indexing, rebuilding, wiring


class DirectoryPages(ImportPages):
    """What the experts' admin gets: importing and rebuilding."""

    actions_list: Any = ["import_page", "index_page"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("index/status/", view(self.index_status), name="experts_index_status"),
            *super().get_urls(),
        ]

    @action(description="Index", icon="manage_search", permissions=["import"], url_path="index")
    def index_page(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            full = request.POST.get("full") == "on"
            try:
                rebuilding.start(full=full)
                log(request, "Started a rebuild of the index.")
            except (RebuildInProgress, OSError) as error:
                messages.error(request, f"Not started: {error}")
            return HttpResponseRedirect(reverse("admin:experts_expert_index_page"))
        context = {
            "title": "Search index",
            "status": rebuilding.status(),
            "told": told(rebuilding.status()),
            "ended": parse_datetime(rebuilding.status().finished_at),
            **_served(),
        }
        return self._page(request, "admin/experts/expert/index.html", context)

    def index_status(self, request: HttpRequest) -> HttpResponse:
        if not self.has_import_permission(request):
            raise PermissionDenied
        response = JsonResponse(told(rebuilding.status()))
        response["Cache-Control"] = "no-store"
        return response


def told(status: rebuilding.Status) -> dict[str, Any]:
    """What the page shows while it polls."""
    share = round(100 * status.done / status.steps) if status.steps else 0
    return {
        "state": status.state,
        "running": status.is_running,
        "percent": min(100, share if status.state != "done" else 100),
        "message": sentence(status),
        "started_at": status.started_at,
        "finished_at": status.finished_at,
    }


def sentence(status: rebuilding.Status) -> str:
    if status.state == "never":
        return "No rebuild was started here yet."
    if status.state == "starting":
        return "The rebuild is starting."
    if status.state == "running":
        steps = f"{status.done} of {status.steps} texts" if status.steps else "reading the experts"
        return f"Rebuilding: {steps}."
    return status.message


def _served() -> dict[str, Any]:
    """The generation in service, and why a rebuild would make another one."""
    try:
        snapshot = wiring.snapshots().current()
        stale = indexing.staleness()
    except ExpertsError as error:
        return {"served": None, "stale": _without_command(str(error))}
    manifest = snapshot.manifest if snapshot else None
    made = getattr(manifest, "created_at", "") if manifest else ""
    return {
        "served": manifest,
        "built": parse_datetime(made) if isinstance(made, str) and made else made,
        "stale": _without_command(stale),
    }


def _without_command(sentence: str) -> str:
    """The button below does what the command does."""
    return sentence.replace("; run manage.py rebuild_index.", ".")
