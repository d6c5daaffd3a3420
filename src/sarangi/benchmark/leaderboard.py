"""The leaderboard of a benchmark: every entry that was submitted, ranked by what can be told apart."""

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from sarangi.base import store
from sarangi.base.degenerate import MEANING, is_degenerate
from sarangi.base.difference_rows import DIFFERENCES
from sarangi.base.errors import SarangiError
from sarangi.base.marks import marks_in
from sarangi.base.scored import Compared, ComparedOn
from sarangi.base.store import Output
from sarangi.benchmark.hidden import without_labels
from sarangi.benchmark.labelled import labelled_file
from sarangi.benchmark.markdown_table import markdown_table
from sarangi.benchmark.opened import OpenedBench, OpenedTask
from sarangi.benchmark.submission import Submission, size_text
from sarangi.models.predictions import predictions_schema
from sarangi.paper.mark_notes import letters, meanings
from sarangi.paper.synthetic import SYNTHETIC
from sarangi.paper.tables.columns import INTERVAL, MARKS, Column, numeric
from sarangi.paper.tables.html_page import html_page
from sarangi.paper.tables.reported_differences import LEVEL, with_corrected_p
from sarangi.paper.tables.table import Table
from sarangi.paper.texts import interval_text, number_text
from sarangi.scoring.differences import differences
from sarangi.scoring.marks import SplitFiles
from sarangi.scoring.outside import Checked, score

TABLE = "leaderboard.parquet"
ENTRIES = "entries"
BASELINE, SELF_REPORTED, BY_MAINTAINER = "baseline", "self-reported", "by its maintainer"

LEADERBOARD = pa.schema(
    [
        *(
            pa.field(name, pa.string(), nullable=False)
            for name in ("task", "entry", "team", "model", "reported", "version")
        ),
        # 1 and how many entries are better by the paired test, corrected for all pairs of the task
        pa.field("rank", pa.int32(), nullable=False),
        *(pa.field(name, pa.float64()) for name in ("uar", "low", "high", "chance")),
        *(pa.field(name, pa.int64(), nullable=False) for name in ("n", "groups", "seeds")),
        pa.field("mark", pa.string(), nullable=False),
        # null for a baseline, of which the benchmark does not state it
        pa.field("parameters", pa.int64()),
        pa.field("pretrained", pa.string()),
        pa.field("data", pa.string()),
        pa.field("url", pa.string()),
    ]
)
"""A row a task and entry, sorted by task, rank, UAR from above, and entry."""


def enter(bench: OpenedBench, submitted: Submission, folder: Path, made: Path) -> pd.DataFrame:
    """Add a submission to a leaderboard, and return the rows of its tasks, of :data:`LEADERBOARD`.

    Its predictions and its description are kept in ``entries/<name>/``, since later entries are compared with
    it.  Every task that it enters is ranked again, with the baselines of the benchmark.

    Parameters
    ----------
    bench
        What was entered.
    submitted
        From :func:`sarangi.benchmark.submission.submission`.
    folder
        Of the leaderboard; made if it is not there.
    made
        A folder that nobody else reads, for predictions with hidden labels put back; entries keep none.

    Raises
    ------
    SarangiError
        If the leaderboard is of another version, has an entry of that name, or the team has as many entries
        as one may.
    """
    name = submitted.description["name"]
    before = _before(bench, folder)
    _refuse(bench, submitted, before, folder)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".entry.") as beside:
        entry = Path(beside, name)
        entry.mkdir()
        for task, (_, answers) in submitted.answers.items():
            schema = predictions_schema(answers.emotions)
            table = answers.table
            if task in submitted.labels:
                table = without_labels(table, submitted.labels[task].index)
            store.write(entry / f"{task}.parquet", table, schema, {})
        description = json.dumps(submitted.description, indent=1, ensure_ascii=False, sort_keys=True)
        (entry / "description.json").write_text(description + "\n", encoding="utf-8")
        rows = [before[~before["task"].isin(submitted.answers)]]
        for task, (opened, answers) in submitted.answers.items():
            there = before[(before["task"] == task) & (before["reported"] != BASELINE)]
            rows.append(_ranked(bench, opened, there, submitted, answers, (entry, folder, made)))
        table = pd.concat(rows, ignore_index=True)
        by = ["task", "rank", "uar", "entry"]
        table = table.sort_values(by, ascending=[True, True, False, True], ignore_index=True)
        (folder / ENTRIES).mkdir(exist_ok=True)
        shutil.move(entry, folder / ENTRIES / name)
    _write(bench, table, folder)
    return table[table["task"].isin(submitted.answers)].reset_index(drop=True)


