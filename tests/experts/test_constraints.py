"""What is read out of a visitor's words as a demand, and what is left alone."""

import time
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from experts.search.constraints import Constraints, read_constraints


def said(
    *languages: str, low: str | None = None, high: str | None = None, currency: str | None = None
) -> dict[str, object]:
    told: dict[str, object] = {
        "min_hourly_rate": low and f"{Decimal(low):.2f}",
        "max_hourly_rate": high and f"{Decimal(high):.2f}",
        "currency": currency,
        "languages": sorted(languages),
    }
    return {name: value for name, value in told.items() if value}


def euro(low: str | None, high: str | None) -> dict[str, object]:
    return said(low=low, high=high, currency="EUR")


BUDGETS = [
    # English
    ("I need a tax lawyer under €150 an hour", euro(None, "150")),
    ("Looking for a UX designer, maximum 90/h", said(high="90")),
    ("Bookkeeper between 50 and 80 euros please", euro("50", "80")),
    ("Python developer, 50-80 EUR/h", euro("50", "80")),
    ("React developer, €50–€80 per hour", euro("50", "80")),
    ("an experienced negotiator, at least $100", said(low="100", currency="USD")),
    ("I have a budget of 120 EUR an hour for a copywriter", euro(None, "120")),
    ("My budget is max 100 euro, I need an accountant", euro(None, "100")),
    ("marketing consultant up to £80 per hour", said(high="80", currency="GBP")),
    ("no more than 75 euros an hour for an SEO specialist", euro(None, "75")),
    ("A notary, not above 200 EUR", euro(None, "200")),
    ("someone for SAP, max USD 200", said(high="200", currency="USD")),
    ("interim CFO, less than 1,500 dollars an hour", said(high="1500", currency="USD")),
    ("interim CFO at €1.250,50 per hour at most", euro(None, "1250.50")),
    ("photographer 80€/h", euro(None, "80")),
    ("I don't want to pay more than 60 euros an hour", euro(None, "60")),
    ("should cost between $50/hr and $80/hr", said(low="50", high="80", currency="USD")),
    ("a coach who charges less than 95 euro per hour", euro(None, "95")),
    ("hourly rate of 90 or less", said(high="90")),
    ("Hourly rate: max. 90 EUR", euro(None, "90")),
    ("data scientist, 100 CHF per hour tops", said(high="100", currency="CHF")),
    ("min 50 and max 80 euro an hour", euro("50", "80")),
    ("at least €60 but no more than €110 for a good graphic designer", euro("60", "110")),
    ("IT help, max 100 an hour in USD", said(high="100", currency="USD")),
    ("CA$120 per hour or less for a Shopify developer", said(high="120", currency="CAD")),
    ("a senior Java developer, A$150/hour max", said(high="150", currency="AUD")),
    ("lawyer for a divorce, US$ 250/hr maximum", said(high="250", currency="USD")),
    ("a $100/hour budget for a growth marketer", said(high="100", currency="USD")),
    ("around €80 an hour for a translator", euro(None, "96")),
    ("VAT accountant, under 80 euro.", euro(None, "80")),
    ("Divorce lawyer, €100-150 per hour", euro("100", "150")),
    ("above 100 euro per hour is fine, I want the best tax lawyer", euro("100", None)),
    ("€80+ per hour architect", euro("80", None)),
    ("I can afford 70 euro per hour for a dietician", euro(None, "70")),
    ("lawyer, 100 euro excl. VAT per hour", euro(None, "100")),
    ("HR consultant for my 50 employees, under 100 euro per hour", euro(None, "100")),
    ("I need a lawyer. Budget is around 150 euros per hour.", euro(None, "150")),
    ("I'd like a coach, nothing above 120 euros", euro(None, "120")),
    ("coach at 80 euro per hour, 20+ years of experience", euro(None, "80")),
    ("80 euro an hour - 20 years of experience", euro(None, "80")),
    (
        "between us: $41 - $46.50 per hour for a 2+ year mission",
        said(low="41", high="46.50", currency="USD"),
    ),
    ("legal advice at 80 euro per hour", euro(None, "80")),
    ("I don't have more than 100 EUR per hour to spend", euro(None, "100")),
    ("under 100 per hour", said(high="100")),
    ("We can pay between €80 and €100/hr", euro("80", "100")),
    # Dutch
    ("Ik zoek een boekhouder, max 100 euro per uur", euro(None, "100")),
    ("webdesigner tussen 50 en 80 euro", euro("50", "80")),
    ("iemand vanaf 60 euro voor mijn SEO", euro("60", None)),
    ("advocaat van 80 tot 120 euro per uur", euro("80", "120")),
    ("niet meer dan 90 euro per uur graag", euro(None, "90")),
    ("Notaris, hoogstens € 150,- per uur", euro(None, "150")),
    ("ik wil niet meer betalen dan 75 euro per uur", euro(None, "75")),
    ("uurtarief maximaal 85 euro", euro(None, "85")),
    ("Mijn budget is 65 euro/u", euro(None, "65")),
    ("een fotograaf onder de 70 euro", euro(None, "70")),
    ("minstens 50 euro, hoogstens 90 euro per uur", euro("50", "90")),
    ("boekhouder 60 euro per uur of minder", euro(None, "60")),
    ("een jurist voor max. €120/uur excl. btw", euro(None, "120")),
    ("programmeur, niet duurder dan 95 euro", euro(None, "95")),
    ("coach aan 80 euro p/u", euro(None, "80")),
    ("rond de 50 euro per uur voor een tuinarchitect", euro(None, "60")),
    ("een goede loodgieter, 45 à 55 euro per uur", euro("45", "55")),
    ("tot 110 euro per uur voor een fiscalist", euro(None, "110")),
    ("een UX designer, 80 euro's per uur maximum", euro(None, "80")),
    ("het mag maximaal 80 euro per uur kosten", euro(None, "80")),
    ("tussen €50 en €80", euro("50", "80")),
    # French
    ("un avocat à moins de 80 € de l'heure", euro(None, "80")),
    ("graphiste entre 50 et 80 €", euro("50", "80")),
    ("un développeur à partir de 60 euros", euro("60", None)),
    ("pas plus de 100 euros de l'heure", euro(None, "100")),
    ("comptable, maximum 75 €/h", euro(None, "75")),
    ("consultant SAP jusqu'à 150 €/heure", euro(None, "150")),
    ("je ne veux pas payer plus de 90 € par heure", euro(None, "90")),
    ("tarif horaire max 85€", euro(None, "85")),
    ("taux horaire de 70 euros maximum", euro(None, "70")),
    ("Budget : 120 € de l'heure pour un notaire", euro(None, "120")),
    ("un photographe de 50 à 80 € de l’heure", euro("50", "80")),
    ("au moins 100 $ de l'heure", said(low="100", currency="USD")),
    ("un interim manager à 1 200,50 € l'heure au maximum", euro(None, "1200.50")),
    ("une architecte à 80 € HTVA/h max", euro(None, "80")),
    ("qui ne dépasse pas 65 € de l'heure", euro(None, "65")),
    ("un coach pour 60€/heure ou moins", euro(None, "60")),
]

