"""A small fictional directory that the talk is tested over."""

from decimal import Decimal
from typing import Any

from experts.models import Expert

TAX_BIO = (
    "I help small companies with their yearly tax return and VAT declarations. "
    "For webshops I sort out cross-border VAT in the whole of Europe. "
    "In my free time I restore old bicycles."
)
PEOPLE: dict[str, dict[str, Any]] = {
    "tax-tom": {
        "name": "Tom Claes", "job_title": "Tax adviser", "company": "Claes Tax", "bio": TAX_BIO,
        "hourly_rate": "120", "languages": ["en", "nl"], "tags": ["VAT", "Tax return"],
        "category": "Finance",
    },
    "tax-ann": {
        "name": "Ann Maes", "job_title": "Tax lawyer", "company": "Maes Legal",
        "bio": "Disputes with the tax office are my daily work. I plead tax cases in court.",
        "hourly_rate": "180", "languages": ["en", "fr"], "tags": ["Tax law", "Litigation"],
        "category": "Legal",
    },
    "labour-luc": {
        "name": "Luc Dubois", "job_title": "Labour lawyer", "company": "Dubois Avocats",
        "bio": "J'aide les employeurs lors d'un licenciement. Je négocie avec les syndicats.",
        "hourly_rate": "150", "languages": ["fr"], "tags": ["Labour law"], "category": "Legal",
    },
    "privacy-noor": {
        "name": "Noor Peeters", "job_title": "Privacy lawyer", "company": "Peeters Legal",
        "bio": "I audit webshops for the GDPR. I write privacy policies that people can read. "
        "Mail me at noor@example.com or call +32 470 12 34 56 about GDPR webshops.",
        "hourly_rate": "95", "languages": ["en", "nl"], "tags": ["GDPR", "Privacy"],
        "category": "Legal",
    },
    "books-bea": {
        "name": "Bea Jacobs", "job_title": "Boekhouder", "company": "Jacobs Boekhouding",
        "bio": "Ik doe de boekhouding van zelfstandigen en kleine winkels in Gent. "
        "Ook btw-aangiften van webshops neem ik over.",
        "hourly_rate": "60", "languages": ["nl"], "tags": ["Boekhouding", "Btw"],
        "category": "Finance",
    },
    "books-cas": {
        "name": "Cas Willems", "job_title": "Accountant", "company": "Willems & Co",
        "bio": "Bookkeeping and annual accounts for start-ups. I prepare companies for an audit.",
        "hourly_rate": "85", "languages": ["en"], "tags": ["Bookkeeping", "Audit"],
        "category": "Finance",
    },
    "seo-sam": {
        "name": "Sam Brown", "job_title": "SEO consultant", "company": "Brown Search",
        "bio": "I bring webshops to the first page of search results. I train marketing teams.",
        "hourly_rate": "75", "currency": "USD", "languages": ["en"], "tags": ["SEO", "Marketing"],
        "category": "Marketing",
    },
    "brand-bo": {
        "name": "Bo Janssens", "job_title": "Brand strategist", "company": "Bold",
        "bio": "Marketing starts with a brand. I build brands for food companies.",
        "hourly_rate": "110", "languages": ["nl", "en"], "tags": ["Branding", "Positioning"],
        "category": "Marketing",
    },
    "ads-ada": {
        "name": "Ada Smith", "job_title": "Advertising specialist", "company": "Ad Lab",
        "bio": "Paid marketing campaigns that earn their money back. Google Ads is my home.",
        "hourly_rate": "90", "languages": ["en"], "tags": ["Google Ads", "Campaigns"],
        "category": "Marketing",
    },
    "dev-dan": {
        "name": "Dan Novak", "job_title": "Python developer", "company": "Novak Software",
        "bio": "I build web applications with Django. Slow databases become fast in my hands.",
        "hourly_rate": "100", "languages": ["en"], "tags": ["Python", "Django"],
        "category": "Software",
    },
    "roof-rik": {
        "name": "Rik Mertens", "job_title": "Dakwerker", "company": "Mertens Daken",
        "bio": "Ik herstel lekkende daken in de provincie Antwerpen.",
        "hourly_rate": "55", "languages": ["nl"], "tags": ["Daken"], "category": "Construction",
    },
    "coach-cleo": {
        "name": "Cleo Martin", "job_title": "Coach", "company": "Martin Coaching",
        "bio": "J'accompagne des personnes en épuisement professionnel. Le burn-out se soigne.",
        "hourly_rate": "70", "languages": ["fr", "en"], "tags": ["Burn-out"],
        "category": "Health",
    },
}  # fmt: skip


def add_expert(username: str, **fields: Any) -> Expert:
    rate = fields.pop("hourly_rate", "80")
    return Expert.objects.create(
        username=username,
        hourly_rate=None if rate is None else Decimal(rate),
        currency=fields.pop("currency", "EUR"),
        **fields,
    )


def fill() -> None:
    for username, fields in PEOPLE.items():
        add_expert(username, **fields)
