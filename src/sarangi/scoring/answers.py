"""Predictions as scores need them: the ok ones with their groups, and what each group adds to the sums."""

import logging
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.parts import TEST
from sarangi.base.voices import grouped, voices_in
from sarangi.statistics.calibration import calibration
from sarangi.statistics.confusions import Floats, Integers
from sarangi.statistics.intervals import Runs

log = logging.getLogger("sarangi")

PARTS_OF_CORPUS = ("gender", "language", "speaker")
"""Columns of the manifest by whose values the utterances are scored in parts, too."""

EACH_RUN = ["seed", "fold"]
"""Columns that tell runs apart."""

STATED = "p_"
"""Before an emotion in the columns of stated probabilities."""


def answers(
    predictions: Sequence[str | Path],
    manifest: str | Path,
    name: str,
    parts: Sequence[str] = (),
    protocol: str | Path | None = None,
) -> tuple[pd.DataFrame, list[str]]:
    """Return the ok predictions of a system with what the manifest has of each, and the emotions.

    Parameters
    ----------
    predictions
        Of every fold and seed.
    manifest
        Of the corpus that is tested on.
    name
        Of the system, for messages.
    parts
        Further columns of the manifest that are wanted.
    protocol
        Of the predictions: where it holds pseudo-speakers apart, these are the groups of what has no other.

    Returns
    -------
    table
        One row an utterance, fold and seed; a system that draws nothing has seed -1.  Empty, which the
        log says with a reason, where no prediction is ok.
    emotions
        What the system tells apart, in the order of its columns.

    Raises
    ------
    SarangiError
        If a label is unknown, or one seed has another set of folds than the rest.
    """
    table = pd.concat([store.read(Path(path)) for path in predictions], ignore_index=True)
    utterances = store.read(
        Path(manifest), ["utterance_id", "group", *dict.fromkeys((*PARTS_OF_CORPUS, *parts))]
    )
    if protocol is not None:
        utterances = grouped(utterances, voices_in(Path(protocol)))
    reasons = table.loc[table["status"] == store.FAILED, "reason"]
    table = table[table["status"] == store.OK].merge(utterances, on="utterance_id")
    if table.empty:
        why = f" ({reasons.iloc[0]})" if len(reasons) else ""
        log.error(
            "%s: no prediction is ok%s, so there is nothing to score. Take its model out of the entry of "
            "`experiments` for this corpus and protocol, or choose another protocol",
            name,
            why,
        )
    table["seed"] = table["seed"].fillna(-1).astype(int)
    emotions = [column.removeprefix(STATED) for column in table.columns if column.startswith(STATED)]
    _check(table, emotions, name)
    return table, emotions


def _check(table: pd.DataFrame, emotions: Sequence[str], name: str) -> None:
    """Raise where a label is not one of the emotions, or the runs do not make a whole."""
    for column in ("emotion", "predicted"):
        odd = table.loc[~table[column].isin(emotions), ["utterance_id", column]]
        if len(odd):
            raise SarangiError(
                f"{name}: {column} of {odd.iloc[0, 0]!s} is {odd.iloc[0, 1]!r}; "
                f"expected one of {', '.join(emotions)}"
            )
    again = table.duplicated(["seed", "fold", "utterance_id"])
    if again.any():
        raise SarangiError(
            f"{name}: {table.loc[again, 'utterance_id'].iloc[0]} is predicted twice by one run"
        )
    folds = pd.Series({seed: tuple(sorted(set(each))) for seed, each in table.groupby("seed")["fold"]})
    if folds.nunique() > 1:
        raise SarangiError(
            f"{name}: seed {folds.index[0]} has predictions of folds {folds.iloc[0]}, "
            f"seed {folds.index[folds != folds.iloc[0]][0]} of others; make the missing runs first"
        )


def tested_in(protocol: Path) -> frozenset[str]:
    """Return the utterances that a protocol tests in any of its folds."""
    table = store.read(protocol, ["utterance_id", "part"])
    return frozenset(table.loc[table["part"] == TEST, "utterance_id"])


