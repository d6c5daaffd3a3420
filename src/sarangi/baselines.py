"""Trivial predictors that do not listen: what every score is to be compared with."""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from sarangi import store
from sarangi.predictions import predict_folds
from sarangi.protocols import TRAIN


def baseline(manifest: Path, protocol: Path, kind: str, seed: int, output: Path, provenance: dict) -> None:
    """Predict each fold's test part without listening.

    Parameters
    ----------
    manifest, protocol
        Tables of the corpus.
    kind
        ``constant`` (the most frequent emotion of all training parts together), ``uniform`` (drawn
        at random) or ``speaker_only`` (the most frequent emotion of the same speaker in the
        training part; the constant for an unseen speaker).  Ties go to the first emotion in
        alphabetical order.  Where speakers have all emotions alike, ``speaker_only`` falls below
        chance: what is held out of a speaker is missing from the same speaker's training part.
    seed
        Seed of ``uniform``.
    output
        Parquet file to write, of :func:`predictions_schema`.
    provenance
        Passed to the store.
    """
    utterances = store.read(manifest, ["utterance_id", "emotion", "status", "reason"])
    emotions = sorted(utterances.loc[utterances["status"] == store.OK, "emotion"].unique())
    parts = store.read(protocol).merge(utterances[["utterance_id", "emotion"]], on="utterance_id")
    usual = commonest(parts.loc[parts["part"] == TRAIN, "emotion"])
    generator = np.random.default_rng(seed)

    def constant(train: pd.DataFrame, test: pd.DataFrame) -> list[str]:
        return [usual] * len(test)

    def uniform(train: pd.DataFrame, test: pd.DataFrame) -> list[str]:
        return [emotions[draw] for draw in generator.integers(len(emotions), size=len(test))]

    def speaker_only(train: pd.DataFrame, test: pd.DataFrame) -> list[str]:
        return speakers_commonest(train, test, usual)

    predict = {"constant": constant, "uniform": uniform, "speaker_only": speaker_only}[kind]
    present = utterances.set_index("utterance_id")[["status", "reason"]]
    predict_folds(manifest, protocol, present, predict, output, provenance)


def speakers_commonest(train: pd.DataFrame, test: pd.DataFrame, otherwise: str) -> list[str]:
    """Predict the speaker's commonest emotion in training; for an unseen one ``otherwise``.

    Parameters
    ----------
    train, test : data frames of speaker and emotion
        One row an utterance.
    """
    usual = train.groupby("speaker")["emotion"].agg(commonest).to_dict()
    return [usual.get(speaker, otherwise) for speaker in test["speaker"]]


def commonest(emotions: pd.Series) -> str:
    """Return the commonest emotion; of several the first in alphabetical order."""
    counts = Counter(emotions)
    return min(counts, key=lambda emotion: (-counts[emotion], emotion))
