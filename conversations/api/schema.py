"""What the OpenAPI document says of the talk: every answer, and examples."""

from typing import Any

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers as drf

from conversations.api import serializers

PROBLEM = "application/problem+json"
EXAMPLE_ID = "9d5ef6b1-98b5-4fb0-9e8c-6d8ff2f0c1de"
MEANINGS = {
    400: "Malformed or invalid; `errors` points to what is wrong.",
    405: "Another method.",
    409: "The first request with this Idempotency-Key is still being answered.",
    413: "More than 256 kB.",
    415: "Not JSON.",
    422: "This Idempotency-Key was used with another body.",
    503: "No answer could be made. For the chat: the message is stored all the same.",
}


def problems(*codes: int) -> dict[Any, Any]:
    return {
        (code, PROBLEM): OpenApiResponse(serializers.ProblemSerializer, MEANINGS[code])
        for code in codes
    }


ASK = OpenApiExample(
    "A problem",
    value={"email": "ana@example.com", "query": "Who can check our webshop for the GDPR?"},
    request_only=True,
)
NARROWED = OpenApiExample(
    "A follow-up with limits",
    value={
        "email": "ana@example.com",
        "query": "someone cheaper?",
        "thread": EXAMPLE_ID,
        "filters": {"max_hourly_rate": 120, "currency": "EUR", "languages": ["nl"]},
    },
    request_only=True,
)
MATCH = OpenApiExample(
    "A match",
    value={
        "id": 17,
        "conversation_id": 17,
        "thread": EXAMPLE_ID,
        "type": "match",
        "narrative": "Noor Peeters fits this best: Privacy lawyer.",
        "experts": [
            {
                "id": "noor-peeters",
                "name": "Noor Peeters",
                "title": "Privacy lawyer",
                "company": "Peeters Legal",
                "hourly_rate": "95.00",
                "currency": "EUR",
                "profile_url": None,
                "photo_url": None,
                "why": "On webshop and gdpr: “I audit webshops for the GDPR.”",
                "why_them": "On webshop and gdpr: “I audit webshops for the GDPR.”",
                "tier": "strong",
                "evidence": [{"field": "bio", "text": "I audit webshops for the GDPR."}],
            }
        ],
        "suggestions": ["Someone cheaper", "Someone else"],
        "interpreted": {},
        "degraded": False,
    },
    response_only=True,
    media_type="application/json",
    status_codes=["200"],
)
EVENTS = OpenApiExample(
    "A stream",
    value='event: status\ndata: {"event": "status", "status": "thinking"}\n\n'
    'event: delta\ndata: {"event": "delta", "text": "Noor Peeters fits this best: "}\n\n'
    'event: result\ndata: {"event": "result", "id": 17, …the whole body…}\n\n'
    'event: done\ndata: {"event": "done"}\n\n',
    response_only=True,
    media_type="text/event-stream",
    status_codes=["200"],
)

EVENT = inline_serializer(
    "StreamedEvent",
    {
        "event": drf.ChoiceField(["status", "delta", "result", "error", "done"]),
        "data": drf.CharField(help_text="JSON, with the name of the event in it."),
    },
)

chat = extend_schema(
    operation_id="chat",
    summary="Describe a problem, get one to three experts or a question back",
    description=(
        "The message and its sender are stored before anything is searched for. Ask with "
        '`Accept: text/event-stream` or `"stream": true` to get the same answer as events: '
        "`status` at once, `delta` pieces of the narrative, `result` (or `error`), and `done`. "
        "Where a language model writes, they come while it does, and one `delta` with an empty "
        "`text` brings the `experts`. Joined, the texts are the narrative of the `result`."
    ),
    auth=[],
    request=serializers.ChatRequestSerializer,
    parameters=[
        OpenApiParameter(
            "Idempotency-Key",
            str,
            OpenApiParameter.HEADER,
            description="Repeat a request with its key to get its stored answer, for 24 hours.",
        ),
        OpenApiParameter(
            "Accept-Language",
            str,
            OpenApiParameter.HEADER,
            description="Decides the language of the answer where the words leave it in doubt.",
        ),
    ],
    responses={
        (200, "application/json"): serializers.AnswerSerializer,
        (200, "text/event-stream"): OpenApiResponse(EVENT, "The same as events; this is one."),
        **problems(400, 405, 409, 413, 415, 422, 503),
    },
    examples=[ASK, NARROWED, MATCH, EVENTS],
)
feedback = extend_schema(
    operation_id="feedback",
    summary="Vote on an answer",
    description="Counts with the conversation's `thread` or e-mail; the answer is always the same.",
    auth=[],
    request=serializers.FeedbackRequestSerializer,
    responses={200: serializers.DoneSerializer, **problems(400, 405, 413, 415, 503)},
    examples=[
        OpenApiExample(
            "A vote",
            value={"conversation_id": 17, "vote": "up", "thread": EXAMPLE_ID},
            request_only=True,
        )
    ],
)
click = extend_schema(
    operation_id="click",
    summary="Tell that a profile was opened",
    description="Counts with the conversation's `thread` or e-mail; the answer is always the same.",
    auth=[],
    request=serializers.ClickRequestSerializer,
    responses={204: None, **problems(400, 405, 413, 415, 503)},
    examples=[
        OpenApiExample(
            "A click",
            value={"conversation_id": 17, "expert_id": "noor-peeters", "thread": EXAMPLE_ID},
            request_only=True,
        )
    ],
)
email_capture = extend_schema(
    operation_id="email_capture",
    summary="Leave an address",
    auth=[],
    request=serializers.EmailCaptureRequestSerializer,
    responses={200: serializers.DoneSerializer, **problems(400, 405, 413, 415, 503)},
    examples=[OpenApiExample("An address", value={"email": "ana@example.com"}, request_only=True)],
)
