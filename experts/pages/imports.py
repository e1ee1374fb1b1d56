"""Import of a directory in the admin: send a file, look at every change, confirm."""

from collections.abc import Mapping
from itertools import islice
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from experts.errors import ImportFailed
from experts.importing import Action, explain, uploads
from experts.importing.caps import Cap
from experts.models import Expert
from experts.pages import action

ROWS = 50
SHOWN_FIRST = "changes"  # every row but those that stay as they are
REMARKS = "remarks"  # every row that something is said of


class Rows:
    """The rows of a preview of one kind; only those of the page are read."""

    ordered = True

    def __init__(self, upload: uploads.Upload, shown: str) -> None:
        self.upload = upload
        self.remarked = shown == REMARKS
        if self.remarked:
            self.actions = set(Action)
        elif shown == SHOWN_FIRST:
            self.actions = set(Action) - {Action.UNCHANGED}
        else:
            self.actions = {Action(shown)}

    def __len__(self) -> int:
        if self.remarked:
            return self.upload.remarked
        return sum(self.upload.actions.get(action, 0) for action in self.actions)

    def __getitem__(self, wanted: slice) -> list[Mapping[str, Any]]:
        return list(
            islice(self.upload.rows(self.actions, self.remarked), wanted.start, wanted.stop)
        )


class ImportForm(forms.Form):
    file = forms.FileField(
        label="File",
        help_text="CSV with a header row, up to 64 MB. Nothing is written before you confirm.",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
    )
    deactivate_missing = forms.BooleanField(
        label="The file is the whole directory",
        required=False,
        help_text="Active experts it lacks are deactivated.",
        widget=UnfoldBooleanSwitchWidget,
    )
    max_deactivate = forms.CharField(
        label="Deactivate at most",
        initial="20%",
        required=False,
        max_length=20,
        help_text="A share such as 20%, or a number; a file that would deactivate more is refused.",
        widget=UnfoldAdminTextInputWidget,
    )

    def clean_max_deactivate(self) -> str:
        text = str(self.cleaned_data["max_deactivate"] or "20%")
        try:
            Cap.parse(text)
        except ImportFailed as error:
            raise forms.ValidationError(str(error)) from error
        return text


class ImportPages(ModelAdmin):
    """What the experts' admin gets."""

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Who may add and change experts one by one may do so with a file."""
        return request.user.has_perms(("experts.add_expert", "experts.change_expert"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("import/<str:token>/", view(self.preview_page), name="experts_import_preview"),
            *super().get_urls(),
        ]

    @action(description="Import a file", icon="upload_file", permissions=["import"],
            url_path="import")  # fmt: skip
    def import_page(self, request: HttpRequest) -> HttpResponse:
        form = ImportForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            options = dict(form.cleaned_data)
            file = options.pop("file")
            try:
                upload = uploads.keep(
                    file.name, file.chunks(), cast("int", request.user.pk), **options
                )
                return _to_preview(_previewed(upload))
            except ImportFailed as error:
                form.add_error("file", str(error))
        context = {"form": form, "title": "Import experts"}
        return self._page(request, "admin/experts/expert/import.html", context)

    def preview_page(self, request: HttpRequest, token: str) -> HttpResponse:
        if not self.has_import_permission(request):
            raise PermissionDenied
        upload = uploads.find(token, cast("int", request.user.pk))
        if upload is None:
            raise Http404("This upload is not there any more.")
        if request.method == "POST":
            return self._answer(request, upload)
        shown = request.GET.get("show", SHOWN_FIRST)
        if shown not in {*Action, SHOWN_FIRST, REMARKS}:
            shown = SHOWN_FIRST
        rows: Any = Rows(upload, shown)
        page = Paginator(rows, ROWS).get_page(request.GET.get("p"))
        context = {
            "title": f"Import of {upload.name}",
            "upload": upload,
            "page": page,
            "shown": shown,
            "counts": [(act.value, upload.actions.get(act, 0)) for act in Action],
            "reasons": [(explain(code), count) for code, count in upload.reasons.items()],
        }
        return self._page(request, "admin/experts/expert/import_preview.html", context)

    def _answer(self, request: HttpRequest, upload: uploads.Upload) -> HttpResponse:
        """The confirmed plan is carried out if it is still the plan that was shown."""
        back = HttpResponseRedirect(reverse("admin:experts_expert_changelist"))
        if "cancel" in request.POST:
            upload.discard()
            messages.info(request, "Nothing was imported.")
            return back
        try:
            if "allow" in request.POST:
                return _to_preview(upload.allowed())
            plan = upload.plan()
            if request.POST.get("fingerprint") != plan.fingerprint:
                messages.warning(
                    request,
                    "The directory has changed since this was shown; nothing was written. "
                    "This is what the import would do now.",
                )
                return _to_preview(upload.preview())
            plan.apply()
        except ImportFailed as error:
            messages.error(request, str(error))
            return _to_preview(upload)
        upload.discard()
        told = uploads.counted({str(act): count for act, count in plan.actions.items()})
        log(request, f"Imported {upload.name}: {told}.")
        messages.success(request, f"Imported {upload.name}: {told}.")
        if plan.writes:
            to_rebuild(request, "so that the search knows it too")
        return back

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        request.current_app = self.admin_site.name
        frame = self.admin_site.each_context(request)
        return TemplateResponse(request, template, {**frame, "opts": self.opts, **context})


def _previewed(upload: uploads.Upload) -> uploads.Upload:
    try:
        return upload.preview()
    except BaseException:
        upload.discard()
        raise


def _to_preview(upload: uploads.Upload) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:experts_import_preview", args=[upload.token]))


def to_rebuild(request: HttpRequest, purpose: str) -> None:
    """Facts change at once, the index with the next rebuild."""
    url = reverse("admin:experts_expert_index_page")
    messages.warning(request, format_html('<a href="{}">Rebuild the index</a> {}.', url, purpose))


def log(request: HttpRequest, message: str) -> None:
    """Among the recent actions: it belongs to no single expert."""
    LogEntry.objects.create(
        user_id=cast("int", request.user.pk),
        content_type=ContentType.objects.get_for_model(Expert),
        object_repr=message[:200],
        action_flag=CHANGE,
        change_message=message,
    )
