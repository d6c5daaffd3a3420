"""A small benchmark: two protocols of a corpus, a transfer, and a corpus that is not available."""

from pathlib import Path

import numpy as np
import pandas as pd

from sarangi.audit.corpus import corpus_audit
from sarangi.audit.protocol import protocol_audit
from sarangi.audit.rows import Audited
from sarangi.base import store
from sarangi.base.benchmarked import Baseline, Benchmarked, BenchmarkTask, CorpusTerms
from sarangi.base.bootstrap import BootstrapSettings
from sarangi.base.manifest_rows import MANIFEST
from sarangi.base.scored import Scored
from sarangi.benchmark.folder import bench_folder
from sarangi.models.predictions import predictions_schema
from sarangi.scoring.scores import scores
from sarangi.splits.protocols import protocol
from support.places import MADE_BY_TEST, to
from support.small_manifests import EMOTIONS, LOSO, RANDOM, made_manifest

SETTINGS = BootstrapSettings(draws=200, seed=1, confidence=0.95)
VALIDATING = {**RANDOM, "validation": 0.2}
SPLITS = {"loso": LOSO, "random3": VALIDATING}


def small_bench(folder: Path) -> Benchmarked:
    """Make the files of a benchmark in a folder, and return what it is made of."""
    folder.mkdir(parents=True, exist_ok=True)
    _corpus(folder, "made", speakers=9, failed=1)
    _corpus(folder, "other", speakers=8, failed=0)
    for name, settings in SPLITS.items():
        protocol(folder / "made.parquet", name, settings, to(folder / f"{name}.parquet"))
        audited = Audited(folder / "made.parquet")
        protocol_audit(audited, name, settings, None, to(folder / f"{name}.audit.parquet"))
    tasks = [_task(folder, *task) for task in (("loso", None), ("loso", "other"), ("random3", None))]
    absent = tasks[0]._replace(
        name="theirs_loso", corpus="theirs", missing="theirs: write to its authors", baselines=()
    )
    return Benchmarked(
        name="small", title="Small | bench", version="0.1", licence="MIT", contact="write to us", entries=2,
        changes=(), bootstrap=SETTINGS, label_map={}, tasks=(*tasks, absent),
        corpora=tuple(
            CorpusTerms(name, name, "MIT", "synthetic", "this project", "made", name == "made", missing)
            for name, missing in (("made", ""), ("other", ""), ("theirs", "write to its authors"))
        ),
    )  # fmt: skip


def unpacked(folder: Path, archive: Path) -> Path:
    """Unpack a benchmark as its rule does."""
    folder.mkdir(parents=True, exist_ok=True)
    bench_folder(archive, folder, folder / ".sums.tmp")
    (folder / ".sums.tmp").replace(folder / "SHA256SUMS")
    return folder


def _corpus(folder, name, speakers, failed):
    manifest = made_manifest(folder / f"{name}.parquet", speakers=speakers, clips=6, failed=failed)
    rows = store.read(manifest)
    rows["utterance_id"] = rows["utterance_id"].str.replace("made/", f"{name}/")
    rows["file"] = "my own folder/" + rows["utterance_id"].str.removeprefix(f"{name}/")
    rows = rows.assign(
        corpus=name, label=rows["emotion"].str[0].str.upper(), text="said", duration_s=1.25,
        sample_rate=48000, channels=1, sha256=[f"{place:064x}" for place in range(len(rows))],
    )  # fmt: skip
    store.write(manifest, rows, MANIFEST, MADE_BY_TEST)
    corpus_audit(Audited(manifest), {}, to(folder / f"{name}.corpus.parquet"))


def _task(folder, name, test):
    tested = test or "made"
    task = BenchmarkTask(
        name=f"made_{name}" + (f"_to_{test}" if test else ""), corpus="made", protocol=name, test=test,
        title=name, mean_of_folds=name == "random3", leaks=SPLITS[name]["leaks"],
        manifest=str(folder / "made.parquet"), protocol_file=str(folder / f"{name}.parquet"),
        tested_manifest=str(folder / f"{tested}.parquet"), baselines=(), missing="",
        audits=tuple(
            str(folder / f"{file}.parquet")
            for file in (*dict.fromkeys(("made.corpus", f"{tested}.corpus")), f"{name}.audit")
        ),
    )  # fmt: skip
    models = {"strong": 0.8} if test or name != "loso" else {"weak": 0.4, "strong": 0.8}
    return task._replace(baselines=tuple(_model(folder, task, *model) for model in models.items()))


def _model(folder, task, model, right):
    """A model of two seeds that is right in some of its answers."""
    tested = store.read(task.protocol_file)
    tested = tested[tested["part"] == "test"][["utterance_id", "fold"]]
    rows = store.read(task.tested_manifest, ["utterance_id", "emotion", "status", "reason"])
    if task.test:
        folds = pd.DataFrame({"fold": sorted(tested["fold"].unique())}, dtype="int32")
        tested = rows[["utterance_id"]].merge(folds, how="cross")
    tested = tested.merge(rows, on="utterance_id")
    draw = np.random.default_rng([ord(letter) for letter in task.name + model])
    runs = []
    for seed in (1, 2):
        stated = draw.dirichlet([1] * 3, len(tested)).astype("float32")
        predicted = np.where(draw.random(len(tested)) < right, tested["emotion"], "sad")
        columns = dict(zip([f"p_{e}" for e in EMOTIONS], stated.T, strict=True))
        runs.append(tested.assign(seed=seed, predicted=predicted, **columns))
    table = pd.concat(runs).astype({"seed": "Int32"}).sort_values(["utterance_id", "fold", "seed"])
    schema = predictions_schema(EMOTIONS)
    file = folder / f"{task.name}.{model}.parquet"
    store.write(file, table[schema.names], schema, MADE_BY_TEST)
    optional = (None, None) if task.test else (task.protocol_file, task.audits[-1])
    scored = Scored(
        "x", task.corpus, task.protocol, model, task.tested, task.mean_of_folds, False, [str(file)],
        task.tested_manifest, *optional,
    )  # fmt: skip
    output = {kind: to(folder / f"{task.name}.{model}.{kind}.parquet") for kind in ("scores", "confusions")}
    scores(scored, SETTINGS, output)
    return Baseline(model, f"{model} model", "x", False, False, (str(file),), str(output["scores"].path), "")
