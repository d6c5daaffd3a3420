"""Thresholds between one voice and two, and their errors."""

import numpy as np
import pytest
from support.places import to
from support.voices import clips, corpus

from sarangi.base.errors import SarangiError
from sarangi.base.single_voices import NEAREST_CLIP, ONE_NAME, TWO_NAMES
from sarangi.speakers.voice_thresholds import parting, thresholds_in, voice_thresholds


def chosen(tmp_path, speakers, each, spread, **columns):
    embeddings, who = clips(speakers, each, spread, seed=4)
    manifest, shards = corpus(tmp_path, embeddings, who, **columns)
    voice_thresholds(manifest, shards, "made", 1, to(tmp_path / "t.parquet"))
    return thresholds_in(tmp_path / "t.parquet")


def test_the_threshold_mistakes_both_alike_and_no_other_does_better():
    draw = np.random.default_rng(5)
    for _ in range(20):
        one, two = draw.normal(0.3, 0.1, draw.integers(2, 40)), draw.normal(0.5, 0.1, draw.integers(2, 40))
        found = parting(one, two)
        assert found.taken_for_two == pytest.approx((one >= found.threshold).mean())
        assert found.taken_for_one == pytest.approx((two < found.threshold).mean())
        every = np.unique(np.concatenate([one, two]))
        best = min(abs((one >= t).mean() - (two < t).mean()) for t in (every[1:] + every[:-1]) / 2)
        assert abs(found.taken_for_two - found.taken_for_one) == pytest.approx(best)


def test_voices_far_apart_are_never_mistaken_and_the_counts_are_those_of_the_corpus(tmp_path):
    gender = np.array(["female"] * 24 + ["male"] * 24, object)
    found = chosen(tmp_path, 4, 12, 0.1, gender=gender)
    assert {(row.taken_for_two, row.taken_for_one, row.reason) for row in found.values()} == {(0, 0, None)}
    # of 48 clips the last has no embedding; speakers, their halves and pairs; two of one gender
    assert {name: (row.of_one, row.of_two) for name, row in found.items()} == {
        NEAREST_CLIP: (47, 47), TWO_NAMES: (4, 6), ONE_NAME: (4, 2),
    }  # fmt: skip
    # a nearest clip is nearer than a mean over clips
    assert found[NEAREST_CLIP].threshold < found[ONE_NAME].threshold


def test_a_clip_is_not_its_own_nearest_one(tmp_path):
    found = chosen(tmp_path, 4, 12, 0.4)[NEAREST_CLIP]
    embeddings, who = (values[:-1] for values in clips(4, 12, 0.4, seed=4))
    apart = np.where(np.eye(47) == 1, np.inf, 1 - embeddings @ embeddings.T)
    own = np.where(who[:, None] == who, apart, np.inf).min(1)
    others = np.where(who[:, None] != who, apart, np.inf).min(1)
    assert found.taken_for_two == pytest.approx((own >= found.threshold).mean())
    assert found.taken_for_one == pytest.approx((others < found.threshold).mean())
    assert found.taken_for_two > 0


def test_what_has_too_few_clips_gets_no_threshold_and_a_reason(tmp_path):
    found = chosen(tmp_path, 4, 7, 0.1)
    assert found[TWO_NAMES].threshold is not None
    assert found[ONE_NAME].threshold is None
    assert found[ONE_NAME].reason.startswith("fewer than two speakers of 10 clips or more")
    with pytest.raises(SarangiError, match="fewer than two known speakers of several clips"):
        chosen(tmp_path, 1, 20, 0.1)
