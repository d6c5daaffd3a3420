"""The data sheet of a benchmark: what is known to be wrong first, then what is in it and what it can show."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sarangi.audit.advice import Finding, findings
from sarangi.base import store
from sarangi.base.auditing import FATAL, FEW_GROUPS, NOTE, SHARED_TEXTS, WARNING
from sarangi.base.benchmarked import Baseline, Benchmarked, BenchmarkTask
from sarangi.base.degenerate import DEGENERATE, MEANING
from sarangi.base.markdown import escaped
from sarangi.base.marks import marks_in
from sarangi.base.score_rows import headline
from sarangi.base.segments import recording_of
from sarangi.benchmark.emobox_files import label_map
from sarangi.benchmark.markdown_table import markdown_table
from sarangi.benchmark.task_files import TaskData
from sarangi.paper.mark_notes import letters, meanings
from sarangi.paper.synthetic import SYNTHETIC
from sarangi.paper.texts import interval_text, number_text

MOST_OF_A_CHECK = 3
"""Findings of one check that are listed; the audit of the task has all."""

TAIL = """\
## Files

- `tasks/<task>/fold_<n>/*.jsonl`, `label_map.json`: the folds in EmoBox's layout. `wav` begins with the name
  of the corpus. A transfer has one list, `<corpus>_test.jsonl`, for the models of the folds of the task that
  it is trained by.
- `tasks/<task>/folds.parquet`, `utterances.parquet`: the same as tables. They count folds from 0.
- `tasks/<task>/recordings.sha256`: `sha256sum -c` in the folder of the corpus compares a copy.
- `tasks/<task>/audit.parquet`: leakage and other threats to validity.
- `tasks/<task>/baselines/`: predictions of the baselines, and their scores.
- `bench.json`: the tasks, for programs.
- `SHA256SUMS`: `sha256sum -c SHA256SUMS` compares this folder with what was published.

## How to enter

Predict the test utterances of every fold of a task. Write a table with the columns `utterance_id` (as in
`utterances.parquet`; or `file`, which is `wav` of the lists without the name of the corpus), `fold` (from 0:
folder `fold_1` is fold 0), `predicted`, and if there are any `seed` and `p_<emotion>`. Then

    sarangi score predictions.csv --bench bench/{name} --task <task>

checks and scores it, and `sarangi submit` puts it on a leaderboard. Where the labels are public a result is
self-reported: choose nothing by a test part. Where `bench.json` says `hidden` the maintainer has them:
check your table in the same way, and send it ({contact}).

## Licence and withdrawal

Folds, labels and baselines: {licence}. Recordings: see the corpora.