CURRENCIES = [
    ("marketing consultant, in USD", said(currency="USD")),
    ("a developer who is paid in dollars", said(currency="USD")),
    ("un développeur payé en dollars", said(currency="USD")),
    ("I want to pay in euros for a lawyer", said(currency="EUR")),
    ("een consultant, betaald in euro", said(currency="EUR")),
    ("consultant who charges in GBP", said(currency="GBP")),
    ("un consultant avec un tarif en dollars", said(currency="USD")),
    ("a designer in USD", said(currency="USD")),
    ("only experts priced in euros", said(currency="EUR")),
    ("en euros svp", said(currency="EUR")),
    ("an expert who bills in US dollars", said(currency="USD")),
    ("budget of 90 per hour in dollars", said(high="90", currency="USD")),
]

LANGUAGES = [
    # English
    ("I need a Dutch-speaking lawyer", said("nl")),
    ("a lawyer who speaks French", said("fr")),
    ("English speaking accountant in Antwerp", said("en")),
    ("bilingual Dutch/French HR consultant", said("nl", "fr")),
    ("bilingual (NL/FR) secretary", said("nl", "fr")),
    ("an accountant who speaks Dutch and French fluently", said("nl", "fr")),
    ("someone fluent in German for my export business", said("de")),
    ("a tax advisor who also speaks fluent English", said("en")),
    ("He must speak Dutch, my case is about rent", said("nl")),
    ("a psychologist, native Dutch speaker", said("nl")),
    ("legal advice in Dutch", said("nl")),
    ("Can you explain this in English?", said("en")),
    ("Spanish-speaking therapist", said("es")),
    ("a coach speaking Italian", said("it")),
    ("French and Dutch speaking notary", said("fr", "nl")),
    ("francophone accountant in Ghent", said("fr")),
    ("Labour law expert, preferably Dutch-speaking", said("nl")),
    ("an NL-speaking marketer", said("nl")),
    ("Flemish-speaking coach for burnout", said("nl")),
    ("a French-speaking paediatric nurse for my children", said("fr")),
    ("Dutch/French bilingual lawyer", said("nl", "fr")),
    ("I'd like to talk to someone in Dutch", said("nl")),
    # Dutch
    ("Nederlandstalige advocaat gezocht", said("nl")),
    ("een boekhouder die Frans spreekt", said("fr")),
    ("iemand die vloeiend Nederlands en Frans spreekt", said("nl", "fr")),
    ("advies in het Nederlands over mijn huurcontract", said("nl")),
    ("kan iemand mij in het Engels helpen met mijn visum?", said("en")),
    ("boekhouder in Gent, in het Nederlands graag", said("nl")),
    ("Franstalige notaris in Brussel", said("fr")),
    ("tweetalige secretaresse Nederlands/Frans", said("nl", "fr")),
    ("tweetalig Nederlands/Frans", said("nl", "fr")),
    ("de advocaat moet Duits kunnen spreken", said("de")),
    ("een Engelssprekende coach", said("en")),
    ("een Nederlands sprekende psycholoog", said("nl")),
    ("Iemand die ook Engels spreekt en btw kent", said("en")),
    ("een consultant, liefst Nederlandstalig", said("nl")),
    ("Nederlands- en Franstalige jurist", said("nl", "fr")),
    ("die zowel Nederlands als Frans spreekt", said("nl", "fr")),
    ("een tweetalige jurist (NL/FR)", said("nl", "fr")),
    ("een advocaat die in het Frans kan pleiten", said("fr")),
    # French
    ("un avocat francophone à Bruxelles", said("fr")),
    ("une comptable qui parle néerlandais", said("nl")),
    ("un notaire parlant le néerlandais et le français", said("nl", "fr")),
    ("conseiller bilingue français/néerlandais", said("fr", "nl")),
    ("un expert bilingue FR-NL en droit social", said("fr", "nl")),
    ("je cherche un conseil en français", said("fr")),
    ("un psychologue néerlandophone", said("nl")),
    ("avocate anglophone pour un divorce", said("en")),
    ("un coach qui parle couramment anglais", said("en")),
    ("un consultant maîtrisant le néerlandais", said("nl")),
    ("réponse en français svp", said("fr")),
    ("en néerlandais s'il vous plaît", said("nl")),
    ("qui s'exprime en anglais", said("en")),
    ("je voudrais être aidé en français", said("fr")),
]

