# ruff: noqa: E501 - a text is easier to read and to translate on one line
"""What the service says about itself: as staff wrote it in the admin, else as it comes here."""

from conversations.models import ServiceText

DEFAULTS = {
    "cost": {
        "en": "Searching here is free: you pay nothing for using this service. Each expert sets their own price, which you see with the profile.",
        "nl": "Zoeken is hier gratis: u betaalt niets voor deze dienst. Elke expert bepaalt zelf een prijs, die u bij het profiel ziet.",
        "fr": "Chercher ici est gratuit : vous ne payez rien pour ce service. Chaque expert fixe son propre prix, affiché avec son profil.",
    },
    "robot": {
        "en": "I am a computer program, a digital assistant. The experts I show are real people, and my colleagues read along to help.",
        "nl": "Ik ben een computerprogramma, een digitale assistent. De experts die ik toon zijn echte mensen, en mijn collega's lezen mee om te helpen.",
        "fr": "Je suis un programme informatique, un assistant numérique. Les experts que je montre sont de vraies personnes, et mes collègues lisent les messages pour vous aider.",
    },
    "privacy": {
        "en": "We keep your address and your messages to find the right expert for you, and share them with nobody without asking. You may ask us at any time to see or delete your data.",
        "nl": "We bewaren uw adres en uw berichten om de juiste expert voor u te vinden en delen ze met niemand zonder het te vragen. U kunt uw gegevens altijd laten inkijken of wissen.",
        "fr": "Nous conservons votre adresse et vos messages pour vous trouver le bon expert, et ne les partageons avec personne sans vous le demander. Vous pouvez à tout moment faire consulter ou effacer vos données.",
    },
    "how": {
        "en": "Tell me in a sentence or two what you need. I compare it with the profiles of our experts and show the one to three people who fit best, with the reason. Then you choose whom you want to meet.",
        "nl": "Vertel me in een paar zinnen wat u nodig hebt. Ik vergelijk het met de profielen van onze experts en toon de een tot drie mensen die het best passen, met de reden. Daarna kiest u wie u wilt ontmoeten.",
        "fr": "Dites-moi en une ou deux phrases ce qu'il vous faut. Je le compare aux profils de nos experts et vous montre une à trois personnes qui conviennent le mieux, avec la raison. Ensuite, vous choisissez qui vous voulez rencontrer.",
    },
    "hours": {
        "en": "I answer day and night. My colleagues answer on working days.",
        "nl": "Ik antwoord dag en nacht. Mijn collega's antwoorden op werkdagen.",
        "fr": "Je réponds jour et nuit. Mes collègues répondent les jours ouvrables.",
    },
    "human": {
        "en": "Of course. Your wish to speak to a person is noted, and a colleague will contact you at your e-mail address. If you leave your telephone number here, we can call you.",
        "nl": "Natuurlijk. Uw wens om iemand te spreken is genoteerd, en een collega neemt contact op via uw e-mailadres. Laat hier uw telefoonnummer achter als we u mogen bellen.",
        "fr": "Bien sûr. Votre souhait de parler à une personne est noté, et un collègue vous contactera à votre adresse e-mail. Laissez ici votre numéro de téléphone si nous pouvons vous appeler.",
    },
}  # fmt: skip


def service_text(topic: str, language: str) -> str:
    """What is said about this topic, in this language or else in English."""
    spoken = language if language in DEFAULTS[topic] else "en"
    return ServiceText.objects.said(topic, spoken) or DEFAULTS[topic][spoken]
