"""Scores with intervals over groups: the unit that shares a voice is what is drawn again."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import special

from sarangi import store
from sarangi.errors import SarangiError
from sarangi.metrics import confusion, named_scores, uniform_guessing

FEW_GROUPS = 8  # below, an interval only describes
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
    predictions: Path,
    manifest: Path,
    protocol: Path,
    experiment: dict,
    settings: dict,
    output: Path,
    provenance: dict,
) -> None:
    """Write every score of an experiment with its interval, its chance level and its marks.

    Slice ``pooled`` scores the predictions of all folds together; a protocol of several folds that
    mixes groups has the slice ``folds`` too, the mean over its folds, and each ``fold <n>``.

    Parameters
    ----------
    predictions, manifest, protocol
        Tables of the experiment and of its corpus.
    experiment
        ``experiment``, ``corpus``, ``protocol``, ``model`` and ``mean_of_folds``.
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
    table = store.read(predictions)
    utterances = store.read(manifest, ["utterance_id", "group"])
    table = table[table["status"] == store.OK].merge(utterances, on="utterance_id")
    if table.empty:
        raise SarangiError(f"{predictions}: no prediction is ok, so there is nothing to score")
    emotions = [name.removeprefix("p_") for name in table.columns if name.startswith("p_")]
    groups = sorted(table["group"].unique())
    folds = sorted(table["fold"].unique())
    counts = np.zeros((len(folds), len(groups), len(emotions), len(emotions)))
    for (fold, group), clips in table.groupby(["fold", "group"]):
        counts[folds.index(fold), groups.index(group)] = confusion(
            clips["emotion"], clips["predicted"], emotions
        )
    drawn = draw_groups(len(groups), settings["draws"], settings["seed"])

    def rows(name: str, part: np.ndarray, drawn: np.ndarray | None) -> list[dict]:
        """Score ``part``, of shape (folds, groups, K, K), as the mean over its first axis."""
        whole = part.sum(1)
        values = _mean_over_folds(whole, emotions)
        chances = _mean_over_folds(uniform_guessing(whole), emotions)
        bounds = {metric: (np.nan, np.nan) for metric in values}
        if drawn is not None:
            bounds = intervals(part, drawn, emotions, settings["confidence"])
        there = part.sum((0, 1, 3)) > 0
        return [
            {
                "slice": name,
                "metric": metric,
                "value": float(value),
                "low": bounds[metric][0],
                "high": bounds[metric][1],
                "n": int(part.sum()),
                "groups": int((part.sum((0, 2, 3)) > 0).sum()),
                "chance": float(chances[metric]),
                "classes": " ".join(e for e, held in zip(emotions, there, strict=True) if held),
            }
            for metric, value in values.items()
        ]

    found = rows("pooled", counts.sum(0, keepdims=True), drawn)
    if experiment["mean_of_folds"]:
        found += rows("folds", counts, drawn)
        for position, fold in enumerate(folds):
            found += rows(f"fold {fold}", counts[position : position + 1], None)
    marks = []
    if store.read(protocol, ["leaks"])["leaks"].any():
        marks.append("groups shared")
    if len(groups) < FEW_GROUPS:
        marks.append("descriptive interval")
    if table["group"].eq(table["utterance_id"]).all():
        marks.append("interval too narrow")
    names = {key: experiment[key] for key in ("experiment", "corpus", "protocol", "model")}
    frame = pd.DataFrame(found).assign(**names, test=experiment["corpus"], seeds=1, mark="; ".join(marks))
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
