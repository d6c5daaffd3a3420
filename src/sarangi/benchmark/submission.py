"""A submission to a benchmark: a folder of predictions with a description, checked."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow.parquet as pq

from sarangi.base.documents import DocumentError
from sarangi.base.errors import SarangiError
from sarangi.base.hints import nearest
from sarangi.base.installation import home
from sarangi.base.yaml_documents import yaml_in
from sarangi.benchmark.labelled import labelled, labels_in
from sarangi.benchmark.opened import OpenedBench, OpenedTask, task_of
from sarangi.scoring.outside import Checked, checked, read
from sarangi.sources.parquet_rows import UNREADABLE
from sarangi.study.problems import against, refuse

DESCRIPTION = "description.yaml"
SCHEMA = "workflow/schemas/submission.schema.yaml"
SUFFIXES = (".csv", ".tsv", ".parquet")


class Submission(NamedTuple):
    """A submission that is complete.

    Parameters
    ----------
    description
        Of the schema of submissions.
    answers
        By task, its predictions.
    labels
        By task that hides its labels, these.
    """

    description: Mapping[str, Any]
    answers: Mapping[str, tuple[OpenedTask, Checked]]
    labels: Mapping[str, pd.DataFrame]


def submission(folder: Path, bench: OpenedBench, hidden: Path | None, made: Path) -> Submission:
    """Return the submission of a folder.

    Parameters
    ----------
    folder
        With ``description.yaml`` and a table ``<task>.csv``, ``.tsv`` or ``.parquet`` for each task that is
        entered.
    bench
        What is entered.
    hidden
        The labels of tasks that hide them, which their maintainer has.
    made
        An empty folder, for what they are put back into.

    Raises
    ------
    SarangiError
        If the description has problems, a file is of no task, or the predictions of a task have problems or
        are not whole: says what.
    """
    description = described(folder / DESCRIPTION)
    tables = [path for path in sorted(folder.iterdir()) if path.name != DESCRIPTION]
    if not tables:
        raise SarangiError(
            f"{folder}: no predictions; expected <task>.csv, .tsv or .parquet of a task of the benchmark: "
            f"{', '.join(bench.available)}"
        )
    answers, labels = {}, {}
    for path in tables:
        if path.suffix not in SUFFIXES or path.stem not in bench.available:
            raise SarangiError(
                f"{path}: expected <task>{' or '.join(SUFFIXES)} of a task that is available; "
                f"{nearest(path.stem, bench.available)}"
            )
        if path.stem in answers:
            raise SarangiError(f"{path}: a second table of the task {path.stem}; leave one of them")
        task = task_of(bench, path.stem)
        if task.hidden:
            if hidden is None:
                raise SarangiError(
                    f"{path}: the labels of {task.name} are with its maintainer (DATASHEET.md): send the "
                    "folder there; whoever has them enters it with --hidden"
                )
            labels[task.name] = labels_in(hidden, bench, task)
            task = labelled(task, labels[task.name], made / task.name)
        answers[task.name] = task, _whole(path, task, description["seeds"])
    return Submission(description, answers, labels)


def described(file: Path) -> Mapping[str, Any]:
    """Return the description of a submission, which the schema allows.

    Raises
    ------
    SarangiError
        If it cannot be read, or has problems: lists each with its place.
    """
    try:
        found = yaml_in(file)
    except (OSError, DocumentError) as error:
        raise SarangiError(
            f"{file}: not a description that can be read ({error}); docs/benchmark.md shows one"
        ) from error
    refuse(against(found, home() / SCHEMA), [file], "the description")
    description: Mapping[str, Any] = found
    return description


def _whole(path: Path, task: OpenedTask, seeds: list[int]) -> Checked:
    """Return the predictions of a task, of which nothing is missing."""
    asked, runs = task.asked, max(1, len(seeds))
    count = _rows_in(path)
    if count > asked * runs:
        raise SarangiError(
            f"{path}: {count:,} rows; expected at most {asked * runs:,}: {asked:,} for each of the "
            f"{runs} seed{'s' if runs > 1 else ''} that {DESCRIPTION} states"
        )
    answers = checked(read(path), task.split)
    if answers.missing:
        raise SarangiError(
            f"{path}: not whole, and nothing is entered.", *(f"  {m}" for m in answers.missing)
        )
    found = sorted(int(seed) for seed in answers.table["seed"].dropna().unique())
    if found != sorted(seeds):
        raise SarangiError(
            f"{path}: the column seed has {found or 'nothing'}, and {DESCRIPTION} states {sorted(seeds)}; "
            "correct one of them"
        )
    return answers


def _rows_in(path: Path) -> int:
    """Return how many rows a table has, without reading them."""
    try:
        with path.open("rb") as file:
            if file.read(4) == b"PAR1":
                rows: int = pq.read_metadata(path).num_rows
                return rows
            file.seek(0)
            lines = sum(block.count(b"\n") for block in iter(lambda: file.read(2**20), b""))
            return max(0, lines - 1)
    except UNREADABLE as error:
        raise SarangiError(f"{path}: not a table that can be read ({error})") from error


def size_text(parameters: int) -> str:
    """Return a number of parameters as people read it.

    Examples
    --------
    >>> size_text(94_400_000), size_text(512), size_text(0)
    ('94.4 M', '512', '0')
    """
    if parameters < 1000:
        return str(parameters)
    power = min(int(math.log10(parameters) // 3), 3)
    return f"{parameters / 1000**power:.3g} {' kMG'[power]}"