MIXTURES = [
    (
        "Dutch-speaking accountant under €90/h",
        said("nl", high="90", currency="EUR"),
    ),
    (
        "un avocat francophone, max 120 € de l'heure, qui parle aussi anglais",
        said("fr", "en", high="120", currency="EUR"),
    ),
    (
        "Boekhouder die Frans spreekt, tussen 50 en 80 euro per uur",
        said("fr", low="50", high="80", currency="EUR"),
    ),
    (
        "20 years of experience, English speaking, at most $150 an hour",
        said("en", high="150", currency="USD"),
    ),
]

NOT_BUDGETS = [
    # English
    "I want someone with 20 years of experience",
    "I lead a team of 50 people",
    "We need help 5 hours a week",
    "Our turnover is more than 2 million euro",
    "I want to raise €500,000 for my startup",
    "An invoice of 3000 euro was never paid",
    "help me save 20 % on energy",
    "I got a fine of €10.000",
    "We are a company with 100 employees",
    "Call me at +32 475 12 34 56",
    "tax changes in 2026",
    "a budget of 5000 euro for the whole project",
    "a cheap accountant",
    "an affordable lawyer, not too expensive",
    "max 100",
    "under 30 years old",
    "at least 10 years of experience",
    "a fine of more than 300 euro for parking",
    "my rent is more than €450 a month",
    "gifts under 50 euros to employees",
    "I charge 80 euro per hour and want to raise that",
    "my hourly rate is 90 euro, is that too low?",
    "should I charge more than €100 an hour as a freelancer?",
    "the minimum wage is 15 euro per hour",
    "my plumber charged me 120 euro per hour",
    "a customer owes me at least 400 euro",
    "at most 300 euro for the whole logo",
    "a budget of max 400 euro for the website",
    "under 400 euro per day",
    "a machine that makes 100 pieces per hour",
    "max 120 km/h on the highway",
    "between 50 and 80 employees",
    "between 9 and 17 h",
    "we lost at least $200 at a casino",
    "lost at least 50 pounds with a dietician",
    "products under 100 euro in my webshop",
    "I invested €250 in shares",
    "my order of 12/05/2026",
    "VAT number BE0123.456.789",
    "under article 80",
    "at most 5 CAD drawings",
    "revenue between 100k and 500k euro",
    "under €2M turnover",
    "a 24/7 helpdesk for up to 50 users",
    "ISO 27001 and GDPR, 3 weeks",
    "I sold my company for 2 million and need a tax advisor",
    "a subscription of 15 euro per month",
    "our freelancers cost us 90 euro per hour",
    "we rent out meeting rooms at 50 euro per hour",
    "Is 80 euro per hour too much for a plumber?",
    "My lawyer asks 300 euro per hour, is this normal?",
    "tax on income over 60 euro per hour",
    "a grant between 100 and 500 euro",
    "tickets from 20 euro",
    "our server handles max 100 requests per hour",
    "product photography for rings, sold between 100 and 400 euros",
    "reduce costs below 200 euro per unit",
    "speed dating at 17:30/18:30, call 0475/12.34.56",
    "B2B sales with H24 support",
    "TT$100 per hour at most",
    # Dutch
    "iemand met 20 jaar ervaring",
    "een omzet van 2 miljoen euro",
    "een factuur van 3000 euro",
    "een boete van €10.000",
    "een goedkope boekhouder",
    "een bedrijf met 100 werknemers",
    "ik huur voor minder dan 500 euro per maand",
    "mijn uurtarief is 80 euro per uur, is dat ok?",
    "ik verdien minder dan 20 euro per uur",
    "een budget van 5000 euro voor het hele project",
    "ik vraag 65 euro per uur als zelfstandige",
    "een schuld van minstens 400 euro",
    "maximaal 3 dagen per week",
    "een dagtarief van maximaal 450 euro",
    "minder dan 50 procent van mijn omzet",
    "een gsm-abonnement onder de 20 euro",
    "wij verhuren zalen vanaf 50 euro per uur",
    "mijn poetshulp kost 10 euro per uur",
    "premie tot 500 euro voor zonnepanelen",
    # French
    "20 ans d'expérience",
    "un chiffre d'affaires de 2 millions d'euros",
    "une facture de 3000 euros",
    "une amende de plus de 300 euros",
    "un comptable pas cher",
    "une entreprise de 100 employés",
    "un loyer de moins de 500 euros",
    "lever 500 000 € pour ma société",
    "mon taux horaire est de 60 €, comment l'augmenter ?",
    "je facture 80 € de l'heure",
    "un budget de 5000 € pour tout le projet",
    "maximum 400 euros pour le site",
    "une dette d'au moins 400 euros",
    "moins de 50 salariés",
    "mon avocat me demande 200 € de l'heure",
    "nous louons une salle à partir de 50 € de l'heure",
    "un remboursement jusqu'à 100 euros",
    "une pension alimentaire de moins de 300 euros",
    "un TJM de maximum 450 euros",
]

