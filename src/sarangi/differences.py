"""Differences between systems on the same test utterances: paired intervals and tests."""

import itertools
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import special

from sarangi import store
from sarangi.audit import FEW_GROUPS
from sarangi.bootstrap import UNPREDICTED, answers, draw_groups, intervals, marks, resampled, tally
from sarangi.errors import SarangiError
from sarangi.metrics import METRICS, mean_metrics

EXACT = 16  # groups that differ, up to which every flip of their signs is tried
SIDES = ("shared", "apart")
"""Protocols of a premium: with groups on both sides of the split, and without."""
CHUNK = 1000  # flips scored at once: bounds the memory

DIFFERENCES = pa.schema(
    [
        *(
            pa.field(name, pa.string(), nullable=False)
            for name in ("corpus", "protocol", "first", "second", "slice", "metric")
        ),
        # the first model's score minus the second's
        pa.field("value", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        # of the sign-flip test over groups, and the smallest that it could give
        pa.field("p", pa.float64()),
        pa.field("p_smallest", pa.float64()),
        # of McNemar's test, which takes clips for independent; for the accuracy alone
        pa.field("p_mcnemar", pa.float64()),
        pa.field("n", pa.int64(), nullable=False),
        pa.field("groups", pa.int64(), nullable=False),
        pa.field("mark", pa.string(), nullable=False),
    ]
)


def differences(
    models: dict[str, dict],
    manifest: Path,
    protocol: Path,
    audit: Path | None,
    described: dict,
    settings: dict,
    output: Path,
    provenance: dict,
) -> None:
    """Write the differences between the models of a corpus and protocol, each model against each baseline.

    A model that predicts nothing is left out.  Only the utterances that both models of a pair predict
    count; where that leaves some out, the mark says so.  Slices are as in the scores: ``pooled``, and
    ``folds`` where the protocol is reported by the mean over its folds.

    Parameters
    ----------
    models
        ``predictions`` (files), ``baseline`` and ``untrained`` of each model by name, in the order of
        the rows.
    manifest, protocol, audit
        Of the corpus, the protocol, and what is fatal about it.
    described
        ``corpus``, ``protocol`` and ``mean_of_folds``.
    settings
        ``draws``, ``seed`` and ``confidence`` of the bootstrap; as many flips of signs are drawn.
    output
        Parquet file to write, of schema :data:`DIFFERENCES`.
    provenance
        Passed to the store.

    Raises
    ------
    SarangiError
        If two models have no test utterance in common, or tell other emotions apart.
    """
    where = f"{described['corpus']}, {described['protocol']}"
    found = {
        name: answers(entry["predictions"], manifest, f"{name} on {where}") for name, entry in models.items()
    }
    models = {name: entry for name, entry in models.items() if len(found[name][0])}
    lines = []
    for first, second in pairs(models):
        (one, emotions), (other, others) = found[first], found[second]
        if emotions != others:
            raise SarangiError(f"{where}: {first} and {second} tell other emotions apart")
        untrained = models[first]["untrained"] or models[second]["untrained"]
        marked = [marks(table, manifest, protocol, audit, untrained) for table in (one, other)]
        one, other = common(one, other)
        if one.empty:
            raise SarangiError(f"{where}: {first} and {second} have no test utterance in common")
        names = {
            "corpus": described["corpus"],
            "protocol": described["protocol"],
            "first": first,
            "second": second,
        }
        names |= {"mark": "; ".join(dict.fromkeys(itertools.chain(*marked)))}
        names |= {"n": one["utterance_id"].nunique(), "groups": one["group"].nunique()}
        for slice_, repeat in [("pooled", ["seed"]), ("folds", ["seed", "fold"])][
            : 1 + described["mean_of_folds"]
        ]:
            lines += [
                names | {"slice": slice_} | line for line in compare(one, other, repeat, emotions, settings)
            ]
    frame = pd.DataFrame(lines, columns=DIFFERENCES.names)
    store.write(output, frame, DIFFERENCES, provenance)


PREMIUMS = pa.schema(
    [
        *(
            pa.field(name, pa.string(), nullable=False)
            for name in ("corpus", "model", "shared", "apart", "metric")
        ),
        # the score with shared groups minus that without
        pa.field("value", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        pa.field("n", pa.int64(), nullable=False),
        pa.field("groups", pa.int64(), nullable=False),
        pa.field("mark", pa.string(), nullable=False),
    ]
)


def premiums(
    pairs: Sequence[dict], manifests: dict[str, Path], settings: dict, output: Path, provenance: dict
) -> None:
    """Write what groups on both sides of a split add to a score: the same model on the same utterances.

    Both scores are as they are reported, and take the same draws of groups.  A pair of which one side
    predicts nothing, or that shares no utterance, has no value and is marked.

    Parameters
    ----------
    pairs
        ``corpus``, ``model``, and ``shared`` and ``apart``: of each protocol ``experiment``, ``predictions``
        and ``mean_of_folds``.
    manifests
        By corpus.
    settings
        ``draws``, ``seed`` and ``confidence`` of the bootstrap.
    output
        Parquet file to write, of schema :data:`PREMIUMS`.
    provenance
        Passed to the store.

    Raises
    ------
    SarangiError
        As :func:`sarangi.bootstrap.answers`.
    """
    lines = []
    for pair in pairs:
        names = {key: pair[key] for key in ("corpus", "model")}
        names |= {side: pair[side]["experiment"] for side in SIDES}
        sides = {
            side: answers(pair[side]["predictions"], manifests[pair["corpus"]], names[side]) for side in SIDES
        }
        known = [set(table["utterance_id"]) for table, _ in sides.values()]
        shared, everything = known[0] & known[1], known[0] | known[1]
        emotions = sides["shared"][1]
        if not shared or emotions != sides["apart"][1]:
            blank = {"metric": "uar", "n": 0, "groups": 0, "mark": UNPREDICTED}
            lines.append(dict.fromkeys(PREMIUMS.names) | names | blank)
            continue
        tables = [table[table["utterance_id"].isin(shared)] for table, _ in sides.values()]
        repeats = [["seed", "fold"] if pair[side]["mean_of_folds"] else ["seed"] for side in SIDES]
        groups = tables[0]["group"].nunique()
        mark = ["descriptive interval"] if groups < FEW_GROUPS else []
        mark += ["sides differ"] if shared != everything else []
        names |= {"n": len(shared), "groups": groups, "mark": "; ".join(mark)}
        lines += [names | line for line in premium(tables, repeats, emotions, settings)]
    store.write(output, pd.DataFrame(lines, columns=PREMIUMS.names), PREMIUMS, provenance)


def premium(
    tables: Sequence[pd.DataFrame], repeats: Sequence[Sequence[str]], emotions: Sequence[str], settings: dict
) -> list[dict]:
    """Return a row a metric of the first table's score minus the second's, of the same utterances.

    Parameters
    ----------
    tables
        Predictions of the same utterances under two protocols.
    repeats
        For each the columns that tell apart what its score is averaged over.
    emotions
        Names of the classes.
    settings
        ``draws``, ``seed`` and ``confidence``.
    """
    sums = [tally(table, repeat, emotions)[0] for table, repeat in zip(tables, repeats, strict=True)]
    held = [each.sum((1, 3)) > 0 for each in sums]
    count, groups = sums[0].shape[:2]
    both = np.concatenate(sums)

    def difference(confusions: np.ndarray) -> dict[str, np.ndarray]:
        parts = np.split(confusions, [count], axis=-3)
        return minus(*(mean_metrics(part, there) for part, there in zip(parts, held, strict=True)))

    values = difference(both.sum(1))
    drawn = draw_groups(groups, settings["draws"], settings["seed"])
    bounds = intervals(resampled(both, drawn, difference), groups, settings["confidence"])
    return [
        {"metric": name, "value": float(values[name]), "low": bounds[name][0], "high": bounds[name][1]}
        for name in METRICS
    ]


def pairs(models: dict[str, dict]) -> list[tuple[str, str]]:
    """Return the models to compare: each pair of those that listen, and each of them with each baseline."""
    listening = [name for name, entry in models.items() if not entry["baseline"]]
    baselines = [name for name, entry in models.items() if entry["baseline"]]
    return [*itertools.combinations(listening, 2), *itertools.product(listening, baselines)]


def common(one: pd.DataFrame, other: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of two tables of predictions whose utterance every seed of both predicts."""
    unit = ["utterance_id", "fold"]
    shared = None
    for table in (one, other):
        seeds = table.groupby(unit)["seed"].nunique()
        whole = seeds.index[seeds == table["seed"].nunique()]
        shared = whole if shared is None else shared.intersection(whole)
    return tuple(table[table.set_index(unit).index.isin(shared)] for table in (one, other))


def compare(
    one: pd.DataFrame, other: pd.DataFrame, repeat: Sequence[str], emotions: Sequence[str], settings: dict
) -> list[dict]:
    """Return a row a metric of how two systems differ on the same utterances.

    Parameters
    ----------
    one, other
        Predictions of the same utterances in the same folds (see :func:`common`).
    repeat
        Columns that tell repeats apart, to be averaged over: ``seed``, or ``seed`` and ``fold``.
    emotions
        Names of the classes.
    settings
        ``draws``, ``seed`` and ``confidence``.
    """
    first, second = (tally(table, repeat, emotions)[0] for table in (one, other))
    # as many repeats of one as of the other, each as often: the mean over them stays
    seeds = [table["seed"].nunique() for table in (one, other)]
    first, second = (
        np.tile(c, (math.lcm(*seeds) // s, 1, 1, 1)) for c, s in zip((first, second), seeds, strict=True)
    )
    repeats, groups = first.shape[:2]
    held = first.sum((1, 3)) > 0
    both = np.concatenate([first, second])

    def difference(confusions: np.ndarray) -> dict[str, np.ndarray]:
        scores = (mean_metrics(half, held) for half in np.split(confusions, [repeats], axis=-3))
        return minus(*scores)

    values = difference(both.sum(1))
    drawn = draw_groups(groups, settings["draws"], settings["seed"])
    bounds = intervals(resampled(both, drawn, difference), groups, settings["confidence"])
    tested = sign_flip(first, second, settings["draws"], settings["seed"])
    clips = mcnemar(*clipwise(one, other))
    return [
        {
            "metric": metric,
            "value": float(values[metric]),
            "low": bounds[metric][0],
            "high": bounds[metric][1],
            "p": tested[metric][0],
            "p_smallest": tested[metric][1],
            "p_mcnemar": clips if metric == "accuracy" else np.nan,
        }
        for metric in METRICS
    ]


def sign_flip(first: np.ndarray, second: np.ndarray, draws: int, seed: int) -> dict[str, tuple[float, float]]:
    """Return p and the smallest possible p of the paired permutation test over groups, by metric.

    Were the systems alike, a group's predictions could as well be the other's: the answers of any set
    of groups are swapped between the systems (Good 2005, Permutation, Parametric, and Bootstrap Tests
    of Hypotheses, section 3.7; for scores of systems Yeh 2000, COLING).  For a metric that is linear
    in the groups this flips the signs of their differences.  Two-sided: the share of swaps whose
    difference is as large as the one seen, or larger.  Groups answered alike change nothing, so up to
    16 that differ have all swaps tried; with m of these p cannot be under 2 / 2^m.  With more, swaps
    are drawn, and the one seen is counted as one more (Phipson and Smyth 2010, Statistical
    Applications in Genetics and Molecular Biology 9(1), 39).

    Parameters
    ----------
    first, second : arrays of shape (R, groups, K, K)
        Confusions of both systems in each group.
    draws
        Swaps to draw where not all are tried.
    seed
        Of these.

    Returns
    -------
    dict
        Metric to (p, smallest possible p).
    """
    held = first.sum((1, 3)) > 0
    whole = first.sum(1) + second.sum(1)
    apart = (first - second).swapaxes(0, 1)
    apart = apart[np.abs(apart).sum((1, 2, 3)) > 0]
    if not len(apart):
        return dict.fromkeys(METRICS, (1.0, 1.0))
    flat = apart.reshape(len(apart), -1)
    exact = len(apart) <= EXACT
    if exact:
        # the swap of all other groups gives the same difference with the other sign
        count = 2 ** (len(apart) - 1)
        numbers = np.arange(count)[:, None] >> np.arange(len(apart))
        signs = 1 - 2 * (numbers & 1)
    else:
        count = draws
        signs = 1 - 2 * np.random.default_rng(seed).integers(2, size=(draws, len(apart)), dtype=np.int8)
    seen = {metric: abs(float(d)) for metric, d in _swapped(whole, first.sum(1), held).items()}
    sizes = {metric: [] for metric in METRICS}
    for start in range(0, count, CHUNK):
        moved = (signs[start : start + CHUNK].astype(float) @ flat).reshape(-1, *whole.shape)
        for metric, values in _swapped(whole, (whole + moved) / 2, held).items():
            sizes[metric].append(np.abs(values))
    found = {}
    for metric, parts in sizes.items():
        size = np.concatenate(parts)
        larger = int((size >= seen[metric] - 1e-12).sum())
        if exact:
            found[metric] = (larger / count, float((size >= size.max() - 1e-12).sum() / count))
        else:
            found[metric] = ((larger + 1) / (count + 1), 1 / (count + 1))
    return found


def clipwise(one: pd.DataFrame, other: pd.DataFrame) -> tuple[int, int]:
    """Return how many tested clips the first system gets right more often over its seeds, and the second."""
    unit = ["utterance_id", "fold"]
    right = [
        (table["emotion"] == table["predicted"]).groupby([table[column] for column in unit]).mean()
        for table in (one, other)
    ]
    apart = right[0] - right[1]
    return int((apart > 1e-12).sum()), int((apart < -1e-12).sum())


def mcnemar(first: int, second: int) -> float:
    """Return the exact two-sided p of McNemar's test (1947, Psychometrika 12(2), 153-157).

    Binomial over the clips on which one system is better than the other.  With several seeds that is
    the sign test of the clips' shares of right answers.  Clips of a group are not independent, so p
    is too small where groups matter.

    Parameters
    ----------
    first, second
        Clips on which the one, and the other, is better.
    """
    return float(min(1.0, 2 * special.bdtr(min(first, second), first + second, 0.5)))


def holm(p: Sequence[float]) -> list[float]:
    """Return p corrected for the number of comparisons (Holm 1979, Scand. J. Statistics 6(2), 65-70)."""
    p = np.asarray(p, dtype=float)
    order = np.argsort(p, kind="stable")
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return corrected.tolist()


def _swapped(whole: np.ndarray, confusions: np.ndarray, held: np.ndarray) -> dict[str, np.ndarray]:
    """Return the difference between confusions and what is left of the ``whole`` of both systems."""
    return minus(mean_metrics(confusions, held), mean_metrics(whole - confusions, held))


def minus(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {metric: one[metric] - other[metric] for metric in one}
