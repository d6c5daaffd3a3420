"""Distances that tell one voice from two."""

import numpy as np
import pytest
from support.voices import clips

from sarangi.speakers import voices


def test_distances_are_the_same_in_any_blocks(monkeypatch):
    embeddings, _ = clips(speakers=4, each=9, spread=0.3, seed=1)
    monkeypatch.setattr(voices, "BLOCK", 36 * 5)
    parts = list(voices.distances(embeddings))
    assert [len(places) for places, _ in parts] == [5] * 7 + [1]
    assert np.concatenate([apart for _, apart in parts]) == pytest.approx(
        1 - embeddings @ embeddings.T, abs=1e-6
    )


def test_two_sets_are_compared_by_the_smaller_one_whichever_comes_first():
    embeddings, who = clips(speakers=2, each=20, spread=0.1, seed=2)
    one, other = embeddings[who == 0], embeddings[who == 1]
    # three clips of the first voice under another name, beside many clips that are not theirs
    assert voices.between(one[:3], np.concatenate([other, one[3:]])) < 0.1
    assert voices.between(np.concatenate([other, one[3:]]), one[:3]) < 0.1
    assert voices.between(one, other) > 0.5


@pytest.mark.parametrize("few", [4, 20])
def test_a_set_of_two_voices_is_wider_than_each_of_them(few):
    embeddings, who = clips(speakers=2, each=20, spread=0.2, seed=3)
    one, other = embeddings[who == 0], embeddings[who == 1][:few]
    single = max(voices.within(one, 1), voices.within(other, 1))
    assert voices.within(np.concatenate([one, other]), 1) > 1.5 * single
    assert voices.within(np.repeat(one[:1], 5, axis=0), 1) == pytest.approx(0, abs=1e-6)
