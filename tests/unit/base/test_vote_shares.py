"""Shares of votes: what a model is trained on in place of one label."""

import numpy as np
import pandas as pd

from sarangi.base import store
from sarangi.base.vote_rows import VOTES
from sarangi.base.vote_shares import emotion_votes, soft_labels


def test_soft_labels_are_shares_of_the_ok_votes_for_the_emotions_asked_for(tmp_path):
    file = votes_at(
        tmp_path / "v.parquet",
        [
            {"utterance_id": "c/b", "annotator": "1", "emotion": "sad", "label": "Sadness", "weight": 0.5},
            {"utterance_id": "c/b", "annotator": "1", "emotion": "angry", "label": "Anger", "weight": 0.5},
            {"utterance_id": "c/b", "annotator": "2", "emotion": "sad", "label": "Sadness", "weight": 1.0},
            # neither of these is of the emotions asked for
            {"utterance_id": "c/b", "annotator": "3", "emotion": None, "label": "Frustration", "weight": 1.0},
            {"utterance_id": "c/b", "annotator": "4", "emotion": "happy", "label": "Joy", "weight": 1.0},
            {"utterance_id": "c/a", "annotator": "4", "emotion": "happy", "label": "Joy", "weight": 1.0},
            # a rating, and a vote that failed
            {
                "utterance_id": "c/a",
                "annotator": "4",
                "dimension": "arousal",
                "label": "3",
                "rating": 3.0,
                "weight": 1.0,
            },
            {
                "utterance_id": "c/a",
                "annotator": "5",
                "emotion": "sad",
                "label": "Sadness",
                "status": store.FAILED,
            },
        ],
    )
    shares = soft_labels(file, ["angry", "neutral", "sad"])
    assert list(shares.index) == ["c/b"] and list(shares.columns) == ["angry", "neutral", "sad"]
    np.testing.assert_allclose(shares.loc["c/b"], [0.25, 0.0, 0.75])
    assert list(soft_labels(file, ["happy", "sad"]).index) == ["c/a", "c/b"]
    assert soft_labels(file, ["bored"]).shape == (0, 1)
    assert len(emotion_votes(file)) == 6


def votes_at(path, rows):
    blank = dict.fromkeys(VOTES.names) | {"status": store.OK}
    store.write(path, pd.DataFrame([blank | row for row in rows], columns=VOTES.names), VOTES, {})
    return path
