"""What a message does in a dialogue: read by small weights over embeddings, unsure means search."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
from django.conf import settings
from django.core.management import call_command

from conversations.chat.acts import examples, training
from conversations.chat.acts.classifier import (
    LONGEST_REPLY,
    SHIPPED,
    DialogueActClassifier,
    Weights,
    ending,
    read_acts,
    weights_for,
)
from conversations.chat.acts.scoring import score_acts
from conversations.errors import WeightsUnreadable
from experts.search.backends.multilingual_e5 import MultilingualE5Embedder
from experts.search.backends.offline import HashingEmbedder
from experts.search.protocols import Embedder, Vector

DATA = settings.BASE_DIR / "data" / "dialogue_acts.jsonl"
ACTS = {
    "ask_about_expert", "book", "complaint", "contact_details", "drop_limit", "goodbye", "greeting",
    "human", "new_problem", "no", "nonsense", "off_topic", "refine", "reject", "select",
    "service_question", "someone_else", "thanks", "unsure", "yes",
}  # fmt: skip
MATCH = {
    "en": "Three people fit this. The closest is Willem Aerts, sworn translator.",
    "nl": "Drie mensen passen hierbij. Het dichtst komt Willem Aerts, beëdigd vertaler.",
    "fr": "Trois personnes conviennent. La plus proche est Willem Aerts, traducteur juré.",
}
OFFER = {
    "en": "Would you like me to put you in touch with Willem Aerts?",
    "nl": "Wilt u dat ik u in contact breng met Willem Aerts?",
    "fr": "Voulez-vous que je vous mette en contact avec Willem Aerts ?",
}
NOTHING = {"en": "", "nl": "", "fr": ""}


@pytest.fixture(scope="module")
def embedder() -> MultilingualE5Embedder:
    return MultilingualE5Embedder(settings.DATA_DIR / "models")


def plain(embedder: Embedder) -> Callable[[str], Vector]:
    return lambda text: embedder.embed_question(text).plain


@pytest.fixture(scope="module")
def shipped() -> Weights:
    found = weights_for(MultilingualE5Embedder.fingerprint)
    assert found is not None, "run manage.py train_dialogue_acts for the packaged model"
    return found


def test_the_shipped_weights_are_for_the_packaged_model_and_the_shipped_data(
    shipped: Weights,
) -> None:
    assert shipped.sources["dialogue_acts.jsonl"] == training.sha256(DATA)
    assert set(shipped.acts) == ACTS
    assert sum(path.stat().st_size for path in SHIPPED.glob("*.npz")) < 1_500_000


def test_the_data_covers_every_act_in_three_languages_and_holds_no_line_twice() -> None:
    lines = training.read(DATA)
    counts = Counter((line.language, act) for line in lines for act in line.acts)
    assert all(counts[language, act] >= 40 for language in ("en", "nl", "fr") for act in ACTS)
    assert {line.language for line in lines} == {"en", "nl", "fr", "de", "es"}
    assert max(Counter((line.text, line.reply, line.language) for line in lines).values()) == 1


@pytest.mark.model
@pytest.mark.parametrize(
    ("language", "before", "message", "acts"),
    [
        ("en", MATCH, "brilliant, thank you so much", {"thanks"}),
        ("nl", MATCH, "hartelijk bedankt voor uw hulp", {"thanks"}),
        ("fr", MATCH, "merci beaucoup pour votre aide", {"thanks"}),
        ("en", MATCH, "does he know Italian?", {"ask_about_expert"}),
        ("nl", MATCH, "kan hij ook Italiaans?", {"ask_about_expert"}),
        ("fr", MATCH, "est-ce qu'il parle italien ?", {"ask_about_expert"}),
        ("en", MATCH, "the third, please", {"select"}),
        ("nl", MATCH, "de derde graag", {"select"}),
        ("fr", MATCH, "le troisième, s'il vous plaît", {"select"}),
        ("en", MATCH, "can you find me other people?", {"someone_else"}),
        ("nl", MATCH, "hebben jullie nog andere mensen?", {"someone_else"}),
        ("fr", MATCH, "vous avez quelqu'un d'autre ?", {"someone_else"}),
        ("en", OFFER, "yes, please do", {"yes"}),
        ("nl", OFFER, "ja, graag", {"yes"}),
        ("fr", OFFER, "oui, avec plaisir", {"yes"}),
        ("en", OFFER, "no thank you, not yet", {"no"}),
        ("nl", OFFER, "nee, nu nog niet", {"no"}),
        ("fr", OFFER, "non merci, pas tout de suite", {"no"}),
        ("en", MATCH, "let me speak to a real human being", {"human"}),
        ("nl", MATCH, "ik wil een echte mens spreken", {"human"}),
        ("fr", MATCH, "je voudrais parler à une vraie personne", {"human"}),
        ("en", MATCH, "money doesn't matter any more", {"drop_limit"}),
        ("nl", MATCH, "de prijs speelt geen rol", {"drop_limit"}),
        ("fr", MATCH, "le prix n'a aucune importance", {"drop_limit"}),
        ("en", MATCH, "set up a meeting with Willem", {"book"}),
        ("nl", MATCH, "regel een afspraak met Willem", {"book"}),
        ("fr", MATCH, "organisez un rendez-vous avec Willem", {"book"}),
        ("en", NOTHING, "am I chatting with a robot?", {"service_question"}),
        ("nl", NOTHING, "is dit gratis te gebruiken?", {"service_question"}),
        ("fr", NOTHING, "que faites-vous de mes données ?", {"service_question"}),
        ("en", NOTHING, "hello!", {"greeting"}),
        ("nl", NOTHING, "goeiemorgen!", {"greeting"}),
        ("fr", NOTHING, "bonsoir !", {"greeting"}),
        ("en", MATCH, "thanks for everything, goodbye!", {"thanks", "goodbye"}),
        ("nl", MATCH, "bedankt en tot ziens!", {"thanks", "goodbye"}),
        ("fr", MATCH, "merci et au revoir !", {"thanks", "goodbye"}),
    ],
)
def test_a_message_is_read_as_what_it_does(
    embedder: MultilingualE5Embedder,
    shipped: Weights,
    language: str,
    before: dict[str, str],
    message: str,
    acts: set[str],
) -> None:
    found = read_acts(message, before[language], plain(embedder), DialogueActClassifier(shipped))
    assert acts <= found.chosen, found.probabilities


@pytest.mark.model
@pytest.mark.parametrize(
    "problem",
    [
        "how much does a patent cost",
        "I need to talk to somebody about my burn-out",
        "thanks to a thunderstorm half of our tiles are broken",
        "wat kost een notaris bij de aankoop van een huis",
        "ik zoek iemand om mee te praten over mijn verdriet",
        "combien coûte une séparation à l'amiable chez un avocat",
        "notre robot de soudure ne s'arrête plus",
    ],
)
def test_a_problem_that_sounds_like_something_else_is_still_searched_for(
    embedder: MultilingualE5Embedder, shipped: Weights, problem: str
) -> None:
    found = read_acts(problem, "", plain(embedder), DialogueActClassifier(shipped))
    assert found.chosen <= {"new_problem", "refine"}, found.probabilities


def test_without_weights_every_message_is_searched_for() -> None:
    embed, classifier = plain(HashingEmbedder()), DialogueActClassifier()
    assert weights_for(HashingEmbedder().fingerprint) is None
    assert read_acts("thanks", "", embed, classifier).chosen == {"new_problem"}
    after = read_acts("thanks", "Two people fit this.", embed, classifier)
    assert after.chosen == {"refine"}
    assert not after.is_certain


def test_when_no_act_is_likely_enough_the_message_is_searched_for(shipped: Weights) -> None:
    sure_of_nothing = replace(shipped, thresholds=np.full_like(shipped.thresholds, 2))
    classifier = DialogueActClassifier(sure_of_nothing)
    vector = np.full(384, 384**-0.5, np.float32)
    assert classifier.classify(vector).chosen == {"new_problem"}
    assert classifier.classify(vector, vector).chosen <= {"new_problem", "refine"}
    assert not classifier.classify(vector).is_certain


def test_reading_costs_a_fraction_of_a_millisecond(shipped: Weights) -> None:
    classifier = DialogueActClassifier(shipped)
    vector = np.full(384, 384**-0.5, np.float32)
    times = []
    for _ in range(200):
        started = perf_counter()
        classifier.classify(vector, vector)
        times.append(perf_counter() - started)
    assert sorted(times)[100] < 0.001  # 0.1 ms alone on a machine


def test_only_the_end_of_a_long_reply_is_read() -> None:
    assert ending("  Shall I ask?  ") == "Shall I ask?"
    long = "word " * 500 + "Shall I ask?"
    assert ending(long).endswith("word Shall I ask?")
    assert len(ending(long)) < LONGEST_REPLY


def test_damaged_weights_are_an_error_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "own.npz").write_bytes(b"PK\x03\x04 no weights")
    with pytest.raises(WeightsUnreadable, match=r"own\.npz"):
        weights_for("any", [tmp_path])


def test_acts_that_a_file_does_not_label_are_no_mistakes_and_unknown_ones_are() -> None:
    scores = score_acts(
        [{"thanks"}, {"yes", "dance"}, {"yes"}],
        [{"thanks", "greeting"}, {"yes"}, {"thanks"}],
    )
    assert scores.f1 == {"thanks": pytest.approx(2 / 3), "yes": pytest.approx(2 / 3), "dance": 0}
    assert scores.exact == pytest.approx(1 / 3)
    assert scores.macro_f1 == pytest.approx(4 / 9)


def test_acts_are_measured_by_name(tmp_path: Path) -> None:
    file = tmp_path / "acts.jsonl"
    said = [{"role": "user", "content": "a tax lawyer"}, {"role": "assistant", "content": "Two."}]
    lines = [
        {"before": [], "text": "I need a tax lawyer", "acts": ["new_problem"], "lang": "en"},
        {"before": said, "text": "in Ghent", "acts": ["refine"], "lang": "en"},
        {"before": said, "text": "merci", "acts": ["thanks"], "lang": "fr"},
    ]
    file.write_text("\n".join(map(json.dumps, lines)))

    rows = json.loads(call_command("evaluate_dialogue", str(file), "--json"))
    figures = {(row["name"], row["language"]): row["value"] for row in rows}
    assert figures["exact", "all"] == pytest.approx(2 / 3)
    assert figures["f1 new_problem", "all"] == 1.0
    assert figures["f1 thanks", "fr"] == 0.0
    assert 0 < figures["macro_f1", "all"] < 1


def test_a_classifier_is_trained_for_another_embedding_model(tmp_path: Path) -> None:
    said = [{"role": "assistant", "content": "Two people fit this. The closest is Ann, notary."}]
    kinds = {"thanks": "thank you {}", "book": "please book {}", "refine": "closer to {} please"}
    lines = [
        {"before": said, "text": text.format(number), "acts": [act], "family": f"{act}{number}"}
        for act, text in kinds.items()
        for number in range(20)
    ]
    file, out = tmp_path / "few.jsonl", tmp_path / "own.npz"
    file.write_text("\n".join(map(json.dumps, lines)))

    told = call_command("train_dialogue_acts", str(file), "--out", str(out))
    assert "macro F1" in told
    found = weights_for(HashingEmbedder().fingerprint, [tmp_path])
    assert found is not None
    assert found.sources == {"few.jsonl": training.sha256(file)}
    reply = said[0]["content"]
    acts = read_acts(
        "please book now", reply, plain(HashingEmbedder()), DialogueActClassifier(found)
    )
    assert acts.chosen == {"book"}


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("and her hourly rate?", "rate"),
        ("hoeveel kost Pieter Jan?", "rate"),
        ("dans quelle région travaille Marie ?", "place"),
        ("can I speak German with him?", "languages"),
        ("heeft Els al voor een ziekenhuis gewerkt?", ""),
        ("does Sofie have a university degree?", ""),
    ],
)
def test_what_is_asked_about_somebody_is_told_by_the_nearest_examples(
    embedder: MultilingualE5Embedder, question: str, topic: str
) -> None:
    embed = plain(embedder)
    assert examples.nearest(embed(question), examples.FACTS, embed) == topic


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("is there a fee for this site?", "cost"),
        ("zijn jullie een AI?", "robot"),
        ("mes messages sont-ils conservés ?", "privacy"),
        ("do you know an architect?", ""),
    ],
)
def test_what_is_asked_about_the_service_is_told_by_the_nearest_examples(
    embedder: MultilingualE5Embedder, question: str, topic: str
) -> None:
    embed = plain(embedder)
    assert examples.nearest(embed(question), examples.SERVICE, embed) == topic
