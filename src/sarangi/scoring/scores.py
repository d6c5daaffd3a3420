"""Scores with intervals over groups: the unit that shares a voice is what is drawn again."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sarangi.base import store
from sarangi.base.auditing import FATAL, FEW_GROUPS
from sarangi.base.errors import SarangiError
from sarangi.base.parts import TEST
from sarangi.base.score_rows import CONFUSIONS, SCORES, UNPREDICTED
from sarangi.statistics.calibration import calibration
from sarangi.statistics.confusions import uniform_guessing, without_errors
from sarangi.statistics.metrics import (
    METRICS,
    OF_CONFUSIONS,
    OF_PROBABILITIES,
    as_read,
    mean_metrics,
    mean_of_each_class,
    means,
)
from sarangi.statistics.resampling import draw_clips, draw_groups, intervals, percentiles, resampled

log = logging.getLogger("sarangi")

AUDITED = {"missing_class": "class missing", "near_duplicates_across": "near-duplicates shared"}
"""Fatal findings of the audit about a protocol, and the marks of its scores."""
REPORTED = tuple(metric.name for metric in as_read(OF_CONFUSIONS))
"""The metrics of an experiment without predictions; whether it would state probabilities is not known."""
SLICES = ("gender", "language", "speaker")


def scores(
    predictions: Sequence[Path],
    manifest: Path,
    protocol: Path | None,
    audit: Path | None,
    experiment: dict,
    settings: dict,
    output: dict[str, Path],
    provenance: dict,
) -> None:
    """Write every score of an experiment on a test corpus, with interval, chance level and marks.

    Slice ``pooled`` scores the predictions of all folds together, averaged over seeds; a protocol of
    several folds that is reported by their mean has the slice ``folds`` too, and each ``fold <n>``.
    A transfer has the slice ``runs``: every run is tested on the whole corpus, and the runs averaged.
    Slice ``seed <n>`` has the main metrics of one seed, where there are several, as the reported slice has
    them.  Slices ``gender <g>``, ``language <l>`` and ``speaker <s>`` (without interval) have the main
    metrics of a part of the utterances, where there are several such parts.

    Where no prediction is ok there is one row a reported metric, without a value, marked
    :data:`UNPREDICTED`; the predictions say why.

    Parameters
    ----------
    predictions
        Of every fold and seed, in one file or several.
    manifest
        Of the corpus that is tested on.
    protocol
        The experiment's, or None for a transfer.
    audit
        Of the protocol; what is fatal there becomes a mark.
    experiment
        ``experiment``, ``corpus``, ``protocol``, ``model``, ``test``, ``mean_of_folds`` and
        ``untrained``.
    settings
        ``draws``, ``seed`` and ``confidence`` of the bootstrap.
    output
        Parquet files to write: ``scores`` of schema :data:`SCORES`, and ``confusions`` of schema
        :data:`CONFUSIONS`, one row a seed, fold, emotion and predicted emotion.
    provenance
        Passed to the store.

    Raises
    ------
    SarangiError
        As :func:`answers`.
    """
    table, emotions = answers(predictions, manifest, experiment["experiment"])
    names = {key: experiment[key] for key in ("experiment", "corpus", "protocol", "model", "test")}
    if table.empty:
        reported = ("folds" if experiment["mean_of_folds"] else "pooled") if protocol else "runs"
        blank = dict.fromkeys(SCORES.names) | names | {"slice": reported, "classes": "", "mark": UNPREDICTED}
        lines = [blank | {"metric": metric, "n": 0, "groups": 0, "seeds": 0} for metric in REPORTED]
        store.write(output["scores"], pd.DataFrame(lines), SCORES, provenance)
        store.write(output["confusions"], pd.DataFrame(columns=CONFUSIONS.names), CONFUSIONS, provenance)
        return

    def rows(
        name: str, clips: pd.DataFrame, repeat: list[str], interval: bool = True, whole: bool = True
    ) -> list[dict]:
        """Score some clips as the mean over the repeats that the columns ``repeat`` tell apart."""
        confusions, calibrations = tally(clips, repeat, emotions)
        total = confusions.sum(1)
        held = total.sum(-1) > 0

        def score(drawn: np.ndarray) -> dict[str, np.ndarray]:
            found = mean_metrics(drawn, held)
            return found | (mean_of_each_class(drawn, emotions) if whole else {})

        of_classes = [
            mean_of_each_class(c, emotions) for c in (uniform_guessing(total), without_errors(total))
        ]
        values = score(total)
        chances = {m.name: m.chance_level(total, held) for m in METRICS} | of_classes[0]
        ceilings = {m.name: m.best(total, held) for m in METRICS} | of_classes[1]
        bounds, bounds_clips = {}, {}
        if interval:
            drawn = draw_groups(confusions.shape[1], settings["draws"], settings["seed"])
            bounds = intervals(
                resampled(confusions, drawn, score), confusions.shape[1], settings["confidence"]
            )
            patterns, times = clip_patterns(clips, repeat, emotions)
            drawn_clips = draw_clips(times, settings["draws"], settings["seed"])
            bounds_clips = percentiles(resampled(patterns, drawn_clips, score), settings["confidence"])
        if whole and calibrations is not None:
            values |= means(OF_PROBABILITIES, calibrations.sum(1), held)
            if interval:
                found = resampled(calibrations, drawn, lambda c: means(OF_PROBABILITIES, c, held))
                bounds |= intervals(found, confusions.shape[1], settings["confidence"])
        unknown = (np.nan, np.nan)
        return [
            {
                "slice": name,
                "metric": metric,
                "value": float(value),
                "low": bounds.get(metric, unknown)[0],
                "high": bounds.get(metric, unknown)[1],
                "low_clips": bounds_clips.get(metric, unknown)[0],
                "high_clips": bounds_clips.get(metric, unknown)[1],
                "n": clips["utterance_id"].nunique(),
                "groups": clips["group"].nunique(),
                "chance": float(chances[metric]),
                "ceiling": float(ceilings[metric]),
                "classes": " ".join(e for e, there in zip(emotions, held.any(0), strict=True) if there),
            }
            for metric, value in values.items()
        ]

    each_run = ["seed", "fold"]
    main, repeat = ("pooled", ["seed"]) if protocol else ("runs", each_run)
    found = rows(main, table, repeat)
    if protocol and experiment["mean_of_folds"]:
        found += rows("folds", table, each_run)
        for fold, clips in table.groupby("fold"):
            found += rows(f"fold {fold}", clips, ["seed"], interval=False)
    if table["seed"].nunique() > 1:
        reported = each_run if protocol is None or experiment["mean_of_folds"] else repeat
        for seed, clips in table.groupby("seed"):
            found += rows(f"seed {seed}", clips, reported, whole=False)
    for column in SLICES:
        if table[column].nunique() > 1:
            for value, clips in table.groupby(column):
                found += rows(f"{column} {value}", clips, repeat, interval=column != "speaker", whole=False)
    frame = pd.DataFrame(found).assign(
        **names,
        seeds=table["seed"].nunique(),
        mark="; ".join(marks(table, manifest, protocol, audit, experiment["untrained"])),
    )
    store.write(output["scores"], frame, SCORES, provenance)
    counts = table.groupby(["seed", "fold", "emotion", "predicted"]).size().rename("n").reset_index()
    store.write(
        output["confusions"],
        counts.assign(seed=counts["seed"].where(counts["seed"] >= 0)),
        CONFUSIONS,
        provenance,
    )


def answers(predictions: Sequence[Path], manifest: Path, name: str) -> tuple[pd.DataFrame, list[str]]:
    """Return the ok predictions of a system with what the manifest knows of each, and the emotions.

    Parameters
    ----------
    predictions
        Of every fold and seed.
    manifest
        Of the corpus that is tested on.
    name
        Of the system, for messages.

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
    table = pd.concat([store.read(path) for path in predictions], ignore_index=True)
    utterances = store.read(manifest, ["utterance_id", "group", *SLICES])
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
    emotions = [column.removeprefix("p_") for column in table.columns if column.startswith("p_")]
    for column in ("emotion", "predicted"):
        odd = table.loc[~table[column].isin(emotions), ["utterance_id", column]]
        if len(odd):
            raise SarangiError(
                f"{name}: {column} of {odd.iloc[0, 0]} is {odd.iloc[0, 1]!r}; "
                f"expected one of {', '.join(emotions)}"
            )
    again = table.duplicated(["seed", "fold", "utterance_id"])
    if again.any():
        raise SarangiError(
            f"{name}: {table.loc[again, 'utterance_id'].iloc[0]} is predicted twice by one run"
        )
    folds = table.groupby("seed")["fold"].agg(lambda each: tuple(sorted(set(each))))
    if folds.nunique() > 1:
        raise SarangiError(
            f"{name}: seed {folds.index[0]} has predictions of folds {folds.iloc[0]}, "
            f"seed {folds.index[folds != folds.iloc[0]][0]} of others; make the missing runs first"
        )
    return table, emotions


