"""The files of a task of a benchmark: who is in it, its folds, its audit and its baselines."""

import json
from collections.abc import Collection, Mapping, Set
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sarangi.base import store
from sarangi.base.benchmarked import Baseline, BenchmarkTask
from sarangi.base.errors import SarangiError
from sarangi.base.manifest_rows import MANIFEST
from sarangi.base.parts import TEST, UNUSED, why_not_made
from sarangi.base.score_rows import SCORES
from sarangi.base.segments import recording_of
from sarangi.base.voices import grouped, voices_in
from sarangi.benchmark import names
from sarangi.benchmark.emobox_files import emobox_files, label_map, lines_of
from sarangi.benchmark.hidden import hidden_in, without_labels
from sarangi.models.predictions import as_counted, predictions_schema, shared_emotions, skip_foreign
from sarangi.splits.protocols import GUESSED, PROTOCOL

LEFT_OUT = ("text", "age", "shard", "cause", "copies", "no_sound")
"""Columns of the manifest that a benchmark does not publish: words, and what says nothing of a task."""
UTTERANCES = pa.schema([field for field in MANIFEST if field.name not in LEFT_OUT])
"""The rows of ``utterances.parquet``; ``file`` is the place in the publisher's layout."""
WITHHELD = "withheld, since it may tell a hidden label"


class TaskData(NamedTuple):
    """What a task asks.

    Parameters
    ----------
    utterances : data frame of :data:`UTTERANCES`
        Of the corpus that is tested, all of them.
    folds : data frame of :data:`sarangi.splits.protocols.PROTOCOL`, or ``GUESSED``
        Of a transfer, what each fold's model is to predict of the other corpus, and no training part.
    emotions
        That are told apart, sorted.
    voices
        Pseudo-speakers by utterance_id, where the protocol holds them apart.
    hidden
        Utterances whose labels are withheld.
    """

    utterances: pd.DataFrame
    folds: pd.DataFrame
    emotions: list[str]
    voices: "pd.Series[str] | None" = None
    hidden: Set[str] = frozenset()

    @property
    def tested(self) -> pd.DataFrame:
        """The utterances that some fold tests; the group of one that has none is its pseudo-speaker."""
        asked = (self.folds["part"] == TEST) & (self.folds["status"] == store.OK)
        names = self.folds.loc[asked, "utterance_id"]
        return grouped(self.utterances[self.utterances["utterance_id"].isin(names)], self.voices)


def task_data(task: BenchmarkTask, labels: Mapping[str, str]) -> TaskData:
    """Return what a task that is available asks.

    Parameters
    ----------
    task
        With its files.
    labels
        Emotions that count as another in a transfer (``label_map`` of the configuration).

    Raises
    ------
    SarangiError
        If the protocol cannot be made, or a transfer shares fewer than two emotions; says why.
    """
    folds = store.read(task.protocol_file)
    unmade = why_not_made(folds)
    if unmade:
        raise SarangiError(f"the protocol cannot be made: {unmade}")
    utterances = published(task.tested_manifest, task.tested)
    own = store.read(task.manifest, ["utterance_id", "emotion"]).set_index("utterance_id")["emotion"]
    emotions = sorted(folds.loc[folds["part"] != UNUSED, "utterance_id"].map(own).unique())
    if task.test is None:
        hidden = hidden_in(task.name, folds) if task.hidden else frozenset()
        return TaskData(utterances, folds, emotions, voices_in(Path(task.protocol_file)), hidden)
    rows = as_counted(utterances, labels)
    shared = shared_emotions(emotions, rows, Path(task.tested_manifest), labels)
    counted = list(dict.fromkeys(shared.values()))
    asked = skip_foreign(rows, counted)[["utterance_id", "status", "reason"]].assign(leaks=False)
    asked["part"] = asked["status"].map(lambda status: TEST if status == store.OK else UNUSED)
    runs = sorted(folds.loc[folds["part"] == TEST, "fold"].unique())
    each = [asked.assign(fold=fold)[PROTOCOL.names] for fold in runs]
    folds = pd.concat(each, ignore_index=True)
    hidden = hidden_in(task.name, folds) if task.hidden else frozenset()
    return TaskData(utterances, folds, sorted(counted), hidden=hidden)


