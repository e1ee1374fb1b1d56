# ruff: noqa: E501 - examples are easier to read and to translate on one line
"""What a question is about, by the examples nearest to it in meaning.

One mechanism in every language: a fact about an expert, or a topic of the service itself. OTHER has
examples too, so that a question about anything else is not forced into a topic.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from experts.search.protocols import Vector

OTHER = ""
NEAREST = 2  # examples of a topic that are compared

Examples = Mapping[str, Sequence[str]]
Embed = Callable[[str], Vector]

FACTS: Examples = {
    "rate": (
        "what does she charge?", "how much does he cost per hour?", "how much?",
        "what is her rate?", "is he expensive?",
        "wat kost zij?", "wat is zijn uurtarief?", "hoeveel vraagt hij per uur?", "is ze duur?",
        "combien demande-t-elle ?", "quel est son tarif ?", "il prend combien de l'heure ?",
        "est-ce qu'elle est chère ?",
    ),
    "place": (
        "where does she live?", "where is he based?", "in which city does he work?",
        "where is her office?", "is he from around here?", "which region does she cover?",
        "waar woont hij?", "in welke stad werkt zij?", "van waar is ze?", "waar is zijn kantoor?",
        "in welke streek werkt hij?",
        "où habite-t-elle ?", "il est dans quelle ville ?", "où est son bureau ?",
        "dans quelle région travaille-t-elle ?",
    ),
    "languages": (
        "does she speak French?", "which languages does he speak?", "is her English good?",
        "spreekt hij Engels?", "welke talen spreekt zij?", "kan het ook in het Frans met hem?",
        "parle-t-elle néerlandais ?", "quelles langues parle-t-il ?", "on peut lui parler anglais ?",
    ),
    "company": (
        "which company does she work for?", "what is the name of his firm?",
        "voor welk bedrijf werkt hij?", "hoe heet haar kantoor?",
        "pour quelle société travaille-t-elle ?", "comment s'appelle son bureau ?",
    ),
    OTHER: (
        "has she done this before?", "does he also work with small companies?",
        "what experience does she have?", "is he available next week?", "does he have insurance?",
        "can she help with contracts?", "tell me more about him", "what did he study?",
        "has he written a book?", "has she ever worked for a bank?", "how long has she been doing this?", "does she have children?",
        "does he give workshops?", "is she certified?", "who are his clients?",
        "heeft zij ervaring met scholen?", "heeft hij al voor een gemeente gewerkt?", "werkt hij ook voor particulieren?",
        "heeft hij dat al eens gedaan?", "kan zij ook online werken?", "vertel me meer over haar",
        "heeft hij een diploma?", "doet ze ook grote projecten?", "wanneer is hij vrij?",
        "a-t-elle déjà travaillé pour une école ?", "peut-elle venir sur place ?",
        "quelle est son expérience ?", "dites-m'en plus sur lui", "est-il assuré ?",
        "fait-elle aussi des formations ?", "quand est-il libre ?",
    ),
}  # fmt: skip

SERVICE: Examples = {
    "cost": (
        "what do I pay for using this?", "is this service free?", "does it cost me anything?",
        "do you take a commission?", "how much is a search here?",
        "is dit gratis?", "wat kost deze dienst?", "moet ik hiervoor betalen?",
        "rekenen jullie een commissie?",
        "est-ce gratuit ?", "combien coûte ce service ?", "dois-je payer pour chercher ici ?",
        "prenez-vous une commission ?",
    ),
    "robot": (
        "are you a robot?", "am I talking to a human or a machine?", "is this AI?", "who are you?",
        "ben jij een robot?", "praat ik met een mens of een computer?", "is dit een chatbot?",
        "wie ben jij?",
        "êtes-vous un robot ?", "je parle à une machine ou à un humain ?", "qui êtes-vous ?",
        "est-ce une intelligence artificielle ?",
    ),
    "privacy": (
        "what happens to my data?", "who can read what I write here?", "do you sell my e-mail address?",
        "please delete my data", "is this confidential?",
        "wat doen jullie met mijn gegevens?", "wie leest wat ik hier schrijf?",
        "kan ik mijn gegevens laten wissen?", "is dit vertrouwelijk?",
        "que deviennent mes données ?", "qui lit ce que j'écris ?", "supprimez mes données",
        "est-ce confidentiel ?",
    ),
    "how": (
        "how does this work?", "what can you do for me?", "how do you choose these people?",
        "who is behind this website?", "what is this?",
        "hoe werkt dit?", "wat kun je voor mij doen?", "hoe kiezen jullie de experts?",
        "wie zit er achter deze website?",
        "comment ça marche ?", "que pouvez-vous faire pour moi ?", "comment choisissez-vous les experts ?",
        "qui est derrière ce site ?",
    ),
    "hours": (
        "what are your opening hours?", "when are you open?", "are you open on Sunday?",
        "wat zijn de openingsuren?", "wanneer zijn jullie bereikbaar?", "zijn jullie open op zondag?",
        "quelles sont vos heures d'ouverture ?", "quand êtes-vous joignables ?",
        "êtes-vous ouverts le dimanche ?",
    ),
    "human": (
        "I want to talk to a human", "can somebody call me?", "what is your telephone number?",
        "is there a real person I can speak to?", "how can I contact you?",
        "ik wil een mens spreken", "kan iemand mij bellen?", "wat is jullie telefoonnummer?",
        "hoe kan ik jullie bereiken?",
        "je veux parler à un être humain", "quelqu'un peut-il m'appeler ?",
        "quel est votre numéro de téléphone ?", "comment vous contacter ?",
    ),
    OTHER: (
        "do you have a plumber?", "who can help me with my taxes?", "are there lawyers on this site?",
        "which experts do you have?", "do you know somebody in Ghent?", "is someone free tomorrow?",
        "hebben jullie een loodgieter?", "wie kan mij helpen met mijn belastingen?",
        "is er iemand in Gent?", "welke experts hebben jullie?",
        "avez-vous un plombier ?", "qui peut m'aider avec mes impôts ?", "y a-t-il un avocat ici ?",
        "quels experts avez-vous ?",
    ),
}  # fmt: skip


LIMITS: Examples = {
    "budget": (
        "the price doesn't matter", "without the budget", "it may cost more",
        "de prijs is niet belangrijk", "zonder budget", "het mag meer kosten",
        "peu importe le prix", "sans limite de budget", "cela peut coûter plus cher",
    ),
    "place": (
        "anywhere is fine", "forget the city", "it need not be nearby",
        "het mag ook elders", "de plaats maakt niet uit", "het hoeft niet in de buurt",
        "n'importe où", "peu importe la ville", "pas besoin que ce soit près d'ici",
    ),
    "languages": (
        "any language will do", "the language is not important", "it need not be in Dutch",
        "de taal maakt niet uit", "het hoeft niet in het Frans",
        "peu importe la langue", "pas besoin de parler français",
    ),
    OTHER: (
        "forget all my conditions", "drop all of that", "laat alles maar vallen",
        "vergeet mijn voorwaarden", "oubliez toutes mes conditions", "laissez tomber les critères",
    ),
}  # fmt: skip


def nearest(asked: Vector, examples: Examples, embed: Embed) -> str:
    """Return the topic whose best examples are nearest in meaning. Errors: EmbedderError."""
    closeness = {
        topic: float(np.mean(np.sort([asked @ embed(text) for text in texts])[-NEAREST:]))
        for topic, texts in examples.items()
    }
    return max(closeness, key=lambda topic: closeness[topic])
