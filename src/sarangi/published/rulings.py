"""Which rule of replication a claim asks for, and what it says of our scores."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from sarangi.base.slices import without_seed
from sarangi.base.verdicts import FAILS, HOLDS, LISTED, UNDECIDED, UNTESTABLE, Verdict
from sarangi.published import judging
from sarangi.published.estimates import UNITS, Estimate, scaled
from sarangi.published.expressions import Records, evaluate, holds, in_rows
from sarangi.published.judging import Printed, Ruling
from sarangi.published.ours import Ours
from sarangi.published.records import OTHER_CLIPS, RECOMPUTED, SAME_CLIPS
from sarangi.published.runs import Answered
from sarangi.published.varied import Varied, varied
from sarangi.statistics import replication
from sarangi.statistics.metrics import UAR
from sarangi.statistics.published_errors import (
    PublishedError,
    design_effect,
    error_from_clips,
    error_from_interval,
)
from sarangi.statistics.replication import Runs
from sarangi.statistics.student import quantile


def number(name: str, ours: Ours) -> Ruling:
    """Return the verdict on a printed score that ours has a number for."""
    record, row, values = ours.records[name], ours.rows[name], ours.seeds[name]
    value, estimate = float(record["value"]), ours.estimates[name]
    if record["ruler"] == RECOMPUTED:
        return judging.recomputed(record["value"], float(estimate.value), value, record["tolerance"])
    if not record["counted"]:
        return Ruling(Verdict(LISTED), f"{record['headline']} is what is judged of this experiment")
    answered = ours.answered(record["ours"])
    if answered is not None and answered.collapsed:
        what = f"{answered.collapsed} of {answered.runs} runs answer one class to nearly all clips"
        return judging.by_counts(values, value, record["margin"], what)
    runs = replication.runs(values)
    if runs.seeds > 1 and not runs.variance > 0:
        return judging.by_counts(values, value, record["margin"], "all runs score the same")
    same = record["ruler"] == SAME_CLIPS
    slice_ = record.get("ours_slice", "")
    groups = (0.0, 0) if same else (float(row["se_groups"]), int(row["groups"]))
    mine = Varied(float(estimate.value), runs, *groups, single=without_seed(slice_) != slice_)
    facts = record["facts"]
    printed = Printed(
        value, record["margin"], _published_runs(record),
        None if same else _published_error(record, row, ours), facts.get("clips", int(row["n"])),
    )  # fmt: skip
    mine, printed = judging.on_logits(values, mine, printed, int(row["n"]))
    return judging.size(mine, printed, same, 1, record["deviations"])


def _published_runs(record: Mapping[str, Any]) -> Runs:
    each = [float(text) for text in record.get("per_seed", ())]
    if len(each) > 1:
        return replication.runs(each)
    return Runs(float(record["value"]), math.nan, record["runs"], 0.0)


def _published_error(record: Mapping[str, Any], row: pd.Series, ours: Ours) -> PublishedError | None:
    """Return how far a published score is from what other clips would give; None if nothing tells."""
    value, facts = float(record["value"]), record["facts"]
    if "low" in record and float(record["high"]) > float(record["low"]):
        return error_from_interval(float(record["low"]), float(record["high"]))
    clips, supports = facts.get("clips"), list(facts.get("supports", {}).values())
    if not clips or not 0 < value < 1:
        return None
    macro = record["metric"] == UAR.name and supports and all(supports)
    confidence = (1 + ours.measurements.confidence) / 2
    over_clips = (row["high_clips"] - row["low_clips"]) / 2 / float(quantile(confidence, math.inf))
    effect = 1.0
    if row["n"] > row["groups"] and over_clips > 0 and row["se_groups"] > 0:
        # the published test part is taken to have as many clips of a group as ours
        groups = clips * row["groups"] / row["n"]
        effect = design_effect(row["se_groups"], over_clips, row["n"], row["groups"], clips, groups)
    return error_from_clips(value, clips, effect, supports if macro else ())


def derived(name: str, needed: Sequence[str], ours: Ours) -> tuple[Ruling, Estimate]:
    """Return the verdict on a printed comparison, and ours with its interval, in the unit of the claim."""
    records, record = ours.records, ours.records[name]
    scale = UNITS[record["unit"]]
    point = evaluate(record["compute"], records, ours.estimates.get)
    value, printed = float(point.value), float(record["value"])
    if record["ruler"] == RECOMPUTED:
        ruling = judging.recomputed(record["value"], scale * value, printed, record["tolerance"])
        return ruling, Estimate(scale * value, math.nan, math.nan)
    systems = ours.systems(needed)
    everything = varied(record["compute"], records, ours.estimates.get, systems)
    estimate = scaled(_interval(everything, ours.measurements.confidence), record["unit"])
    if not record["counted"]:
        return Ruling(Verdict(LISTED), "it repeats what another claim says"), estimate
    if one_class := _collapsed(needed, ours):
        return one_class, estimate
    other = [part for part in needed if records[part]["ruler"] == OTHER_CLIPS]
    mine = varied(record["compute"], records, ours.estimates.get, systems, over=other)
    errors = [_published_error(records[part], ours.rows[part], ours) for part in other]
    together = None
    if errors and None not in errors:
        # as if both sides were of other clips; those of one test part would be nearer to each other
        together = PublishedError(math.hypot(*(error.se for error in errors if error)), from_ours=False)
    theirs = Printed(
        printed / scale, record["margin"] / scale,
        Runs(math.nan, math.nan, min(records[part]["runs"] for part in needed), 0.0), together,
        limits=(-1.0, 1.0),
    )  # fmt: skip
    return judging.size(mine, theirs, not other, scale, record["deviations"]), estimate


def _interval(ours: Varied, confidence: float) -> Estimate:
    measured = ours.measured()
    known = not math.isnan(measured.se) and measured.df > 0
    half = float(quantile((1 + confidence) / 2, measured.df)) * measured.se if known else math.nan
    return Estimate(ours.value, ours.value - half, ours.value + half)


def _collapsed(needed: Sequence[str], ours: Ours) -> Ruling | None:
    """Return that nothing is decided where a run of one side answers one class: its mean says nothing."""
    for experiment in dict.fromkeys(ours.records[part].get("ours") for part in needed):
        found = ours.answered(experiment) if experiment else None
        if found is not None and found.collapsed and ours.rows and _trained(experiment, needed, ours):
            what = f"{found.collapsed} of {found.runs} runs of {experiment} answer one class"
            return Ruling(Verdict(UNDECIDED, what), f"{what}, so that a mean over them says nothing")
    return None


def _trained(experiment: str, needed: Sequence[str], ours: Ours) -> bool:
    of_it = [ours.records[part] for part in needed if ours.records[part].get("ours") == experiment]
    return any(record["ruler"] != RECOMPUTED for record in of_it)


def statement(name: str, needed: Sequence[str], ours: Ours) -> Ruling:
    """Return the verdict on what the study says of several numbers."""
    records, record = ours.records, ours.records[name]
    ((relation, said),) = record["holds"].items()
    if relation in ("every", "below_chance"):
        by_values = holds(record["holds"], records, ours.estimates.get)
        it_holds, rows = by_values or (False, "")  # nothing is missing
        return Ruling(Verdict(HOLDS if it_holds else FAILS), f"our rows: {rows}")
    if relation in ("zero", "one_class"):
        return _counted(relation, said, ours.answered(records[needed[0]]["ours"]), records)
    if one_class := _collapsed(needed, ours):
        return one_class
    systems = ours.systems(needed)
    if relation in ("greater", "equal"):
        found = varied({"difference": list(said)}, records, ours.estimates.get, systems)
        if relation == "equal":
            return judging.equal(found, record["margin"])
        return judging.greater(found, "the first side", "the second")
    pairs = {
        f"{first} over {second}": varied(
            {"difference": [first, second]}, records, ours.estimates.get, systems
        )
        for first, second in _rivals(relation, said, records)
    }
    return judging.best(pairs)


def _counted(relation: str, said: Any, answered: Answered | None, records: Records) -> Ruling:
    """Return whether something is so in every run, from what single runs answered."""
    if answered is None:
        return Ruling(Verdict(UNTESTABLE, "answers of our runs"), "needs the answers of our runs")
    if relation == "zero":
        emotions = [records[part]["metric"].split("_", 1)[1] for part in said]
        return judging.in_every_run(answered.missing_all(emotions), answered.runs, "recognise none of them")
    share = float(said["share"])
    what = f"give one class to at least {100 * share:g} % of the clips"
    return judging.in_every_run(answered.naming_one(share), answered.runs, what)


def _rivals(relation: str, said: Mapping[str, Any], records: Records) -> list[tuple[str, str]]:
    """Return the pairs of numbers that a ranking is made of, the one said to be higher first.

    A cell is represented by its best printed row, which is fixed before ours are seen, and is held against
    every row of every cell on the other side.
    """
    names = in_rows(said["of"], records)
    cells = {name: records[name]["row"][said["group"]] for name in names}
    best: dict[str, str] = {}
    for name, cell in cells.items():
        if cell not in best or float(records[name]["value"]) > float(records[best[cell]]["value"]):
            best[cell] = name
    named, highest = set(said["are"]), relation == "highest"
    above = [name for cell, name in best.items() if (cell in named) == highest]
    below = [name for name, cell in cells.items() if (cell in named) != highest]
    return [(first, second) for first in above for second in below]
