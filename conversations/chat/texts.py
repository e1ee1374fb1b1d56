# ruff: noqa: E501 - a phrase is easier to read and to translate on one line
"""What the offline composer says, in the visitor's language. Placeholders are plain data."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from babel import Locale
from babel.numbers import format_currency

from conversations.chat.protocols import Reason


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of one language."""

    # A match, when one, two or three are shown: {who} is the first, with a title.
    matches: tuple[str, str, str]
    nearest: tuple[str, str, str]  # the same when nobody fits well
    assumed: str  # {about}
    # What was let go: {amount}, {currency}, {languages}, {place}; "cheaper" where the limit is what those
    # charge who were shown before, "budget" where no currency is known.
    relaxed: dict[str, str]
    beyond: dict[str, tuple[str, str]]  # who comes nearest to a limit, one or several: {people}
    by_name: tuple[str, str]  # {who} is asked for by name; several of that name
    changed: str  # between what was told already and another answer
    # Reasons.
    quote: str  # {quote}
    quote_in: dict[str, str]  # {quote}, by the language of a profile that is not the visitor's
    skills: str  # {quotes}
    title: str  # {quote}
    unmentioned: str  # {name}: when the profile says nothing about what was asked
    named: str  # {name}, {why}
    # Asking back: none is used twice in a thread.
    refine: tuple[str, ...]  # {choices}, after people were shown
    about: str  # {asked}
    opens: dict[Reason, tuple[str, ...]]
    last_resort: str
    or_: str
    and_: str
    # Follow-ups to click.
    cheaper: str
    someone_else: str
    speaks: dict[str, str]  # by language of the expert
    # Asides, in the order they are said; "found" is for thanks after somebody was shown.
    asides: dict[str, tuple[str, ...]]
    facts: dict[
        str, str
    ]  # about somebody shown: {name} and {amount}, {place}, {company}, {languages}, {missing}
    silent: str  # {name}: the profile does not say
    shall_introduce: str
    booked: str  # {name}