NOT_CURRENCIES = [
    "I get paid in dollars and need tax advice",
    "my clients pay in dollars",
    "an account in USD",
    "we invoice in dollars",
    "je suis payé en dollars",
    "ik word betaald in dollar",
    "reporting in EUR under IFRS",
    "a loan in dollars",
    "drawings in CAD",
    "ma facture en dollars",
]

NOT_LANGUAGES = [
    # English
    "translate a contract into German",
    "I have a question about French law",
    "Dutch tax law specialist",
    "an English teacher",
    "I need a translator from Dutch to French",
    "a Belgian lawyer",
    "a French chef for my party",
    "my wife speaks French and needs a lawyer",
    "I speak Dutch",
    "I want to learn to speak Spanish",
    "improve my English speaking skills",
    "a website in French",
    "write a blog in English",
    "marketing to French-speaking customers",
    "an app for Dutch-speaking children",
    "a lawyer who speaks Dutch or French",
    "my contract is in German",
    "expanding to the German market",
    "the Italian embassy",
    "a bilingual website Dutch/French",
    "public speaking coach",
    "Polish my CV",
    "I don't speak Dutch",
    "my customers speak French",
    "I am a Dutch-speaking entrepreneur",
    "lessons in English for beginners",
    "he is English",
    "Dutch is not required, not a Dutch-speaking one",
    "French-speaking Belgium",
    "teach my children to speak English",
    "a specialist in French history",
    "our customers are Dutch speaking",
    "I need help in IT",
    "a bachelor's degree in IT or a related field",
    "Advice in NL and DE on taxes",
    "I'm looking for English speaking jobs",
    "speech therapist for a bilingual Dutch/French child",
    "Can you help me with English grammar?",
    "an accountant who speaks the language of startups",
    "customer support in Dutch",
    "the tenant speaks only French",
    "someone who can translate English into Dutch",
    # Dutch
    "een vertaler Nederlands-Frans",
    "een leerkracht Engels",
    "Frans recht",
    "een Duitse auto invoeren",
    "mijn Franstalige klanten",
    "een website in het Frans",
    "ik wil Spaans leren spreken",
    "ik spreek Frans",
    "klanten die Frans spreken",
    "bijles in het Nederlands voor mijn zoon",
    "mijn man spreekt alleen Engels",
    "ik ben Nederlandstalig",
    "een Nederlandstalige handleiding schrijven",
    "de Nederlandse belastingdienst",
    "de tegenpartij spreekt Frans",
    "een lerares die Frans geeft",
    "Duitstalige markt",
    # French
    "traduire un contrat en allemand",
    "un professeur d'anglais",
    "le droit français",
    "cours en anglais pour mon équipe",
    "ma clientèle francophone",
    "le marché néerlandophone",
    "je parle français",
    "un site web en néerlandais",
    "apprendre à parler espagnol",
    "rédiger un texte en anglais",
    "un chef italien",
    "je suis francophone et j'habite à Gand",
    "la partie adverse parle néerlandais",
    "une école francophone",
    "formation en anglais",
    "soutien scolaire en français",
]


