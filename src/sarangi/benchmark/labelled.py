"""Tasks whose labels the maintainer keeps: how these are put back to score predictions."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.parts import TEST
from sarangi.benchmark.hidden import HIDDEN, LABELS
from sarangi.benchmark.opened import OpenedBench, OpenedTask


def labels_in(file: Path, bench: OpenedBench, task: OpenedTask) -> pd.DataFrame:
    """Return emotion and label of the hidden utterances of a task, by utterance_id.

    Raises
    ------
    SarangiError
        If the file is of another benchmark or version, or lacks a label of the task.
    """
    table = store.read(file, HIDDEN.names)
    here = (bench.about["name"], bench.about["version"])
    others = sorted(set(zip(table["bench"], table["version"], strict=True)) - {here})
    if others:
        raise SarangiError(
            f"{file}: labels of {others[0][0]} {others[0][1]}, and {bench.folder} is {here[0]} {here[1]}; "
            "name the file that was made with it, results/bench/<name>.hidden.parquet"
        )
    known = table[table["task"] == task.name].set_index("utterance_id")[LABELS]
    parts = store.read(task.split.protocol_file, ["utterance_id", "part"])
    asked = set(parts.loc[parts["part"] == TEST, "utterance_id"])
    if missing := sorted(asked - set(known.index)):
        raise SarangiError(f"{file}: no label of {missing[0]} and {len(missing) - 1} more of {task.name}")
    return known


def labelled(task: OpenedTask, labels: pd.DataFrame, folder: Path) -> OpenedTask:
    """Return a task with the hidden labels put back, in files of a folder that nobody else reads.

    Parameters
    ----------
    task
        Whose labels are hidden.
    labels
        From :func:`labels_in`.
    folder
        To write into.
    """
    counted = labels if task.split.test is None else labels.replace({"emotion": dict(task.split.label_map)})
    baselines = {
        name: each._replace(
            predictions=[str(labelled_file(Path(path), counted, folder / name)) for path in each.predictions]
        )
        for name, each in task.baselines.items()
    }
    manifest = labelled_file(Path(task.split.manifest), labels, folder / "manifest")
    return task._replace(split=task.split._replace(manifest=manifest), baselines=baselines, hidden=False)


def labelled_file(path: Path, labels: pd.DataFrame, folder: Path) -> Path:
    """Write a table of utterances with hidden labels put back into a folder, and return where."""
    folder.mkdir(parents=True, exist_ok=True)
    table = store.read(path)
    for name in LABELS:
        if name in table:
            table[name] = table[name].fillna(table["utterance_id"].map(labels[name]))
    store.write(folder / path.name, table, pq.read_schema(path).remove_metadata(), {})
    return folder / path.name
