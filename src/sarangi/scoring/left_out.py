"""Scores of a system without each group, and of each seed: what any comparison of systems is judged by."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sarangi.base.scored import Scored
from sarangi.base.slices import slice_of_part
from sarangi.scoring.answers import answers, tally, tested_in
from sarangi.statistics.confusions import Booleans, Floats, Sums
from sarangi.statistics.metrics import mean_metrics, mean_of_each_class


class LeftOut(NamedTuple):
    """Scores of one system, by metric.

    Parameters
    ----------
    units
        Digest of the groups that are tested.  Systems with the same one are tested on the same groups, so
        that what they lose without a group may be subtracted.
    groups
        How many there are.
    without
        The score without each group, arrays of shape (groups,) in one order; NaN where it is not defined.
    seeds
        The score of each seed alone, arrays of shape (seeds,).
    """

    units: str
    groups: int
    without: dict[str, Floats]
    seeds: dict[str, Floats]


def left_out(scored: Scored, metrics: Sequence[str], slice_: str = "") -> LeftOut | None:
    """Return the scores of a system without each group, or None where nothing of it is predicted.

    Parameters
    ----------
    scored
        What is scored, and the files that it is computed from.
    metrics
        Names of metrics of confusions, or of scores of single classes; those that it does not have are left
        out.
    slice_
        The reported slice, if it is left out, or a ``part`` of a transfer.

    Raises
    ------
    SarangiError
        As :func:`sarangi.scoring.answers.answers`.
    """
    table, emotions = answers(scored.predictions, scored.manifest, scored.name, protocol=scored.protocol_file)
    tested = {slice_of_part(name): file for name, file in scored.parts}.get(slice_)
    if tested is not None:
        table = table[table["utterance_id"].isin(tested_in(Path(tested)))]
    if table.empty or (slice_ and tested is None):
        return None
    by_fold = scored.mean_of_folds or scored.protocol_file is None
    repeat = ["seed", "fold"] if by_fold else ["seed"]
    each = tally(table, repeat, emotions)[0]
    total = each.sum(1)
    held = total.sum(-1) > 0
    without = _wanted(total - each.swapaxes(0, 1), metrics, emotions, held)
    of_seeds = []
    for _, clips in table.groupby("seed"):
        sums = tally(clips, repeat, emotions)[0].sum(1)
        of_seeds.append(_wanted(sums, metrics, emotions, sums.sum(-1) > 0))
    groups = sorted(map(str, table["group"].unique()))
    return LeftOut(
        units=hashlib.sha256("\n".join(groups).encode()).hexdigest(),
        groups=len(groups),
        without=without,
        seeds={name: np.array([float(values[name]) for values in of_seeds]) for name in without},
    )


def _wanted(sums: Sums, metrics: Sequence[str], emotions: Sequence[str], held: Booleans) -> dict[str, Floats]:
    found = mean_metrics(sums, held)
    if set(metrics) - set(found):
        found = found | mean_of_each_class(sums, emotions)
    return {name: found[name] for name in metrics if name in found}
