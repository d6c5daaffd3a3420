"""How far pseudo-speakers are to be believed: held against known speakers, leakage first."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from sklearn.metrics import adjusted_rand_score, completeness_score

from sarangi.base import store
from sarangi.base.nesting import one_emotion
from sarangi.speakers.calibration import equal_error
from sarangi.speakers.embedded import with_embeddings

CHANCE_DRAWS = 20
"""Times that the pseudo-speakers are dealt to the clips at random, in their numbers, for chance."""

ALL, VOICES, RESIDUAL_LEAKAGE, ONE_EMOTION = "all", "voices", "residual_leakage", "one_emotion"
NO_SPEAKERS = "the corpus names no speakers, so nothing here says how far its pseudo-speakers are right"

MEASURES = pa.schema(
    [
        pa.field("measure", pa.string(), nullable=False),
        pa.field("slice", pa.string(), nullable=False),
        # null where it cannot be measured, with the reason
        pa.field("value", pa.float64()),
        pa.field("chance", pa.float64()),
        pa.field("best", pa.float64()),
        pa.field("n", pa.int64(), nullable=False),
        pa.field("speakers", pa.int64(), nullable=False),
        pa.field("reason", pa.string()),
    ]
)


class Measure(NamedTuple):
    """A row of :data:`MEASURES` but its counts: what a measure is of a slice, by chance, and at best."""

    measure: str
    slice: str
    value: float
    chance: float
    best: float
    reason: str | None = None


def speaker_measures(
    manifest: Path, shards: Sequence[Path], pseudo: Path, seed: int, output: store.Output
) -> None:
    """Write how far the pseudo-speakers of a corpus agree with the speakers that its publisher names.

    Parameters
    ----------
    manifest, shards, pseudo
        Of the corpus, its speaker embeddings, and its pseudo-speakers.
    seed
        Of the folds, and of the draws that give chance.
    output
        Parquet file to write, of schema :data:`MEASURES`: ``residual_leakage`` (of all, then by emotion),
        ``purity``, ``completeness``, ``adjusted_rand``, ``equal_error`` of pairs of clips; ``one_emotion``,
        the share of speakers of several clips that have one emotion alone (where it is large, voice and
        emotion cannot be told apart); and ``voices``, the number of pseudo-speakers.  Of a corpus that names
        no speakers all but the last are null, with the reason.
    """
    table, embeddings = with_embeddings(manifest, shards)
    columns = store.read(pseudo, ["utterance_id", "pseudo_speaker"])
    table = table.merge(columns, on="utterance_id", how="left")
    count = table["pseudo_speaker"].nunique()
    known = table["speaker"].notna().to_numpy()
    table, embeddings = table[known].reset_index(drop=True), embeddings[known]
    named = table["speaker"].nunique()
    rows = [Measure(VOICES, ALL, count, np.nan, named or np.nan)]
    if named:
        rows += _measured(table, embeddings, seed)
    else:
        rows += [Measure(m, ALL, np.nan, np.nan, np.nan, NO_SPEAKERS) for m in MEASURED]
    sizes = table["emotion"].value_counts().to_dict() | {ALL: len(table)}
    of_slice = table.groupby("emotion")["speaker"].nunique().to_dict() | {ALL: named}
    frame = pd.DataFrame(rows, columns=Measure._fields)
    output.write(frame.assign(n=frame["slice"].map(sizes), speakers=frame["slice"].map(of_slice)), MEASURES)


MEASURED = (RESIDUAL_LEAKAGE, "purity", "completeness", "adjusted_rand", "equal_error", ONE_EMOTION)


def _measured(table: pd.DataFrame, embeddings: np.ndarray, seed: int) -> Iterator[Measure]:
    speakers = table["speaker"].to_numpy(str)
    voices = table["pseudo_speaker"].to_numpy(str)
    emotions = table["emotion"].fillna("").to_numpy(str)
    draw = np.random.default_rng(seed)
    dealt = [draw.permutation(voices) for _ in range(CHANCE_DRAWS)]
    slices: dict[str, np.ndarray] = {ALL: np.ones(len(table), bool)}
    slices |= {emotion: emotions == emotion for emotion in sorted(set(emotions) - {""})}
    alone = (
        "one pseudo-speaker, so that nothing trains where it is held out" if len(set(voices)) < 2 else None
    )
    leaked, by_chance = leakage(voices, speakers), np.mean([leakage(each, speakers) for each in dealt], 0)
    for name, chosen in slices.items():
        values = (leaked, by_chance) if alone is None else (np.full(len(table), np.nan),) * 2
        value, chance = (float(each[chosen].mean()) for each in values)
        yield Measure(RESIDUAL_LEAKAGE, name, value, chance, 0.0, alone)
    for measure, function in AGREEMENT.items():
        chance = float(np.mean([function(speakers, each) for each in dealt]))
        yield Measure(measure, ALL, float(function(speakers, voices)), chance, 1.0)
    error = equal_error(embeddings, speakers)
    reason = "one speaker, or one clip a speaker: no pairs of both kinds" if np.isnan(error) else None
    yield Measure("equal_error", ALL, error, 0.5, 0.0, reason)
    several, of_one = one_emotion(table)
    reason = None if several else "no speaker has several clips"
    yield Measure(ONE_EMOTION, ALL, of_one / several if several else np.nan, np.nan, 0.0, reason)


def leakage(voices: np.ndarray, speakers: np.ndarray) -> np.ndarray:
    """Return whether each clip's true speaker trains where its pseudo-speaker is tested, bool of (clips,).

    One pseudo-speaker is tested at a time and all others train, so that no draw of folds matters.  Folds that
    test several at once leak as much or less, where parts of one speaker fall into one fold by luck; with
    scikit-learn's stratified folds the same luck comes with every seed.
    """
    parts = pd.Series(voices).groupby(speakers).transform("nunique")
    return (parts > 1).to_numpy()


def purity(speakers: np.ndarray, voices: np.ndarray) -> float:
    """Return the share of clips whose speaker is the one with most clips in their pseudo-speaker."""
    counts = pd.crosstab(voices, speakers).to_numpy()
    return float(counts.max(1).sum() / counts.sum())


AGREEMENT = {"purity": purity, "completeness": completeness_score, "adjusted_rand": adjusted_rand_score}