def marks(
    table: pd.DataFrame, manifest: Path, protocol: Path | None, audit: Path | None, untrained: bool
) -> list[str]:
    """Return what a reader must know before believing scores of a table of :func:`answers`."""
    found = []
    known = ["fold", "part", "leaks"] if protocol else ["emotion"]
    parts = store.read(protocol or manifest, ["utterance_id", "status", *known])
    if protocol is not None and parts["leaks"].any():
        found.append("groups shared")
    if audit is not None:
        audited = store.read(audit)
        fatal = set(audited.loc[audited["verdict"] == FATAL, "check"])
        found += [mark for check, mark in AUDITED.items() if check in fatal]
    if table["group"].nunique() < FEW_GROUPS:
        found.append("descriptive interval")
    if table["group"].eq(table["utterance_id"]).all():
        found.append("interval too narrow")
    if untrained:
        found.append("untrained weights")
    parts = parts[parts["status"] == store.OK]
    if protocol is not None:
        wanted, unit = parts[parts["part"] == TEST], ["fold", "utterance_id"]
        runs = table["seed"].nunique()
    else:
        # an emotion that the model does not know is none to be predicted
        wanted, unit = parts[parts["emotion"].isin(table["emotion"])], ["utterance_id"]
        runs = len(table[["seed", "fold"]].drop_duplicates())
    if len(wanted[unit].merge(table[unit], on=unit)) < runs * len(wanted):
        found.append("predictions missing")
    return found


