"""The table of RAVDESS: what the published study printed, and ours."""

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sarangi.base.labels import Labels
from sarangi.base.limit_sources import LimitSources
from sarangi.paper.tables.columns import Column
from sarangi.paper.tables.published import (
    Ours,
    Printed,
    Scores,
    measured_number,
    printed_number,
    write_compared,
)
from sarangi.paper.tables.table import Table
from sarangi.statistics.metrics import METRICS, UAR

ON_RAVDESS = {metric.name: metric.label for metric in METRICS if metric.compared and metric is not UAR}
"""The study printed no UAR there."""


def ravdess_table(
    printed: Printed, ours: Sequence[Ours], sources: LimitSources, labels: Labels, output: dict[str, Path]
) -> None:
    """Write WF1, UF1 and accuracy on RAVDESS, published and ours, with speakers shared and held out.

    The two sides of a model stand in one row: what replays the study's, then further experiments of ours,
    those of one model paired in their order.

    Parameters
    ----------
    printed
        Published experiments on RAVDESS.
    ours
        Experiments of ours on it, those that replay a published one among them.
    sources
        Of the limits of the scores shown, which notes state.
    labels
        Titles, and which corpora are synthetic.
    output
        Files to write by suffix: ``tex``, ``md``, ``csv``, ``json``.
    """
    scores, lines, evidence = Scores(), [], []
    for name, sides in [*_published_sides(printed, ours), *_further_sides(printed, ours)]:
        for metric, words in ON_RAVDESS.items():
            line, behind = {"Model and protocols": name, "Metric": words}, {}
            for side in SIDES:
                said, experiment = sides[side]
                for whose, (cell, known) in {
                    "published": printed_number(said, metric),
                    "ours": measured_number(scores, experiment, metric),
                }.items():
                    line[f"{side}: {whose}"], behind[f"{side}: {whose}"] = cell, known
            lines.append(line)
            evidence.append({"": [entry for known in behind.values() for entry in known]} | behind)
    caption = (
        "RAVDESS: what the published study printed and ours with its interval over groups (actors): on "
        "the left under a random split, which shares actors between training and test, on the right with "
        "actors held out. In brackets the protocols of ours where they are not the published ones; those "
        "numbers are of other test parts."
    )
    write_compared(Table("ravdess", caption, COLUMNS, lines, evidence), scores, sources, labels, output)


SIDES = {"Shared": True, "Apart": False}
"""The sides of the table of RAVDESS, by whether groups stand in training and test."""

COLUMNS = [
    Column("Model and protocols", wraps=0.26), Column("Metric", text=True),
    Column("Shared: published", text=True), Column("Shared: ours", wraps=0.21),
    Column("Apart: published", text=True), Column("Apart: ours", wraps=0.21),
]  # fmt: skip

Sides = dict[str, tuple[Mapping[str, Any] | None, Ours | None]]


def _published_sides(printed: Printed, ours: Sequence[Ours]) -> list[tuple[str, Sides]]:
    """Return each published model with what was published and ours of both sides."""
    known = {entry["name"]: entry for entry in ours}
    found: dict[str, Sides] = {}
    for said in printed.values():
        side = next(side for side, leaks in SIDES.items() if leaks == said["leaks"])
        sides = found.setdefault(said["model"], dict.fromkeys(SIDES, (None, None)))
        sides[side] = (said, known[said["ours"]])
    for sides in found.values():
        replayed = [entry for _, entry in sides.values() if entry is not None]
        for side, (said, entry) in sides.items():
            if entry is None:  # the study has this model on the other side only, and we may have both
                sides[side] = (said, _other_side(replayed[0], SIDES[side], ours))
    return list(found.items())


def _other_side(entry: Ours, leaks: bool, ours: Sequence[Ours]) -> Ours | None:
    same = (e for e in ours if e["replayed"] and e["model"] == entry["model"] and e["leaks"] == leaks)
    return next(same, None) if entry["model"] else None


def _further_sides(printed: Printed, ours: Sequence[Ours]) -> list[tuple[str, Sides]]:
    """Return our other models, the protocols with and without shared groups paired in their order."""
    replays = [entry for entry in ours if entry["name"] in {said["ours"] for said in printed.values()}]
    taken = {entry["name"] for entry in replays}
    taken |= {
        other["name"]
        for entry in replays
        for leaks in SIDES.values()
        if (other := _other_side(entry, leaks, ours)) is not None
    }
    by_model: dict[str, dict[bool, list[Ours]]] = {}
    for entry in ours:
        if entry["name"] not in taken:
            sides = by_model.setdefault(entry["model"], {leaks: [] for leaks in SIDES.values()})
            sides[entry["leaks"]].append(entry)
    found = []
    for model, sides in by_model.items():
        for pair in itertools.zip_longest(*sides.values()):
            protocols = [entry["protocol"] for entry in pair if entry is not None and not entry["replayed"]]
            name = f"{model} ({'; '.join(protocols)})" if protocols else model
            found.append((name, dict(zip(SIDES, ((None, entry) for entry in pair), strict=True))))
    return found
