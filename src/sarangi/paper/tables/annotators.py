"""The table of annotators: what one of them reaches beside each model, on the same clips."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sarangi.base import store
from sarangi.base.evidence import Evidence, reference
from sarangi.base.human_rows import CROSS_ENTROPY, JS_DISTANCE, OTHERS, SHARES, SIDES
from sarangi.base.labels import Labels
from sarangi.base.marks import UNPREDICTED, marks_in
from sarangi.paper.mark_notes import letters, meanings
from sarangi.paper.tables.columns import CORPUS, INTERVAL, MARKS, MODEL, PROTOCOL, Column, numeric
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table
from sarangi.paper.texts import interval_text, number_text

UAR_OTHERS, JS_OTHERS = (OTHERS, "uar"), (OTHERS, JS_DISTANCE)
ENTROPY, JS_SHARES = (SHARES, CROSS_ENTROPY), (SHARES, JS_DISTANCE)
CAPTION = (
    "Models beside single annotators. Of each clip the votes are held, one at a time, against the emotion "
    "that most of the other annotators give: UAR of a model, of one annotator, and the first minus the "
    "second with its interval over groups, all on the same clips. Votes whose others are tied, or give no "
    "emotion of the model, are left out on both sides. JS is the Jensen-Shannon distance (base 2) to the "
    "shares of the others' votes. The cross-entropy, in nats, is of the model's probabilities to the shares "
    "of all votes, and at least their entropy. Folds are scored together."
)


def annotators_table(files: Sequence[Path], labels: Labels, output: dict[str, Path]) -> None:
    """Write what single annotators reach beside each model.

    Parameters
    ----------
    files
        Of schema :data:`sarangi.base.human_rows.HUMAN`, of the models to show.
    labels, output
        As in :func:`sarangi.paper.tables.languages.within_language_table`.
    """
    lines: list[tuple[tuple, dict, Evidence]] = []
    marks: list[str] = []
    for path in files:
        found = {(row["reference"], row["metric"]): row for row in store.read(path).to_dict("records")}
        uar = found[UAR_OTHERS]
        held = list(dict.fromkeys(mark for row in found.values() for mark in marks_in(row["mark"])))
        if UNPREDICTED in held:
            continue  # the table of scores says why
        marks += held
        order = labels.order(uar["corpus"], uar["protocol"], uar["model"])
        lines.append(((*order, uar["test"]), _line(found, labels, held), _behind(path, found)))
    lines.sort(key=lambda entry: entry[0])
    rows, evidence = [line for _, line, _ in lines], [known for *_, known in lines]
    write_table(Table("annotators", CAPTION, COLUMNS, rows, evidence, meanings(marks)), labels, output)


def _line(
    found: dict[tuple[str, str], dict[str, Any]], labels: Labels, marks: Sequence[str]
) -> dict[str, str]:
    uar, js = found[UAR_OTHERS], found.get(JS_OTHERS, {})
    entropy, shares = found.get(ENTROPY, {}), found.get(JS_SHARES, {})
    trained = "" if uar["corpus"] == uar["test"] else f", trained on {labels.corpus(uar['corpus'])}"
    return {
        "Corpus": labels.corpus(uar["test"]),
        "Protocol": labels.protocol(uar["protocol"]),
        "Model": f"{labels.models[uar['model']]}{trained}",
        "UAR": _number(uar["value"]),
        "Interval": _interval(uar, "model"),
        "Annotator": _number(uar["human"]),
        "Its interval": _interval(uar, "human"),
        "Difference": _number(uar["difference"], "+.3f"),
        "Interval of it": _interval(uar, "difference"),
        "JS": _number(js.get("value")),
        "JS of an annotator": _number(js.get("human")),
        "Cross-entropy": _number(entropy.get("value")),
        "Least": _number(entropy.get("best")),
        "JS to all votes": _number(shares.get("value")),
        "n": str(uar["n"]),
        "Votes": str(uar["votes"]),
        "Left out": str(uar["ties"] + uar["outside"]),
        "Groups": str(uar["groups"]),
        "Marks": letters(marks),
    }


def _number(value: float | None, form: str = ".3f") -> str:
    return "" if value is None or pd.isna(value) else number_text(value, form)


def _interval(row: dict[str, Any], side: str) -> str:
    low, high = (row[name] for name in SIDES[side][1:3])
    return "" if pd.isna(low) else interval_text(low, high)


def _behind(path: Path, found: dict[tuple[str, str], dict[str, Any]]) -> Evidence:
    """Return where the columns of a row come from."""

    def stand(key: tuple[str, str], *columns: str) -> list[dict]:
        if key not in found:
            return []
        return [reference(path, column, reference=key[0], metric=key[1]) for column in columns]

    return {
        "": stand(UAR_OTHERS, "value"),
        "Interval": stand(UAR_OTHERS, "low", "high"),
        "Annotator": stand(UAR_OTHERS, "human"),
        "Its interval": stand(UAR_OTHERS, "human_low", "human_high"),
        "Difference": stand(UAR_OTHERS, "difference"),
        "Interval of it": stand(UAR_OTHERS, "difference_low", "difference_high"),
        "JS": stand(JS_OTHERS, "value"),
        "JS of an annotator": stand(JS_OTHERS, "human"),
        "Cross-entropy": stand(ENTROPY, "value"),
        "Least": stand(ENTROPY, "best"),
        "JS to all votes": stand(JS_SHARES, "value"),
        "n": stand(UAR_OTHERS, "n"),
        "Votes": stand(UAR_OTHERS, "votes"),
        "Left out": stand(UAR_OTHERS, "ties", "outside"),
        "Groups": stand(UAR_OTHERS, "groups"),
        "Marks": stand(UAR_OTHERS, "mark"),
    }


COLUMNS = [
    CORPUS, PROTOCOL, MODEL, *numeric("UAR"), INTERVAL, *numeric("Annotator"), Column("Its interval"),
    *numeric("Difference"), Column("Interval of it"),
    *numeric("JS", "JS of an annotator", "Cross-entropy", "Least", "JS to all votes"),
    *numeric("n", "Votes", "Left out", "Groups"), MARKS,
]  # fmt: skip