def tally(
    table: pd.DataFrame, repeat: Sequence[str], emotions: Sequence[str]
) -> tuple[np.ndarray, np.ndarray | None]:
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
    repeats, groups = _places(table, repeat), _places(table, ["group"])
    classes = len(emotions)
    shape = (repeats.max() + 1, groups.max() + 1)
    truth, predicted = (_codes(table[column], emotions) for column in ("emotion", "predicted"))
    cells = np.ravel_multi_index((repeats, groups, truth, predicted), (*shape, classes, classes))
    confusions = np.bincount(cells, minlength=np.prod(shape) * classes**2).astype(float)
    probabilities = table[[f"p_{emotion}" for emotion in emotions]].to_numpy(float)
    calibrations = None
    if np.isfinite(probabilities).all():
        each = calibration(truth, probabilities)
        calibrations = np.zeros((*shape, *each.shape[1:]))
        np.add.at(calibrations, (repeats, groups), each)
    return confusions.reshape(*shape, classes, classes), calibrations


def clip_patterns(
    table: pd.DataFrame, repeat: Sequence[str], emotions: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
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
    return patterns.astype(float).reshape(*patterns.shape[:2], classes, classes), times


def _places(table: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    return table.groupby(list(columns), sort=True).ngroup().to_numpy()


def _codes(names: pd.Series, emotions: Sequence[str]) -> np.ndarray:
    return names.map({emotion: place for place, emotion in enumerate(emotions)}).to_numpy(int)
