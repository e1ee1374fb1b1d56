"""Large made-up directories for measuring: sentences of the fictional sample, shuffled anew."""

import csv
import random
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from experts.models import Expert

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "experts.csv"


def made_up_experts(count: int, seed: int = 1) -> Iterator[Expert]:
    """`count` unsaved experts; titles, companies and 2-5 bio sentences drawn from the sample."""
    with SAMPLE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    titles = [row["Job Title"] for row in rows if row["Job Title"].strip()]
    companies = [row["Company"] for row in rows if row["Company"].strip()]
    sentences = [
        sentence
        for row in rows
        for sentence in re.split(r"(?<=[.!?])\s+", row["Bio"])
        if 20 < len(sentence) < 300
    ]
    draw = random.Random(seed)
    for number in range(count):
        yield Expert(
            username=f"made-up-{number:06}",
            name=f"Made Up {number}",
            job_title=draw.choice(titles),
            company=draw.choice(companies),
            bio=" ".join(draw.sample(sentences, draw.randint(2, 5))),
            hourly_rate=Decimal(draw.randint(40, 250)),
            currency=draw.choice(("EUR", "EUR", "USD")),
            languages=draw.sample(["nl", "fr", "en"], draw.randint(1, 3)),
        )


def store(count: int) -> None:
    Expert.objects.bulk_create(made_up_experts(count), batch_size=2000)


def change(share: float, seed: int = 2) -> int:
    """Rewrite the bio of this share of the stored experts; how many that were."""
    draw = random.Random(seed)
    keys = list(Expert.objects.order_by("pk").values_list("pk", flat=True))
    chosen = draw.sample(keys, max(1, round(len(keys) * share)))
    for number, expert in enumerate(Expert.objects.filter(pk__in=chosen[:900_000]).iterator()):
        expert.bio = f"Changed in round {seed}, row {number}. {expert.bio}"
        expert.save(update_fields=["bio", "updated_at"])
    return len(chosen)