def published(manifest: str, corpus: str) -> pd.DataFrame:
    """Return the rows of a manifest as a benchmark publishes them, of :data:`UTTERANCES`."""
    rows = store.read(manifest, UTTERANCES.names)
    # where the files lie in the publisher's layout, not in this user's copy
    places = rows["utterance_id"].map(recording_of).str.removeprefix(f"{corpus}/")
    return rows.assign(file=places)


def write_task(task: BenchmarkTask, data: TaskData, folder: Path, provenance: Mapping[str, Any]) -> None:
    """Write the files of a task into a new folder, with those baselines that are available.

    Parameters
    ----------
    task
        With its files.
    data
        What it asks.
    folder
        To write into.
    provenance
        For the tables.
    """
    folder.mkdir(parents=True)
    made_from, maps = dict(provenance), label_map(data.utterances)
    data = data._replace(utterances=without_labels(data.utterances, data.hidden))
    store.write(folder / names.UTTERANCES, data.utterances, UTTERANCES, made_from)
    schema = PROTOCOL if data.voices is None else GUESSED
    store.write(folder / names.FOLDS, data.folds[schema.names], schema, made_from)
    if hashes := _hashes(data.utterances):
        (folder / names.HASHES).write_text(hashes, encoding="utf-8")
    for place, text in _lists(task, data, maps):
        (folder / place).parent.mkdir(exist_ok=True)
        (folder / place).write_text(text, encoding="utf-8")
    _write_audit(task, folder / names.AUDIT, data.hidden, made_from)
    about = {
        "name": task.name, "corpus": task.corpus, "protocol": task.protocol, "test": task.test,
        "title": task.title, "mean_of_folds": task.mean_of_folds, "leaks": task.leaks,
        "emotions": data.emotions, "folds": int(data.folds["fold"].nunique()),
        "hidden": task.hidden, "utterances": len(data.tested), "groups": int(data.tested["group"].nunique()),
    }  # fmt: skip
    (folder / names.TASK).write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for each in task.baselines:
        if not each.missing:
            _write_baseline(each, folder, data.hidden, made_from)


def _lists(task: BenchmarkTask, data: TaskData, maps: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the lists of utterances: folds, or the one test part of a transfer."""
    if task.test is None:
        return list(emobox_files(task.corpus, data.utterances, data.folds, maps))
    lines = lines_of(task.tested, data.utterances)
    asked = sorted(data.tested["utterance_id"])
    return [(f"{task.tested}_test.jsonl", "".join(f"{lines[name]}\n" for name in asked))]


def _hashes(utterances: pd.DataFrame) -> str:
    """Return the SHA-256 of each recording as sha256sum writes it, to be checked in the corpus's folder.

    Nothing of a corpus without recordings, whose hashes are those of rows of its tables.
    """
    heard = utterances[utterances["sha256"].notna() & utterances["sample_rate"].notna()]
    known = heard.drop_duplicates("file").sort_values("file")
    return "".join(f"{row.sha256}  {row.file}\n" for row in known.itertuples())


def _write_audit(
    task: BenchmarkTask, path: Path, hidden: Collection[str], provenance: Mapping[str, Any]
) -> None:
    rows = pd.concat([store.read(audit) for audit in task.audits], ignore_index=True)
    # of pairs it says how both are labelled
    names = rows["subject"].map(lambda subject: bool(set(hidden) & set(subject.split(" "))))
    rows.loc[names, "detail"] = WITHHELD
    schema = pq.read_schema(task.audits[0]).remove_metadata()
    store.write(path, rows.sort_values(["check", "subject"], ignore_index=True), schema, dict(provenance))


def _write_baseline(
    baseline: Baseline, folder: Path, hidden: Collection[str], provenance: Mapping[str, Any]
) -> None:
    (folder / names.BASELINES).mkdir(exist_ok=True)
    predictions = pd.concat([store.read(path) for path in baseline.predictions], ignore_index=True)
    predictions = without_labels(predictions, hidden)
    predictions = predictions.sort_values(["utterance_id", "fold", "seed"], ignore_index=True)
    fixed = predictions_schema([])
    stated = [pa.field(str(name), pa.float32()) for name in predictions if name not in fixed.names]
    schema = pa.schema([*fixed, *stated])
    to = folder / names.predictions_of(baseline.model)
    store.write(to, predictions[schema.names], schema, dict(provenance))
    scores = store.read(str(baseline.scores), SCORES.names)
    store.write(folder / names.scores_of(baseline.model), scores, SCORES, dict(provenance))