def _before(bench: OpenedBench, folder: Path) -> pd.DataFrame:
    if not (folder / TABLE).exists():
        return pd.DataFrame(
            {field.name: pd.Series(dtype=field.type.to_pandas_dtype()) for field in LEADERBOARD}
        )
    table = store.read(folder / TABLE, LEADERBOARD.names)
    other = table.loc[table["version"] != bench.about["version"], "version"]
    if len(other):
        raise SarangiError(
            f"{folder / TABLE} is of version {other.iloc[0]}, and {bench.folder} of "
            f"{bench.about['version']}: scores of two versions cannot be compared. Name another folder with "
            "--leaderboard"
        )
    return table


def _refuse(bench: OpenedBench, submitted: Submission, before: pd.DataFrame, folder: Path) -> None:
    name, team = submitted.description["name"], submitted.description["team"]
    baselines = {each for task, _ in submitted.answers.values() for each in task.baselines}
    taken = {*before["entry"], *baselines}
    if name in taken or (folder / ENTRIES / name).exists():
        raise SarangiError(f"{folder}: there is an entry {name} already; choose another name")
    most = bench.about["entries"]
    of_team = sorted(set(before.loc[before["team"] == team, "entry"]))
    if len(of_team) >= most:
        raise SarangiError(
            f"{folder}: {team} has {len(of_team)} entries ({', '.join(of_team)}), and one team may have "
            f"{most} in a version: whoever tries often finds a good score by chance"
        )


def _ranked(
    bench: OpenedBench, task: OpenedTask, there: pd.DataFrame, submitted: Submission, answers: Checked,
    folders: tuple[Path, Path, Path],
) -> pd.DataFrame:  # fmt: skip
    """Return the rows of a task with a new entry: the baselines, those that are there, and that one.

    ``folders`` are that of the entry, of the leaderboard, and one for hidden labels.
    """
    entry, folder, made = folders
    about = submitted.description
    result = score(answers, about["name"], task.split, {}, bench.bootstrap)
    new = _scored(result.scores, task) | {
        "entry": about["name"], "team": about["team"], "model": about["model"],
        "reported": BY_MAINTAINER if task.name in submitted.labels else SELF_REPORTED,
        "parameters": about["parameters"], "pretrained": "; ".join(about["pretrained"]),
        "data": about["data"], "url": about.get("url"),
    }  # fmt: skip
    baselines = [
        _scored(store.read(task.scores[name]), task)
        | {"entry": name, "team": bench.about["title"], "model": task.titles[name], "reported": BASELINE}
        for name in task.baselines
    ]
    table = pd.DataFrame([*baselines, *there.to_dict("records"), new])
    table = table.assign(task=task.name, version=bench.about["version"])
    files = {name: each.predictions for name, each in task.baselines.items()}
    files |= {name: [str(folder / ENTRIES / name / f"{task.name}.parquet")] for name in there["entry"]}
    files[about["name"]] = [str(entry / f"{task.name}.parquet")]
    if task.name in submitted.labels:
        labels = submitted.labels[task.name]
        labels = labels.replace({"emotion": dict(task.split.label_map)}) if task.split.test else labels
        for place, name in enumerate([*there["entry"], about["name"]]):
            path = labelled_file(Path(files[name][0]), labels, made / f"{task.name}.{place}")
            files[name] = [str(path)]
    better = _better(bench, task, files)
    table["rank"] = [1 + sum(worse == name for _, worse in better) for name in table["entry"]]
    return table.reindex(columns=LEADERBOARD.names)


def _scored(scores: pd.DataFrame, task: OpenedTask) -> dict[str, Any]:
    reported = scores[(scores["metric"] == "uar") & (scores["slice"] == task.split.reported)]
    row = reported.iloc[0].to_dict()
    kept = ("low", "high", "chance", "n", "groups", "seeds", "mark")
    return {"uar": row["value"]} | {str(name): row[name] for name in kept}