def tally(
    table: pd.DataFrame, repeat: Sequence[str], emotions: Sequence[str]
) -> tuple[Floats, Floats | None]:
    """Return what each group adds to the sums that scores are made of.

    Parameters
    ----------
    table
        Of :func:`answers`.
    repeat
        Columns that tell repeats apart, to be averaged over: ``seed``, or ``seed`` and ``fold``.
    emotions
        Names of the K classes.

    Returns
    -------
    confusions : array of shape (R, groups, K, K)
        Repeats and groups sorted.
    calibrations : array of shape (R, groups, BINS, 4), or None
        None where not every prediction has its probabilities.
    """
    confusions = _counted(table, repeat, emotions)
    probabilities = table[[f"{STATED}{emotion}" for emotion in emotions]].to_numpy(np.float64)
    calibrations = None
    if np.isfinite(probabilities).all():
        each = calibration(_codes(table["emotion"], emotions), probabilities)
        calibrations = np.zeros((*confusions.shape[:2], *each.shape[1:]))
        np.add.at(calibrations, (_places(table, repeat), _places(table, ["group"])), each)
    return confusions, calibrations


def _counted(table: pd.DataFrame, repeat: Sequence[str], emotions: Sequence[str]) -> Floats:
    """Return the confusions of :func:`tally`."""
    repeats, groups = _places(table, repeat), _places(table, ["group"])
    truth, predicted = (_codes(table[column], emotions) for column in ("emotion", "predicted"))
    shape = (int(repeats.max()) + 1, int(groups.max()) + 1, len(emotions), len(emotions))
    cells = np.ravel_multi_index((repeats, groups, truth, predicted), shape)
    return np.bincount(cells, minlength=math.prod(shape)).astype(np.float64).reshape(shape)


def runs_of(
    table: pd.DataFrame, emotions: Sequence[str], *, pooled: bool, crossed: bool
) -> tuple[Runs, Runs | None]:
    """Return the runs that a table of answers is from, as confusions and as calibrations.

    Parameters
    ----------
    table
        Of :func:`answers`.
    emotions
        Names of the K classes.
    pooled, crossed
        As :class:`sarangi.statistics.intervals.Runs` has them.

    Returns
    -------
    confusions : runs of sums of shape (N, groups, K, K)
    calibrations : runs of sums of shape (N, groups, BINS, 4), or None
        None where not every prediction has its probabilities.
    """
    confusions, calibrations = tally(table, EACH_RUN, emotions)
    runs = _runs(table, confusions, pooled=pooled, crossed=crossed)
    return runs, None if calibrations is None else runs._replace(sums=calibrations)


def confusions_of(table: pd.DataFrame, emotions: Sequence[str], *, pooled: bool, crossed: bool) -> Runs:
    """Return the confusions of :func:`runs_of` alone, from a table that needs no probabilities."""
    return _runs(table, _counted(table, EACH_RUN, emotions), pooled=pooled, crossed=crossed)


def _runs(table: pd.DataFrame, confusions: Floats, *, pooled: bool, crossed: bool) -> Runs:
    each = table[EACH_RUN].drop_duplicates().sort_values(EACH_RUN)
    seeds, folds = (each[column].to_numpy(np.int64) for column in EACH_RUN)
    return Runs(confusions, confusions.sum(-1), seeds, folds, pooled, crossed)


def clip_patterns(
    table: pd.DataFrame, repeat: Sequence[str], emotions: Sequence[str]
) -> tuple[Floats, Integers]:
    """Return the different ways in which clips are answered, and how many clips have each.

    Clips that are labelled and predicted alike in every repeat need not be told apart when clips are
    drawn again, so far fewer than the clips are drawn.

    Parameters
    ----------
    table, repeat, emotions
        As for :func:`tally`.

    Returns
    -------
    patterns : array of shape (R, P, K, K)
        Confusions of one clip of each pattern.
    times : integer array of shape (P,)
        Clips of each.
    """
    classes = len(emotions)
    repeats, clips = _places(table, repeat), _places(table, ["utterance_id"])
    truth, predicted = (_codes(table[column], emotions) for column in ("emotion", "predicted"))
    answered = np.full((clips.max() + 1, repeats.max() + 1), -1)
    answered[clips, repeats] = truth * classes + predicted
    kinds, times = np.unique(answered, axis=0, return_counts=True)
    patterns = kinds.T[..., None] == np.arange(classes**2)
    return patterns.astype(np.float64).reshape(*patterns.shape[:2], classes, classes), times


def _places(table: pd.DataFrame, columns: Sequence[str]) -> Integers:
    """Return the place of each row's values among those that the columns have, sorted."""
    places = np.zeros(len(table), np.int64)
    for column in columns:  # a groupby takes four times as long, and every slice needs several
        codes, values = pd.factorize(table[column], sort=True)
        places = places * len(values) + codes
    return np.unique(places, return_inverse=True)[1].astype(np.int64)


def _codes(names: pd.Series, emotions: Sequence[str]) -> Integers:
    return pd.Index(emotions).get_indexer(pd.Index(names)).astype(np.int64)
