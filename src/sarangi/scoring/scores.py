"""Scores with intervals over groups: the unit that shares a voice is what is drawn again."""

import logging
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import pandas as pd

from sarangi.base.bootstrap import BootstrapSettings
from sarangi.base.marks import UNPREDICTED, joined
from sarangi.base.score_rows import CONFUSIONS, SCORES
from sarangi.base.scored import Scored
from sarangi.base.slices import slice_of_part, slice_of_seed
from sarangi.base.store import Output
from sarangi.base.table_columns import FURTHER
from sarangi.scoring.answers import EACH_RUN, PARTS_OF_CORPUS, answers, clip_patterns, runs_of, tested_in
from sarangi.scoring.marks import SplitFiles, marks_of
from sarangi.scoring.training_marks import marks_of_trainings
from sarangi.statistics.confusions import Booleans, Floats, uniform_guessing, without_errors
from sarangi.statistics.intervals import Errors, errors_of, logit
from sarangi.statistics.metrics import (
    METRICS,
    OF_CONFUSIONS,
    OF_PROBABILITIES,
    as_read,
    largest_of,
    mean_metrics,
    mean_of_each_class,
    means,
    weighed,
)
from sarangi.statistics.resampling import draw_clips, percentiles, resampled

REPORTED = tuple(metric.name for metric in as_read(OF_CONFUSIONS))
"""The metrics of an experiment without predictions; whether it would state probabilities is not known."""

UNDEFINED = (float("nan"), float("nan"))
NO_PARTS: Mapping[str, Collection[str]] = {}

log = logging.getLogger("sarangi")

OF_ERRORS = ("se_groups", "sd_seeds", "se", "df")

Row = dict[str, Any]
Bounds = Mapping[str, tuple[float, float]]


def scores(experiment: Scored, settings: BootstrapSettings, output: Mapping[str, Output]) -> None:
    """Write every score of an experiment on a test corpus, with interval, chance level and marks.

    Slice ``pooled`` scores the predictions of all folds together, averaged over seeds; a protocol of
    several folds that is reported by their mean has the slice ``folds`` too, and each ``fold <n>``.
    A transfer has the slice ``runs``: every run is tested on the whole corpus, and the runs averaged; and
    ``part <protocol>``, likewise on the test part of a protocol of that corpus, and ``part <protocol> seed
    <n>`` of one seed of several, of each protocol in ``parts``.
    Slice ``seed <n>`` has the main metrics of one seed, where there are several, as the reported slice has
    them.  Slices ``gender <g>``, ``language <l>`` and ``speaker <s>`` (without interval) have the main
    metrics of a part of the utterances, where there are several such parts; so has ``<column> <value>`` of
    each column in ``slices``.

    Where no prediction is ok there is one row a reported metric, without a value, marked
    :data:`sarangi.base.marks.UNPREDICTED`; the predictions say why.

    Parameters
    ----------
    experiment
        What is scored, and the files that it is computed from.
    settings
        Of the bootstrap.
    output
        Files to write: ``scores`` of schema :data:`SCORES`, and ``confusions`` of schema
        :data:`CONFUSIONS`, one row a seed, fold, emotion and predicted emotion.

    Raises
    ------
    SarangiError
        As :func:`sarangi.scoring.answers.answers`.
    """
    table, emotions = answers(
        experiment.predictions,
        experiment.manifest,
        experiment.experiment,
        experiment.slices,
        experiment.protocol_file,
    )
    names = {key: getattr(experiment, key) for key in ("experiment", "corpus", "protocol", "model", "test")}
    if table.empty:
        output["scores"].write(pd.DataFrame(_without_values(names, experiment)), SCORES)
        output["confusions"].write(pd.DataFrame(columns=CONFUSIONS.names), CONFUSIONS)
        return
    parts = {name: tested_in(Path(file)) for name, file in experiment.parts}
    every = slices(table, experiment, parts)
    rows = [row for part in every for row in scored_slice(part, emotions, settings)]
    optional = (experiment.protocol_file, experiment.audit)
    protocol, audit = (None if path is None else Path(path) for path in optional)
    held = marks_of(table, SplitFiles(Path(experiment.manifest), protocol, audit), experiment.untrained)
    frame = pd.DataFrame(rows).assign(**names, seeds=table["seed"].nunique())
    frame["mark"] = [joined([*held, *of_interval]) for of_interval in frame["mark"]]
    output["scores"].write(frame, SCORES)
    counts = table.groupby(["seed", "fold", "emotion", "predicted"]).size().rename("n").reset_index()
    counts["seed"] = counts["seed"].where(counts["seed"] >= 0)
    output["confusions"].write(counts, CONFUSIONS)


def _without_values(names: Row, experiment: Scored) -> list[Row]:
    """Return the rows of an experiment that predicts nothing."""
    reported = "runs"
    if experiment.protocol_file is not None:
        reported = "folds" if experiment.mean_of_folds else "pooled"
    blank = dict.fromkeys(SCORES.names) | names | {"slice": reported, "classes": "", "mark": UNPREDICTED}
    return [blank | {"metric": metric, "n": 0, "groups": 0, "seeds": 0} for metric in REPORTED]


class Slice(NamedTuple):
    """Clips that are scored together, as the mean over repeats.

    Parameters
    ----------
    name
        Of the slice.
    clips
        Of :func:`sarangi.scoring.answers.answers`.
    pooled, crossed
        As :class:`sarangi.statistics.intervals.Runs` has them.
    interval
        Whether its scores have one.
    whole
        Whether it has the scores of each class and of stated probabilities, beside the main metrics.
    """

    name: str
    clips: pd.DataFrame
    pooled: bool = True
    crossed: bool = False
    interval: bool = True
    whole: bool = True

    @property
    def repeat(self) -> list[str]:
        """Columns that tell what is scored as one apart."""
        return ["seed"] if self.pooled else EACH_RUN