def _better(
    bench: OpenedBench, task: OpenedTask, files: Mapping[str, Sequence[str]]
) -> list[tuple[str, str]]:
    """Return the pairs of entries of which the first is better than the second, beyond chance.

    By the permutation test of UAR over groups, corrected for all pairs
    (:func:`sarangi.paper.tables.reported_differences.with_corrected_p`).
    """
    # baselines are compared with each other, too
    models = {name: Compared(paths, baseline=False, untrained=False) for name, paths in files.items()}
    split = task.split
    transfer = split.test is not None
    tested = SplitFiles(split.manifest) if transfer else SplitFiles(split.manifest, split.protocol_file)
    with tempfile.TemporaryDirectory() as made:
        output = Output(Path(made) / "differences.parquet", {})
        on = ComparedOn(split.corpus, split.protocol, split.mean_of_folds)
        differences(models, on, tested, bench.bootstrap, output, crossed=transfer)
        rows = store.read(output.path, DIFFERENCES.names)
    rows = rows[(rows["metric"] == "uar") & (rows["slice"] == split.reported)]
    rows = with_corrected_p(rows.reset_index(drop=True))
    apart: list[dict[Any, Any]] = rows[rows["corrected"] < LEVEL].to_dict("records")
    return [
        (row["first"], row["second"]) if row["value"] > 0 else (row["second"], row["first"]) for row in apart
    ]


def _write(bench: OpenedBench, table: pd.DataFrame, folder: Path) -> None:
    """Write the leaderboard as Parquet, Markdown and HTML."""
    title = f"{bench.about['title']}, version {bench.about['version']}: leaderboard"
    lines, marks = [], []
    for row in table.to_dict("records"):
        held = marks_in(row["mark"])
        marks += held
        known = not pd.isna(row["parameters"])
        lines.append(
            {
                "Task": row["task"], "Rank": row["rank"], "Entry": row["entry"], "Team": row["team"],
                "Model": row["model"], "UAR": number_text(row["uar"]),
                INTERVAL.name: interval_text(row["low"], row["high"]), "Chance": number_text(row["chance"]),
                "n": row["n"], "Groups": row["groups"], "Seeds": row["seeds"],
                "Parameters": size_text(int(row["parameters"])) if known else "",
                "Pretrained": row["pretrained"] if known else "", "Data": row["data"] if known else "",
                "Reported": row["reported"], MARKS.name: letters(list(dict.fromkeys(held))),
            }
        )  # fmt: skip
    notes = [
        "Rank: 1 and the number of entries that are better beyond chance (permutation test over groups, "
        f"p < {LEVEL} after Holm's correction for all pairs of the task). Entries that cannot be told apart "
        "share one.",
        "An entry is self-reported where the labels are public, and was scored by the maintainer where they "
        "are hidden; nobody has seen how it was trained.",
        *meanings(list(dict.fromkeys(marks))),
        *([MEANING] if any(map(is_degenerate, table["low"], table["high"])) else []),
        *([SYNTHETIC] if bench.about["synthetic"] else []),
    ]
    right = ["Rank", "UAR", "Chance", "n", "Groups", "Seeds", "Parameters"]
    text = f"# {title}\n\n{markdown_table(lines, right)}\n" + "".join(f"\n{note}\n" for note in notes)
    columns = [
        *(Column("Task", text=True), *numeric("Rank")),
        *(Column(name, text=True) for name in ("Entry", "Team", "Model")),
        *numeric("UAR"), INTERVAL, *numeric("Chance", "n", "Groups", "Seeds", "Parameters"),
        *(Column(name, text=True) for name in ("Pretrained", "Data", "Reported")), MARKS,
    ]  # fmt: skip
    page = html_page(Table("leaderboard", title, columns, lines, [{} for _ in lines], notes), notes)
    for name, content in (("leaderboard.md", text), ("leaderboard.html", page)):
        _replaced(folder / name).write_text(content, encoding="utf-8")
        _replaced(folder / name).replace(folder / name)
    store.write(_replaced(folder / TABLE), table, LEADERBOARD, {})
    _replaced(folder / TABLE).replace(folder / TABLE)


def _replaced(path: Path) -> Path:
    """Return where to write a file that takes the place of another when it is whole."""
    return path.with_name(f".{path.name}.unfinished")