@pytest.mark.parametrize(
    ("text", "expected"),
    BUDGETS + CURRENCIES + LANGUAGES + MIXTURES,
)
def test_a_demand_is_read_out_of_the_words(text: str, expected: dict[str, object]) -> None:
    assert read_constraints(text).constraints.as_interpreted() == expected


@pytest.mark.parametrize("text", NOT_BUDGETS + NOT_CURRENCIES + NOT_LANGUAGES)
def test_words_that_demand_nothing_are_left_alone(text: str) -> None:
    reading = read_constraints(text)
    assert reading.constraints.as_interpreted() == {}
    assert (reading.text, reading.spans) == (text, ())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I need a Dutch-speaking lawyer under €150 an hour.", "I need a lawyer."),
        (
            "Need an accountant, not more than 70 EUR/hour, for my VAT",
            "Need an accountant, for my VAT",
        ),
        ("Boekhouder die Frans spreekt, max 80 euro", "Boekhouder"),
        ("een tweetalige jurist (NL/FR) voor huurrecht", "een tweetalige jurist voor huurrecht"),
        ("I need a lawyer. Budget is 150 euros per hour.", "I need a lawyer."),
        ("max 80 euro per uur", ""),
        ("Wait... a  cheap coach", "Wait... a  cheap coach"),
    ],
)
def test_what_is_searched_is_the_text_without_the_demands(text: str, left: str) -> None:
    assert read_constraints(text).text == left


