"""``sarangi score``: any model's predictions, scored as the study's own are."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sarangi.scoring.outside import Cell, Checked, Result

HELP = "score the predictions of any model as the study scores its own"


def arguments(parser: ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "predictions",
        type=Path,
        help="CSV, TSV or Parquet with the columns file (or utterance_id), fold and predicted; optional: "
        "seed, p_<emotion>",
    )
    parser.add_argument("study", type=Path, nargs="?", help="folder with config.yaml (this folder)")
    parser.add_argument("--protocol", help="name of the protocol in config.yaml")
    parser.add_argument("--corpus", help="name of the corpus, where the study has several under the protocol")
    parser.add_argument("--bench", type=Path, help="folder of a benchmark, instead of a study: bench/<name>")
    parser.add_argument("--task", help="name of a task of the benchmark")
    parser.add_argument(
        "--hidden",
        type=Path,
        help="the maintainer's file, if the task hides its labels: <name>.hidden.parquet",
    )
    parser.add_argument("--name", help="name of the model (the name of the file)")
    parser.add_argument("--out", type=Path, help="also write the table to this file: .csv, .parquet or .html")


def run(chosen: Namespace) -> int:
    """Print the table, and write it if asked."""
    from sarangi.base.errors import SarangiError
    from sarangi.base.spreadsheets import as_csv
    from sarangi.paper.tables.html_page import html_page
    from sarangi.paper.tables.outside import outside_table, rows_of
    from sarangi.scoring.outside import read

    suffix = chosen.out.suffix if chosen.out else ""
    if suffix not in ("", ".csv", ".parquet", ".html"):
        raise SarangiError(f"{chosen.out}: expected a file .csv, .parquet or .html")
    if (chosen.bench is None) == (chosen.protocol is None) or (chosen.bench is None) != (chosen.task is None):
        raise SarangiError("name a study's split by --protocol, or a benchmark's by --bench and --task")
    if chosen.hidden and chosen.bench is None:
        raise SarangiError("--hidden needs --bench and --task")
    rows = read(chosen.predictions)
    name = chosen.name or chosen.predictions.stem
    scored = _of_study(chosen, rows, name) if chosen.bench is None else _of_benchmark(chosen, rows, name)
    if scored is None:
        print("They can be read. The task's maintainer has the labels (DATASHEET.md), who scores them.")
        return 0
    whole = rows_of(*scored.result)
    table = outside_table(whole, scored.caption, scored.reported, scored.titles, scored.preferred)
    notes = [*table.notes, *scored.notes]
    print(f"{scored.caption}\n\n{table.frame.to_string(index=False)}\n")
    for note in notes:
        print(note)
    if not scored.titles:
        print("There are no other predictions on this corpus and protocol to compare with.")
    if suffix == ".csv":
        chosen.out.write_text(as_csv(whole), encoding="utf-8")
    elif suffix == ".parquet":
        whole.to_parquet(chosen.out, index=False)
    elif suffix == ".html":
        chosen.out.write_text(html_page(table, notes), encoding="utf-8")
    if chosen.out:
        print(f"wrote {chosen.out}")
    return 0


class _Outcome(NamedTuple):
    """The scores of predictions, and how they are shown."""

    result: "Result"
    caption: str
    reported: str
    titles: Mapping[str, str]
    preferred: Sequence[str]
    notes: Sequence[str]


def _of_study(chosen: Namespace, rows: Sequence["Cell"], name: str) -> _Outcome:
    from sarangi.scoring.outside import checked, score
    from sarangi.study.opened import opened
    from sarangi.study.outside import own_models, split_of
    from sarangi.study.scored import bootstrap

    with opened(chosen.directory) as study:
        split = split_of(study, chosen.protocol, chosen.corpus)
        own = own_models(study, split)
        _refuse_name(name, own, "model of the study")
        answers = checked(rows, split)
        _say_missing(chosen, answers)
        result = score(answers, name, split, own, bootstrap(study))
        protocol = study.config["protocols"][split.protocol]["title"]
        titles = {model: study.config["models"][model]["title"] for model in own}
        caption = f"{name} on {split.corpus}, {protocol}"
        return _Outcome(result, caption, split.reported, titles, study.config.get("emotions", ()), ())


def _of_benchmark(chosen: Namespace, rows: Sequence["Cell"], name: str) -> _Outcome | None:
    """Return the scores on a task; None where its labels are hidden and not available."""
    from tempfile import TemporaryDirectory

    from sarangi.benchmark.labelled import labelled, labels_in
    from sarangi.benchmark.opened import opened, task_of
    from sarangi.paper.synthetic import SYNTHETIC
    from sarangi.scoring.outside import checked, score

    bench = opened(chosen.bench)
    task = task_of(bench, chosen.task)
    _refuse_name(name, task.baselines, "baseline of the benchmark")
    by = "scored by its maintainer" if task.hidden else "self-reported"
    with TemporaryDirectory() as folder:
        if task.hidden and chosen.hidden:
            task = labelled(task, labels_in(chosen.hidden, bench, task), Path(folder))
        answers = checked(rows, task.split)
        _say_missing(chosen, answers)
        if task.hidden:
            return None
        result = score(answers, name, task.split, task.baselines, bench.bootstrap)
    caption = f"{name} on {task.name} of {bench.about['title']} {bench.about['version']}, {by}"
    notes = [SYNTHETIC] if bench.about["synthetic"] else []
    return _Outcome(result, caption, task.split.reported, task.titles, (), notes)


def _refuse_name(name: str, own: Collection[str], what: str) -> None:
    from sarangi.base.errors import SarangiError

    if name in own:
        raise SarangiError(f"{name} is a {what}; give yours another name with --name")


def _say_missing(chosen: Namespace, answers: "Checked") -> None:
    for text in answers.missing:
        print(f"{chosen.predictions.name}: {text}", file=sys.stderr)
