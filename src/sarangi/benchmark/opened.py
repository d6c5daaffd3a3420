"""A benchmark's folder as its users read it: its tasks, each checked against the sums that came with it."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sarangi.base import store
from sarangi.base.bootstrap import BootstrapSettings
from sarangi.base.documents import DocumentError, json_in, lines_of, text_in
from sarangi.base.errors import SarangiError
from sarangi.base.hints import nearest
from sarangi.base.parts import TEST
from sarangi.base.scored import Compared
from sarangi.benchmark.names import (
    ABOUT,
    AUDIT,
    FOLDS,
    SUMS,
    TASK,
    TASKS,
    UTTERANCES,
    predictions_of,
    scores_of,
)
from sarangi.scoring.outside import Split


class OpenedTask(NamedTuple):
    """A task of a benchmark's folder.

    Parameters
    ----------
    name, title
        Its name, and that of its protocol.
    split
        What is to be predicted.
    baselines
        Models that it is published with, by name.
    titles, scores
        Of these, and the files of their scores.
    hidden
        Whether the labels of what is tested are not in it.
    """

    name: str
    title: str
    split: Split
    baselines: Mapping[str, Compared]
    titles: Mapping[str, str]
    scores: Mapping[str, Path]
    hidden: bool

    @property
    def asked(self) -> int:
        """How many predictions a run of each fold makes together."""
        parts = store.read(self.split.protocol_file, ["part", "status"])
        return int(((parts["part"] == TEST) & (parts["status"] == store.OK)).sum())


class OpenedBench(NamedTuple):
    """A benchmark's folder.

    Parameters
    ----------
    folder
        Where it is.
    about
        What ``bench.json`` says.
    sums
        SHA-256 by file, as ``SHA256SUMS`` states them.
    """

    folder: Path
    about: Mapping[str, Any]
    sums: Mapping[str, str]

    @property
    def bootstrap(self) -> BootstrapSettings:
        """How its scores get their intervals."""
        return BootstrapSettings(**self.about["bootstrap"])

    @property
    def available(self) -> list[str]:
        """The names of the tasks that can be entered."""
        return [task["name"] for task in self.about["tasks"] if task["missing"] is None]


def opened(folder: Path) -> OpenedBench:
    """Return a benchmark's folder.

    Raises
    ------
    SarangiError
        If it is none, or its ``bench.json`` is not the one that was published.
    """
    sums = {}
    try:
        for line in lines_of(text_in(folder / SUMS)):
            digest, name = line.split("  ", 1)
            sums[name] = digest
        _unchanged(folder, sums, [ABOUT])
        about = json_in(folder / ABOUT)
        bench = OpenedBench(folder, about, sums)
        _ = (
            bench.bootstrap,
            bench.available,
            about["label_map"],
            about["version"],
            about["title"],
            about["entries"],
        )
    except (OSError, DocumentError, ValueError, KeyError, TypeError) as error:
        raise SarangiError(
            f"{folder}: not a benchmark that can be read ({error}); expected a folder with {ABOUT} "
            f"and {SUMS}, "
            "as `snakemake bench` writes it to bench/<name>/"
        ) from error
    return bench


def task_of(bench: OpenedBench, name: str) -> OpenedTask:
    """Return a task of a benchmark, by its name.

    Raises
    ------
    SarangiError
        If there is no such task, it is not available, or a file is not the one that was published.
    """
    by_name = {task["name"]: task for task in bench.about["tasks"]}
    if name not in by_name:
        raise SarangiError(f"{bench.folder}: no task {name!r}; {nearest(name, list(by_name))}")
    task = by_name[name]
    if task["missing"] is not None:
        raise SarangiError(f"{bench.folder}: the task {name} is not available in it: {task['missing']}")
    place = Path(TASKS, name)
    _unchanged(bench.folder, bench.sums, [file for file in bench.sums if Path(file).is_relative_to(place)])
    files = (bench.folder / place / file for file in (UTTERANCES, FOLDS, AUDIT))
    manifest, protocol_file, audit = files
    there = [each for each in task["baselines"] if each["missing"] is None]
    return OpenedTask(
        name=name,
        title=task["title"],
        split=Split(
            task["corpus"], task["protocol"], task["mean_of_folds"], manifest, protocol_file, audit,
            test=task["test"], label_map=bench.about["label_map"],
            emotions=json_in(bench.folder / place / TASK)["emotions"] if task["hidden"] else (),
        ),
        baselines={
            each["model"]: Compared(
                [str(bench.folder / place / predictions_of(each["model"]))],
                baseline=each["baseline"], untrained=each["untrained"],
            )
            for each in there
        },
        titles={each["model"]: each["title"] for each in there},
        scores={each["model"]: bench.folder / place / scores_of(each["model"]) for each in there},
        hidden=task["hidden"],
    )  # fmt: skip


def _unchanged(folder: Path, sums: Mapping[str, str], names: list[str]) -> None:
    """Raise where a file is not the one that was published."""
    for name in names:
        path = folder / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sums.get(name):
            what = "is not the file that was published" if path.is_file() else "is missing"
            raise SarangiError(f"{path} {what} (see {SUMS}): take a fresh copy of the benchmark")
