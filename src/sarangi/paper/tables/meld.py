"""The table of MELD: what the published study printed, and ours."""

from collections.abc import Sequence
from pathlib import Path

from sarangi.base.emotions import ordered
from sarangi.base.labels import Labels
from sarangi.base.limit_sources import LimitSources
from sarangi.base.typed_texts import NONE
from sarangi.paper.tables.columns import MARKS, MODEL, Column
from sarangi.paper.tables.published import OURS, Ours, Printed, Scores, printed_number, stands, write_compared
from sarangi.paper.tables.table import Table
from sarangi.paper.texts import interval_text, number_text


def meld_table(
    printed: Printed, ours: Sequence[Ours], sources: LimitSources, labels: Labels, output: dict[str, Path]
) -> None:
    """Write WF1 and the F1 of each emotion on MELD, published and ours.

    Parameters
    ----------
    printed
        Published experiments on MELD.
    ours
        Experiments of ours on it, those that replay a published one among them.
    sources, labels, output
        As in :func:`sarangi.paper.tables.ravdess.ravdess_table`.
    """
    scores, lines, evidence = Scores(), [], []
    known = {entry["name"]: entry for entry in ours}
    rows = [(said["model"], said, known[said["ours"]]) for said in printed.values()]
    replays = {said["ours"] for said in printed.values()}
    rows += [(entry["model"], None, entry) for entry in ours if entry["name"] not in replays]
    for name, said, experiment in rows:
        cells: dict[str, tuple[dict, dict]] = {
            whose: ({"Model": name, "Whose": whose}, {}) for whose in ("published", "ours", "interval")
        }
        for column, metric in MELD_COLUMNS.items():
            line, behind = cells["published"]
            line[column], behind[column] = printed_number(said, metric)
            row = scores.row(experiment, metric)
            line, behind = cells["ours"]
            line[column] = "not available" if row is None else number_text(row["value"])
            behind[column] = [] if row is None else stands(row, "value")
            line, behind = cells["interval"]
            line[column] = NONE if row is None else interval_text(row["low"], row["high"])
            behind[column] = [] if row is None else stands(row, "low", "high")
        measured = scores.row(experiment, "wf1")
        if measured is None:
            cells["ours"][0]["Whose"] = f"ours, {scores.why_not(experiment)}"
        for whose, (line, behind) in cells.items():
            # neither a published number where there is none, nor an interval of nothing
            if (whose == "published" and said is None) or (whose == "interval" and measured is None):
                continue
            line[OURS] = measured is not None
            line["Marks"] = scores.marked(measured) if whose == "ours" and measured is not None else ""
            behind["Marks"] = stands(measured, "mark") if measured is not None else []
            lines.append(line)
            evidence.append({"": [entry for each in behind.values() for entry in each]} | behind)
    caption = (
        "MELD, publisher's parts: WF1 and the F1 of each emotion, what the published study printed and ours "
        "with its interval over groups (dialogues). Its speakers recur in the test part by the "
        "publisher's design."
    )
    write_compared(Table("meld", caption, COLUMNS, lines, evidence), scores, sources, labels, output)


OF_MELD = ordered(("angry", "disgust", "fearful", "happy", "neutral", "sad", "surprised"))

MELD_COLUMNS = {"WF1": "wf1"} | {f"F1 {emotion}": f"f1_{emotion}" for emotion in OF_MELD}
COLUMNS = [
    MODEL, Column("Whose", wraps=0.17), Column("WF1"),
    *(Column(f"F1 {emotion}", wraps=0.085) for emotion in OF_MELD), MARKS,
]  # fmt: skip
