"""HTTP and nothing else: a request is checked, carried out elsewhere, put back into HTTP."""

from functools import partial
from typing import Any

from django.http.response import HttpResponseBase
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from conversations import stages, turnstile
from conversations.api import schema, serializers, throttles
from conversations.api.idempotency import receive_once
from conversations.api.negotiation import accepted_language, accepts_events
from conversations.api.streaming import stream
from conversations.chat.turns import carry_out
from conversations.models import Click, EmailCapture, Feedback


class PublicViewSet(ViewSet):
    """Open to visitors, within limits."""

    def checked(
        self, kind: type[drf.Serializer[dict[str, Any]]], request: Request
    ) -> dict[str, Any]:
        """The body, valid, without what is null."""
        serializer = kind(data=request.data)
        serializer.is_valid(raise_exception=True)
        return {
            name: value for name, value in serializer.validated_data.items() if value is not None
        }


class ChatViewSet(PublicViewSet):
    throttle_classes = (throttles.ChatThrottle,)

    @schema.chat
    def create(self, request: Request) -> HttpResponseBase:
        words = self.checked(serializers.ChatRequestSerializer, request)
        wants_events = words.pop("stream", False) or accepts_events(request)
        words["page_language"] = accepted_language(request)
        words["request_id"] = getattr(request, "request_id", "")
        stages.begin()
        with stages.stage("receive"):
            conversation = receive_once(request, words)
        if wants_events:
            return stream(partial(carry_out, conversation))
        turnstile.step_aside()  # every message that has arrived is stored before any is answered
        return Response(serializers.answer_body(carry_out(conversation)))


class FeedbackViewSet(PublicViewSet):
    @schema.feedback
    def create(self, request: Request) -> Response:
        vote = self.checked(serializers.FeedbackRequestSerializer, request)
        Feedback.objects.cast(number=vote.pop("conversation_id"), **vote)
        return Response({"status": "ok"})


class ClickViewSet(PublicViewSet):
    @schema.click
    def create(self, request: Request) -> Response:
        click = self.checked(serializers.ClickRequestSerializer, request)
        number, username = click.pop("conversation_id"), click.pop("expert_id")
        Click.objects.note(number=number, username=username, **click)
        return Response(status=204)


class EmailCaptureViewSet(PublicViewSet):
    @schema.email_capture
    def create(self, request: Request) -> Response:
        EmailCapture.objects.capture(
            **self.checked(serializers.EmailCaptureRequestSerializer, request)
        )
        return Response({"status": "ok"})
