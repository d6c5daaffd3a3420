"""Differences between systems on the same test utterances: paired intervals and tests."""

import itertools
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sarangi.base import store
from sarangi.base.auditing import FEW_GROUPS
from sarangi.base.difference_rows import DIFFERENCES, PREMIUMS
from sarangi.base.errors import SarangiError
from sarangi.base.score_rows import UNPREDICTED
from sarangi.scoring.scores import answers, marks, tally
from sarangi.statistics.metrics import mean_metrics
from sarangi.statistics.resampling import draw_groups, intervals, resampled
from sarangi.statistics.significance import mcnemar, minus, sign_flip

SIDES = ("shared", "apart")
"""Protocols of a premium: with groups on both sides of the split, and without."""


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
        As :func:`sarangi.scoring.scores.answers`.
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
        {"metric": name, "value": float(value), "low": bounds[name][0], "high": bounds[name][1]}
        for name, value in values.items()
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
            "value": float(value),
            "low": bounds[metric][0],
            "high": bounds[metric][1],
            "p": tested[metric][0],
            "p_smallest": tested[metric][1],
            "p_mcnemar": clips if metric == "accuracy" else np.nan,
        }
        for metric, value in values.items()
    ]


def clipwise(one: pd.DataFrame, other: pd.DataFrame) -> tuple[int, int]:
    """Return how many tested clips the first system gets right more often over its seeds, and the second."""
    unit = ["utterance_id", "fold"]
    right = [
        (table["emotion"] == table["predicted"]).groupby([table[column] for column in unit]).mean()
        for table in (one, other)
    ]
    apart = right[0] - right[1]
    return int((apart > 1e-12).sum()), int((apart < -1e-12).sum())
