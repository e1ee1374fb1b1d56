"""Weights that are trained are those that detection reads."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from experts.text import detection, training

WORDS = {
    "en": "the garden house window kitchen bridge",
    "nl": "de tuin huis venster keuken brug",
}


def test_what_was_trained_tells_its_languages_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def frequencies(code: str, wordlist: str) -> dict[str, float]:
        return dict.fromkeys(WORDS.get(code, f"{code}xyz").split(), 1e-3)

    known = SimpleNamespace(get_frequency_dict=frequencies)
    monkeypatch.setitem(sys.modules, "wordfreq", known)
    path = tmp_path / "weights.npz"
    corpus = training.Corpus(["nl\tkeukenbouwer", "en\tkitchen builder"])
    training.save(path, *training.train(corpus, texts=4 * training.BATCH))

    monkeypatch.setattr(detection, "MODEL", path)
    detection._model.cache_clear()
    detection._token_scores.cache_clear()
    try:
        assert detection.detect("bridge kitchen") == "en"
        assert detection.detect("keukens, brug") == "nl"
    finally:
        detection._model.cache_clear()
        detection._token_scores.cache_clear()
