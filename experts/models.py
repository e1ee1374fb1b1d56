"""Experts of the directory, and the one rule that says who may be shown."""

import hashlib
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

LINK = re.compile(r"\S+://\S+|www\.\S+|\S+@\S+", re.IGNORECASE)
# Two letters, or one of a script that writes a word as one sign.
WORD = re.compile(r"[^\W\d_]{2}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
EMPTY: dict[str, Q] = {
    "hourly_rate": Q(hourly_rate__isnull=True),
    "languages": Q(languages=[]),
    "tags": Q(tags=[]),
}


def eligibility() -> Q:
    """Who may be shown: active, and every field of EXPERT_REQUIRED_FIELDS filled.

    Import, index, retrieval and reply all ask this one function, as a query through
    `Expert.objects.recommendable()` or of one row through `Expert.is_recommendable`.
    """
    rule = Q(is_active=True)
    for field in settings.EXPERT_REQUIRED_FIELDS:
        rule &= ~EMPTY.get(field, Q(**{field: ""}))
    return rule


@dataclass(frozen=True, slots=True)
class Document:
    """The indexed text of one expert, its fields apart so that they can be weighted."""

    username: str
    title: str
    company: str
    tags: str
    bio: str

    @property
    def text(self) -> str:
        """Whole profile as one string, the title first: what a single vector is made of."""
        return ". ".join(part for part in (self.title, self.company, self.tags, self.bio) if part)

    @property
    def is_searchable(self) -> bool:
        """Whether title, tags or bio hold a word: "/", "-" or a bare link say nothing of anybody.

        A company name alone does not count. Without a word nobody is indexed or found by name.
        """
        text = LINK.sub(" ", " ".join((self.title, self.tags, self.bio)))
        return WORD.search(text) is not None

    @property
    def digest(self) -> str:
        """SHA-256 hex of what would be embedded: the same digest needs no new embedding."""
        fields = (self.title, self.company, self.tags, self.bio)
        return hashlib.sha256("\x1f".join(fields).encode()).hexdigest()


def _if_readable(text: str) -> str:
    """The text, or nothing where it only fills a field: "-", "/", an emoji."""
    return text if re.search(r"[^\W_]{2}", text) else ""


class ExpertQuerySet(models.QuerySet["Expert"]):
    def recommendable(self) -> Self:
        return self.filter(eligibility())

    def deactivate(self, *, by_staff: bool = False) -> int:
        """Take the selected experts out of every answer; their rows and history stay. Whom staff
        take out, an import does not bring back."""
        now = timezone.now()
        return self.filter(is_active=True).update(
            is_active=False, deactivated_at=now, kept_off=by_staff
        )

    def reactivate(self) -> int:
        return self.filter(is_active=False).update(
            is_active=True, deactivated_at=None, kept_off=False
        )


class Expert(models.Model):
    """One profile of the directory. Its identity is `username`, compared with regard to case."""

    username = models.CharField(max_length=150, unique=True)
    first_name = models.CharField(max_length=150, blank=True)
    last_name = models.CharField(max_length=150, blank=True)
    name = models.CharField("full name", max_length=301, blank=True)
    job_title = models.CharField(max_length=300, blank=True)
    company = models.CharField(max_length=300, blank=True)
    bio = models.TextField(blank=True)
    hourly_rate = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text="Per hour, in the expert's own currency.",
    )
    currency = models.CharField(max_length=3, blank=True, help_text="ISO 4217, such as EUR.")
    profile_url = models.URLField(max_length=1000, blank=True)
    photo_url = models.URLField(max_length=1000, blank=True)
    languages = models.JSONField(
        default=list, blank=True, help_text='ISO 639-1 codes, such as ["nl", "fr"].'
    )
    tags = models.JSONField(default=list, blank=True)
    category = models.CharField(max_length=200, blank=True)
    location = models.CharField(max_length=200, blank=True)
    joined_at = models.DateTimeField(null=True, blank=True, help_text="As the marketplace says.")
    is_active = models.BooleanField("active", default=True, db_index=True)
    deactivated_at = models.DateTimeField(null=True, blank=True, editable=False)
    kept_off = models.BooleanField(
        default=False, editable=False, help_text="Staff deactivated it: imports leave it so."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ExpertQuerySet.as_manager()

    class Meta:
        ordering = ["username"]

    def __str__(self) -> str:
        return f"{self.name or self.username} ({self.username})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.name:
            self.name = f"{self.first_name} {self.last_name}".strip()
        super().save(*args, **kwargs)

    @property
    def is_recommendable(self) -> bool:
        return self.is_active and not self.missing_fields()

    def missing_fields(self) -> list[str]:
        """Required fields this profile leaves empty, in the order of the setting."""
        return [
            field
            for field in settings.EXPERT_REQUIRED_FIELDS
            if getattr(self, field) in (None, "", [])
        ]

    def public_profile(self) -> dict[str, Any]:
        """What a visitor may see of this expert, as the contract shapes it."""
        return {
            "id": self.username,
            "name": self.name,
            "title": _if_readable(self.job_title),
            "company": _if_readable(self.company),
            "hourly_rate": None if self.hourly_rate is None else f"{self.hourly_rate:.2f}",
            "currency": self.currency,
            "profile_url": self.profile_url or None,
            "photo_url": self.photo_url or None,
        }

    def document(self) -> Document:
        tags = ", ".join([*self.tags, *filter(None, [self.category])])
        return Document(self.username, self.job_title, self.company, tags, self.bio)
