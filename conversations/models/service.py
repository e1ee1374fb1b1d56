"""What the service says about itself, as staff wrote it."""

from django.db import models


class ServiceTextManager(models.Manager["ServiceText"]):
    def said(self, topic: str, language: str) -> str:
        """The text that staff wrote; empty while they wrote none."""
        found = self.filter(topic=topic, language=language).values_list("text", flat=True).first()
        return found or ""


class ServiceText(models.Model):
    """An answer to a question about the service itself, in place of the one the product has."""

    class Topic(models.TextChoices):
        COST = "cost", "What it costs"
        ROBOT = "robot", "Whether this is a robot"
        PRIVACY = "privacy", "What happens to data"
        HOW = "how", "How it works"
        HOURS = "hours", "Opening hours"
        HUMAN = "human", "Speaking to a person"

    class Language(models.TextChoices):
        ENGLISH = "en", "English"
        DUTCH = "nl", "Dutch"
        FRENCH = "fr", "French"

    topic = models.CharField(max_length=10, choices=Topic.choices)
    language = models.CharField(max_length=2, choices=Language.choices)
    text = models.TextField(max_length=1000, help_text="What a visitor reads, as plain text.")

    objects = ServiceTextManager()

    class Meta:
        ordering = ["topic", "language"]
        constraints = [
            models.UniqueConstraint(fields=["topic", "language"], name="one_text_a_language")
        ]

    def __str__(self) -> str:
        return f"{self.get_topic_display()} ({self.get_language_display()})"
