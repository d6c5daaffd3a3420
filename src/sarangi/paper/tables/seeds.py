"""The table of seeds: fine-tuned models within and across languages, seed by seed."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sarangi.base.labels import Labels
from sarangi.base.limit_sources import LimitSources
from sarangi.base.typed_texts import NONE
from sarangi.paper.tables.columns import MARKS, Column, numeric
from sarangi.paper.tables.published import (
    NOT_PUBLISHED,
    Ours,
    Printed,
    Scores,
    printed_where,
    stands,
    with_interval,
    write_compared,
)
from sarangi.paper.tables.table import Table
from sarangi.statistics.metrics import OF_CONFUSIONS, as_read

IN_SEEDS = {metric.name: metric.label_in_full for metric in as_read(OF_CONFUSIONS)}


def seeds_table(
    printed: Printed, ours: Sequence[Ours], sources: LimitSources, labels: Labels, output: dict[str, Path]
) -> None:
    """Write each score of fine-tuned models within and across languages, of all seeds and of each.

    Parameters
    ----------
    printed
        Published experiments within and across Punjabi and Urdu.
    ours
        Experiments and transfers of ours, those that replay a published one first.
    sources, labels, output
        As in :func:`sarangi.paper.tables.ravdess.ravdess_table`.
    """
    scores, lines, evidence = Scores(), [], []
    known = {entry["name"]: entry for entry in ours}
    shown: list[tuple[str, Mapping[str, Any] | None, Ours]] = [
        (said["title"], said, known[said["ours"]]) for said in printed.values()
    ]
    replays = {said["ours"] for said in printed.values()}
    shown += [(_described(e, labels), None, e) for e in ours if e["name"] not in replays]
    for name, said, experiment in shown:
        for metric, part, words, key, place in _parts(said, scores.seeds(experiment, _whole(said))):
            row = scores.row(experiment, metric, part)
            cell, behind = _printed_part(said, key, place)
            line = {
                "Experiment": name,
                "Metric": IN_SEEDS[metric],
                "Of": "one seed" if part == _whole(said) and row is not None and row["seeds"] == 1 else words,
                "Published": cell,
                "Their n": _their_n(said, key, place),
            }
            if row is None:
                line |= {"Ours, interval": scores.why_not(experiment), "n": NONE, "Groups": NONE}
                evidence.append({"": behind, "Published": behind, "Their n": _behind_n(said, key, place)})
            else:
                line |= {
                    "Ours, interval": with_interval(row),
                    "n": str(row["n"]),
                    "Groups": str(row["groups"]),
                }
                evidence.append(
                    {
                        "": [*behind, *stands(row, "value")],
                        "Published": behind,
                        "Their n": _behind_n(said, key, place),
                        "Ours, interval": stands(row, "value", "low", "high"),
                        "n": stands(row, "n"),
                        "Groups": stands(row, "groups"),
                        "Marks": stands(row, "mark"),
                    }
                )
            lines.append(line | {"Marks": "" if row is None else scores.marked(row)})
    caption = (
        "Seeds, within and across languages: what the published study printed, its intervals in brackets, "
        "and ours with its interval over groups, of all seeds and of each. Their n counts a clip once a "
        "seed where the study pools seeds; ours counts it once and averages over seeds within each draw. "
        "A published run that is one of several is beside our run of its seed, every other one beside our "
        "mean over seeds."
    )
    extra = (
        [
            "The study prints its seeds without their numbers: they are in its order, next to ours in the "
            "order of their numbers."
        ]
        if any(_per_seed(said) for said in printed.values())
        else []
    )
    write_compared(Table("seeds", caption, COLUMNS, lines, evidence, extra), scores, sources, labels, output)


COLUMNS = [
    Column("Experiment", wraps=0.3), Column("Metric", text=True), Column("Of", text=True),
    *numeric("Published", "Their n"), Column("Ours, interval", wraps=0.18), *numeric("n", "Groups"), MARKS,
]  # fmt: skip

Part = tuple[str, str | None, str, str | None, int | None]


def _parts(said: Mapping[str, Any] | None, seeds: Sequence[str]) -> Iterable[Part]:
    """Yield what to show of an experiment, each: metric, slice, its words, key of a number, place of a seed.

    All seeds first, then each; what was published of another slice (a speaker held out) last.
    """
    numbers, slice_ = ({} if said is None else said["numbers"]), _whole(said)
    whole = {n["metric"]: key for key, n in numbers.items() if "slice" not in n and n["metric"] in IN_SEEDS}
    for metric in IN_SEEDS:
        if metric not in whole and (whole or metric != "uar"):
            continue
        key = whole.get(metric)
        yield metric, slice_, "all seeds" if said is None or said["seeds"] != 1 else "one seed", key, None
        printed = numbers[key].get("per_seed", ()) if key else ()
        if said is not None and said["seeds"] == 1:
            continue
        for place in range(max(len(printed), len(seeds))):
            part = seeds[place] if place < len(seeds) else f"seed {place + 1} of {len(printed)}"
            yield metric, part, part, key if place < len(printed) else None, place
    for key, number in numbers.items():
        if "slice" in number and number["metric"] in IN_SEEDS:
            yield number["metric"], number["slice"], key.split("_")[-1], key, None


def _whole(said: Mapping[str, Any] | None) -> str | None:
    """Return the slice of ours that a published experiment is compared with; None for the reported one."""
    numbers = [] if said is None else [n for n in said["numbers"].values() if "slice" not in n]
    return next((number["ours_slice"] for number in numbers if "ours_slice" in number), None)


def _per_seed(said: Mapping[str, Any]) -> bool:
    return any("per_seed" in number for number in said["numbers"].values())


def _printed_part(
    said: Mapping[str, Any] | None, key: str | None, place: int | None
) -> tuple[str, list[dict]]:
    """Return a published number, of all seeds with its interval or of the seed at a place."""
    if said is None or key is None:
        return NOT_PUBLISHED, []
    number = said["numbers"][key]
    if place is not None:
        return str(number["per_seed"][place]), [printed_where(said, key, "per_seed")]
    columns = [column for column in ("value", "low", "high") if column in number]
    text = str(number["value"]) + (f" [{number['low']}, {number['high']}]" if "low" in number else "")
    return text, [printed_where(said, key, column) for column in columns]


def _their_n(said: Mapping[str, Any] | None, key: str | None, place: int | None) -> str:
    """Return how many clips the study says that a number is of, counted as it counts them."""
    return str(said["numbers"][key].get("n", NONE)) if said and key and place is None else NONE


def _behind_n(said: Mapping[str, Any] | None, key: str | None, place: int | None) -> list[dict]:
    return [printed_where(said, key, "n")] if _their_n(said, key, place) != NONE else []


def _described(ours: Ours, labels: Labels) -> str:
    """Return an experiment of ours in words: model, corpus or corpora, protocol."""
    where = labels.corpus(ours["corpus"])
    if ours["test"] != ours["corpus"]:
        where += f" to {labels.corpus(ours['test'])}"
    return f"{ours['model']}, {where}, {ours['protocol']}"
