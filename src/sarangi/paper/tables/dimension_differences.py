"""The table of differences between models of dimensions."""

from collections.abc import Collection, Sequence
from pathlib import Path

import pandas as pd

from sarangi.base import store
from sarangi.base.dimension_rows import CCC
from sarangi.base.evidence import Evidence, reference
from sarangi.base.labels import Labels
from sarangi.base.marks import marks_in
from sarangi.paper.mark_notes import letters, meanings
from sarangi.paper.oracles import ORACLE, model_title
from sarangi.paper.tables.columns import CORPUS, CORRECTED, INTERVAL, MARKS, MODEL, PROTOCOL, Column, numeric
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table
from sarangi.paper.texts import interval_text, number_text, p_text

CAPTION = (
    "Differences in CCC on the same clips, with the interval over groups; p swaps the predictions of whole "
    "groups between the two models. Holm's correction (1979) of a p is over the pairs of one corpus, "
    "protocol and dimension. Differences in Pearson's correlation and RMSE are in "
    "results/dimension_differences."
)


def dimension_differences_table(
    differences: Sequence[Path], oracles: Collection[str], labels: Labels, output: dict[str, Path]
) -> None:
    """Write how models differ in CCC on the same test utterances, with interval and tests.

    Parameters
    ----------
    differences
        Of schema :data:`sarangi.base.dimension_rows.DIMENSION_DIFFERENCES`, of each corpus and protocol.
    oracles
        Names of the models that know what is tested.
    labels, output
        As in :func:`sarangi.paper.tables.scores.scores_table`.
    """
    lines: list[tuple[tuple, dict, Evidence]] = []
    marks: list[str] = []
    compared: set[str] = set()
    for path in differences:
        table = store.read(path).assign(file=str(path))
        for _, row in table[table["metric"] == CCC].iterrows():
            held = marks_in(row["mark"])
            marks += held
            compared |= {row["first"], row["second"]}
            line = {
                "Corpus": labels.corpus(row["corpus"]),
                "Protocol": labels.protocol(row["protocol"]),
                "Dimension": row["dimension"],
                "Model": model_title(row["first"], oracles, labels),
                "CCC": number_text(row["value_first"]),
                "Against": model_title(row["second"], oracles, labels),
                "Its CCC": number_text(row["value_second"]),
                "Difference": number_text(row["value"], "+.3f"),
                "Interval": interval_text(row["low"], row["high"]),
                "p": p_text(row["p"]),
                CORRECTED.name: p_text(row["p_adjusted"]),
                "n": str(row["n"]),
                "Groups": str(row["groups"]),
                "Marks": letters(held),
            }
            corpus, protocol, first = labels.order(row["corpus"], row["protocol"], row["first"])
            order = (corpus, protocol, row["dimension"], first, list(labels.models).index(row["second"]))
            lines.append((order, line, _behind(row)))
    lines.sort(key=lambda entry: entry[0])
    notes = [*meanings(marks), *([ORACLE] if compared & set(oracles) else [])]
    rows, evidence = [line for _, line, _ in lines], [known for *_, known in lines]
    write_table(Table("dimension_differences", CAPTION, COLUMNS, rows, evidence, notes), labels, output)


def _behind(row: pd.Series) -> Evidence:
    """Return where the columns of a row come from."""
    where = {name: row[name] for name in ("first", "second", "dimension", "metric")}

    def stand(*columns: str) -> list[dict]:
        return [reference(row["file"], column, **where) for column in columns]

    return {
        "": stand("value"),
        "CCC": stand("value_first"),
        "Its CCC": stand("value_second"),
        "Interval": stand("low", "high"),
        "p": stand("p"),
        CORRECTED.name: stand("p_adjusted"),
        "n": stand("n"),
        "Groups": stand("groups"),
        "Marks": stand("mark"),
    }


COLUMNS = [
    CORPUS, PROTOCOL, Column("Dimension", text=True), MODEL, *numeric("CCC"), Column("Against", text=True),
    *numeric("Its CCC", "Difference"), INTERVAL, *numeric("p"), CORRECTED, *numeric("n", "Groups"), MARKS,
]  # fmt: skip
