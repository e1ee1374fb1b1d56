"""What leaves the desk by itself: where to, how each delivery went, and once more."""

import json
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localtime
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from conversations.admin.base import DeskAdmin, ReadOnlyAdmin, excerpt
from conversations.admin.filters import ChoiceFilter
from conversations.leads import webhooks
from conversations.models import Delivery, Endpoint, Message, Try
from conversations.models.outreach import EVENTS, new_secret


class EndpointForm(forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    events = forms.MultipleChoiceField(
        choices=[(name, f"{name}: {words}") for name, words in EVENTS.items()],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="None chosen means all.",
    )

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        try:
            webhooks.check(url)
        except webhooks.Refused as error:
            raise forms.ValidationError(f"This cannot be sent to: {error}.") from error
        return url


@admin.register(Endpoint)
class EndpointAdmin(DeskAdmin):
    form = EndpointForm
    list_display = ["__str__", "url", "is_active", "lately", "disabled_reason", "created_at"]
    fields = ["url", "description", "events", "is_active", "disabled_reason", "signing_key"]
    readonly_fields = ["disabled_reason", "signing_key"]
    actions = ["ping", "new_key"]
    empty_state = "Add an address that other systems listen on to tell them of new and hot leads."

    def page(self, keys: Sequence[int]) -> QuerySet[Any]:
        theirs = Delivery.objects.filter(endpoint=OuterRef("pk")).order_by()
        tried = Try.objects.filter(delivery__endpoint=OuterRef("pk")).order_by("-id")
        waiting = theirs.filter(state=Delivery.State.WAITING, tries__gt=0).values("endpoint")
        rows: Any = super().page(keys)
        annotated: QuerySet[Any] = rows.annotate(
            late=Coalesce(Subquery(waiting.annotate(n=Count("pk")).values("n")), 0),
            last_code=Subquery(tried.values("code")[:1]),
            last_said=Subquery(tried.values("said")[:1]),
        )
        return annotated

    @display(description="lately")
    def lately(self, endpoint: Any) -> str:
        """Whether it takes what it is sent; a receiver that is dead is seen here first."""
        if endpoint.last_code is None and endpoint.last_said is None:
            return "nothing sent yet"
        said = str(endpoint.last_code or excerpt(endpoint.last_said, 40))
        if not endpoint.late:
            return f"answered {said}" if endpoint.last_code else f"no answer: {said}"
        url = f"{reverse('admin:conversations_delivery_changelist')}?state=waiting"
        return format_html(
            '<a class="mm-link" href="{}">{} to be tried again</a>, last: {}',
            url,
            endpoint.late,
            said,
        )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "url":
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @display(description="signing key")
    def signing_key(self, endpoint: Endpoint) -> str:
        if not endpoint.pk:
            return "made when it is saved"
        return format_html("<code>{}</code>", endpoint.secret)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if obj.is_active:
            obj.disabled_reason = ""
        super().save_model(request, obj, form, change)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What is on its way to an endpoint goes with it: nothing could be sent there any more.

        Told in numbers, and nobody needs the right to delete deliveries by hand.
        """
        going = Delivery.objects.filter(endpoint__in=[endpoint.pk for endpoint in objs])
        tries = Try.objects.filter(delivery__in=going).count()
        waiting = going.filter(state=Delivery.State.WAITING).count()
        told = [
            f"Webhook endpoint: {endpoint}, with {endpoint.deliveries.count():,} deliveries to it"
            for endpoint in objs
        ]
        if waiting:
            told.append(
                f"{waiting:,} of these deliveries still wait to be sent; they never will be"
            )
        counts = {
            Endpoint._meta.verbose_name_plural: len(objs),  # noqa: SLF001
            Delivery._meta.verbose_name_plural: going.count(),  # noqa: SLF001
            Try._meta.verbose_name_plural: tries,  # noqa: SLF001
        }
        return told, counts, set(), []

    @admin.action(description="Send a test", permissions=["change"])
    def ping(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
        for endpoint in queryset:
            message = Message.objects.create(event="ping", content={"from": "matchmaker"})
            Delivery.objects.create(message=message, endpoint=endpoint)
        messages.success(request, "The test waits in the outbox; see the deliveries.")

    @admin.action(description="Make a new signing key", permissions=["change"])
    def new_key(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
        for endpoint in queryset:
            endpoint.secret = new_secret()
            endpoint.save(update_fields=["secret"])
            self.log_change(request, endpoint, "Made a new signing key.")
        messages.success(request, "What is signed from now on needs the new key.")


class StateFilter(ChoiceFilter):
    title = "state"
    parameter_name = "state"
    path = "state"
    choices_of = Delivery.State.choices


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ["event", "target", "state_label", "tries", "due_at", "sent_at"]
    list_filter = [StateFilter]
    search_fields = ["message__uid", "to", "endpoint__url"]
    search_help_text = "An event's id, an address or an endpoint."
    ordering = ["-id"]
    sortable_by = ["due_at"]
    fields = ["event", "target", "state", "tries", "due_at", "sent_at", "subject", "content", "log"]
    readonly_fields = ["event", "target", "content", "log"]
    actions = ["send_again"]
    empty_state = "Each event on its way to an endpoint or a colleague appears here."

    def page(self, keys: Sequence[int]) -> QuerySet[Any]:
        return super().page(keys).select_related("message", "endpoint")

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("conversations.change_delivery")

    @display(description="event")
    def event(self, delivery: Delivery) -> str:
        return delivery.message.event

    @display(description="to")
    def target(self, delivery: Delivery) -> str:
        return str(delivery.endpoint or delivery.to)

    @display(
        description="state",
        label={"waiting": "info", "sent": "success", "failed": "danger"},
    )
    def state_label(self, delivery: Delivery) -> str:
        return str(delivery.state)

    @display(description="content")
    def content(self, delivery: Delivery) -> str:
        sent = delivery.message.body()
        body = delivery.text if delivery.to else json.dumps(sent, indent=2, ensure_ascii=False)
        return format_html('<pre class="mm-pre">{}</pre>', body)

    @display(description="what came of it")
    def log(self, delivery: Delivery) -> str:
        rows = format_html_join(
            "",
            "<li>{}: {} in {} ms<br>{}</li>",
            (
                (
                    f"{localtime(one.created_at):%Y-%m-%d %H:%M:%S}",
                    one.code or "no answer",
                    one.milliseconds,
                    one.said,
                )
                for one in delivery.log.all()[:20]
            ),
        )
        return format_html("<ol>{}</ol>", rows) if rows else "not tried yet"

    @admin.action(description="Send again", permissions=["replay"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        again = [one for one in queryset if one.endpoint_id or one.text]
        for delivery in again:
            delivery.replay()
            self.log_change(request, delivery, "Sent again.")
        messages.success(request, f"Waiting in the outbox again: {len(again)}.")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(super().has_view_permission(request, obj))
