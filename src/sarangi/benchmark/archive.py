"""A benchmark in one zip: what is published, the same bytes wherever it is made."""

import hashlib
import json
import logging
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from sarangi.base.benchmarked import Benchmarked, BenchmarkTask
from sarangi.base.errors import SarangiError
from sarangi.base.store import Output
from sarangi.benchmark.data_sheet import data_sheet
from sarangi.benchmark.hidden import HIDDEN, refuse_shown
from sarangi.benchmark.names import ABOUT, SHEET, SUMS, TASKS
from sarangi.benchmark.task_files import TaskData, task_data, write_task

log = logging.getLogger("sarangi")


def bench_archive(benchmark: Benchmarked, output: Output, hidden: Output) -> None:
    """Write a benchmark into a zip: each task that is available, the data sheet, and the sums of all files.

    A task that is not available, cannot be split, or shares fewer than two emotions with what it is tested on
    has no folder; ``bench.json`` and the data sheet say why.

    Parameters
    ----------
    benchmark
        With the files that it is made from.
    output
        Zip file to write.
    hidden
        Parquet file to write, of :data:`sarangi.benchmark.hidden.HIDDEN`: the labels that are not in the zip.

    Raises
    ------
    SarangiError
        If no task is available: says of each why; if a task publishes labels that another one hides.
    """
    tasks = {task.name: _data(task, benchmark.label_map) for task in benchmark.tasks}
    if all(isinstance(data, str) for data in tasks.values()):
        raise SarangiError(
            f"{benchmark.name}: no task is available:", *(f"  {name}: {why}" for name, why in tasks.items())
        )
    _write_hidden(benchmark, tasks, hidden)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for task in benchmark.tasks:
            data = tasks[task.name]
            if not isinstance(data, str):
                write_task(task, data, folder / TASKS / task.name, output.provenance)
        about = json.dumps(_about(benchmark, tasks), indent=1, ensure_ascii=False)
        (folder / ABOUT).write_text(about + "\n", encoding="utf-8")
        (folder / SHEET).write_text(data_sheet(benchmark, tasks), encoding="utf-8")
        files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        sums = "".join(f"{_digest(folder / name)}  {name}\n" for name in files)
        (folder / SUMS).write_text(sums, encoding="utf-8")
        with zipfile.ZipFile(output.path, "w") as archive:
            for name in [*files, SUMS]:
                entry = zipfile.ZipInfo(name)  # dated 1980
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, (folder / name).read_bytes())


def _data(task: BenchmarkTask, labels: Mapping[str, str]) -> TaskData | str:
    """Return what a task asks, or why there is no such task here."""
    if task.missing:
        return task.missing
    try:
        return task_data(task, labels)
    except SarangiError as error:
        log.warning("%s: %s", task.name, error)
        return str(error)


def _write_hidden(benchmark: Benchmarked, tasks: Mapping[str, TaskData | str], output: Output) -> None:
    """Write the labels that tasks hide, if no other task publishes them."""
    there = {name: data for name, data in tasks.items() if not isinstance(data, str)}
    refuse_shown(
        {name: data.hidden for name, data in there.items() if data.hidden},
        {name: set(data.utterances["utterance_id"]) - data.hidden for name, data in there.items()},
    )
    tables = [
        data.utterances[data.utterances["utterance_id"].isin(data.hidden)].assign(
            bench=benchmark.name, version=benchmark.version, task=name
        )
        for name, data in there.items()
    ]
    table = pd.concat(tables)[HIDDEN.names].sort_values(["task", "utterance_id"], ignore_index=True)
    output.write(table, HIDDEN)


def _about(benchmark: Benchmarked, tasks: Mapping[str, TaskData | str]) -> dict[str, Any]:
    return {
        "name": benchmark.name,
        "title": benchmark.title,
        "version": benchmark.version,
        "licence": benchmark.licence,
        "synthetic": benchmark.synthetic,
        "metric": "uar",
        "entries": benchmark.entries,
        "bootstrap": benchmark.bootstrap._asdict(),
        "label_map": dict(benchmark.label_map),
        "tasks": [
            {
                "name": task.name, "corpus": task.corpus, "protocol": task.protocol, "test": task.test,
                "title": task.title, "mean_of_folds": task.mean_of_folds, "leaks": task.leaks,
                "hidden": task.hidden,
                "missing": data if isinstance(data := tasks[task.name], str) else None,
                "baselines": [
                    {"model": each.model, "title": each.title, "baseline": each.baseline,
                     "untrained": each.untrained, "missing": each.missing or None}
                    for each in task.baselines
                ],
            }
            for task in benchmark.tasks
        ],
    }  # fmt: skip


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
