"""From which distance on there are two voices: thresholds of a corpus with known speakers, for another one.

Each question about voices has its own.  That of clusters (:mod:`sarangi.speakers.calibration`) is a mean
over many pairs of clips; the nearest of many clips is much nearer than the mean, of two voices, too.
"""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.single_voices import NEAREST_CLIP, ONE_NAME, TWO_NAMES
from sarangi.speakers.embedded import with_embeddings
from sarangi.speakers.voices import between, distances, drawn, within

FEW, FEWEST = 10, 3
"""Clips that a name needs to be asked of whether it is one voice, and whether another one is the same."""

VOICE_THRESHOLDS = pa.schema(
    [
        pa.field("question", pa.string(), nullable=False),
        pa.field("corpus", pa.string(), nullable=False),
        pa.field("clips", pa.int64(), nullable=False),
        pa.field("speakers", pa.int64(), nullable=False),
        # null where it cannot be chosen, with the reason; at or above it there are two voices
        pa.field("threshold", pa.float64()),
        # how many distances are of one voice and of two, and the share of each that is taken for the other
        pa.field("of_one", pa.int64(), nullable=False),
        pa.field("of_two", pa.int64(), nullable=False),
        pa.field("taken_for_two", pa.float64()),
        pa.field("taken_for_one", pa.float64()),
        pa.field("reason", pa.string()),
    ]
)


class Threshold(NamedTuple):
    """A row of :data:`VOICE_THRESHOLDS` but its corpus."""

    threshold: float | None
    of_one: int
    of_two: int
    taken_for_two: float | None
    taken_for_one: float | None
    reason: str | None


def voice_thresholds(
    manifest: Path, shards: Sequence[Path], corpus: str, seed: int, output: store.Output
) -> None:
    """Write from which distance on there are two voices, where one voice and two are mistaken alike.

    Parameters
    ----------
    manifest, shards
        Of the corpus, and its speaker embeddings.
    corpus
        Its name.
    seed
        Of the halves into which the clips of a speaker are parted, and of 2-means.
    output
        Parquet file to write, of schema :data:`VOICE_THRESHOLDS`, a row a question: ``nearest_clip`` (each
        clip to the nearest of its speaker's others, and to the nearest of other speakers), ``two_names``
        (random halves of a speaker, and pairs of speakers) and ``one_name`` (speakers, and what two of one
        gender are together).

    Raises
    ------
    SarangiError
        If fewer than two speakers of several clips are known.
    """
    table, embeddings = with_embeddings(manifest, shards)
    known = table["speaker"].notna().to_numpy()
    table, embeddings = table[known].reset_index(drop=True), embeddings[known]
    speakers = table["speaker"].to_numpy(str)
    of_speaker = {name: np.flatnonzero(speakers == name) for name in np.unique(speakers)}
    if sum(len(clips) > 1 for clips in of_speaker.values()) < 2:
        raise SarangiError(
            f"{manifest}: fewer than two known speakers of several clips, so that nothing says how far two "
            "voices are apart; name another corpus under `calibration` of the entry of pseudo_speakers"
        )
    genders = {str(n): gender for n, gender in table.groupby("speaker")["gender"].first().items()}
    found = {
        NEAREST_CLIP: parting(*_nearest(embeddings, speakers)),
        TWO_NAMES: parting(*_two(embeddings, of_speaker, seed), f"{2 * FEWEST} clips"),
        ONE_NAME: parting(*_one(embeddings, of_speaker, genders, seed), f"{FEW} clips"),
    }
    rows = [
        {"question": question, "corpus": corpus, "clips": len(table), "speakers": len(of_speaker)}
        | row._asdict()
        for question, row in found.items()
    ]
    output.write(pd.DataFrame(rows), VOICE_THRESHOLDS)


def parting(one: np.ndarray, two: np.ndarray, needed: str = "two clips") -> Threshold:
    """Return the distance at which as large a share of one voice is taken for two as of two for one.

    Parameters
    ----------
    one, two : float array of any length
        Distances of one voice, and of two.
    needed
        How many clips a speaker needs, for the reason why there is none.

    Notes
    -----
    Between two distances, and in the middle of those that do as well.
    """
    if not len(one) or not len(two):
        lacking = f"fewer than two speakers of {needed} or more, so that no threshold can be chosen"
        return Threshold(None, len(one), len(two), None, None, lacking)
    tried = np.unique(np.concatenate([one, two]))
    tried = (tried[1:] + tried[:-1]) / 2 if len(tried) > 1 else tried
    missed = 1 - np.searchsorted(np.sort(one), tried) / len(one)
    accepted = np.searchsorted(np.sort(two), tried) / len(two)
    apart = np.abs(missed - accepted)
    best = np.flatnonzero(apart == apart.min())
    place = best[len(best) // 2]
    return Threshold(
        float(tried[place]), len(one), len(two), float(missed[place]), float(accepted[place]), None
    )


def _nearest(embeddings: np.ndarray, speakers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return of each clip that is not its speaker's only one the nearest of its speaker's, and of others'."""
    own, others = np.empty(len(speakers)), np.empty(len(speakers))
    for places, apart in distances(embeddings):
        same = speakers[places, None] == speakers
        others[places] = np.where(same, np.inf, apart).min(1)
        same[np.arange(len(places)), places] = False
        own[places] = np.where(same, apart, np.inf).min(1)
    several = np.isfinite(own)
    return own[several], others[several]


def _two(
    embeddings: np.ndarray, of_speaker: dict[str, np.ndarray], seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return how far random halves of a speaker are apart, and pairs of speakers."""
    draw = np.random.default_rng(seed)
    halves = []
    for clips in of_speaker.values():
        if len(clips) >= 2 * FEWEST:
            mixed = draw.permutation(clips)
            halves.append(between(*(embeddings[drawn(half, draw)] for half in (mixed[::2], mixed[1::2]))))
    taken = [drawn(clips, draw) for clips in of_speaker.values() if len(clips) >= FEWEST]
    pairs = [between(embeddings[a], embeddings[b]) for a, b in itertools.combinations(taken, 2)]
    return np.array(halves), np.array(pairs)


def _one(
    embeddings: np.ndarray, of_speaker: dict[str, np.ndarray], genders: dict[str, str | None], seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return how far the clips of a speaker are apart, and those of two who are not of two genders."""
    names = [name for name, clips in of_speaker.items() if len(clips) >= FEW]
    single = [within(embeddings[of_speaker[name]], seed) for name in names]
    both = [
        within(embeddings[np.concatenate([of_speaker[a], of_speaker[b]])], seed)
        for a, b in itertools.combinations(names, 2)
        if genders[a] == genders[b] or pd.isna(genders[a]) or pd.isna(genders[b])
    ]
    return np.array(single), np.array(both)


def thresholds_in(path: str | Path) -> dict[str, Threshold]:
    """Return the thresholds in a file of :func:`voice_thresholds`, by question."""
    return {
        row["question"]: Threshold(**{name: row[name] for name in Threshold._fields})
        for row in store.rows(path)
    }
