"""Scores with intervals over groups: the unit that shares a voice is what is drawn again."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import special

from sarangi import store
from sarangi.audit import FATAL, FEW_GROUPS
from sarangi.errors import SarangiError
from sarangi.metrics import confusion, named_scores, uniform_guessing

AUDITED = {"missing_class": "class missing", "near_duplicates_across": "near-duplicates shared"}
"""Fatal findings of the audit about a protocol, and the marks of its scores."""
CHUNK = 1000  # draws scored at once: bounds the memory

SCORES = pa.schema(
    [
        *(
            pa.field(name, pa.string(), nullable=False)
            for name in ("experiment", "corpus", "protocol", "model", "test", "slice", "metric")
        ),
        pa.field("value", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        pa.field("n", pa.int64(), nullable=False),
        pa.field("groups", pa.int64(), nullable=False),
        pa.field("seeds", pa.int64(), nullable=False),
        pa.field("chance", pa.float64()),
        # the emotions that the test part holds, which the macro averages are taken over
        pa.field("classes", pa.string(), nullable=False),
        pa.field("mark", pa.string(), nullable=False),
    ]
)


def scores(
    predictions: Sequence[Path],
    manifest: Path,
    protocol: Path | None,
    audit: Path | None,
    experiment: dict,
    settings: dict,
    output: Path,
    provenance: dict,
) -> None:
    """Write every score of an experiment on a test corpus, with interval, chance level and marks.

    Slice ``pooled`` scores the predictions of all folds together, averaged over seeds; a protocol of
    several folds that is reported by their mean has the slice ``folds`` too, and each ``fold <n>``.
    A transfer has the slice ``runs``: every run is tested on the whole corpus, and the runs averaged.

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
        Parquet file to write, of schema :data:`SCORES`.
    provenance
        Passed to the store.

    Raises
    ------
    SarangiError
        If no prediction is ok.
    """
    table = pd.concat([store.read(path) for path in predictions], ignore_index=True)
    utterances = store.read(manifest, ["utterance_id", "group"])
    table = table[table["status"] == store.OK].merge(utterances, on="utterance_id")
    if table.empty:
        raise SarangiError(f"{experiment['experiment']}: no prediction is ok, so there is nothing to score")
    table["seed"] = table["seed"].fillna(-1)
    emotions = [name.removeprefix("p_") for name in table.columns if name.startswith("p_")]
    axes = [sorted(table[name].unique()) for name in ("seed", "fold", "group")]
    seeds, folds, groups = axes
    counts = np.zeros((*map(len, axes), len(emotions), len(emotions)))
    for keys, clips in table.groupby(["seed", "fold", "group"]):
        place = tuple(axis.index(key) for axis, key in zip(axes, keys, strict=True))
        counts[place] = confusion(clips["emotion"], clips["predicted"], emotions)
    drawn = draw_groups(len(groups), settings["draws"], settings["seed"])

    def rows(name: str, part: np.ndarray, clips: pd.DataFrame, with_interval: bool = True) -> list[dict]:
        """Score ``part``, of shape (repeats, groups, K, K), as the mean over its first axis."""
        whole = part.sum(1)
        values = _mean_over_folds(whole, emotions)
        chances = _mean_over_folds(uniform_guessing(whole), emotions)
        bounds = {metric: (np.nan, np.nan) for metric in values}
        if with_interval:
            bounds = intervals(part, drawn, emotions, settings["confidence"])
        there = part.sum((0, 1, 3)) > 0
        return [
            {
                "slice": name,
                "metric": metric,
                "value": float(value),
                "low": bounds[metric][0],
                "high": bounds[metric][1],
                "n": clips["utterance_id"].nunique(),
                "groups": clips["group"].nunique(),
                "chance": float(chances[metric]),
                "classes": " ".join(e for e, held in zip(emotions, there, strict=True) if held),
            }
            for metric, value in values.items()
        ]

    each_run = counts.reshape(-1, *counts.shape[2:])
    found = rows("pooled", counts.sum(1), table) if protocol else rows("runs", each_run, table)
    if protocol and experiment["mean_of_folds"]:
        found += rows("folds", each_run, table)
        for place, fold in enumerate(folds):
            found += rows(f"fold {fold}", counts[:, place], table[table["fold"] == fold], with_interval=False)
    marks = []
    if protocol is not None and store.read(protocol, ["leaks"])["leaks"].any():
        marks.append("groups shared")
    if audit is not None:
        audited = store.read(audit)
        fatal = set(audited.loc[audited["verdict"] == FATAL, "check"])
        marks += [mark for check, mark in AUDITED.items() if check in fatal]
    if len(groups) < FEW_GROUPS:
        marks.append("descriptive interval")
    if table["group"].eq(table["utterance_id"]).all():
        marks.append("interval too narrow")
    if experiment["untrained"]:
        marks.append("untrained weights")
    names = {key: experiment[key] for key in ("experiment", "corpus", "protocol", "model", "test")}
    frame = pd.DataFrame(found).assign(**names, seeds=len(seeds), mark="; ".join(marks))
    store.write(output, frame, SCORES, provenance)


def draw_groups(groups: int, draws: int, seed: int) -> np.ndarray:
    """Return how often each group is taken in each draw, float64 of shape (draws, groups).

    The same numbers for every system that is tested on the same groups, so that comparisons are
    paired.
    """
    generator = np.random.default_rng(seed)
    return generator.multinomial(groups, np.full(groups, 1 / groups), size=draws).astype(float)


def intervals(
    counts: np.ndarray, drawn: np.ndarray, emotions: list[str], confidence: float
) -> dict[str, tuple[float, float]]:
    """Return the interval of each metric by the t-expanded percentile bootstrap over groups.

    Plain percentiles cover too little with few groups; here they are taken further out, as
    Student's t with ``groups - 1`` degrees of freedom and the variance's missing n / (n - 1) ask
    (Hesterberg 2015, The American Statistician 69(4), section 5.3).

    Parameters
    ----------
    counts : array of shape (folds, groups, K, K)
        Confusions; a score is the mean over the first axis.
    drawn : array of shape (draws, groups)
        From :func:`draw_groups`.
    emotions
        Names of the K classes.
    confidence
        Such as 0.95.

    Returns
    -------
    dict
        Metric to (low, high); NaN where there is one group, or a metric is nowhere defined.
    """
    folds, groups, classes, _ = counts.shape
    flat = counts.transpose(1, 0, 2, 3).reshape(groups, -1)
    parts = []
    for start in range(0, len(drawn), CHUNK):
        weighted = drawn[start : start + CHUNK] @ flat
        parts.append(_mean_over_folds(weighted.reshape(-1, folds, classes, classes), emotions))
    found = {}
    for metric in parts[0]:
        values = np.concatenate([part[metric] for part in parts])
        values = values[np.isfinite(values)]
        if groups < 2 or not len(values):
            found[metric] = (np.nan, np.nan)
            continue
        t = special.stdtrit(groups - 1, (1 - confidence) / 2)
        tail = special.ndtr(t * np.sqrt(groups / (groups - 1)))
        low, high = np.quantile(values, [tail, 1 - tail])
        found[metric] = (float(low), float(high))
    return found


def _mean_over_folds(confusions: np.ndarray, emotions: list[str]) -> dict[str, np.ndarray]:
    """Score confusions of shape (..., folds, K, K); a fold where a metric is undefined is left out."""
    means = {}
    for metric, values in named_scores(confusions, emotions).items():
        there = np.isfinite(values)
        total = np.where(there, values, 0.0).sum(-1)
        held = there.sum(-1).astype(float)
        means[metric] = np.divide(total, held, out=np.full(held.shape, np.nan), where=held > 0)
    return means
