"""What an annotator reaches beside a model: both against the other annotators, on the same clips."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special
from scipy.spatial.distance import jensenshannon

from sarangi.base.human_rows import CROSS_ENTROPY, HUMAN, JS_DISTANCE, OTHERS, SHARES, SIDES
from sarangi.base.marks import INFINITE, NO_OTHERS, UNPREDICTED, joined
from sarangi.base.scored import Scored
from sarangi.base.store import Output
from sarangi.base.vote_shares import emotion_votes, soft_labels
from sarangi.scoring.answers import EACH_RUN, STATED, answers
from sarangi.scoring.left_out_votes import OUTSIDE, LeftOut, left_out
from sarangi.scoring.marks import SplitFiles, marks_of
from sarangi.scoring.training_marks import marks_of_trainings
from sarangi.statistics.confusions import Booleans, Floats, Sums, mean, ratio
from sarangi.statistics.intervals import (
    DRAWS_NOTHING,
    Errors,
    Runs,
    Score,
    errors_of,
    logit,
    on_logarithm,
    student,
)
from sarangi.statistics.metrics import CLIPS, METRICS, Weighed

Row = dict[str, Any]
COMPARED = tuple(metric for metric in METRICS if metric.compared)
"""The metrics of predicted classes in which model and annotator are compared."""


def human(experiment: Scored, confidence: float, output: Output) -> None:
    """Write what single annotators reach beside an experiment, each against the others on the same clips.

    Parameters
    ----------
    experiment
        What is compared, and the files that it is computed from; it has ``votes``.
    confidence
        Of the intervals.
    output
        Parquet file to write, of schema :data:`sarangi.base.human_rows.HUMAN`.

    Raises
    ------
    SarangiError
        As :func:`sarangi.scoring.answers.answers`.
    """
    name, split = experiment.experiment, experiment.protocol_file
    table, emotions = answers(experiment.predictions, experiment.manifest, name, (), split)
    names = {key: getattr(experiment, key) for key in ("experiment", "corpus", "protocol", "model", "test")}
    votes = Path(experiment.votes or "")
    rows = human_rows(table, emotions, votes, confidence, crossed=split is None)
    frame = pd.DataFrame(rows, columns=HUMAN.names).assign(**names)
    if len(table):
        optional = (split, experiment.audit)
        protocol, audit = (None if path is None else Path(path) for path in optional)
        files = SplitFiles(Path(experiment.manifest), protocol, audit)
        held = [
            *marks_of(table, files, experiment.untrained),
            *marks_of_trainings(table, crossed=split is None),
        ]
        frame["mark"] = [joined([*held, *([mark] if mark else [])]) for mark in frame["mark"]]
    output.write(frame, HUMAN)


def human_rows(
    table: pd.DataFrame, emotions: Sequence[str], votes: Path, confidence: float, *, crossed: bool
) -> list[Row]:
    """Return the rows of an experiment's answers, of the columns of the schema ``HUMAN`` that depend on it.

    Against ``others``: each annotator's vote on a clip, and the model's answer, are held against the label
    that most of the other annotators give that clip.  A vote whose others are tied, or most of whose others
    give no emotion of the model, is left out for both and counted.  Each clip weighs 1, however many
    annotators it has; a vote for several labels is answered in parts, and one for none of the model's
    emotions is wrong.  The Jensen-Shannon distance is of one vote, and of the model's probabilities, to the
    shares of the others' votes for the model's emotions.

    Against ``shares``: the cross-entropy of the model's probabilities and their Jensen-Shannon distance to
    the shares of all votes, ``-sum(share * log(probability))`` in nats; its least value is the shares'
    entropy.

    The folds of a seed are scored together.  Intervals are over groups
    (:func:`sarangi.statistics.intervals`), of the difference with each group left out of both sides at once.

    Parameters
    ----------
    table, emotions
        Of :func:`sarangi.scoring.answers.answers`.
    votes
        File of schema :data:`sarangi.base.vote_rows.VOTES`.
    confidence
        Of the intervals.
    crossed
        Whether every run is tested on all clips, as in a transfer.
    """
    if table.empty:
        return [_blank(reference, metric) | {"mark": UNPREDICTED} for reference, metric in EVERY]
    compare = _Comparison(table, emotions, confidence, crossed=crossed)
    known = left_out(emotion_votes(votes), emotions)
    rows = compare.against_others(known)
    stated = table[[f"{STATED}{emotion}" for emotion in emotions]].to_numpy(np.float64)
    if np.isfinite(stated).all():
        rows += compare.distances_to_others(known)
        rows += compare.against_shares(soft_labels(votes, emotions))
    return rows


EVERY = (
    *((OTHERS, metric.name) for metric in COMPARED),
    (OTHERS, JS_DISTANCE),
    (SHARES, CROSS_ENTROPY),
    (SHARES, JS_DISTANCE),
)


def _blank(reference: str, metric: str) -> Row:
    numbers = {field.name: math.nan for field in HUMAN if str(field.type) == "double"}
    counts = dict.fromkeys(("n", "groups", "votes", "ties", "outside", "alone"), 0)
    return {**numbers, **counts, "reference": reference, "metric": metric, "mark": ""}


class _Side(NamedTuple):
    """A model or the annotators: the runs that their scores are made of."""

    runs: Runs

    def values(self, score: Score) -> dict[str, float]:
        return {name: float(value) for name, value in score(self.runs.total, self.runs.held).items()}


class _Comparison:
    """The answers of a model, beside which annotators are put."""

    def __init__(self, table: pd.DataFrame, emotions: Sequence[str], confidence: float, *, crossed: bool):
        self.table, self.emotions, self.confidence = table, list(emotions), confidence
        self.crossed = crossed
        first = table["seed"] == table["seed"].min()
        if crossed:
            first &= table["fold"] == table.loc[first, "fold"].min()
        # annotators are not trained: their answers are counted as those of one seed, fold by fold
        self.once = table.loc[first, ["utterance_id", "fold", "group"]].assign(seed=DRAWS_NOTHING)

    # -- against the label that most of the others give --------------------------------------

    def against_others(self, known: LeftOut) -> list[Row]:
        """Return a row a metric of predicted classes."""
        pairs = known.pairs.assign(weight=_alike(known.pairs["utterance_id"], known.pairs["part"]))
        shared = self._counts(known, pairs["utterance_id"])
        # the parts of a vote for several labels are one
        shared["votes"] = round(
            pairs.loc[pairs["utterance_id"].isin(self.once["utterance_id"]), "part"].sum()
        )
        rows = [_blank(OTHERS, metric.name) | shared for metric in COMPARED]
        of_model = pairs.groupby(["utterance_id", "reference"], as_index=False)["weight"].sum()
        model = self.table.merge(of_model, on="utterance_id")
        if model.empty:
            return [row | {"mark": NO_OTHERS} for row in rows]
        annotators = self.once.merge(pairs.rename(columns={"said": "predicted"}), on="utterance_id")
        groups = sorted(set(model["group"]))
        sides = [
            _Side(self._confusions(model, groups, crossed=self.crossed)),
            _Side(self._confusions(annotators, groups, crossed=False)),
        ]
        weighed = {metric.name: metric.weighed for metric in COMPARED}
        return [
            row | found
            for row, found in zip(rows, self._rows(sides, _metrics, weighed.__getitem__), strict=True)
        ]

    def _confusions(self, rows: pd.DataFrame, groups: Sequence[str], *, crossed: bool) -> Runs:
        names = [*self.emotions, OUTSIDE]
        place = {name: at for at, name in enumerate(names)}
        runs = rows.groupby(EACH_RUN, sort=True).ngroup().to_numpy()
        at = rows["group"].map({group: number for number, group in enumerate(groups)}).to_numpy()
        truth, answer = (rows[column].map(place).to_numpy() for column in ("reference", "predicted"))
        sums = np.zeros((runs.max() + 1, len(groups), len(names), len(names)))
        np.add.at(sums, (runs, at, truth, answer), rows["weight"].to_numpy(np.float64))
        return self._runs(rows, sums, sums.sum(-1), crossed=crossed)

    # -- distributions ------------------------------------------------------------------------

    def distances_to_others(self, known: LeftOut) -> list[Row]:
        """Return the row of the distance to the shares of the others, of the model and of one vote."""
        row = _blank(OTHERS, JS_DISTANCE) | self._counts(known, known.of_shares) | {"best": 0.0}
        ids = known.of_shares.rename("utterance_id").to_frame()
        ids["weight"] = _alike(ids["utterance_id"], pd.Series(1.0, ids.index))
        ids["at"] = np.arange(len(ids))
        row |= {"ties": 0, "votes": int(ids["utterance_id"].isin(self.once["utterance_id"]).sum())}
        model = self.table.merge(ids, on="utterance_id")
        if model.empty:
            return [row | {"mark": NO_OTHERS}]
        model["value"] = jensenshannon(self._stated(model), known.others[model["at"]], base=2, axis=1)
        annotators = self.once.merge(ids, on="utterance_id")
        at = annotators["at"]
        annotators["value"] = jensenshannon(known.said[at], known.others[at], base=2, axis=1)
        groups = sorted(set(model["group"]))
        sides = [
            _Side(self._means(model, ["value"], groups, crossed=self.crossed)),
            _Side(self._means(annotators, ["value"], groups, crossed=False)),
        ]
        (found,) = self._rows(sides, partial(_averages, names=[JS_DISTANCE]), lambda name: CLIPS)
        return [row | found]

    def against_shares(self, shares: pd.DataFrame) -> list[Row]:
        """Return the rows of the model's probabilities against how all votes are divided."""
        table = self.table[self.table["utterance_id"].isin(shares.index)]
        counts = {
            "n": table["utterance_id"].nunique(),
            "groups": table["group"].nunique(),
            "alone": self.once["utterance_id"].nunique() - table["utterance_id"].nunique(),
        }
        rows = [_blank(SHARES, metric) | counts for metric in (CROSS_ENTROPY, JS_DISTANCE)]
        if table.empty:
            return [row | {"mark": NO_OTHERS} for row in rows]
        voted = shares.loc[table["utterance_id"]].to_numpy(np.float64)
        stated = self._stated(table)
        with np.errstate(divide="ignore"):
            entropy = -special.xlogy(voted, stated).sum(1)
        divergence = jensenshannon(stated, voted, base=2, axis=1)
        table = table.assign(entropy=entropy, divergence=divergence, weight=1.0)
        # a probability of 0 for what somebody voted for makes the mean infinite: no number to compare
        endless = not np.isfinite(entropy).all()
        columns = ["divergence"] if endless else ["entropy", "divergence"]
        names = [JS_DISTANCE] if endless else [CROSS_ENTROPY, JS_DISTANCE]
        groups = sorted(set(table["group"]))
        side = _Side(self._means(table, columns, groups, crossed=self.crossed))
        found = self._rows([side], partial(_averages, names=names), lambda name: CLIPS)
        own = shares.loc[table["utterance_id"].unique()].to_numpy(np.float64)
        rows[0] |= {"best": float(special.entr(own).sum(1).mean())}
        rows[1] |= {"best": 0.0} | found[-1]
        rows[0] |= {"mark": INFINITE} if endless else found[0]
        return rows

    def _stated(self, rows: pd.DataFrame) -> Floats:
        """Return the stated probabilities of some answers with the sum 1, of shape (N, K)."""
        stated = rows[[f"{STATED}{emotion}" for emotion in self.emotions]].to_numpy(np.float64)
        found: Floats = stated / stated.sum(1, keepdims=True)
        return found

    def _means(
        self, rows: pd.DataFrame, columns: Sequence[str], groups: Sequence[str], *, crossed: bool
    ) -> Runs:
        """Return sums of columns and of weights, of shape (N, groups, columns, 2)."""
        runs = rows.groupby(EACH_RUN, sort=True).ngroup().to_numpy()
        at = rows["group"].map({group: number for number, group in enumerate(groups)}).to_numpy()
        weights = rows["weight"].to_numpy(np.float64)
        sums = np.zeros((runs.max() + 1, len(groups), len(columns), 2))
        for place, column in enumerate(columns):
            each = np.stack([rows[column].to_numpy(np.float64) * weights, weights], axis=1)
            np.add.at(sums[:, :, place], (runs, at), each)
        return self._runs(rows, sums, sums[:, :, 0, 1:], crossed=crossed)

    # -- both ---------------------------------------------------------------------------------

    @staticmethod
    def _runs(rows: pd.DataFrame, sums: Floats, support: Floats, *, crossed: bool) -> Runs:
        each = rows[EACH_RUN].drop_duplicates().sort_values(EACH_RUN)
        seeds, folds = (each[column].to_numpy(np.int64) for column in EACH_RUN)
        return Runs(sums, support, seeds, folds, pooled=not crossed, crossed=crossed)

    def _counts(self, known: LeftOut, used: pd.Series) -> Row:
        """Return how many clips and votes are compared, and how many are not."""
        clips = self.once.drop_duplicates("utterance_id")
        there = clips[clips["utterance_id"].isin(used)]
        lost = known.counts.reindex(clips["utterance_id"]).fillna(0).sum()
        with_others = {*used, *known.counts.index[known.counts.sum(axis=1) > 0]}
        return {
            "n": len(there),
            "groups": there["group"].nunique(),
            "ties": int(lost["ties"]),
            "outside": int(lost["outside"]),
            "alone": int((~clips["utterance_id"].isin(with_others)).sum()),
        }

    def _rows(self, sides: Sequence[_Side], score: Score, weighed: Callable[[str], Weighed]) -> list[Row]:
        """Return the columns of each score: of the model, of annotators, and the difference if compared."""
        each = [side.values(score) for side in sides]
        errors = [errors_of([side.runs], score, weighed) for side in sides]
        apart = errors_of([side.runs for side in sides], score, weighed) if len(sides) > 1 else {}
        found = []
        for name in each[0]:
            row: Row = {}
            for side, values, own in zip(("model", "human"), each, errors, strict=False):
                row |= _columns(side, values[name], own[name], self._interval(name, values[name], own[name]))
            if apart:
                value = each[0][name] - each[1][name]
                row |= _columns(
                    "difference", value, apart[name], student(value, apart[name], self.confidence)
                )
            found.append({"best": 1.0} | row if name not in (CROSS_ENTROPY, JS_DISTANCE) else row)
        return found

    def _interval(self, name: str, value: float, errors: Errors) -> tuple[float, float]:
        if name != CROSS_ENTROPY:
            return logit(value, errors, self.confidence)
        return on_logarithm(value, errors, self.confidence)


def _columns(side: str, value: float, errors: Errors, bounds: tuple[float, float]) -> Row:
    return dict(zip(SIDES[side], (value, *bounds, errors.se, errors.df), strict=True))


def _alike(utterances: pd.Series, parts: pd.Series) -> pd.Series:
    """Return weights in the ratio of parts, with the sum 1 for each utterance."""
    return parts / parts.groupby(utterances).transform("sum")


def _metrics(sums: Sums, held: Booleans) -> dict[str, Floats]:
    return {metric.name: metric.over_repeats(sums, held) for metric in COMPARED}


def _averages(sums: Sums, held: Booleans, *, names: Sequence[str]) -> dict[str, Floats]:
    """Return means from sums of shape (..., R, columns, 2), the mean over repeats."""
    each = ratio(sums[..., 0], sums[..., 1])
    return {name: mean(each[..., place], axis=-1) for place, name in enumerate(names)}
