"""Whether a second table replicates a first one, by the rule that the project judges its own results by."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sarangi.base.verdicts import DIFFERS, REPRODUCED, SHIFTED, UNDECIDED, UNTESTABLE
from sarangi.consistency.evidence import Scores
from sarangi.consistency.finding import FACT, NOTE, WARNING, Finding
from sarangi.consistency.matrices import is_run
from sarangi.consistency.names import PROSE, UAR
from sarangi.statistics.extremes import is_extreme, logit, logit_delta, logit_ruler
from sarangi.statistics.published_errors import PublishedError, error_from_clips, error_from_interval
from sarangi.statistics.replication import (
    Lack,
    Ruler,
    Runs,
    groups_that_decide,
    judge,
    other_clips,
    runs,
    same_clips,
    seeds_that_decide,
)

RULE = "Schuirmann 1987 (equivalence); Hodges and Lehmann 1954 (minimum effect); Patil, Peng and Leek 2016"
NEEDED = {
    Lack.SEEDS: "five or more runs of the replication on the same clips (a row each, with a column seed), or "
    "two or more and its speakers where the clips differ",
    Lack.SPREAD: "runs that differ: all score the same",
    Lack.GROUPS: "the replication's interval (low, high) over speakers, and how many (groups), at least 2",
    Lack.PUBLISHED_ERROR: "a printed interval, or n with --design-effect, of the first table",
}


class System(NamedTuple):
    """A system's rows: those of single runs, or one that sums them up."""

    name: str
    labels: Mapping[str, str]
    rows: Sequence[Scores]

    def values(self, metric: str) -> list[float]:
        """Return the printed values of a metric, one a run."""
        return [float(row.numbers[metric].value) for row in self.rows if metric in row.numbers]


def replication(
    published: Sequence[Scores], ours: Sequence[Scores], same: bool, delta: float, effect: float | None
) -> Iterator[Finding]:
    """Yield a verdict on each score that both tables have, and what is missing where there can be none.

    Parameters
    ----------
    published, ours
        Rows of the first table and of the replication.
    same
        Whether both were trained and tested on the same clips.
    delta
        Size below which a difference does not matter.
    effect
        Design effect of the first table's clips, where it is known.
    """
    first, second = (list(_systems(rows)) for rows in (published, ours))
    matched = 0
    for system in first:
        others = [other for other in second if len(first) == len(second) == 1 or _same(system, other)]
        for other in others[:1]:
            for metric in PROSE:
                if system.values(metric) and other.values(metric):
                    matched += 1
                    yield _verdict(metric, system, other, same, delta, effect)
    if not matched:
        names = " and ".join(", ".join(dict.fromkeys(each.name for each in side)) for side in (first, second))
        yield Finding(
            NOTE, FACT, "replicating", "both tables",
            f"no system and metric is in both, by equal labels in columns of one name: {names or 'no row'}",
        )  # fmt: skip


def _systems(rows: Sequence[Scores]) -> Iterator[System]:
    grouped: dict[tuple[tuple[str, str], ...], list[Scores]] = {}
    for row in rows:
        key = tuple((name, text) for name, text in row.labels.items() if not is_run(name))
        grouped.setdefault(key, []).append(row)
    for key, of_it in grouped.items():
        yield System(", ".join(text for _, text in key) or of_it[0].where, dict(key), of_it)


def _same(one: System, other: System) -> bool:
    shared = one.labels.keys() & other.labels.keys()
    return bool(shared) and all(one.labels[name] == other.labels[name] for name in shared)


def _verdict(
    metric: str, published: System, ours: System, same: bool, delta: float, effect: float | None
) -> Finding:
    printed, own = published.values(metric), ours.values(metric)
    first, second = sum(printed) / len(printed), sum(own) / len(own)
    of = f"{PROSE[metric]} of {published.name}: published {first:.3f}, replication {second:.3f}"
    where = published.rows[0].numbers[metric].where if metric in published.rows[0].numbers else published.name
    scale = ""
    if is_extreme(first):
        n = published.rows[0].n
        if not (same and n):
            text = f"{of}: {UNTESTABLE} without n and the same clips: near 0 and 1 the scale is the logit"
            return Finding(NOTE, FACT, "replicating", where, text, RULE)
        logits = runs([logit(value, n) for value in own])
        first, second, delta, scale = logit(first, n), logits.mean, logit_delta(delta), " (logits)"
        ruler = logit_ruler(logits, _runs([logit(value, n) for value in printed], published), n)
    else:
        ruler = _ruler(metric, published, ours, same, effect)
    if isinstance(ruler, Lack):
        return Finding(NOTE, FACT, "replicating", where, f"{of}: {UNTESTABLE} without {NEEDED[ruler]}", RULE)
    judged = judge(second - first, ruler, delta)
    text = (
        f"{of}: {judged.kind}. Difference {judged.difference:+z.3f}, 90 % interval [{judged.low:+z.3f}, "
        f"{judged.high:+z.3f}] against ±{delta:.2g}{scale}"
    )
    if judged.kind == UNDECIDED:
        text += f"; {_would_decide(judged.difference, ruler, delta, same)}"
    if judged.kind in (DIFFERS, SHIFTED):
        text += ". This is under other software and hardware, and alone no error of either table"
    if judged.kind == REPRODUCED:
        text += ", which is within"
    return Finding(WARNING if judged.kind == DIFFERS else NOTE, FACT, "replicating", where, text, RULE)


def _runs(printed: Sequence[float], published: System) -> Runs:
    if len(printed) > 1:
        return runs(printed)
    # a mean over seeds that says how many tells no spread
    return Runs(printed[0], math.nan, published.rows[0].repeats or 1, 0.0)


def _ruler(metric: str, published: System, ours: System, same: bool, effect: float | None) -> Ruler | Lack:
    own, printed = ours.values(metric), published.values(metric)
    of_published = _runs(printed, published)
    if same:
        return same_clips(runs(own), of_published)
    with_interval = [row for row in ours.rows if metric in row.intervals]
    groups = next((row.groups for row in with_interval if row.groups), None)
    if not with_interval or groups is None or groups < 2:
        return Lack.GROUPS
    low, high = (float(end.value) for end in with_interval[0].intervals[metric])
    if not high > low:
        return Lack.GROUPS
    error = error_from_interval(low, high, groups, student=True).se
    return other_clips(runs(own), of_published, error, groups, _published_error(metric, published, effect))


def _published_error(metric: str, published: System, effect: float | None) -> PublishedError | None:
    row = published.rows[0]
    if metric in row.intervals:
        low, high = (float(end.value) for end in row.intervals[metric])
        if high > low:
            of_groups = row.groups if row.groups and row.groups > 1 else None
            return error_from_interval(
                low, high, of_groups, design_effect=1.0 if of_groups else effect or 1.0
            )
    n = row.n or sum(row.supports.values())
    if not n or effect is None or metric not in row.numbers:
        return None
    supports = [count for count in row.supports.values() if count] if metric == UAR else []
    return error_from_clips(float(row.numbers[metric].value), n, effect, supports)


def _would_decide(difference: float, ruler: Ruler, delta: float, same: bool) -> str:
    seeds = seeds_that_decide(difference, ruler, delta)
    if seeds is not None:
        return f"about {seeds} runs of the replication would decide"
    groups = None if same else groups_that_decide(difference, ruler, delta)
    if groups is not None:
        return f"about {groups} speakers of the replication would decide"
    return "no number of further runs or speakers of the replication alone decides"