EN = Phrases(
    matches=(
        "I found someone for this: {who}.",
        "I found two people for this. The best match is {who}.",
        "I found three people for this. The best match is {who}.",
    ),
    nearest=(
        "Nobody fits perfectly. The closest is {who}.",
        "Nobody fits perfectly. These two come closest, starting with {who}.",
        "Nobody fits perfectly. These three come closest, starting with {who}.",
    ),
    assumed="I wasn't sure what you need, so I assumed it is about “{about}”.",
    relaxed={
        "max_hourly_rate": "Nobody under {amount} matches.",
        "min_hourly_rate": "Nobody above {amount} matches.",
        "cheaper": "Nobody cheaper than {amount} matches.",
        "budget": "Nobody within that budget matches.",
        "currency": "Nobody who charges in {currency} matches, so I looked at other currencies too.",
        "languages": "Nobody who speaks {languages} matches, so I left that out.",
        "place": "Nobody in {place} matches, so I looked elsewhere too.",
        "": "Nobody meets all your wishes, so I left some of them out.",
    },
    by_name=(
        "{who} is in our directory.",
        "More than one person goes by that name, starting with {who}.",
    ),
    beyond={
        "max_hourly_rate": (
            "The closest above it is {people}.",
            "These are the closest above it: {people}.",
        ),
        "min_hourly_rate": (
            "The closest below it is {people}.",
            "These are the closest below it: {people}.",
        ),
        "cheaper": ("The best match is still {people}.", "The best matches are still {people}."),
    },
    changed="But the directory has just changed. This is the answer now:",
    quote="From the profile: “{quote}”",
    quote_in={
        "en": "From the profile, in English: “{quote}”",
        "nl": "From the profile, in Dutch: “{quote}”",
        "fr": "From the profile, in French: “{quote}”",
    },
    skills="Skills: {quotes}.",
    title="Job title: {quote}.",
    unmentioned="{name}'s profile doesn't mention this in so many words.",
    named="{name}: {why}",
    refine=(
        "Is it more about {choices}?",
        "Would {choices} be closer?",
        "Is there more to it, such as {choices}?",
    ),
    about="What exactly do you need for “{asked}”?",
    opens={
        "no_question": (
            "Hello! What do you need help with? One sentence is enough.",
            "Happy to help. What would you like an expert to do?",
            "Tell me what you need, and I will look for the right person. What is it about?",
        ),
        "no_evidence": (
            "We don't have anyone for that yet. Which trade or subject is it about?",
            "I still can't place it. Could you put it in other words?",
            "What kind of expert do you have in mind?",
        ),
        "nobody": (
            "We don't have anyone for that right now. Could you ask for something a little wider?",
            "There is still nobody for that. Is there another side of it I can look at?",
            "I still find nobody. We have noted your question, so that someone can look at it.",
        ),
    },
    last_resort="We have noted your question ({number}). What else can you tell me about it?",
    or_="or",
    and_="and",
    cheaper="Someone cheaper",
    someone_else="Someone else",
    speaks={"en": "Who speaks English?", "nl": "Who speaks Dutch?", "fr": "Who speaks French?"},
    asides={
        "found": (
            "You're welcome. Good luck with it!",
            "Glad to help. I hope it works out.",
            "My pleasure. You are welcome back any time.",
        ),
        "thanks": ("You're welcome.", "Glad to help.", "My pleasure."),
        "goodbye": ("Goodbye, and good luck!", "You are welcome back any time. Goodbye!"),
        "greeting": (
            "Hello! What do you need help with? One sentence is enough.",
            "Hello again! What would you like an expert to do?",
        ),
        "noted": ("Thank you, that is noted.", "Noted, thank you."),
        "off_topic": (
            "That is beyond me: I only find experts. What do you need somebody for?",
            "I can't help with that, only with finding an expert. What do you need one for?",
        ),
        "nonsense": (
            "I'm sorry, I didn't understand that. What do you need help with?",
            "I still don't understand. Could you say in a few words what you need?",
        ),
        "sorry": (
            "I'm sorry that this does not fit. What is missing, or should be different?",
            "I'm sorry. Tell me in your own words what the person should do for you.",
        ),
        "declined": ("All right. Tell me if you want somebody else, or something else.",),
    },
    facts={
        "rate": "{name} charges {amount} an hour.",
        "place": "{name} is based in {place}.",
        "company": "{name} works for {company}.",
        "speaks": "{name} speaks {languages}.",
        "speaks_too": "Yes, {name} speaks {languages}.",
        "speaks_not": "{name}'s profile does not list {missing}, only {languages}.",
    },
    silent="{name}'s profile doesn't say. Shall I ask them?",
    shall_introduce="Shall I introduce you?",
    booked="Your wish to meet {name} is noted. A colleague will contact you by e-mail.",
)
NL = Phrases(
    matches=(
        "Ik heb iemand voor u gevonden: {who}.",
        "Ik heb twee mensen gevonden. Het best past {who}.",
        "Ik heb drie mensen gevonden. Het best past {who}.",
    ),
    nearest=(
        "Niemand past perfect. Het dichtst in de buurt komt {who}.",
        "Niemand past perfect. Deze twee komen het dichtst in de buurt, te beginnen met {who}.",
        "Niemand past perfect. Deze drie komen het dichtst in de buurt, te beginnen met {who}.",
    ),
    assumed="Ik wist niet zeker wat u zoekt en ben uitgegaan van “{about}”.",
    relaxed={
        "max_hourly_rate": "Onder {amount} past niemand.",
        "min_hourly_rate": "Boven {amount} past niemand.",
        "cheaper": "Niemand die hierbij past is goedkoper dan {amount}.",
        "budget": "Binnen dat budget past niemand.",
        "currency": "Niemand die in {currency} rekent past hierbij, dus keek ik ook naar andere munten.",
        "languages": "Niemand die {languages} spreekt past hierbij, dus heb ik dat laten vallen.",
        "place": "In {place} past niemand, dus keek ik ook elders.",
        "": "Niemand voldoet aan al uw wensen, dus heb ik er een paar laten vallen.",
    },
    by_name=("{who} staat in onze gids.", "Meer dan één persoon heet zo, te beginnen met {who}."),
    beyond={
        "max_hourly_rate": (
            "Net daarboven zit {people}.",
            "Deze mensen zitten er het dichtst boven: {people}.",
        ),
        "min_hourly_rate": (
            "Net daaronder zit {people}.",
            "Deze mensen zitten er het dichtst onder: {people}.",
        ),
        "cheaper": ("Het best past nog altijd {people}.", "Het best passen nog altijd {people}."),
    },
    changed="Maar de gids is net veranderd. Dit is nu het antwoord:",
    quote="Uit het profiel: “{quote}”",
    quote_in={
        "en": "Uit het profiel, in het Engels: “{quote}”",
        "nl": "Uit het profiel, in het Nederlands: “{quote}”",
        "fr": "Uit het profiel, in het Frans: “{quote}”",
    },
    skills="Vaardigheden: {quotes}.",
    title="Functie: {quote}.",
    unmentioned="Het profiel van {name} noemt dit niet met zoveel woorden.",
    named="{name}: {why}",
    refine=(
        "Gaat het eerder over {choices}?",
        "Komt {choices} dichter in de buurt?",
        "Hoort er nog iets bij, zoals {choices}?",
    ),
    about="Wat hebt u precies nodig voor “{asked}”?",
    opens={
        "no_question": (
            "Hallo! Waarmee kan ik u helpen? Eén zin is genoeg.",
            "Graag. Wat moet een expert voor u doen?",
            "Vertel me wat u nodig hebt, dan zoek ik de juiste persoon. Waarover gaat het?",
        ),
        "no_evidence": (
            "Daarvoor hebben we nog niemand. Over welk vak of onderwerp gaat het?",
            "Ik kan het nog niet plaatsen. Kunt u het anders zeggen?",
            "Aan wat voor expert denkt u?",
        ),
        "nobody": (
            "Daarvoor hebben we nu niemand. Kunt u iets ruimer vragen?",
            "Er is nog altijd niemand voor. Is er een andere kant van de vraag?",
            "Ik vind nog altijd niemand. Uw vraag is genoteerd, zodat iemand ernaar kan kijken.",
        ),
    },
    last_resort="Uw vraag is genoteerd ({number}). Wat kunt u er nog over vertellen?",
    or_="of",
    and_="en",
    cheaper="Iemand goedkoper",
    someone_else="Iemand anders",
    speaks={
        "en": "Wie spreekt Engels?",
        "nl": "Wie spreekt Nederlands?",
        "fr": "Wie spreekt Frans?",
    },
    asides={
        "found": (
            "Graag gedaan. Veel succes ermee!",
            "Met plezier. Hopelijk lukt het.",
            "Geen dank. U bent altijd welkom.",
        ),
        "thanks": ("Graag gedaan.", "Met plezier.", "Geen dank."),
        "goodbye": ("Tot ziens, en veel succes!", "U bent altijd welkom. Tot ziens!"),
        "greeting": (
            "Hallo! Waarmee kan ik u helpen? Eén zin is genoeg.",
            "Dag! Wat moet een expert voor u doen?",
        ),
        "noted": ("Dank u, dat is genoteerd.", "Genoteerd, dank u."),
        "off_topic": (
            "Dat gaat mijn petje te boven: ik vind alleen experts. Waarvoor hebt u iemand nodig?",
            "Daarmee kan ik niet helpen, wel met het vinden van een expert. Waarvoor zoekt u iemand?",
        ),
        "nonsense": (
            "Sorry, dat begreep ik niet. Waarmee kan ik u helpen?",
            "Ik begrijp het nog niet. Kunt u in een paar woorden zeggen wat u nodig hebt?",
        ),
        "sorry": (
            "Het spijt me dat dit niet past. Wat ontbreekt er, of wat moet anders?",
            "Sorry. Zeg in uw eigen woorden wat de persoon voor u moet doen.",
        ),
        "declined": ("Goed. Zeg het maar als u iemand anders of iets anders zoekt.",),
    },
    facts={
        "rate": "{name} vraagt {amount} per uur.",
        "place": "{name} is gevestigd in {place}.",
        "company": "{name} werkt voor {company}.",
        "speaks": "{name} spreekt {languages}.",
        "speaks_too": "Ja, {name} spreekt {languages}.",
        "speaks_not": "Het profiel van {name} vermeldt geen {missing}, alleen {languages}.",
    },
    silent="Het profiel van {name} zegt dat niet. Zal ik het vragen?",
    shall_introduce="Zal ik u met elkaar in contact brengen?",
    booked="Uw wens om {name} te ontmoeten is genoteerd. Een collega mailt u daarover.",
)
FR = Phrases(
    matches=(
        "J'ai trouvé quelqu'un pour vous : {who}.",
        "J'ai trouvé deux personnes. Celle qui convient le mieux : {who}.",
        "J'ai trouvé trois personnes. Celle qui convient le mieux : {who}.",
    ),
    nearest=(
        "Personne ne correspond parfaitement. Le profil le plus proche est {who}.",
        "Personne ne correspond parfaitement. Ces deux profils s'en approchent le plus, à commencer par {who}.",
        "Personne ne correspond parfaitement. Ces trois profils s'en approchent le plus, à commencer par {who}.",
    ),
    assumed="Je n'étais pas sûr de votre besoin : j'ai supposé qu'il s'agit de « {about} ».",
    relaxed={
        "max_hourly_rate": "Personne ne correspond à moins de {amount}.",
        "min_hourly_rate": "Personne ne correspond à plus de {amount}.",
        "cheaper": "Personne de moins cher que {amount} ne correspond.",
        "budget": "Personne ne correspond dans ce budget.",
        "currency": "Personne ne correspond en {currency} ; j'ai donc regardé les autres devises.",
        "languages": "Personne qui parle {languages} ne correspond ; j'ai donc laissé ce critère de côté.",
        "place": "Personne ne correspond à cet endroit ({place}) ; j'ai donc cherché ailleurs aussi.",
        "": "Personne ne remplit tous vos critères ; j'en ai laissé une partie de côté.",
    },
    by_name=(
        "{who} figure dans notre annuaire.",
        "Plusieurs personnes portent ce nom, à commencer par {who}.",
    ),
    beyond={
        "max_hourly_rate": (
            "Juste au-dessus, il y a {people}.",
            "Juste au-dessus, il y a {people}.",
        ),
        "min_hourly_rate": (
            "Juste en dessous, il y a {people}.",
            "Juste en dessous, il y a {people}.",
        ),
        "cheaper": (
            "Le profil le plus proche reste {people}.",
            "Les plus proches restent {people}.",
        ),
    },
    changed="Mais l'annuaire vient de changer. Voici la réponse à présent :",
    quote="Extrait du profil : « {quote} »",
    quote_in={
        "en": "Extrait du profil, en anglais : « {quote} »",
        "nl": "Extrait du profil, en néerlandais : « {quote} »",
        "fr": "Extrait du profil, en français : « {quote} »",
    },
    skills="Compétences : {quotes}.",
    title="Fonction : {quote}.",
    unmentioned="{name} n'en parle pas explicitement dans son profil.",
    named="{name} : {why}",
    refine=(
        "S'agit-il plutôt de {choices} ?",
        "Est-ce que {choices} serait plus proche de votre besoin ?",
        "Y a-t-il autre chose, comme {choices} ?",
    ),
    about="De quoi avez-vous besoin exactement pour « {asked} » ?",
    opens={
        "no_question": (
            "Bonjour ! Pour quoi cherchez-vous de l'aide ? Une phrase suffit.",
            "Volontiers. Que doit faire l'expert pour vous ?",
            "Dites-moi ce qu'il vous faut, et je cherche la bonne personne. De quoi s'agit-il ?",
        ),
        "no_evidence": (
            "Nous n'avons encore personne pour cela. De quel métier ou sujet s'agit-il ?",
            "Je ne situe pas encore votre demande. Pouvez-vous la dire autrement ?",
            "À quel genre d'expert pensez-vous ?",
        ),
        "nobody": (
            "Nous n'avons personne pour cela en ce moment. Pouvez-vous élargir un peu la demande ?",
            "Il n'y a toujours personne pour cela. Y a-t-il un autre aspect du problème ?",
            "Je ne trouve toujours personne. Votre demande est notée pour que quelqu'un la regarde.",
        ),
    },
    last_resort="Votre demande est notée ({number}). Que pouvez-vous me dire de plus ?",
    or_="ou",
    and_="et",
    cheaper="Quelqu'un de moins cher",
    someone_else="Quelqu'un d'autre",
    speaks={
        "en": "Qui parle anglais ?",
        "nl": "Qui parle néerlandais ?",
        "fr": "Qui parle français ?",
    },
    asides={
        "found": (
            "Avec plaisir. Bonne chance !",
            "De rien. J'espère que cela vous aidera.",
            "Je vous en prie. Revenez quand vous voulez.",
        ),
        "thanks": ("Avec plaisir.", "De rien.", "Je vous en prie."),
        "goodbye": ("Au revoir, et bonne chance !", "Au revoir, et à bientôt !"),
        "greeting": (
            "Bonjour ! Pour quoi cherchez-vous de l'aide ? Une phrase suffit.",
            "Rebonjour ! Que doit faire l'expert pour vous ?",
        ),
        "noted": ("Merci, c'est noté.", "C'est noté, merci."),
        "off_topic": (
            "Cela me dépasse : je ne fais que trouver des experts. Pour quoi cherchez-vous quelqu'un ?",
            "Je ne peux pas vous aider pour cela, mais je peux trouver un expert. Pour quoi en cherchez-vous un ?",
        ),
        "nonsense": (
            "Désolé, je n'ai pas compris. Pour quoi cherchez-vous de l'aide ?",
            "Je ne comprends toujours pas. Pouvez-vous dire en quelques mots ce qu'il vous faut ?",
        ),
        "sorry": (
            "Je suis désolé que cela ne convienne pas. Que manque-t-il, ou que faut-il changer ?",
            "Désolé. Dites-moi avec vos mots ce que la personne doit faire pour vous.",
        ),
        "declined": ("Très bien. Dites-moi si vous cherchez quelqu'un d'autre ou autre chose.",),
    },
    facts={
        "rate": "{name} demande {amount} de l'heure.",
        "place": "{name} se trouve à {place}.",
        "company": "{name} travaille pour {company}.",
        "speaks": "Langues de {name} : {languages}.",
        "speaks_too": "Oui. Langues de {name} : {languages}.",
        "speaks_not": "Le profil de {name} ne mentionne pas {missing}, seulement {languages}.",
    },
    silent="Le profil de {name} ne le dit pas. Voulez-vous que je pose la question ?",
    shall_introduce="Voulez-vous que je vous mette en relation ?",
    booked="Votre souhait de rencontrer {name} est noté. Un collègue vous écrira par e-mail.",
)
PHRASES = {"en": EN, "nl": NL, "fr": FR}


def phrases(language: str) -> Phrases:
    return PHRASES.get(language, EN)


def listed(items: Sequence[str], joint: str) -> str:
    """ "a", "a or b", "a, b or c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {joint} {items[-1]}"


def money(amount: Decimal | None, currency: str, language: str) -> str:
    """An amount as the language writes it: €75, € 75, 75 €; empty without a currency."""
    if amount is None or not currency:
        return ""
    locale = Locale(language if language in PHRASES else "en")
    pattern = str(locale.currency_formats["standard"].pattern)
    if amount == amount.to_integral_value():
        pattern = pattern.replace(".00", "")
    told = format_currency(amount, currency, pattern, locale=locale, currency_digits=False)
    return re.sub(r"(?<=[A-Z])(?=\d)", "\u00a0", told)  # "CHF 75"


def language_name(code: str, language: str) -> str:
    """What a language is called in another one; its code where that is not known."""
    return str(Locale(language if language in PHRASES else "en").languages.get(code, code))
