"""Tables of what the published study printed beside ours, model by model and seed by seed.

What was *printed* is a mapping of published experiments, from
:func:`sarangi.published.printed.printed_experiments`.
*Ours* are experiments or transfers, each a mapping: ``name``, ``corpus``, ``test``, ``protocol`` and
``model`` (titles of both), ``leaks`` (of the protocol), ``replayed`` (whether the published study has this
protocol), ``scores`` (file of schema :data:`sarangi.base.score_rows.SCORES`, or None) and ``why`` (what it
waits for, where there is none).
"""

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sarangi.base import store
from sarangi.base.emotions import EMOTIONS
from sarangi.base.evidence import Evidence, reference
from sarangi.base.score_rows import headline
from sarangi.paper.tables.scores import interval_text, letters, meanings, number_text, title, write_table
from sarangi.statistics.metrics import METRICS, OF_CONFUSIONS, UAR, as_read

Printed = Mapping[str, Mapping[str, Any]]
Ours = Mapping[str, Any]

CLAIMS = "project:claims.yaml"
NOT_PUBLISHED, NOT_TRIED = "not published", "not tried"
LACKING = {
    "corpus": "no corpus", "weights": "no weights", "folds": "no folds", "transcripts": "no transcripts",
    "experiment": "not configured", "transfer": "not configured",
}  # fmt: skip
"""What an experiment waits for, in the short words of a cell, by the first word of the long ones."""
ON_RAVDESS = {metric.name: metric.label for metric in METRICS if metric.compared and metric is not UAR}
"""The study printed no UAR there."""
IN_SEEDS = {metric.name: metric.label_in_full for metric in as_read(OF_CONFUSIONS)}
NOTHING = "There is nothing to show: the configuration has no such experiment, nor have the claims."


class Scores:
    """The scores of some experiments of ours, each file read once.

    Attributes
    ----------
    marks
        Of all cells that were shown, each once.
    waits
        What those waited for that could not be shown.
    """

    def __init__(self) -> None:
        self.marks: list[str] = []
        self.waits: list[str] = []
        self._reported: dict[str, pd.DataFrame] = {}
        self._all: dict[str, pd.DataFrame] = {}

    def row(self, ours: Ours | None, metric: str, part: str | None = None) -> pd.Series | None:
        """Return the row of a metric as it is reported, or of a slice; None where there is none."""
        if ours is None or ours["scores"] is None:
            return None
        file = ours["scores"]
        if file not in self._all:
            self._all[file] = store.read(file).assign(file=str(file))
            self._reported[file] = headline([file])
        table = self._reported[file] if part is None else self._all[file]
        rows = table[table["metric"] == metric]
        rows = rows if part is None else rows[rows["slice"] == part]
        return None if rows.empty or pd.isna(rows["value"].iloc[0]) else rows.iloc[0]

    def seeds(self, ours: Ours | None) -> list[str]:
        """Return the slices of single seeds, in the order of their numbers."""
        if self.row(ours, "uar") is None:
            return []
        slices = self._all[ours["scores"]]["slice"].unique()
        return sorted(
            (name for name in slices if re.fullmatch(r"seed \d+", name)), key=lambda name: int(name[5:])
        )

    def marked(self, row: pd.Series) -> str:
        """Return the letters of a row's marks, which are noted for the notes below the table."""
        held = [mark for mark in row["mark"].split("; ") if mark]
        self.marks += held
        return letters(held)

    def why_not(self, ours: Ours | None) -> str:
        """Return why there is no number of ours, in short words; the long ones are noted."""
        if ours is None:
            return NOT_TRIED
        if ours["scores"] is not None:
            return "not available: not scored"
        self.waits += ours["why"]
        short = dict.fromkeys(LACKING.get(text.split()[0], "not made") for text in ours["why"])
        return f"not available: {', '.join(short)}"

    def notes(self) -> list[str]:
        """Return the meanings of the marks, and what is waited for."""
        waits = sorted({text for text in self.waits if LACKING.get(text.split()[0]) != "not configured"})
        notes = [*meanings(self.marks), *(f"Not available: {text}." for text in waits)]
        if len(waits) < len(set(self.waits)):
            notes.append(
                "Not configured: the experiment that replays the published one is not in config.yaml."
            )
        return notes


def stands(row: pd.Series, *columns: str) -> list[dict[str, Any]]:
    """Return where columns of a row of scores stand."""
    where = {"metric": row["metric"], "slice": row["slice"]}
    return [reference(row["file"], column, **where) for column in columns]


def ravdess_table(
    printed: Printed, ours: Sequence[Ours], synthetic: Sequence[str], output: dict[str, Path]
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
    synthetic
        Names of the corpora spoken by the demo's generator.
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
                    "published": _printed(said, metric),
                    "ours": _measured(scores, experiment, metric),
                }.items():
                    line[f"{side}: {whose}"], behind[f"{side}: {whose}"] = cell, known
            lines.append(line)
            evidence.append({"": [entry for known in behind.values() for entry in known]} | behind)
    caption = (
        "RAVDESS, what the published study printed and ours with its interval over groups (actors): on "
        "the left under a random split, which shares actors between training and test, on the right with "
        "actors held out. In brackets the protocols of ours where they are not the published ones; those "
        "numbers are of other test parts."
    )
    _write(lines, RAVDESS_COLUMNS, evidence, caption, "ravdess", scores, synthetic, output)


