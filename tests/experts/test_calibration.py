"""Chances instead of similarities: fitted for a model, above the null of a generation."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from experts.errors import ExpertsError
from experts.models import Expert
from experts.search import calibration, neutral, wiring
from experts.search.calibration import Calibration, Logistic
from experts.search.indexing import Report, is_stale, rebuild
from experts.search.retrieval import Retriever
from tests.experts.conftest import MakeExpert

pytestmark = pytest.mark.django_db


def kept() -> Calibration:
    served = wiring.snapshots().current()
    assert served
    return served.calibration


def test_a_build_measures_the_null_distribution_of_its_generation(
    built: Report, expert: MakeExpert
) -> None:
    before = kept().null
    assert set(before) == set(calibration.RELATIVE)
    for number in range(30):
        expert(f"more{number}", bio="I say hello to everybody on Sunday and tell jokes.")
    rebuild()
    assert kept().null != before


def test_the_null_distribution_has_nothing_random(built: Report) -> None:
    served = wiring.snapshots().current()
    assert served
    again = calibration.null_distribution(served, wiring.embedder())
    assert again == served.calibration.null


def test_a_longer_query_is_held_against_longer_ones() -> None:
    many = [
        {"dense": 0.9 - 0.1 * length, "margin_over_mean": 1.0, "query_length": length}
        for length in (0.0, 1.0, 2.0)
    ]
    null = replace(Calibration(), null=calibration.lines_of(many))
    short = null.relative({"dense": 0.85, "query_length": 0.0})
    long = null.relative({"dense": 0.85, "query_length": 2.0})
    assert short["dense"] < 0 < long["dense"] <= calibration.FARTHEST


def test_an_empty_directory_has_no_null_distribution_and_is_still_served(db: None) -> None:
    rebuild()
    assert kept().null == {}


def test_weights_of_this_installation_come_before_the_shipped(
    built: Report, tmp_path: Path, settings: Any
) -> None:
    settings.DATA_DIR = tmp_path
    own = replace(
        wiring.calibration(),
        name="own",
        fingerprint=wiring.embedder().fingerprint,
        answerable=Logistic(1.5, {"query_coverage": 2.0}),
    )
    (tmp_path / "calibrations").mkdir()
    (tmp_path / "calibrations" / "own.json").write_text(json.dumps(own.as_dict()))
    wiring.reset()
    assert is_stale()
    assert rebuild(if_needed=True).embedded == 0
    assert kept().name == "own"
    assert not is_stale()


def test_weights_fitted_for_another_model_are_not_used(tmp_path: Path) -> None:
    other = replace(Calibration(), name="other", fingerprint="weights-of-another-model")
    (tmp_path / "other.json").write_text(json.dumps(other.as_dict()))
    assert calibration.fitted_for("weights-of-another-model", [tmp_path]).name == "other"
    assert calibration.fitted_for("unheard-of", [tmp_path]).name == calibration.NEUTRAL


@pytest.mark.parametrize("path", sorted(calibration.SHIPPED.glob("*.json")), ids=lambda p: p.stem)
def test_every_shipped_calibration_can_be_read(path: Path) -> None:
    read = Calibration.read(path)
    assert 0 < read.good < read.strong < 1
    assert all(read.answerable.weights.values())


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": "x"}'])
def test_a_damaged_calibration_says_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.json").write_text(text)
    with pytest.raises(ExpertsError):
        Calibration.read(tmp_path / "bad.json")


def test_an_unreadable_calibration_in_a_manifest_does_not_stop_the_service() -> None:
    assert calibration.kept({"answerable": 3}).name == calibration.NEUTRAL
    assert calibration.kept(None).name == calibration.NEUTRAL


def test_a_question_that_is_answered_is_likelier_so_than_small_talk(retriever: Retriever) -> None:
    clear = retriever.ask("a letter of the tax office about VAT and income tax").signals
    nothing = retriever.ask("hello there, how is it going today?").signals
    assert clear.answerable > nothing.answerable


def test_whoever_answers_is_likelier_to_than_the_others(retriever: Retriever) -> None:
    found = retriever.ask("a letter of the tax office about VAT and income tax").candidates
    assert found[0].expert.username == "ada"
    assert found[0].relevance == max(one.relevance for one in found)
    assert all(0 <= one.relevance <= 1 for one in found)


def test_a_demand_does_not_change_what_the_directory_knows(
    retriever: Retriever, people: list[Expert]
) -> None:
    from experts.search.constraints import Constraints

    free = retriever.retrieve("leaking pipes").signals
    french = Constraints(languages=frozenset({"fr"}))
    demanding = retriever.retrieve("leaking pipes", french, relax=False)
    assert demanding.signals.answerable == free.answerable
    assert [one.expert.username for one in demanding.candidates] == ["dirk"]


def test_weights_of_what_is_no_longer_observed_have_to_be_fitted_again() -> None:
    told = Calibration(answerable=Logistic(1.0, {"moon": 2.0})).as_dict()
    with pytest.raises(ExpertsError, match="fit it again"):
        Calibration.of(told)


def test_the_neutral_utterances_are_many_and_each_is_one() -> None:
    assert 35 <= len(set(neutral.UTTERANCES)) == len(neutral.UTTERANCES) <= 60


def test_the_default_model_has_a_calibration_of_its_own() -> None:
    """A change of its recipe or adapter needs a new fit, or the neutral weights are used."""
    from experts.search.backends.multilingual_e5 import MultilingualE5Embedder

    embedder = MultilingualE5Embedder(Path("nowhere"))
    found = calibration.fitted_for(embedder.question_fingerprint)
    assert found.name == MultilingualE5Embedder.name
