"""How much features tell of the speaker, before and after directions are projected out."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from sarangi.base import store
from sarangi.base.nesting import one_emotion
from sarangi.models.predictions import Refused
from sarangi.models.projection import (
    FOLDS,
    RANDOM,
    SPEAKER,
    balanced_folds,
    cell_weights,
    random_directions,
    refuse_nested,
    shuffled_directions,
    speaker_directions,
    told,
    without,
)
from sarangi.models.vectors import CorpusFiles, Vectors

NOTHING = "nothing"
ITERATIONS = 1000  # of the probe, at most

PROBES = pa.schema(
    [
        pa.field("projected", pa.string(), nullable=False),
        # null where the probe is refused, with the reason
        pa.field("accuracy", pa.float64()),
        pa.field("chance", pa.float64()),
        # projected out, mean over folds
        pa.field("directions", pa.float64()),
        pa.field("seeds", pa.int64(), nullable=False),
        pa.field("clips", pa.int64(), nullable=False),
        # of several clips, and those of them that have one emotion alone
        pa.field("speakers", pa.int64(), nullable=False),
        pa.field("of_one_emotion", pa.int64(), nullable=False),
        pa.field("reason", pa.string()),
    ]
)


class _Fold(NamedTuple):
    """Scaled features of what the probe is trained and tested on, and the utterances of both."""

    train: np.ndarray
    test: np.ndarray
    train_rows: pd.DataFrame
    test_rows: pd.DataFrame
    directions: np.ndarray


def speaker_probe(
    corpus: CorpusFiles, draws: Mapping[str, Sequence[int]], seed: int, output: store.Output
) -> None:
    """Write how well a linear probe tells the speakers of a corpus from features.

    A logistic regression on standardised features (C = 1) is trained on three quarters of the clips and
    tested on the rest, in four folds over which the clips of each speaker and emotion are dealt evenly: the
    speakers are the same, the clips are others.  Directions are found on the three quarters alone.  Clips are
    weighted, in training and test, so that each speaker counts alike, and each emotion of a speaker: who
    tells emotions alone tells no speaker.

    Parameters
    ----------
    corpus
        Manifest and features.
    draws
        By ``shuffled`` or ``random``, whatever is to be compared with the directions of speakers: the seeds.
    seed
        Of the folds.
    output
        Parquet file to write, of schema :data:`PROBES`: a row for ``nothing`` projected out, for ``speaker``,
        and for each of ``draws``, averaged over its seeds.  ``chance`` is what would be right if the answers
        did not depend on the speaker.  Where emotion is nested in the speaker, or fewer than two speakers
        have four clips, accuracy and chance are null, with the reason.
    """
    vectors = Vectors(corpus)
    rows = vectors.rows[["utterance_id", "speaker", "emotion"]].join(vectors.present, on="utterance_id")
    rows = rows[(rows["status"] == store.OK) & rows["speaker"].notna()]
    kinds: dict[str, Sequence[int]] = {NOTHING: [seed], SPEAKER: [seed], **draws}
    blank = dict.fromkeys(("accuracy", "chance", "directions", "reason"))
    try:
        refuse_nested(rows, "the corpus")
        often = rows.groupby("speaker")["speaker"].transform("size") >= FOLDS
        rows = rows[often].sort_values("utterance_id")
        refuse_nested(rows, f"the corpus without speakers of fewer than {FOLDS} clips")
        folds = _folds(vectors.of(rows["utterance_id"]), rows, seed)
        found = [blank | _told(folds, kind, seeds) for kind, seeds in kinds.items()]
    except Refused as refused:
        found = [blank | {"reason": str(refused)} for _ in kinds]
    nesting = one_emotion(rows)
    table = pd.DataFrame(found, dtype=object).assign(
        projected=list(kinds),
        seeds=[len(draws.get(kind, ())) for kind in kinds],
        clips=len(rows),
        speakers=nesting.speakers,
        of_one_emotion=nesting.of_one_emotion,
    )
    output.write(table, PROBES)


def _folds(values: np.ndarray, rows: pd.DataFrame, seed: int) -> list[_Fold]:
    dealt = balanced_folds(rows, FOLDS, seed)
    folds = []
    for held in range(FOLDS):
        train, test = rows[dealt != held], rows[dealt == held]
        scaler = StandardScaler().fit(values[dealt != held])
        scaled = scaler.transform(values[dealt != held])
        tested = scaler.transform(values[dealt == held])
        folds.append(_Fold(scaled, tested, train, test, speaker_directions(scaled, train)))
    return folds


def _told(folds: Sequence[_Fold], projected: str, seeds: Sequence[int]) -> dict[str, Any]:
    """Return accuracy, chance and directions of a kind of projection, over all clips, averaged over seeds."""
    tested = pd.concat([fold.test_rows for fold in folds])
    truth, weights = tested["speaker"].to_numpy(str), cell_weights(tested)
    found: list[tuple[float, float, float]] = []
    for seed in seeds:
        directions = [_directions(fold, projected, seed) for fold in folds]
        said = [_said(fold, each) for fold, each in zip(folds, directions, strict=True)]
        result = told(truth, np.concatenate(said), weights)
        found.append((result.accuracy, result.chance, float(np.mean([len(each) for each in directions]))))
    return dict(zip(("accuracy", "chance", "directions"), np.mean(found, 0).tolist(), strict=True))


def _directions(fold: _Fold, projected: str, seed: int) -> np.ndarray:
    if projected == NOTHING:
        return fold.directions[:0]
    if projected == SPEAKER:
        return fold.directions
    if projected == RANDOM:
        return random_directions(len(fold.directions), fold.train.shape[1], seed)
    return shuffled_directions(len(fold.directions), fold.train, fold.train_rows, seed)


def _said(fold: _Fold, directions: np.ndarray) -> np.ndarray:
    probe = LogisticRegression(max_iter=ITERATIONS)
    probe.fit(
        without(fold.train, directions), fold.train_rows["speaker"].to_numpy(str),
        sample_weight=cell_weights(fold.train_rows),
    )  # fmt: skip
    said: np.ndarray = probe.predict(without(fold.test, directions))
    return said
