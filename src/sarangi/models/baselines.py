"""Trivial predictors that do not listen: what every score is to be compared with."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sarangi.base import store
from sarangi.base.parts import TRAIN
from sarangi.base.progress import progress
from sarangi.models.predictions import Fold, Parts


def baseline(
    manifest: Path,
    protocols: dict[str, Path],
    experiments: dict[str, dict],
    seed: int,
    output: Mapping[str, store.Output],
) -> None:
    """Predict each fold's test part without listening, for several experiments on a corpus.

    Parameters
    ----------
    manifest
        Of the corpus.
    protocols
        Tables of the corpus by the name of the protocol.
    experiments
        By name: ``protocol`` and ``kind``.  Kinds are ``constant`` (the most frequent emotion of all
        training parts together), ``uniform`` (drawn at random) and ``speaker_only`` (the most frequent
        emotion of the same speaker in the training part; the constant for an unseen speaker).  Ties
        go to the first emotion in alphabetical order.  Where speakers have all emotions alike,
        ``speaker_only`` falls below chance: what is held out of a speaker is missing from the same
        speaker's training part.
    seed
        Seed of ``uniform``; each experiment draws for itself, whatever else is predicted with it.
    output
        By experiment the Parquet file to write, of :func:`sarangi.models.predictions.predictions_schema`.
    """
    utterances = store.read(manifest, ["utterance_id", "speaker", "group", "emotion", "status", "reason"])
    present = utterances.set_index("utterance_id")[["status", "reason"]]
    for name, path in protocols.items():
        parts = Parts(utterances, path, present)
        usual = None if parts.unmade else commonest(parts.table.loc[parts.table["part"] == TRAIN, "emotion"])
        chosen = {key: entry["kind"] for key, entry in experiments.items() if entry["protocol"] == name}
        predict = {key: _predictor(kind, usual, parts.emotions, seed) for key, kind in chosen.items()}
        answers: dict[str, dict] = {key: {} for key in chosen}
        folds = parts.folds()
        for fold in progress(folds, len(folds), str(path)):
            for key in chosen:
                answers[key][fold.number, None] = predict[key](fold)
        for key in chosen:
            parts.write(answers[key], output[key])


def _predictor(kind: str, usual: str, emotions: Sequence[str], seed: int) -> Callable[[Fold], Sequence[str]]:
    generator = np.random.default_rng(seed)

    def constant(fold: Fold) -> list[str]:
        return [usual] * len(fold.test)

    def uniform(fold: Fold) -> list[str]:
        return [emotions[draw] for draw in generator.integers(len(emotions), size=len(fold.test))]

    def speaker_only(fold: Fold) -> list[str]:
        return speakers_commonest(fold.train, fold.test, usual)

    return {"constant": constant, "uniform": uniform, "speaker_only": speaker_only}[kind]


def speakers_commonest(train: pd.DataFrame, test: pd.DataFrame, otherwise: str) -> list[str]:
    """Predict the speaker's commonest emotion in training; for an unseen one ``otherwise``.

    Parameters
    ----------
    train, test : data frames of speaker and emotion
        One row an utterance.
    """
    usual = train.groupby("speaker")["emotion"].agg(commonest).to_dict()
    return [usual.get(speaker, otherwise) for speaker in test["speaker"]]


def commonest(emotions: Iterable[str]) -> str:
    """Return the commonest emotion; of several the first in alphabetical order."""
    counts = Counter(emotions)
    return min(counts, key=lambda emotion: (-counts[emotion], emotion))
