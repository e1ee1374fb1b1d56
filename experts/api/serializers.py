"""What a search of the directory may ask, and what it shows."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from experts.models import Expert
from experts.search.constraints import Constraints

MOST = Decimal("99999999.99")


@extend_schema_field({"type": "string", "pattern": r"^\d{1,8}(\.\d{1,2})?$"})
class Amount(serializers.DecimalField):
    """Per hour, as it is written in an address."""


class SearchSerializer(serializers.Serializer[dict[str, Any]]):
    """The query parameters."""

    q = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=2000,
        help_text="A problem in plain words; ranks by how well a profile answers it.",
    )
    max_hourly_rate = Amount(10, 2, min_value=0, max_value=MOST, required=False)
    min_hourly_rate = Amount(10, 2, min_value=0, max_value=MOST, required=False)
    currency = serializers.RegexField(
        r"^[A-Za-z]{3}\Z", required=False, help_text="ISO 4217; compares rates in this one only."
    )
    language = serializers.RegexField(
        r"^[A-Za-z]{2}\Z", required=False, help_text="ISO 639-1 code the expert speaks."
    )
    page = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False)

    def filters(self) -> Constraints:
        asked = self.validated_data
        return Constraints(
            asked.get("min_hourly_rate"),
            asked.get("max_hourly_rate"),
            asked.get("currency", "").upper() or None,
            frozenset({asked["language"].lower()} if asked.get("language") else ()),
        )


class PublicProfileSerializer(serializers.Serializer[Expert]):
    """One expert as everybody may see them."""

    id = serializers.CharField(help_text="The username.")
    name = serializers.CharField()
    title = serializers.CharField()
    company = serializers.CharField()
    hourly_rate = serializers.CharField(allow_null=True)
    currency = serializers.CharField()
    profile_url = serializers.CharField(allow_null=True)
    photo_url = serializers.CharField(allow_null=True)
    languages = serializers.ListField(child=serializers.CharField())
    location = serializers.CharField()

    def to_representation(self, instance: Expert) -> dict[str, Any]:
        more = {"languages": instance.languages, "location": instance.location}
        return instance.public_profile() | more