def slices(
    table: pd.DataFrame, experiment: Scored, parts: Mapping[str, Collection[str]] = NO_PARTS
) -> Iterator[Slice]:
    """Yield the slices of a table of answers in the order of the rows; see :func:`scores`.

    Parameters
    ----------
    table
        Of :func:`sarangi.scoring.answers.answers`.
    experiment
        What is scored.
    parts
        By protocol of the tested corpus, the utterances that it tests, of each part to score alone.
    """
    transfer = experiment.protocol_file is None
    pooled = not transfer
    yield Slice("runs" if transfer else "pooled", table, pooled, transfer)
    if experiment.mean_of_folds and not transfer:
        yield Slice("folds", table, pooled=False)
        for fold, clips in table.groupby("fold"):
            yield Slice(f"fold {fold}", clips, interval=False)
    if table["seed"].nunique() > 1:
        for seed, clips in table.groupby("seed"):
            name = slice_of_seed(cast(int, seed))
            yield Slice(name, clips, pooled and not experiment.mean_of_folds, transfer, whole=False)
    for protocol, tested in parts.items():
        clips = table[table["utterance_id"].isin(tested)]
        if clips.empty:
            log.warning("%s: no prediction on the test part of %s is ok", experiment.name, protocol)
            continue
        yield Slice(slice_of_part(protocol), clips, pooled=False, crossed=transfer)
        if clips["seed"].nunique() > 1:
            for seed, of_seed in clips.groupby("seed"):
                name = slice_of_part(protocol, cast(int, seed))
                yield Slice(name, of_seed, pooled=False, crossed=transfer, whole=False)
    for column in dict.fromkeys((*PARTS_OF_CORPUS, *experiment.slices)):
        if table[column].nunique() > 1:
            for value, clips in table.groupby(column):
                yield Slice(
                    f"{column.removeprefix(FURTHER)} {value}",
                    clips,
                    pooled,
                    transfer,
                    interval=column != "speaker",
                    whole=False,
                )


def scored_slice(part: Slice, emotions: Sequence[str], settings: BootstrapSettings) -> list[Row]:
    """Return the rows of a slice, one a metric, of the columns of :data:`SCORES` that depend on it.

    Column ``mark`` has the marks of the interval alone.

    Parameters
    ----------
    part
        What is scored.
    emotions
        Names of the K classes.
    settings
        Of the bootstrap.
    """
    runs, calibrations = runs_of(part.clips, emotions, pooled=part.pooled, crossed=part.crossed)
    total, held = runs.total, runs.held
    score = partial(_scores, emotions=emotions if part.whole else ())
    calibrated = partial(means, OF_PROBABILITIES)
    values = score(total, held)
    errors: dict[str, Errors] = {}
    over_clips: Bounds = {}
    if part.whole and calibrations is not None:
        values |= calibrated(calibrations.total, held)
    if part.interval:
        of = partial(weighed, emotions=emotions)
        errors = errors_of([runs], score, of)
        patterns, times = clip_patterns(part.clips, part.repeat, emotions)
        drawn_clips = draw_clips(times, settings.draws, settings.seed)
        over_clips = percentiles(
            resampled(patterns, drawn_clips, partial(score, held=held)), settings.confidence
        )
        if part.whole and calibrations is not None:
            errors |= errors_of([calibrations], calibrated, of)
    chances, ceilings = _chances(total, held, emotions), _ceilings(total, held, emotions)
    shared = {
        "slice": part.name,
        "n": part.clips["utterance_id"].nunique(),
        "groups": part.clips["group"].nunique(),
        "classes": " ".join(np.array(emotions)[held.any(0)]),
        "mark": marks_of_trainings(part.clips, crossed=part.crossed) if part.interval else [],
    }
    return [
        shared
        | {"metric": metric, "value": float(value)}
        | _interval(float(value), errors.get(metric), largest_of(metric), settings.confidence)
        | dict(zip(("low_clips", "high_clips"), over_clips.get(metric, UNDEFINED), strict=True))
        | {"chance": float(chances[metric]), "ceiling": float(ceilings[metric])}
        for metric, value in values.items()
    ]


def _interval(value: float, errors: Errors | None, largest: float, confidence: float) -> Row:
    """Return the columns of an interval and of what it is made from."""
    if errors is None:
        return dict.fromkeys(("low", "high", *OF_ERRORS), math.nan)
    low, high = logit(value, errors, confidence, largest)
    return {"low": low, "high": high} | {name: getattr(errors, name) for name in OF_ERRORS}


def _scores(sums: Floats, held: Booleans, *, emotions: Sequence[str]) -> dict[str, Floats]:
    """Return the metrics of confusions, and the scores of single classes where these are named."""
    return mean_metrics(sums, held) | (mean_of_each_class(sums, emotions) if emotions else {})


def _chances(total: Floats, held: Booleans, emotions: Sequence[str]) -> dict[str, Any]:
    """Return what guessing uniformly scores, by metric, of every metric that there is."""
    levels = {metric.name: metric.chance_level(total, held) for metric in METRICS}
    return levels | mean_of_each_class(uniform_guessing(total), emotions)


def _ceilings(total: Floats, held: Booleans, emotions: Sequence[str]) -> dict[str, Any]:
    """Return the best value by metric, of every metric that there is."""
    levels = {metric.name: metric.best(total, held) for metric in METRICS}
    return levels | mean_of_each_class(without_errors(total), emotions)