def test_each_span_tells_which_words_were_taken() -> None:
    text = "A Dutch-speaking designer, max 80 euro, who is paid in euros"
    taken = [(text[span.start : span.end], span.kind) for span in read_constraints(text).spans]
    assert taken == [
        ("Dutch-speaking", "language"),
        ("max 80 euro", "budget"),
        ("paid in euros", "currency"),
    ]


def test_the_last_of_two_budgets_counts() -> None:
    reading = read_constraints("Under €100 an hour. Or rather at most €120 an hour.")
    assert reading.constraints == Constraints(max_hourly_rate=Decimal(120), currency="EUR")


def test_amounts_of_two_currencies_are_not_mixed() -> None:
    reading = read_constraints("At least €50 per hour. At most $90 per hour.")
    assert reading.constraints == Constraints(max_hourly_rate=Decimal(90), currency="USD")


def test_a_minimum_above_the_maximum_changes_places_with_it() -> None:
    reading = read_constraints("at least 90 euro and at most 60 euro per hour")
    assert reading.constraints == Constraints(Decimal(60), Decimal(90), "EUR")


def test_decomposed_accents_and_capitals_are_read_alike() -> None:
    assert read_constraints("A\u0300 PARTIR DE 60 EUROS, QUI PARLE NE\u0301ERLANDAIS") == replace(
        read_constraints("À PARTIR DE 60 EUROS, QUI PARLE NÉERLANDAIS"),
        spans=read_constraints("A\u0300 PARTIR DE 60 EUROS, QUI PARLE NE\u0301ERLANDAIS").spans,
    )


READ = Constraints(Decimal(50), Decimal(150), "EUR", frozenset({"nl"}))


@pytest.mark.parametrize(
    ("explicit", "expected"),
    [
        (Constraints(), READ),
        (Constraints(max_hourly_rate=Decimal(100)), replace(READ, max_hourly_rate=Decimal(100))),
        (Constraints(languages=frozenset({"fr"})), replace(READ, languages=frozenset({"fr"}))),
        (
            Constraints(min_hourly_rate=Decimal(200)),
            replace(READ, min_hourly_rate=Decimal(200), max_hourly_rate=None),
        ),
        (
            Constraints(max_hourly_rate=Decimal(40)),
            replace(READ, min_hourly_rate=None, max_hourly_rate=Decimal(40)),
        ),
        (
            Constraints(currency="USD"),
            Constraints(currency="USD", languages=frozenset({"nl"})),
        ),
    ],
)
def test_explicit_filters_win_over_what_was_read(
    explicit: Constraints, expected: Constraints
) -> None:
    assert READ.overridden_by(explicit) == expected