SIDES = {"Shared": True, "Apart": False}
"""The sides of the table of RAVDESS, by whether groups stand in training and test."""
RAVDESS_COLUMNS = [
    "Model and protocols", "Metric", "Shared: published", "Shared: ours", "Apart: published", "Apart: ours",
]  # fmt: skip

Sides = dict[str, tuple[Mapping[str, Any] | None, Ours | None]]


def _published_sides(printed: Printed, ours: Sequence[Ours]) -> list[tuple[str, Sides]]:
    """Return each published model with what was published and ours of both sides."""
    known = {entry["name"]: entry for entry in ours}
    found: dict[str, Sides] = {}
    for said in printed.values():
        side = "Shared" if said["protocol"].startswith("random") else "Apart"
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


def meld_table(
    printed: Printed, ours: Sequence[Ours], synthetic: Sequence[str], output: dict[str, Path]
) -> None:
    """Write WF1 and the F1 of each emotion on MELD, published and ours.

    Parameters
    ----------
    printed
        Published experiments on MELD.
    ours
        Experiments of ours on it, those that replay a published one among them.
    synthetic, output
        As in :func:`ravdess_table`.
    """
    scores, lines, evidence = Scores(), [], []
    known = {entry["name"]: entry for entry in ours}
    rows = [(said["model"], said, known[said["ours"]]) for said in printed.values()]
    replays = {said["ours"] for said in printed.values()}
    rows += [(entry["model"], None, entry) for entry in ours if entry["name"] not in replays]
    for name, said, experiment in rows:
        cells = {whose: ({"Model": name, "Whose": whose}, {}) for whose in ("published", "ours", "interval")}
        for column, metric in MELD_COLUMNS.items():
            line, behind = cells["published"]
            line[column], behind[column] = _printed(said, metric)
            row = scores.row(experiment, metric)
            line, behind = cells["ours"]
            line[column] = "not available" if row is None else number_text(row["value"])
            behind[column] = [] if row is None else stands(row, "value")
            line, behind = cells["interval"]
            line[column] = "--" if row is None else interval_text(row["low"], row["high"])
            behind[column] = [] if row is None else stands(row, "low", "high")
        measured = scores.row(experiment, "wf1")
        if measured is None:
            cells["ours"][0]["Whose"] = f"ours, {scores.why_not(experiment)}"
        for whose, (line, behind) in cells.items():
            # neither a published number where there is none, nor an interval of nothing
            if (whose == "published" and said is None) or (whose == "interval" and measured is None):
                continue
            line["Marks"] = scores.marked(measured) if whose == "ours" and measured is not None else ""
            behind["Marks"] = stands(measured, "mark") if measured is not None else []
            lines.append(line)
            evidence.append({"": [entry for each in behind.values() for entry in each]} | behind)
    caption = (
        "MELD, publisher's parts: WF1 and the F1 of each emotion, what the published study printed and ours "
        "with its interval over groups (dialogues). Its speakers recur in the test part by the "
        "publisher's design."
    )
    columns = ["Model", "Whose", *MELD_COLUMNS, "Marks"]
    _write(lines, columns, evidence, caption, "meld", scores, synthetic, output)


OF_MELD = [name for name in EMOTIONS if name not in ("calm", "sarcasm")]
MELD_COLUMNS = {"WF1": "wf1"} | {f"F1 {emotion}": f"f1_{emotion}" for emotion in OF_MELD}


def seeds_table(
    printed: Printed, ours: Sequence[Ours], synthetic: Sequence[str], output: dict[str, Path]
) -> None:
    """Write each score of fine-tuned models within and across languages, of all seeds and of each.

    Parameters
    ----------
    printed
        Published experiments within and across Punjabi and Urdu.
    ours
        Experiments and transfers of ours, those that replay a published one first.
    synthetic, output
        As in :func:`ravdess_table`.
    """
    scores, lines, evidence = Scores(), [], []
    known = {entry["name"]: entry for entry in ours}
    shown: list[tuple[str, Mapping[str, Any] | None, Ours]] = [
        (said["title"], said, known[said["ours"]]) for said in printed.values()
    ]
    replays = {said["ours"] for said in printed.values()}
    shown += [(_described(e, synthetic), None, e) for e in ours if e["name"] not in replays]
    for name, said, experiment in shown:
        for metric, part, words, key, place in _parts(said, scores.seeds(experiment)):
            row = scores.row(experiment, metric, part)
            cell, behind = _printed_part(said, key, place)
            line = {
                "Experiment": name,
                "Metric": IN_SEEDS[metric],
                "Of": "one seed" if part is None and row is not None and row["seeds"] == 1 else words,
                "Published": cell,
                "Their n": _their_n(said, key, place),
            }
            if row is None:
                line |= {"Ours, interval": scores.why_not(experiment), "n": "--", "Groups": "--"}
                evidence.append({"": behind, "Published": behind, "Their n": _behind_n(said, key, place)})
            else:
                line |= {
                    "Ours, interval": _with_interval(row),
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
        "A published run of one seed stands beside our mean over seeds."
    )
    extra = (
        [
            "The study prints its seeds without their numbers: they stand in its order beside ours in the "
            "order of their numbers."
        ]
        if any(_per_seed(said) for said in printed.values())
        else []
    )
    _write(lines, SEEDS_COLUMNS, evidence, caption, "seeds", scores, synthetic, output, extra)


