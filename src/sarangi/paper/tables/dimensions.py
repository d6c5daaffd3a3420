"""The table of dimensions: how well models predict ratings on a scale."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pandas as pd

from sarangi.base.dimension_reports import FOLDS, KEYS, POOLED, RUNS, all_of, reported
from sarangi.base.dimension_rows import CCC, PEARSON, RMSE
from sarangi.base.evidence import Evidence, reference
from sarangi.base.labels import Labels
from sarangi.base.marks import marks_in
from sarangi.base.missing import Missing
from sarangi.paper.mark_notes import letters, meanings
from sarangi.paper.oracles import ORACLE, model_title
from sarangi.paper.tables.columns import CORPUS, INTERVAL, MARKS, MODEL, PROTOCOL, Column, numeric
from sarangi.paper.tables.not_here import cannot_run
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table
from sarangi.paper.texts import interval_text, number_text

OVER = {POOLED: "all clips", FOLDS: "mean of folds", RUNS: "mean of runs"}
TESTED, POOLED_CCC = Column("Tested", text=True), Column("Pooled")
CAPTION = (
    "Dimensions: how well models predict ratings on a scale, the ends of which are in brackets. CCC is the "
    "concordance correlation coefficient (Lin 1989), with its interval over groups; it is 0 for a model that "
    "always says the same, whose correlation is undefined (the mean of the training part differs a little "
    "between folds). RMSE is in units of the scale, and the mean's is that of the mean rating of the "
    "training part on the same clips. A CCC over all clips counts differences between folds and a mean of "
    "folds does not, so neither replaces the other; pooled is the CCC of all clips where a mean is reported. "
    "Baselines are last."
)


def dimensions_table(
    scores: Sequence[Path],
    waiting: Sequence[tuple[str, str, str, Sequence[Missing]]],
    baselines: Collection[str],
    oracles: Collection[str],
    labels: Labels,
    output: dict[str, Path],
) -> None:
    """Write CCC, Pearson's correlation and RMSE of each model and dimension, baselines last.

    Parameters
    ----------
    scores
        Of schema :data:`sarangi.base.dimension_rows.DIMENSION_SCORES`: of each experiment on its own corpus,
        and of transfers.
    waiting
        Corpus, protocol and model of each experiment that cannot run now, and what it needs.
    baselines
        Names of the models that do not listen.
    oracles
        Those of them that know what is tested.
    labels, output
        As in :func:`sarangi.paper.tables.scores.scores_table`.
    """
    found = reported(all_of(scores))
    lines: list[tuple[tuple, dict, Evidence]] = []
    marks: list[str] = []
    for (_, test, dimension), rows in found.groupby(KEYS):
        metrics = rows.set_index("metric")
        ccc = metrics.loc[CCC]
        held = [mark for row in metrics["mark"] for mark in marks_in(row)]
        marks += held
        corpus, protocol, model = ccc["corpus"], ccc["protocol"], ccc["model"]
        line = {
            "Corpus": labels.corpus(corpus),
            TESTED.name: labels.corpus(test),
            "Protocol": labels.protocol(protocol),
            "Model": model_title(model, oracles, labels),
            "Dimension": f"{dimension} [{ccc['scale_low']:g}, {ccc['scale_high']:g}]",
            "CCC": number_text(ccc["value"]),
            "Interval": interval_text(ccc["low"], ccc["high"]),
            "Over": OVER[ccc["slice"]],
            POOLED_CCC.name: number_text(ccc["pooled"]),
            "Pearson": number_text(metrics["value"][PEARSON]),
            "RMSE": number_text(metrics["value"][RMSE]),
            "Mean's": number_text(metrics["chance"][RMSE]),
            "n": str(ccc["n"]),
            "Groups": str(ccc["groups"]),
            "Seeds": str(ccc["seeds"]),
            "Marks": letters(list(dict.fromkeys(held))),
        }
        place = labels.order(corpus, protocol, model)
        order = (corpus, place[1], test != corpus, test, dimension, model in baselines, place[2])
        lines.append((order, line, _behind(metrics)))
    lines.sort(key=lambda entry: entry[0])
    notes = meanings(marks)
    if set(found["model"]) & set(oracles):
        notes.append(ORACLE)
    notes += cannot_run(waiting)
    blank = {
        TESTED.name: not (found["test"] != found["corpus"]).any(),
        POOLED_CCC.name: not found["pooled"].notna().any(),
    }
    columns = [column for column in COLUMNS if not blank.get(column.name)]
    rows, evidence = [line for _, line, _ in lines], [known for *_, known in lines]
    write_table(Table("dimensions", CAPTION, columns, rows, evidence, notes), labels, output)


def _behind(metrics: pd.DataFrame) -> Evidence:
    """Return where the columns of a row come from: rows of one file, indexed by metric."""

    def stand(metric: str, *columns: str, **where: str) -> list[Mapping]:
        row = metrics.loc[metric]
        where = {"dimension": row["dimension"], "metric": metric, "slice": row["slice"]} | where
        return [reference(row["file"], column, **where) for column in columns]

    found = {
        "": stand(CCC, "value"),
        "Interval": stand(CCC, "low", "high"),
        "Pearson": stand(PEARSON, "value"),
        "RMSE": stand(RMSE, "value"),
        "Mean's": stand(RMSE, "chance"),
        "Dimension": stand(CCC, "scale_low", "scale_high"),
        "n": stand(CCC, "n"),
        "Groups": stand(CCC, "groups"),
        "Seeds": stand(CCC, "seeds"),
        "Marks": stand(CCC, "mark"),
    }
    if pd.notna(metrics.loc[CCC, "pooled"]):
        found[POOLED_CCC.name] = stand(CCC, "value", slice=POOLED)
    return found


COLUMNS = [
    CORPUS, TESTED, PROTOCOL, MODEL, Column("Dimension", text=True), *numeric("CCC"), INTERVAL,
    Column("Over", text=True), POOLED_CCC, *numeric("Pearson", "RMSE", "Mean's", "n", "Groups", "Seeds"),
    MARKS,
]  # fmt: skip
