"""A threshold from known speakers, and the equal error of pairs."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score
from support.places import to
from support.voices import clips, corpus

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.speakers import calibration, clustering


def test_the_threshold_is_where_clusters_agree_best_and_the_row_says_how_nested_the_corpus_is(tmp_path):
    embeddings, who = clips(speakers=5, each=8, spread=0.25, seed=1)
    # speakers 0 to 2 have one emotion alone
    emotions = ["angry" if speaker < 3 else ("angry", "sad")[n % 2] for n, speaker in enumerate(who)]
    manifest, shards = corpus(tmp_path, embeddings, who, emotions)
    calibration.speaker_threshold(manifest, shards, "made", to(tmp_path / "t.parquet"))
    row = store.read(tmp_path / "t.parquet").iloc[0]
    assert (row["clips"], row["speakers"], row["speakers_of_several"], row["of_one_emotion"]) == (39, 5, 5, 3)
    assert calibration.threshold_in(tmp_path / "t.parquet") == row["threshold"]
    found = [
        adjusted_rand_score(who[:-1], clustering.clustered(embeddings[:-1], t))
        for t in np.linspace(0.01, 1.5, 400)
    ]
    assert row["adjusted_rand"] >= max(found) - 1e-9
    at = adjusted_rand_score(who[:-1], clustering.clustered(embeddings[:-1], row["threshold"]))
    assert at == pytest.approx(row["adjusted_rand"])


def test_the_equal_error_is_that_of_counting():
    embeddings, who = clips(speakers=4, each=10, spread=0.6, seed=4)
    first, second = np.triu_indices(len(who), 1)
    distance, same = 1 - (embeddings[first] * embeddings[second]).sum(1), who[first] == who[second]
    gaps = [(abs((distance[~same] <= t).mean() - (distance[same] > t).mean()), t) for t in distance]
    at = min(gaps)[1]
    expected = ((distance[~same] <= at).mean() + (distance[same] > at).mean()) / 2
    assert calibration.equal_error(embeddings, who) == pytest.approx(expected, abs=2e-3)
    assert 0.05 < expected < 0.45
    assert np.isnan(calibration.equal_error(embeddings, np.zeros(len(who))))
    assert np.isnan(calibration.equal_error(embeddings, np.arange(len(who))))


def test_a_corpus_that_names_no_speakers_gives_no_threshold(tmp_path):
    manifest, shards = corpus(tmp_path, *clips(speakers=3, each=4, spread=0.2, seed=1), named=False)
    with pytest.raises(
        SarangiError, match="0 known speakers of several clips; a threshold needs two or more"
    ):
        calibration.speaker_threshold(manifest, shards, "made", to(tmp_path / "t.parquet"))