SEEDS_COLUMNS = [
    "Experiment", "Metric", "Of", "Published", "Their n", "Ours, interval", "n", "Groups", "Marks",
]  # fmt: skip

Part = tuple[str, str | None, str, str | None, int | None]


def _parts(said: Mapping[str, Any] | None, seeds: Sequence[str]) -> Iterable[Part]:
    """Yield what to show of an experiment, each: metric, slice, its words, key of a number, place of a seed.

    All seeds first, then each; what was published of another slice (a speaker held out) last.
    """
    numbers = {} if said is None else said["numbers"]
    whole = {n["metric"]: key for key, n in numbers.items() if "slice" not in n and n["metric"] in IN_SEEDS}
    for metric in IN_SEEDS:
        if metric not in whole and (whole or metric != "uar"):
            continue
        key = whole.get(metric)
        yield metric, None, "all seeds" if said is None or said["seeds"] != 1 else "one seed", key, None
        printed = numbers[key].get("per_seed", ()) if key else ()
        if said is not None and said["seeds"] == 1:
            continue
        for place in range(max(len(printed), len(seeds))):
            part = seeds[place] if place < len(seeds) else f"seed {place + 1} of {len(printed)}"
            yield metric, part, part, key if place < len(printed) else None, place
    for key, number in numbers.items():
        if "slice" in number and number["metric"] in IN_SEEDS:
            yield number["metric"], number["slice"], key.split("_")[-1], key, None


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
        return str(number["per_seed"][place]), [_print(said, key, "per_seed")]
    columns = [column for column in ("value", "low", "high") if column in number]
    text = str(number["value"]) + (f" [{number['low']}, {number['high']}]" if "low" in number else "")
    return text, [_print(said, key, column) for column in columns]


def _print(said: Mapping[str, Any], key: str, column: str) -> dict[str, Any]:
    """Return where a published number stands, to be found by what its record says."""
    number = said["numbers"][key]
    where = {"experiment": said["experiment"], "metric": number["metric"]}
    return reference(CLAIMS, column, **where, **({"slice": number["slice"]} if "slice" in number else {}))


def _their_n(said: Mapping[str, Any] | None, key: str | None, place: int | None) -> str:
    """Return how many clips the study says that a number is of, counted as it counts them."""
    return str(said["numbers"][key].get("n", "--")) if said and key and place is None else "--"


def _behind_n(said: Mapping[str, Any] | None, key: str | None, place: int | None) -> list[dict]:
    return [_print(said, key, "n")] if _their_n(said, key, place) != "--" else []


def _described(ours: Ours, synthetic: Sequence[str]) -> str:
    """Return an experiment of ours in words: model, corpus or corpora, protocol."""
    where = title(ours["corpus"], synthetic)
    if ours["test"] != ours["corpus"]:
        where += f" to {title(ours['test'], synthetic)}"
    return f"{ours['model']}, {where}, {ours['protocol']}"


def _printed(said: Mapping[str, Any] | None, metric: str) -> tuple[str, list[dict]]:
    """Return the published number of a metric as it was printed, and where it stands."""
    keys = [] if said is None else [k for k, n in said["numbers"].items() if n["metric"] == metric]
    if not keys:
        return NOT_PUBLISHED, []
    return str(said["numbers"][keys[0]]["value"]), [_print(said, keys[0], "value")]


def _measured(scores: Scores, ours: Ours | None, metric: str) -> tuple[str, list[dict]]:
    """Return our number with its interval and the letters of its marks, and where it stands."""
    row = scores.row(ours, metric)
    if row is None:
        return scores.why_not(ours), []
    return f"{_with_interval(row)} {scores.marked(row)}".rstrip(), stands(row, "value", "low", "high")


def _with_interval(row: pd.Series) -> str:
    return f"{number_text(row['value'])} {interval_text(row['low'], row['high'])}"


def _write(
    lines: Sequence[Mapping[str, str]],
    columns: Sequence[str],
    evidence: Sequence[Evidence],
    caption: str,
    label: str,
    scores: Scores,
    synthetic: Sequence[str],
    output: dict[str, Path],
    extra: Sequence[str] = (),
) -> None:
    notes = [*scores.notes(), *extra] if lines else [NOTHING]
    frame = pd.DataFrame(lines, columns=list(columns))
    write_table(frame, evidence, caption, label, notes, synthetic, output)