Whoever speaks in a recording, or publishes a corpus, may have it withdrawn: {contact}. The recording is
then taken out of the maintainer's copy (or the corpus out of the configuration), the version is raised, its
changes say what is gone and name nobody, and `snakemake bench` writes folds, hashes and baselines without it.
The id and the hash remain in copies of older versions. These are no longer offered, and results on them
cannot be compared with later ones."""

Row = Mapping[str, Any]


def data_sheet(benchmark: Benchmarked, tasks: Mapping[str, TaskData | str]) -> str:
    """Return the data sheet of a benchmark, in Markdown.

    Parameters
    ----------
    benchmark
        With the files that the tasks are made from.
    tasks
        By name, what each asks, or why there is none.
    """
    there = [(task, data) for task in benchmark.tasks if not isinstance(data := tasks[task.name], str)]
    parts = [
        *_head(benchmark),
        "## Known faults\n\n" + _faults(benchmark, there),
        "## Tasks\n\n" + _tasks(benchmark, tasks),
        "## What may be claimed\n\n" + _claims(there),
        "## Baselines\n\n" + _baselines(benchmark, there),
        "## Corpora\n\n" + _corpora(benchmark, there),
        "## Labels\n\n" + _labels(there),
        *_tail(benchmark),
    ]
    return "\n\n".join(parts) + "\n"


def _head(benchmark: Benchmarked) -> list[str]:
    title = escaped(benchmark.title)
    return [
        f"# {title}, version {benchmark.version}: data sheet",
        *([f"**{SYNTHETIC}**"] if benchmark.synthetic else []),
        "Tasks of speech emotion recognition: folds, labels, audits and baselines. Recordings and "
        "transcripts are not included: each corpus is available from its publisher, on its own terms. The "
        "hash of every recording is included, so that a copy can be compared.",
    ]


def _faults(benchmark: Benchmarked, tasks: Sequence[tuple[BenchmarkTask, TaskData]]) -> str:
    """Return what the audits find: of each corpus, then of each protocol."""
    titles = {corpus.name: corpus.title for corpus in benchmark.corpora}
    audits: dict[str, tuple[str, list[str]]] = {}
    for task, _ in tasks:
        for corpus, audit in zip(dict.fromkeys((task.corpus, task.tested)), task.audits, strict=False):
            audits.setdefault(audit, (titles[corpus], []))
    for task, _ in tasks:
        leaking = [task.protocol] if task.leaks else []
        audits.setdefault(task.audits[-1], (f"{titles[task.corpus]}, {task.title}", leaking))
    rows = []
    for audit, (about, leaking) in audits.items():
        shown: dict[str, int] = {}
        for row in findings(store.read(audit), leaking):
            if row.verdict in (FATAL, WARNING) or (row.check == SHARED_TEXTS and row.verdict == NOTE):
                shown[row.check] = shown.get(row.check, 0) + 1
                if shown[row.check] <= MOST_OF_A_CHECK:
                    rows.append(
                        {
                            "Of": about, "Verdict": row.verdict, "Count": row.number,
                            "What": _named(row),
                            "Detail": row.detail, "What to do": row.todo,
                        }
                    )  # fmt: skip
    return (
        "What the audit finds, the worst of each first; `audit.parquet` of a task has every row. "
        f"At most {MOST_OF_A_CHECK} rows of a check are shown.\n\n{markdown_table(rows, right=['Count'])}"
    )


def _named(row: Finding) -> str:
    """Return what a finding counts, and of which emotion or pair."""
    return f"{row.words} ({row.subject})" if row.subject else row.words


def _tasks(benchmark: Benchmarked, tasks: Mapping[str, TaskData | str]) -> str:
    titles = {corpus.name: corpus.title for corpus in benchmark.corpora}
    rows = []
    for task in benchmark.tasks:
        data = tasks[task.name]
        row: dict[str, Any] = {
            "Task": task.name,
            "Trains on": titles[task.corpus],
            "Tests on": titles[task.tested] + (" (all of it)" if task.test else ""),
            "Protocol": task.title,
        }
        if isinstance(data, str):
            rows.append(row | {"State": f"not available: {data}"})
        else:
            rows.append(
                row
                | {
                    "Folds": data.folds["fold"].nunique(), "Tested": len(data.tested),
                    "Groups": data.tested["group"].nunique(), "Emotions": ", ".join(data.emotions),
                    "State": "available",
                }
            )  # fmt: skip
    return (
        "The main metric is UAR, the mean of the recalls of the emotions. A transfer tests the model of "
        "every fold on the whole of another corpus, over the emotions that both have.\n\n"
        f"{markdown_table(rows, right=['Folds', 'Tested', 'Groups'])}"
    )


def _claims(tasks: Iterable[tuple[BenchmarkTask, TaskData]]) -> str:
    rows = []
    for task, data in tasks:
        groups, unit = data.tested["group"].nunique(), _unit(data)
        smallest = min(1.0, 2.0 ** (1 - groups))
        rows.append(
            {
                "Task": task.name, "Groups": f"{groups} {unit}", "Smallest p": f"{smallest:.2g}",
                "What may be claimed": _claim(groups, unit, task.leaks and task.test is None),
            }
        )  # fmt: skip
    return (
        "Two models are compared by swapping their answers on whole groups, so with n groups p cannot be "
        "smaller than 2/2^n.\n\n" + markdown_table(rows, right=["Smallest p"])
    )


def _unit(data: TaskData) -> str:
    tested = data.tested
    if tested["group"].eq(tested["utterance_id"].map(recording_of)).all():
        return "clips"
    if data.voices is not None:
        return "groups, guessed where nobody names speakers"
    by_group = tested.groupby("group")["speaker"].nunique()
    return "speakers" if (by_group == 1).all() else "groups"


def _claim(groups: int, unit: str, leaks: bool) -> str:
    if leaks:
        return (
            "how well a model does on voices that it has heard in training, where the protocol shares them; "
            "nothing of new speakers"
        )
    if unit == "clips":
        return "nothing of new speakers: nobody knows who speaks, and intervals are too narrow"
    if groups < FEW_GROUPS:
        return f"what holds for these {groups} {unit} and no others; the intervals are descriptive"
    return f"what holds for {unit} like these {groups}, within the intervals of the baselines"


def _baselines(benchmark: Benchmarked, tasks: Iterable[tuple[BenchmarkTask, TaskData]]) -> str:
    rows: list[Row] = []
    marks: list[str] = []
    for task, _ in tasks:
        for baseline in task.baselines:
            row, held = _baseline(task, baseline)
            rows.append(row)
            marks += held
    words = meanings(list(dict.fromkeys(marks)))
    if any(DEGENERATE in row["Interval"] for row in rows):
        words.append(MEANING)
    notes = "".join(f"\n\n{escaped(note)}" for note in words)
    columns = ["UAR", "Chance", "n", "Groups", "Seeds"]
    confidence = f"{benchmark.bootstrap.confidence:.0%}"
    return (
        f"The pipeline's own scores, with {confidence} intervals over groups and trainings.\n\n"
        f"{markdown_table(rows, right=columns)}{notes}"
    )


def _baseline(task: BenchmarkTask, baseline: Baseline) -> tuple[Row, list[str]]:
    row = {"Task": task.name, "Model": baseline.title}
    if baseline.scores is None:
        return row | {"Interval": f"not available: {baseline.missing}"}, []
    scores = headline([Path(baseline.scores)])
    score: dict[Any, Any] = scores[scores["metric"] == "uar"].iloc[0].to_dict()
    held = marks_in(score["mark"])
    numbers = {name.title(): str(score[name]) for name in ("groups", "seeds")}
    return row | {
        "UAR": number_text(score["value"]), "Interval": interval_text(score["low"], score["high"]),
        "Chance": number_text(score["chance"]), "n": str(score["n"]), **numbers, "Marks": letters(held),
    }, held  # fmt: skip


def _corpora(benchmark: Benchmarked, tasks: Iterable[tuple[BenchmarkTask, TaskData]]) -> str:
    utterances = {task.tested: data.utterances for task, data in tasks}
    terms = [
        {
            "Corpus": corpus.title, "Licence": corpus.licence, "Access": corpus.access,
            "Publication": corpus.citation, "Where from": corpus.source,
            "State": f"not available: {corpus.missing}" if corpus.missing else "available",
        }
        for corpus in benchmark.corpora
    ]  # fmt: skip
    counts = []
    for corpus in benchmark.corpora:
        if corpus.name in utterances:
            rows = utterances[corpus.name]
            usable = rows[rows["status"] == store.OK]
            counts.append(
                {
                    "Corpus": corpus.title,
                    "Languages": _names(usable["language"]),
                    **{
                        status: (rows["status"] == status).sum()
                        for status in (store.OK, store.SKIPPED, store.FAILED)
                    },
                    "Speakers": usable["speaker"].nunique() or "unknown",
                    "Genders": _counts(usable.drop_duplicates("speaker")["gender"]) or "unknown",
                    "Hours": f"{usable['duration_s'].sum() / 3600:.2f}",
                    "Emotions": _counts(usable["emotion"]),
                }
            )
    numbers = markdown_table(counts, right=[store.OK, store.SKIPPED, store.FAILED, "Speakers", "Hours"])
    between = "What was found of them (speakers by gender, utterances by emotion):"
    return f"{markdown_table(terms)}\n\n{between}\n\n{numbers}"


def _labels(tasks: Iterable[tuple[BenchmarkTask, TaskData]]) -> str:
    maps = {task.tested: label_map(data.utterances) for task, data in tasks}
    rows = [
        {"Corpus": corpus, "Label": label, "Emotion": emotion}
        for corpus, labels in sorted(maps.items())
        for label, emotion in labels.items()
    ]
    return markdown_table(rows)


def _tail(benchmark: Benchmarked) -> list[str]:
    changes = "".join(f"\n- {escaped(change)}" for change in benchmark.changes) or "\n- The first version."
    filled = {
        "name": benchmark.name,
        "licence": escaped(benchmark.licence),
        "contact": escaped(benchmark.contact),
        "version": benchmark.version,
    }
    return [TAIL.format(**filled), f"## Changes in version {benchmark.version}\n{changes}"]


def _names(column: pd.Series) -> str:
    return ", ".join(sorted(column.dropna().unique())) or "unknown"


def _counts(column: pd.Series) -> str:
    counts = column.dropna().value_counts().sort_index()
    return ", ".join(f"{name} {count}" for name, count in counts.items())