def test_nothing_demanded_is_empty_and_echoes_nothing() -> None:
    assert Constraints().is_empty()
    assert Constraints().as_interpreted() == {}
    assert not READ.is_empty()


def test_what_is_echoed_is_ready_for_json() -> None:
    assert READ.as_interpreted() == {
        "min_hourly_rate": "50.00",
        "max_hourly_rate": "150.00",
        "currency": "EUR",
        "languages": ["nl"],
    }


VOCABULARY = (
    "max min under at least between and entre et tussen en tot à 50 80 150 1.250,50 2026 € $ £ EUR"
    " euro euros dollars / h uur per an hour de l'heure Dutch French -speaking Nederlandstalig die"
    " spreekt who speaks in het Nederlands Frans NL/FR bilingual lawyer , . ( ) - – my budget of"
    " not more than 80€/h fine project or 20 % paid USD"
)
WORDS = st.sampled_from([*VOCABULARY.split(), "\n"])
MESSAGES = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=30).map(" ".join))


@given(MESSAGES)
@settings(max_examples=600, deadline=None)
def test_any_text_is_read_the_same_and_once_for_all(text: str) -> None:
    reading = read_constraints(text)
    again = read_constraints(reading.text)
    assert reading == read_constraints(text)
    assert again.constraints.is_empty()
    assert (again.text, again.spans) == (reading.text, ())


@given(MESSAGES)
@settings(max_examples=600, deadline=None)
def test_spans_lie_in_the_text_in_order_and_rates_are_in_order(text: str) -> None:
    reading = read_constraints(text)
    places = [place for span in reading.spans for place in (span.start, span.end)]
    assert places == sorted(places)
    assert all(0 <= span.start < span.end <= len(text) for span in reading.spans)
    low, high = reading.constraints.min_hourly_rate, reading.constraints.max_hourly_rate
    assert low is None or high is None or low <= high
    assert bool(reading.spans) or reading.text == text


def written(amount: Decimal, thousands: str, decimal: str) -> str:
    swaps = {",": thousands, ".": decimal}
    return "".join(swaps.get(letter, letter) for letter in f"{amount:,.2f}")


@given(
    st.decimals(min_value=1, max_value=5000, places=2),
    st.sampled_from(
        [
            (".", ","),
            (",", "."),
            (" ", ","),
            ("\u00a0", ","),
            ("\u202f", ","),
            ("'", "."),
            ("", ","),
            ("", "."),
        ]
    ),
    st.sampled_from(
        [
            "under €{} an hour",
            "max {} euro per uur",
            "moins de {} € de l'heure",
            "hoogstens € {}/u",
            "{}€/h max",
            "EUR {} per hour at most",
        ]
    ),
)
def test_an_amount_is_the_same_however_it_is_written(
    amount: Decimal, marks: tuple[str, str], sentence: str
) -> None:
    reading = read_constraints(sentence.format(written(amount, *marks)))
    assert reading.constraints == Constraints(max_hourly_rate=amount, currency="EUR")


@given(st.integers(5, 500), st.integers(5, 500))
def test_a_range_is_read_whichever_end_comes_first(one: int, other: int) -> None:
    assume(one != other)
    low, high = sorted((Decimal(one), Decimal(other)))
    for text in (
        f"between {one} and {other} euro",
        f"tussen {one} en {other} euro per uur",
        f"entre {one} et {other} €",
        f"{one}-{other} EUR/h",
        f"€{one} to €{other} an hour",
    ):
        assert read_constraints(text).constraints == Constraints(low, high, "EUR")


@pytest.mark.parametrize(
    "piece",
    [
        "max ",
        "50 ",
        "max 80 euro ",
        "1 000 ",
        "1.000.",
        "(",
        "- ",
        "Dutch/",
        "who speaks ",
        ", ",
        "not more ",
        "é",
        "9",
        "in USD, ",
        "between 50 and ",
    ],
)
def test_a_very_long_text_is_read_in_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    began = time.process_time()
    read_constraints(text)
    assert time.process_time() - began < 5
