"""Which speakers seem to be one voice, which speaker to be two, and whether a gender is one voice."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from sarangi.base import store
from sarangi.base.single_voices import CORPUS, GENDER, ONE_NAME, SINGLE_VOICES, SPEAKER, TWO_NAMES
from sarangi.speakers.embedded import with_embeddings
from sarangi.speakers.voice_thresholds import FEW, FEWEST, Threshold, thresholds_in
from sarangi.speakers.voices import between, drawn, within

UNSTATED = "not stated"


class Answer(NamedTuple):
    """A row of :data:`~sarangi.base.single_voices.SINGLE_VOICES`."""

    question: str
    unit: str
    first: str
    second: str | None
    distance: float | None
    threshold: float | None
    one_voice: bool | None
    clips: int
    speakers: int
    reason: str | None


def single_voices(
    manifest: Path, shards: Sequence[Path], thresholds: Path, seed: int, output: store.Output
) -> None:
    """Write for each speaker and gender whether it is one voice, and for each two of them whether both are.

    Parameters
    ----------
    manifest, shards
        Of the corpus, and its speaker embeddings.
    thresholds
        Of schema :data:`~sarangi.speakers.voice_thresholds.VOICE_THRESHOLDS`, from another corpus.
    seed
        Of the clips that are compared where a name has more than
        :data:`~sarangi.speakers.voices.COMPARED`, and of 2-means.
    output
        Parquet file to write, of schema :data:`~sarangi.base.single_voices.SINGLE_VOICES`; the corpus itself
        is asked of where no clip has a gender.  Clips without embedding are not counted.
    """
    table, embeddings = with_embeddings(manifest, shards)
    chosen = thresholds_in(thresholds)
    speakers = _places(table["speaker"].dropna())
    genders = table["gender"].fillna(UNSTATED)
    parts = {"": np.arange(len(table))} if table["gender"].isna().all() else _places(genders)
    unit = CORPUS if table["gender"].isna().all() else GENDER
    answers = [
        *_of_units(SPEAKER, speakers, table["speaker"], embeddings, chosen, seed),
        *_of_units(unit, parts, table["speaker"], embeddings, chosen, seed),
    ]
    output.write(pd.DataFrame(answers, columns=Answer._fields), SINGLE_VOICES)


def _places(names: pd.Series) -> dict[str, np.ndarray]:
    """Return where each name is, sorted by name."""
    return {str(name): names.index[names == name].to_numpy() for name in sorted(names.unique())}


def _of_units(
    unit: str,
    places: Mapping[str, np.ndarray],
    named: pd.Series,
    embeddings: np.ndarray,
    chosen: Mapping[str, Threshold],
    seed: int,
) -> Iterator[Answer]:
    draw = np.random.default_rng(seed)
    known = {name: set(named.iloc[clips].dropna()) for name, clips in places.items()}

    def answer(question: str, first: str, second: str | None, apart: float | None, few: str | None) -> Answer:
        names = [first] if second is None else [first, second]
        clips, speakers = sum(len(places[n]) for n in names), len(set().union(*(known[n] for n in names)))
        reason = few or chosen[question].reason
        threshold = chosen[question].threshold
        one = None if reason or apart is None or threshold is None else apart < threshold
        return Answer(question, unit, first, second, apart, threshold, one, clips, speakers, reason)

    for name, clips in places.items():
        few = f"fewer than {FEW} clips" if len(clips) < FEW else None
        yield answer(ONE_NAME, name, None, None if few else within(embeddings[clips], seed), few)
    taken = {name: embeddings[drawn(clips, draw)] for name, clips in places.items()}
    for first, second in itertools.combinations(taken, 2):
        few = f"fewer than {FEWEST} clips" if min(len(taken[first]), len(taken[second])) < FEWEST else None
        yield answer(TWO_NAMES, first, second, None if few else between(taken[first], taken[second]), few)
