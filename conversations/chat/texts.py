# ruff: noqa: E501 - a phrase is easier to read and to translate on one line
"""What the offline composer says, in the visitor's language. Placeholders are plain data."""

from dataclasses import dataclass

from conversations.chat.protocols import Reason


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of one language."""

    # A match: {name} and {title} of the first, when one, two or three are shown.
    matches: tuple[str, str, str]
    nearest: tuple[str, str, str]  # the same when nobody fits well
    assumed: str  # {about}
    relaxed: dict[str, str]  # {amount}, {currency}, {languages}, {place}
    named: tuple[str, str]  # {name}, {title} of who was asked for by name; several of that name
    changed: str  # between what was told already and another answer
    rates: str  # {rates}, told when a limit on them was let go
    # Reasons.
    on: str  # {words}, {quote}
    quote: str  # {quote}
    also: str  # {quote}
    label: str  # {quote}: a title, category or tag
    quote_in: dict[str, str]  # {quote}, by the language of a profile that is not the visitor's
    with_title: str  # {title}, {why}
    # Asking back: none is used twice in a thread.
    choices: tuple[str, ...]  # {choices}
    opens: dict[Reason, tuple[str, ...]]
    last_resort: str
    or_: str
    and_: str
    help_with: str  # {subject}
    # Follow-ups to click.
    cheaper: str
    someone_else: str
    speaks: dict[str, str]  # by language of the expert


EN = Phrases(
    matches=(
        "{name} fits this best: {title}.",
        "Two people fit this. The closest is {name}, {title}.",
        "Three people fit this. The closest is {name}, {title}.",
    ),
    nearest=(
        "Nobody fits this exactly; {name}, {title}, comes nearest.",
        "Nobody fits this exactly; these two come nearest, {name}, {title}, first.",
        "Nobody fits this exactly; these three come nearest, {name}, {title}, first.",
    ),
    assumed="I was not sure what you need, so I assumed it is about “{about}”.",
    relaxed={
        "max_hourly_rate": "Nobody who could help charges {amount} an hour or less, so I let that limit go.",
        "min_hourly_rate": "Nobody who could help charges {amount} an hour or more, so I let that limit go.",
        "currency": "Nobody who could help charges in {currency}, so I looked at other currencies too.",
        "languages": "Nobody who could help says they speak {languages}, so I let that wish go.",
        "place": "Nobody listed in {place} fits this, so I looked elsewhere too.",
        "": "Nobody met all your wishes, so I let some of them go.",
    },
    named=(
        "{name} is listed here: {title}.",
        "These are listed here, {name}, {title}, first.",
    ),
    changed="But the directory has just changed; this is the answer now:",
    rates="Hourly rates: {rates}.",
    on="On {words}: “{quote}”",
    quote="From the profile: “{quote}”",
    also="And: “{quote}”",
    label="Listed under “{quote}”.",
    quote_in={
        "en": "From the profile, in English: “{quote}”",
        "nl": "From the profile, in Dutch: “{quote}”",
        "fr": "From the profile, in French: “{quote}”",
    },
    with_title="{title}. {why}",
    choices=(
        "Several kinds of experts could help here. Do you mean {choices}?",
        "To choose well: is it more about {choices}?",
        "Which comes closest: {choices}?",
        "One more detail would help. Are you thinking of {choices}?",
    ),
    opens={
        "no_question": (
            "Hello! What problem would you like an expert's help with? One sentence is enough.",
            "Gladly. Tell me in a sentence what should be solved, and I look for who can do it.",
            "I need a problem to work on: what should the expert do for you?",
        ),
        "no_evidence": (
            "I find nobody in the directory for this as it is put. Which trade or subject is it about?",
            "I still cannot place it. Could you describe the problem in other words?",
            "What kind of expert do you have in mind?",
        ),
        "broad": (
            "That could be many things. What exactly should the expert do for you?",
            "Could you say a little more about the situation you are in?",
            "What should be different once the expert is done?",
        ),
        "nobody": (
            "Nobody in the directory can be shown for this right now. Could you put it more widely?",
            "There is still nobody to show. Is there another side of the problem I can look at?",
            "I keep finding nobody for this. Your question is noted, so that someone can look at it.",
        ),
    },
    last_resort="Your question is noted ({number}). What else could you tell me about it?",
    or_="or",
    and_="and",
    help_with="I need help with {subject}",
    cheaper="Someone cheaper",
    someone_else="Someone else",
    speaks={"en": "Who speaks English?", "nl": "Who speaks Dutch?", "fr": "Who speaks French?"},
)
NL = Phrases(
    matches=(
        "{name} past hier het best bij: {title}.",
        "Twee mensen passen hierbij. Het dichtst komt {name}, {title}.",
        "Drie mensen passen hierbij. Het dichtst komt {name}, {title}.",
    ),
    nearest=(
        "Niemand past hier precies bij; {name}, {title}, komt het dichtst.",
        "Niemand past hier precies bij; deze twee komen het dichtst, met {name}, {title}, voorop.",
        "Niemand past hier precies bij; deze drie komen het dichtst, met {name}, {title}, voorop.",
    ),
    assumed="Ik wist niet zeker wat u nodig hebt, dus ben ik uitgegaan van “{about}”.",
    relaxed={
        "max_hourly_rate": "Niemand die kan helpen vraagt {amount} per uur of minder; die grens heb ik laten vallen.",
        "min_hourly_rate": "Niemand die kan helpen vraagt {amount} per uur of meer; die grens heb ik laten vallen.",
        "currency": "Niemand die kan helpen rekent in {currency}; ik heb ook naar andere munten gekeken.",
        "languages": "Niemand die kan helpen zegt {languages} te spreken; die wens heb ik laten vallen.",
        "place": "Niemand die in {place} vermeld staat, past hierbij; ik heb ook elders gekeken.",
        "": "Niemand voldeed aan al uw wensen; een deel ervan heb ik laten vallen.",
    },
    named=(
        "{name} staat in de gids: {title}.",
        "Deze mensen staan in de gids, met {name}, {title}, voorop.",
    ),
    changed="Maar de gids is net veranderd; dit is nu het antwoord:",
    rates="Uurtarieven: {rates}.",
    on="Over {words}: “{quote}”",
    quote="Uit het profiel: “{quote}”",
    also="En ook: “{quote}”",
    label="Staat vermeld onder “{quote}”.",
    quote_in={
        "en": "Uit het profiel, in het Engels: “{quote}”",
        "nl": "Uit het profiel, in het Nederlands: “{quote}”",
        "fr": "Uit het profiel, in het Frans: “{quote}”",
    },
    with_title="{title}. {why}",
    choices=(
        "Verschillende soorten experts kunnen hier helpen. Bedoelt u {choices}?",
        "Om goed te kiezen: gaat het eerder over {choices}?",
        "Wat komt het dichtst in de buurt: {choices}?",
        "Nog één detail zou helpen. Denkt u aan {choices}?",
    ),
    opens={
        "no_question": (
            "Hallo! Met welk probleem kan een expert u helpen? Eén zin is genoeg.",
            "Graag. Vertel in één zin wat er opgelost moet worden, dan zoek ik wie dat kan.",
            "Ik heb een probleem nodig om mee te werken: wat moet de expert voor u doen?",
        ),
        "no_evidence": (
            "Zo gesteld vind ik hiervoor niemand in de gids. Over welk vak of onderwerp gaat het?",
            "Ik kan het nog niet plaatsen. Kunt u het probleem anders omschrijven?",
            "Aan wat voor expert denkt u?",
        ),
        "broad": (
            "Dat kan van alles zijn. Wat moet de expert precies voor u doen?",
            "Kunt u iets meer vertellen over uw situatie?",
            "Wat moet er anders zijn wanneer de expert klaar is?",
        ),
        "nobody": (
            "Hiervoor kan ik nu niemand uit de gids tonen. Kunt u het ruimer stellen?",
            "Er is nog steeds niemand om te tonen. Is er een andere kant van het probleem?",
            "Ik blijf niemand vinden. Uw vraag is genoteerd, zodat iemand ernaar kan kijken.",
        ),
    },
    last_resort="Uw vraag is genoteerd ({number}). Wat kunt u er nog over vertellen?",
    or_="of",
    and_="en",
    help_with="Ik zoek hulp bij {subject}",
    cheaper="Iemand goedkoper",
    someone_else="Iemand anders",
    speaks={
        "en": "Wie spreekt Engels?",
        "nl": "Wie spreekt Nederlands?",
        "fr": "Wie spreekt Frans?",
    },
)
FR = Phrases(
    matches=(
        "{name} convient le mieux : {title}.",
        "Deux personnes conviennent. La plus proche est {name}, {title}.",
        "Trois personnes conviennent. La plus proche est {name}, {title}.",
    ),
    nearest=(
        "Personne ne convient exactement ; {name}, {title}, s'en approche le plus.",
        "Personne ne convient exactement ; ces deux s'en approchent le plus, {name}, {title}, en tête.",
        "Personne ne convient exactement ; ces trois s'en approchent le plus, {name}, {title}, en tête.",
    ),
    assumed="Je n'étais pas sûr de votre besoin : j'ai supposé qu'il s'agit de « {about} ».",
    relaxed={
        "max_hourly_rate": "Personne de compétent ne demande {amount} de l'heure ou moins ; j'ai laissé tomber cette limite.",
        "min_hourly_rate": "Personne de compétent ne demande {amount} de l'heure ou plus ; j'ai laissé tomber cette limite.",
        "currency": "Personne de compétent ne facture en {currency} ; j'ai aussi regardé les autres devises.",
        "languages": "Personne de compétent ne dit parler {languages} ; j'ai laissé tomber ce souhait.",
        "place": "Personne d'inscrit à cet endroit ({place}) ne convient ; j'ai aussi cherché ailleurs.",
        "": "Personne ne répondait à tous vos souhaits ; j'en ai laissé tomber une partie.",
    },
    named=(
        "{name} figure dans l'annuaire : {title}.",
        "Ces personnes figurent dans l'annuaire, {name}, {title}, en tête.",
    ),
    changed="Mais l'annuaire vient de changer ; voici la réponse à présent :",
    rates="Tarifs horaires : {rates}.",
    on="Sur {words} : « {quote} »",
    quote="Extrait du profil : « {quote} »",
    also="Et aussi : « {quote} »",
    label="Se présente sous « {quote} ».",
    quote_in={
        "en": "Extrait du profil, en anglais : « {quote} »",
        "nl": "Extrait du profil, en néerlandais : « {quote} »",
        "fr": "Extrait du profil, en français : « {quote} »",
    },
    with_title="{title}. {why}",
    choices=(
        "Plusieurs types d'experts peuvent aider ici. Voulez-vous dire {choices} ?",
        "Pour bien choisir : s'agit-il plutôt de {choices} ?",
        "Qu'est-ce qui s'en rapproche le plus : {choices} ?",
        "Encore un détail : pensez-vous à {choices} ?",
    ),
    opens={
        "no_question": (
            "Bonjour ! Pour quel problème cherchez-vous un expert ? Une phrase suffit.",
            "Volontiers. Dites en une phrase ce qu'il faut résoudre, et je cherche qui peut le faire.",
            "Il me faut un problème concret : que doit faire l'expert pour vous ?",
        ),
        "no_evidence": (
            "Formulé ainsi, je ne trouve personne dans l'annuaire. De quel métier ou sujet s'agit-il ?",
            "Je ne situe pas encore votre demande. Pouvez-vous la décrire autrement ?",
            "À quel genre d'expert pensez-vous ?",
        ),
        "broad": (
            "Cela peut être beaucoup de choses. Que doit faire l'expert exactement ?",
            "Pouvez-vous en dire un peu plus sur votre situation ?",
            "Qu'est-ce qui doit avoir changé quand l'expert aura terminé ?",
        ),
        "nobody": (
            "Je ne peux montrer personne de l'annuaire pour cela. Pouvez-vous élargir la demande ?",
            "Toujours personne à montrer. Y a-t-il un autre aspect du problème ?",
            "Je ne trouve décidément personne. Votre demande est notée pour que quelqu'un la regarde.",
        ),
    },
    last_resort="Votre demande est notée ({number}). Que pouvez-vous me dire de plus ?",
    or_="ou",
    and_="et",
    help_with="J'ai besoin d'aide pour {subject}",
    cheaper="Quelqu'un de moins cher",
    someone_else="Quelqu'un d'autre",
    speaks={
        "en": "Qui parle anglais ?",
        "nl": "Qui parle néerlandais ?",
        "fr": "Qui parle français ?",
    },
)
PHRASES = {"en": EN, "nl": NL, "fr": FR}
LANGUAGE_NAMES = {
    "en": {"en": "English", "nl": "Dutch", "fr": "French", "de": "German", "es": "Spanish",
           "it": "Italian", "pt": "Portuguese"},
    "nl": {"en": "Engels", "nl": "Nederlands", "fr": "Frans", "de": "Duits", "es": "Spaans",
           "it": "Italiaans", "pt": "Portugees"},
    "fr": {"en": "anglais", "nl": "néerlandais", "fr": "français", "de": "allemand",
           "es": "espagnol", "it": "italien", "pt": "portugais"},
}  # fmt: skip


def phrases(language: str) -> Phrases:
    return PHRASES.get(language, EN)


def listed(items: list[str], joint: str) -> str:
    """ "a", "a or b", "a, b or c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {joint} {items[-1]}"
