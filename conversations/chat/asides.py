"""Answers that search for nobody: small talk, the service itself, and people shown before."""

from conversations.chat import evidence
from conversations.chat.protocols import Turn
from conversations.chat.service import service_text
from conversations.chat.texts import Phrases, language_name, listed, money, phrases
from conversations.replies import Evidence, Pick, Reply
from experts.models import Expert
from experts.search.constraints.languages import language_of
from experts.search.constraints.tokens import tokenise
from experts.text.detection import prose_language


def answer(turn: Turn) -> Reply:
    """The reply to a turn whose decision is an aside."""
    reason = turn.decision.reason
    if reason == "service":
        return _reply(turn, service_text(turn.decision.topic, turn.language))
    if turn.decision.is_match:
        return _about(turn)
    return _reply(turn, _unused(phrases(turn.language).asides[_form(turn)], turn))


def _form(turn: Turn) -> str:
    """A kind wish goes with thanks only where somebody was found."""
    reason = turn.decision.reason
    return "found" if reason == "thanks" and turn.dialogue.all_shown else reason


def _unused(variants: tuple[str, ...], turn: Turn) -> str:
    """The first that was not said yet; when all were, the one said longest ago."""
    said = [past.reply for past in turn.dialogue.past]
    return min(
        variants, key=lambda one: max((at for at, r in enumerate(said) if r == one), default=-1)
    )


def _reply(turn: Turn, narrative: str, picks: tuple[Pick, ...] = ()) -> Reply:
    return Reply(
        narrative=narrative,
        picks=picks,
        interpreted=turn.question.wishes.as_interpreted(),
        language=turn.language,
        follows=turn.question.follows,
        composer="offline",
        generation=turn.retrieval.generation,
    )


def _about(turn: Turn) -> Reply:
    """About one person alone, in words of the profile or from its fields."""
    candidate = turn.retrieval.candidates[0]
    text, expert = phrases(turn.language), candidate.expert
    name = expert.name or expert.username
    quotes = evidence.quotations(candidate, turn.retrieval.query)
    shown = next((one for one in quotes if one[0].field != "job_title"), ())
    narrative, why = _fact(turn, expert, text), ""
    if shown:
        why = _quoted(shown, turn.language, text)
    elif title := next(evidence.title_line(expert), ()):
        shown, why = title, text.title.format(quote=title[0].text)
    if turn.decision.reason == "booked":
        narrative = text.booked.format(name=name)
    elif turn.decision.reason == "declined":
        return _reply(turn, _unused(text.asides["declined"], turn))
    elif turn.decision.reason == "chosen":
        narrative = f"{_introduced(expert)}. {text.shall_introduce}"
    elif not narrative and shown and shown[0].field != "job_title":
        narrative = f"{name}. {why}" if why else name
    elif not narrative:
        narrative = text.silent.format(name=name)
    why = why or text.unmentioned.format(name=name)
    return _reply(turn, narrative, (Pick(expert, candidate.score, candidate.tier, why, shown),))


def _introduced(expert: Expert) -> str:
    title = evidence.readable_title(expert.job_title)
    return ", ".join(filter(None, (expert.name or expert.username, title)))


def _quoted(shown: tuple[Evidence, ...], language: str, text: Phrases) -> str:
    quotes = [" ".join(one.text.split()) for one in shown]
    if shown[0].field == "tags":
        return text.skills.format(quotes=listed(quotes, text.and_))
    written = prose_language(quotes[0])
    is_foreign = written in text.quote_in and written != language
    return (text.quote_in[written] if is_foreign else text.quote).format(quote=quotes[0])


def _fact(turn: Turn, expert: Expert, text: Phrases) -> str:
    """What a field of the profile says about it; empty when none does."""
    name, language = expert.name or expert.username, turn.language
    if turn.decision.topic == "rate":
        amount = money(expert.hourly_rate, expert.currency, language)
        return text.facts["rate"].format(name=name, amount=amount) if amount else ""
    if turn.decision.topic == "place":
        place = expert.location.strip()
        return text.facts["place"].format(name=name, place=place) if place else ""
    if turn.decision.topic == "company":
        company = expert.company.strip()
        return text.facts["company"].format(name=name, company=company) if company else ""
    if turn.decision.topic == "languages" and expert.languages:
        asked = [code for token in tokenise(turn.message) if (code := language_of(token))]
        missing = [code for code in dict.fromkeys(asked) if code not in expert.languages]
        form = "speaks" if not asked else "speaks_not" if missing else "speaks_too"
        return text.facts[form].format(
            name=name,
            languages=listed([language_name(one, language) for one in expert.languages], text.and_),
            missing=listed([language_name(one, language) for one in missing], text.or_),
        )
    return ""
