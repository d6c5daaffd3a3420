"""Voices from embeddings, held against scikit-learn and known answers."""

import numpy as np
import pytest
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_rand_score, silhouette_samples
from support.voices import clips

from sarangi.base.errors import SarangiError
from sarangi.speakers import clustering


def test_clusters_are_those_of_average_linkage_and_numbered_by_their_first_clip():
    embeddings, _ = clips(speakers=4, each=9, spread=0.35, seed=2)
    for threshold in (0.1, 0.2, 0.4, 0.9):
        found = clustering.clustered(embeddings, threshold)
        other = AgglomerativeClustering(
            n_clusters=None, distance_threshold=threshold, metric="cosine", linkage="average"
        ).fit_predict(embeddings)
        assert adjusted_rand_score(found, other) == 1
        assert list(dict.fromkeys(found)) == list(range(found.max() + 1))
    assert clustering.clustered(embeddings, 0.4).max() < clustering.clustered(embeddings, 0.1).max()
    order = np.random.default_rng(0).permutation(len(embeddings))
    again = clustering.clustered(embeddings[order], 0.4)
    assert adjusted_rand_score(again, clustering.clustered(embeddings, 0.4)[order]) == 1


def test_margins_are_silhouettes():
    embeddings, _ = clips(speakers=3, each=6, spread=0.5, seed=3)
    voices = np.array([0] * 5 + [1] * 8 + [2] * 4 + [3])
    expected = silhouette_samples(embeddings, voices, metric="cosine")
    assert np.allclose(clustering.margins(embeddings, voices), expected, atol=1e-6)
    assert clustering.margins(embeddings, voices)[-1] == 0
    assert np.isnan(clustering.margins(embeddings, np.zeros(len(embeddings), int))).all()


@pytest.mark.parametrize("count", [0, 1])
def test_few_clips_are_at_most_one_voice(count):
    embeddings, _ = clips(speakers=1, each=max(1, count), spread=0.1, seed=0)
    voices = clustering.clustered(embeddings[:count], 0.3)
    assert list(voices) == [0] * count
    assert np.isnan(clustering.margins(embeddings[:count], voices)).all()


def test_more_clips_than_memory_allows_are_refused(monkeypatch):
    monkeypatch.setattr(clustering, "MOST", 10)
    embeddings, _ = clips(speakers=1, each=11, spread=0.1, seed=0)
    with pytest.raises(SarangiError, match="11 clips, and 10 at most are clustered at once; state `within"):
        clustering.clustered(embeddings, 0.3)
