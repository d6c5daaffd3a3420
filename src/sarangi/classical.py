"""Classical models on acoustic features."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from sarangi import store
from sarangi.errors import SarangiError
from sarangi.predictions import predict_folds


def classical(
    manifest: Path,
    protocol: Path,
    features: Sequence[Path],
    settings: dict,
    output: Path,
    provenance: dict,
) -> None:
    """Train a classifier on the features of each fold's training part and predict its test part.

    Parameters
    ----------
    manifest, protocol
        Tables of the corpus.
    features
        The shards of one feature set.
    settings
        The classifier's entry in the configuration: ``kind`` and its numbers.
    output
        Parquet file to write: each test utterance of each fold, see
        :func:`sarangi.predictions.predictions_schema`.
    provenance
        Passed to the store.

    Raises
    ------
    SarangiError
        If the training part of a fold has fewer than two emotions.
    """
    vectors = pd.concat([store.read(shard) for shard in features]).set_index("utterance_id")
    present = vectors[["status", "reason"]]
    vectors = vectors.drop(columns=["status", "reason"]).astype(np.float64)
    model = make_pipeline(StandardScaler(), CLASSIFIERS[settings["kind"]](settings))

    def predict(train: pd.DataFrame, test: pd.DataFrame) -> np.ndarray:
        if train["emotion"].nunique() < 2:
            raise SarangiError(
                f"{protocol}: the training part of fold {train['fold'].iloc[0]} has one emotion; "
                "a classifier needs two or more"
            )
        model.fit(vectors.loc[train["utterance_id"]].to_numpy(), train["emotion"])
        return model.predict(vectors.loc[test["utterance_id"]].to_numpy())

    predict_folds(manifest, protocol, present, predict, output, provenance)


def svm_rbf(settings: dict) -> SVC:
    """Return a support vector machine with a radial basis function kernel."""
    return SVC(C=settings["C"], gamma=settings["gamma"], class_weight=settings["class_weight"])


CLASSIFIERS = {"svm_rbf": svm_rbf}
