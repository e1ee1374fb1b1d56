"""Fields that take only what JSON says they are, within bounds."""

import math
import re
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from conversations.models import EMAIL_LENGTH

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
AMOUNT = r"^\d{1,10}(\.\d{1,2})?$"
BIGGEST = 2**63 - 1


class Text(serializers.CharField):
    """A JSON string: a number or a list in its place is refused, not converted."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Email(serializers.EmailField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=EMAIL_LENGTH, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Thread(serializers.UUIDField):
    def to_internal_value(self, data: Any) -> uuid.UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=type(data).__name__)
        return super().to_internal_value(data)


@extend_schema_field(
    {
        "oneOf": [
            {"type": "number", "minimum": 0},
            {"type": "string", "pattern": AMOUNT},
        ]
    }
)
class Rate(serializers.DecimalField):
    """An amount per hour, not negative, of at most two places."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=12, decimal_places=2, min_value=Decimal(0), **kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, str) and not re.fullmatch(AMOUNT, data.strip(), re.ASCII):
            self.fail("invalid")  # such as 1_000, which Python reads
        return super().to_internal_value(data)


class ConversationId(serializers.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=-BIGGEST, max_value=BIGGEST, **kwargs)


@extend_schema_field(OpenApiTypes.OBJECT)
class BoundedObject(serializers.Field[Any, Any, Any, Any]):
    """Any JSON object of bounded size and depth that a database can store."""

    MOST_VALUES = 100
    MOST_CHARACTERS = 4000
    DEEPEST = 4
    default_error_messages = {
        "not_an_object": "Expected an object.",
        "too_large": "Too large: at most 100 values, 4000 characters and 4 levels.",
        "unstorable": "Holds characters or numbers that cannot be stored.",
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("not_an_object")
        values = characters = 0
        for value, depth in _leaves(data, 1):
            values, characters = values + 1, characters + len(str(value))
            if (
                values > self.MOST_VALUES
                or characters > self.MOST_CHARACTERS
                or depth > self.DEEPEST
            ):
                self.fail("too_large")
            if not _storable(value):
                self.fail("unstorable")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


def _leaves(value: Any, depth: int) -> Iterator[tuple[Any, int]]:
    """Keys and values, breadth by breadth, with the depth they stand at."""
    if depth > BoundedObject.DEEPEST + 1:
        yield "", depth
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key, depth
            yield from _leaves(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, depth + 1)
    else:
        yield value, depth - 1


def _storable(value: Any) -> bool:
    if isinstance(value, str):
        return not UNSTORABLE.search(value)
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, int) or abs(value) <= BIGGEST
