"""How much features tell of the speaker."""

import numpy as np
import pytest
from support.classical_corpus import (
    Corpus,
    one_thread_of_blas,  # noqa: F401  (fixture)
)
from support.places import to

from sarangi.base import store
from sarangi.speakers.probing import PROBES, speaker_probe

DRAWS = {"shuffled": [1, 2], "random": [1, 2]}


@pytest.fixture
def made(tmp_path):
    """Measures of a corpus whose voices and emotions have directions of their own, and noise all others."""

    def measures(who, how):
        draw = np.random.default_rng(0)
        values = draw.normal(0, 0.3, (len(who), 30))
        values[:, :4] += 6 * draw.normal(size=(max(who) + 1, 4))[who]
        values[:, 4:7] += 6 * np.eye(3)[how]
        emotions = np.array(["angry", "happy", "sad"])[how]
        corpus = Corpus(tmp_path / "made", list(emotions), values, [f"s{each}" for each in who])
        speaker_probe(corpus.files, DRAWS, 1, to(tmp_path / "probe.parquet"))
        return store.read(tmp_path / "probe.parquet").set_index("projected")

    return measures


def test_a_probe_says_what_is_told_before_and_after(made):
    found = made(np.repeat(np.arange(4), 15), np.tile(np.arange(15) % 3, 4))
    assert list(found.index) == ["nothing", "speaker", "shuffled", "random"]
    assert (
        list(found["seeds"]) == [0, 0, 2, 2] and set(found["clips"]) == {60} and set(found["speakers"]) == {4}
    )
    assert found["reason"].isna().all() and found["chance"].between(0.2, 0.3).all()
    assert found["accuracy"]["nothing"] > 0.95 and found["directions"]["nothing"] == 0
    assert found["accuracy"]["speaker"] < 0.45 and found["accuracy"]["random"] > 0.8
    assert found["directions"].iloc[1:].nunique() == 1 and found["directions"]["speaker"] >= 3


def test_a_probe_of_voices_of_one_emotion_is_refused_with_the_counts(made):
    found = made(np.repeat(np.arange(6), 6), np.repeat(np.arange(6) % 3, 6))
    assert found[["accuracy", "chance", "directions"]].isna().all(axis=None)
    assert set(found["speakers"]) == set(found["of_one_emotion"]) == {6}
    assert set(found["reason"]) == {
        "emotion is nested in the speaker: in the corpus 6 of 6 speakers have one emotion alone, so that "
        "their directions are those of emotions"
    }
    assert list(found.reset_index()[PROBES.names].columns) == PROBES.names
    few = made(np.repeat(np.arange(10), 3), np.tile(np.arange(3), 10))
    assert few["reason"].iloc[0].startswith("the corpus without speakers of fewer than 4 clips has 0 known")
