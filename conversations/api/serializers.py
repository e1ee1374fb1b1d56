"""What comes in, checked; what goes out, described."""

import math
from typing import Any

from rest_framework import serializers

from conversations.api.fields import BoundedObject, ConversationId, Email, Rate, Text, Thread
from conversations.models import Conversation, Feedback

MOST_TURNS = 50
Fields = dict[str, Any]


class SaidSerializer(serializers.Serializer[Fields]):
    role = serializers.ChoiceField(["user", "assistant"])
    content = Text(max_length=4000, allow_blank=True, trim_whitespace=False)


class FiltersSerializer(serializers.Serializer[Fields]):
    """Demands that win over what the words say."""

    max_hourly_rate = Rate(required=False, allow_null=True)
    min_hourly_rate = Rate(required=False, allow_null=True)
    currency = serializers.RegexField(
        r"^[A-Za-z]{3}$", required=False, allow_null=True, help_text="ISO 4217, such as EUR."
    )
    languages = serializers.ListField(
        child=serializers.RegexField(r"^[A-Za-z]{2}(?:[-_][A-Za-z]{2,4})?$"),
        required=False,
        allow_null=True,
        max_length=10,
        help_text="ISO 639-1; an expert has to speak all of them.",
    )

    def to_internal_value(self, data: Any) -> Fields:
        """Ready to be stored as JSON; what is null or empty is not asked."""
        asked = {name: value for name, value in super().to_internal_value(data).items() if value}
        if asked.get("min_hourly_rate", 0) > asked.get("max_hourly_rate", math.inf):
            raise serializers.ValidationError(
                {"min_hourly_rate": "May not be more than max_hourly_rate."}
            )
        for name in ("max_hourly_rate", "min_hourly_rate"):
            if name in asked:
                asked[name] = f"{asked[name]:.2f}"
        if "currency" in asked:
            asked["currency"] = asked["currency"].upper()
        if "languages" in asked:
            asked["languages"] = sorted({code[:2].lower() for code in asked["languages"]})
        return asked


class ConsentSerializer(serializers.Serializer[Fields]):
    given = serializers.BooleanField()
    policy_version = Text(max_length=50)


class ChatRequestSerializer(serializers.Serializer[Fields]):
    email = Email()
    query = Text(max_length=2000)
    history = serializers.ListField(
        child=SaidSerializer(),
        required=False,
        allow_null=True,
        max_length=MOST_TURNS,
        help_text="What was said before, oldest first, for clients that keep no thread.",
    )
    thread = Thread(required=False, allow_null=True, help_text="Continue this dialogue.")
    filters = FiltersSerializer(required=False, allow_null=True)
    source = BoundedObject(  # type: ignore[assignment]
        required=False, allow_null=True, help_text="Where the visitor is: page, referrer, utm."
    )
    consent = ConsentSerializer(
        required=False, allow_null=True, help_text="To the privacy policy, where the page asks."
    )
    stream = serializers.BooleanField(required=False, allow_null=True, default=False)


class EvidenceSerializer(serializers.Serializer[Fields]):
    field = serializers.CharField(help_text="Which field of the profile.")
    text = serializers.CharField(help_text="Verbatim in that field.")


class ExpertCardSerializer(serializers.Serializer[Fields]):
    id = serializers.CharField(help_text="The expert's username.")
    name = serializers.CharField()
    title = serializers.CharField()
    company = serializers.CharField()
    hourly_rate = serializers.CharField(allow_null=True)
    currency = serializers.CharField(allow_blank=True)
    profile_url = serializers.URLField(allow_null=True)
    photo_url = serializers.URLField(allow_null=True)
    why = serializers.CharField()
    why_them = serializers.CharField(help_text="The same text as `why`.")
    tier = serializers.ChoiceField(["strong", "good", "possible"])
    evidence = EvidenceSerializer(many=True)


class InterpretedSerializer(serializers.Serializer[Fields]):
    min_hourly_rate = serializers.CharField(required=False)
    max_hourly_rate = serializers.CharField(required=False)
    currency = serializers.CharField(required=False)
    languages = serializers.ListField(child=serializers.CharField(), required=False)
    place = serializers.CharField(required=False, help_text="As the visitor spells it.")


class AnswerSerializer(serializers.Serializer[Fields]):
    """An answered exchange. Describes `answer_body`, which makes it."""

    id = serializers.IntegerField()
    conversation_id = serializers.IntegerField()
    thread = serializers.UUIDField()
    type = serializers.ChoiceField(["match", "clarification"])
    narrative = serializers.CharField()
    experts = ExpertCardSerializer(many=True)
    suggestions = serializers.ListField(child=serializers.CharField())
    interpreted = InterpretedSerializer()
    degraded = serializers.BooleanField()


CARD = tuple(ExpertCardSerializer().fields)


def answer_body(conversation: Conversation) -> Fields:
    """The answer as it is stored: the first answer and a replay are the same by construction."""
    return {
        "id": conversation.pk,
        "conversation_id": conversation.pk,
        "thread": str(conversation.thread),
        "type": conversation.response_type,
        "narrative": conversation.response_narrative,
        "experts": [_card(card) for card in conversation.response_experts],
        "suggestions": conversation.suggestions,
        "interpreted": dict(sorted(conversation.interpreted.items())),
        "degraded": conversation.degraded,
    }


def _card(stored: Fields) -> Fields:
    """The card in its order, for PostgreSQL keeps JSON without the order of its keys."""
    evidence = [{"field": one["field"], "text": one["text"]} for one in stored["evidence"]]
    return {name: stored.get(name) for name in CARD} | {"evidence": evidence}


class ClaimSerializer(serializers.Serializer[Fields]):
    conversation_id = ConversationId()
    thread = Thread(required=False, allow_null=True)
    email = Text(required=False, allow_blank=True, allow_null=True, max_length=320)


class FeedbackRequestSerializer(ClaimSerializer):
    vote = serializers.ChoiceField(Feedback.Vote.choices)
    expert_ids = serializers.ListField(
        child=Text(max_length=150), required=False, allow_null=True, max_length=10
    )
    reasons = serializers.ListField(
        child=Text(max_length=200), required=False, allow_null=True, max_length=10
    )
    comment = Text(required=False, allow_blank=True, allow_null=True, max_length=2000)


class ClickRequestSerializer(ClaimSerializer):
    expert_id = Text(max_length=150)


class EmailCaptureRequestSerializer(serializers.Serializer[Fields]):
    email = Email()
    query = Text(required=False, allow_blank=True, allow_null=True, max_length=2000)


class DoneSerializer(serializers.Serializer[Fields]):
    status = serializers.ChoiceField(["ok"])


class PointedSerializer(serializers.Serializer[Fields]):
    pointer = serializers.CharField(help_text="JSON pointer to what is wrong, such as #/email.")
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Fields]):
    """Problem details, RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()  # type: ignore[assignment]
    request_id = serializers.CharField()
    errors = PointedSerializer(many=True, required=False)  # type: ignore[assignment]
