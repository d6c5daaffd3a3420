"""What our scores have for the numbers of a finding: estimates, their runs, or what is missing."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from sarangi.base.marks import UNTRAINED, marks_in
from sarangi.base.missing import OTHER, Missing
from sarangi.base.scored import Scored
from sarangi.base.slices import seed_within, without_seed
from sarangi.published.estimates import Estimate
from sarangi.published.records import OTHER_CLIPS, in_words
from sarangi.published.runs import Answered, answered
from sarangi.published.scored import scores_by_name
from sarangi.scoring.left_out import LeftOut, left_out
from sarangi.statistics.metrics import OF_CLASS, OF_CONFUSIONS

VOID = {UNTRAINED: UNTRAINED}
"""Marks of a score that make any comparison with it void, and what is missing then."""
CLIPS_APART = 0.01
"""Share of the test clips that a publisher's and our test part may differ by and be called the same."""
CHANCE = "chance"  # printed as a metric, of which our scores have a column


class Measurements(NamedTuple):
    """The files of ours that a finding is judged by.

    Parameters
    ----------
    scores, confusions
        Of every experiment and transfer that bears on it and is available.
    systems
        Those that are compared with each other, with their predictions.
    confidence
        Of our intervals, such as 0.95.
    """

    scores: Sequence[str | Path]
    confusions: Sequence[str | Path]
    systems: Mapping[str, Scored]
    confidence: float


@dataclass(frozen=True)
class Ours:
    """What the scores have for the numbers of a finding.

    Attributes
    ----------
    estimates
        By the name of a number, those that were scored.
    rows
        By the name of a number, the row of the scores that it is from.
    seeds
        By the name of a number, the values of its runs in the order of their seeds.
    missing
        By the name of a number that was not scored, what is missing.
    void
        By the name of a number, why its score can be compared with nothing; absent where it can.
    files
        By the name of a score, the file that it is from.
    """

    records: Mapping[str, Any]
    measurements: Measurements
    estimates: dict[str, Estimate] = field(default_factory=dict)
    rows: dict[str, pd.Series] = field(default_factory=dict)
    seeds: dict[str, list[float]] = field(default_factory=dict)
    missing: dict[str, tuple[Missing, ...]] = field(default_factory=dict)
    void: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    _systems: dict[tuple[str, str], LeftOut | None] = field(default_factory=dict)
    _answered: dict[str, Answered | None] = field(default_factory=dict)

    def systems(self, names: Iterable[str]) -> dict[str, LeftOut]:
        """Return what scores are without each group and seed by seed, by the name of a number."""
        wanted = [name for name in names if self.records[name].get("ours") in self.measurements.systems]
        known = {name: self._left_out(self.records[name]) for name in wanted}
        return {name: system for name, system in known.items() if system is not None}

    def _left_out(self, record: Mapping[str, Any]) -> LeftOut | None:
        ours, part = record["ours"], without_seed(record.get("ours_slice", ""))
        if (ours, part) not in self._systems:
            used = {each["metric"] for each in self.records.values() if each.get("ours") == ours}
            metrics = sorted(metric for metric in used if _of_confusions(metric))
            self._systems[ours, part] = left_out(self.measurements.systems[ours], metrics, part)
        return self._systems[ours, part]

    def answered(self, ours: str) -> Answered | None:
        """Return what single runs answered, or None where there are no confusions of theirs."""
        if ours not in self._answered:
            files = {Path(path).stem: Path(path) for path in self.measurements.confusions}
            self._answered[ours] = answered(files[ours]) if ours in files else None
        return self._answered[ours]


def _of_confusions(metric: str) -> bool:
    return metric in {each.name for each in OF_CONFUSIONS} or metric.split("_", 1)[0] in OF_CLASS


def read_ours(
    records: Mapping[str, Any],
    measurements: Measurements,
    missing: Mapping[str, Sequence[Missing]],
    synthetic: Sequence[str],
) -> Ours:
    """Return what the scores have for numbers.

    Parameters
    ----------
    records
        Claims by name.
    measurements
        The files of ours.
    missing
        Of each experiment that has no scores, what is missing.
    synthetic
        Names of the corpora spoken by the demo's generator.
    """
    table = scores_by_name([Path(path) for path in measurements.scores])
    files = table.dropna(subset=["file"]).set_index("scored")["file"].to_dict()
    ours = Ours(records, measurements, files=files)
    rows = {(row["scored"], row["metric"], row["slice"]): row for _, row in table.iterrows()}
    scored = set(table["scored"])
    for name, record in records.items():
        if record["kind"] != "number":
            continue
        experiment, chance = record.get("ours"), record["metric"] == CHANCE
        metric = "uar" if chance else record["metric"]
        row = rows.get((experiment, metric, record.get("ours_slice", "")))
        if experiment in scored and row is not None and not pd.isna(row["value"]):
            bounds = (
                (row["chance"], math.nan, math.nan) if chance else (row["value"], row["low"], row["high"])
            )
            ours.estimates[name], ours.rows[name] = Estimate(*bounds), row
            whole = without_seed(record.get("ours_slice", ""))
            ours.seeds[name] = _seeds(rows, experiment, metric, whole) or [float(row["value"])]
        else:
            ours.missing[name] = _lacking(record, missing, scored)
        if row is not None and (why := _void(record, row, synthetic)):
            ours.void[name] = why
    return ours


def _seeds(rows: Mapping[tuple, pd.Series], experiment: str, metric: str, whole: str) -> list[float]:
    """Return the value of each seed of a slice of all seeds; none of an experiment of one."""
    each = {
        seed: float(row["value"])
        for (scored, name, part), row in rows.items()
        if (scored, name) == (experiment, metric) and (seed := seed_within(part, whole)) is not None
    }
    return [each[seed] for seed in sorted(each)]


def _lacking(
    record: Mapping[str, Any], missing: Mapping[str, Sequence[Missing]], scored: Collection[str]
) -> tuple[Missing, ...]:
    """Return why there is not a number of ours for a published one."""
    experiment, part = record.get("ours"), record.get("ours_slice", "")
    if experiment is None:
        return (nothing_of_ours(record),)
    if experiment not in scored:
        return tuple(missing.get(experiment, [Missing(OTHER, "our scores of it")]))
    of_part = f" of {part}" if part else ""
    return (Missing(OTHER, f"{in_words(record['metric'])}{of_part} among our scores of it"),)


def _void(record: Mapping[str, Any], row: pd.Series, synthetic: Sequence[str]) -> str:
    """Return why a score of ours can be compared with nothing; empty where it can."""
    whys = [VOID[mark] for mark in marks_in(row["mark"]) if mark in VOID]
    if {row["corpus"], row["test"]} & set(synthetic):
        whys.insert(0, "synthetic speech")
    clips = record.get("facts", {}).get("clips")
    same = clips and not record.get("slice") and record.get("ruler") != OTHER_CLIPS
    if same and abs(row["n"] - clips) > CLIPS_APART * clips:
        whys.append(f"the published test part of {clips} clips (ours has {row['n']})")
    return " and ".join(whys)


def nothing_of_ours(record: Mapping[str, Any]) -> Missing:
    """Return what a claim needs that no experiment of ours replays."""
    return Missing(OTHER, record.get("waits_for", "an experiment of ours"))
