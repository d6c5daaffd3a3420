"""Trivial predictors of ratings: what every score of a dimension is to be compared with."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from sarangi.base import store
from sarangi.models.predictions import Fold, Parts, Unfit
from sarangi.models.rated import Values, ratings_in, write_rated

TRAINING_MEAN, SPEAKER_MEAN = "training_mean", "speaker_mean"


def rated_baseline(
    manifest: Path,
    protocols: Mapping[str, Path],
    experiments: Mapping[str, Mapping],
    output: Mapping[str, store.Output],
) -> None:
    """Predict ratings of each fold's test part without listening, for several experiments on a corpus.

    Parameters
    ----------
    manifest, protocols
        As for :func:`sarangi.models.baselines.baseline`.
    experiments
        By name: ``protocol``, ``dimensions`` and ``kind``.  ``training_mean`` says the mean rating of the
        fold's training part.  ``speaker_mean`` is an oracle: it says the mean of the tested speaker's own
        ratings in the fold's test part, which nobody who has to predict them knows; where no speaker is
        known, the group's.
    output
        By experiment the Parquet file to write, of :data:`sarangi.base.dimension_rows.RATED_PREDICTIONS`.
    """
    utterances = store.read(manifest, ["utterance_id", "speaker", "group", "emotion", "status", "reason"])
    present = utterances.set_index("utterance_id")[["status", "reason"]]
    for name, path in protocols.items():
        parts = Parts(utterances, path, present)
        for experiment, entry in experiments.items():
            if entry["protocol"] != name:
                continue
            ratings = ratings_in(manifest, entry["dimensions"])
            predict = {TRAINING_MEAN: _training_mean, SPEAKER_MEAN: _speaker_mean}[entry["kind"]]
            answers = {(fold.number, None): predict(fold, ratings) for fold in parts.folds()}
            write_rated(parts, ratings, answers, output[experiment])


def _training_mean(fold: Fold, ratings: pd.DataFrame) -> Values:
    means = ratings.reindex(fold.train["utterance_id"]).mean()
    return {
        name: np.full(len(fold.test), mean)
        if np.isfinite(mean)
        else Unfit(f"the training part of fold {fold.number} has none rated in {name}")
        for name, mean in means.items()
    }


def _speaker_mean(fold: Fold, ratings: pd.DataFrame) -> Values:
    own = ratings.reindex(fold.test["utterance_id"]).reset_index(drop=True)
    speakers = fold.test["speaker"].fillna(fold.test["group"]).to_numpy()
    return {name: own[name].groupby(speakers).transform("mean").to_numpy() for name in own.columns}
