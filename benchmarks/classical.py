"""Time of the study's classical models, beside the loop of scikit-learn pipelines that a user would write.

    python benchmarks/classical.py --threads 2

The grid: support vector machine, random forest and perceptron as the study has them, on 734 clips of 7
emotions and 6,373 features (the size of ComParE on the Urdu part of Syed et al.), 5 folds.  The features
have a structure of a few dimensions under noise, so that the machines keep about as many support vectors
as on speech.  The loop fits ``make_pipeline(StandardScaler(), classifier)`` fold by fold on one core; its
predictions must be ours.  One classifier alone is compared by processor time, which other programs on the
machine hardly change, with and without the reading of the features, which both do; the grid by the clock,
so measure that on a machine that does nothing else.
"""

import argparse
import os

# as in the workflow: before NumPy loads
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from sklearn.base import ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from threadpoolctl import threadpool_info

from sarangi.base import store
from sarangi.base.manifest_rows import MANIFEST
from sarangi.base.score_id import ScoreId
from sarangi.models.classical import classical
from sarangi.models.vectors import CorpusFiles, Vectors
from sarangi.splits.protocols import protocol

EMOTIONS = ["angry", "disgust", "fearful", "happy", "neutral", "sad", "surprised"]
FOLDS = {"kind": "stratified_kfold", "folds": 5, "seed": 42, "leaks": True}
SEED = 42

OURS = {
    "svm_rbf": {"kind": "svm_rbf", "C": 10, "gamma": "scale", "class_weight": "balanced"},
    "random_forest": {"kind": "random_forest", "trees": 500, "class_weight": "balanced", "seeds": [SEED]},
    "mlp": {"kind": "mlp", "hidden": [256, 128], "early_stopping": True, "max_iter": 400, "seeds": [SEED]},
}
THEIRS: dict[str, Callable[[], ClassifierMixin]] = {
    "svm_rbf": lambda: SVC(C=10, gamma="scale", class_weight="balanced"),
    "random_forest": lambda: RandomForestClassifier(500, class_weight="balanced", random_state=SEED),
    "mlp": lambda: MLPClassifier((256, 128), early_stopping=True, max_iter=400, random_state=SEED),
}


def seconds() -> np.ndarray:
    """Return the time of the clock and of the processor."""
    return np.array([time.perf_counter(), time.process_time()])


def made(folder: Path, clips: int, width: int) -> None:
    """Write manifest, features and protocol of a corpus."""
    draw = np.random.default_rng(0)
    place = draw.permutation(np.arange(clips) % len(EMOTIONS))
    ids = [f"made/{number:05}" for number in range(clips)]
    # a hidden space in which the emotions overlap, heard through every feature, and noise of each
    hidden = draw.normal(size=(len(EMOTIONS), 12))[place] + draw.normal(0, 1.5, (clips, 12))
    values = hidden @ draw.normal(size=(12, width)) + draw.normal(0, 4, (clips, width))
    values = (values * 10.0 ** draw.uniform(-3, 4, width)).astype(np.float32)
    values[:, : width // 100] = 1
    rows = pd.DataFrame(dict.fromkeys(MANIFEST.names) | {"utterance_id": ids}, index=range(clips))
    rows = rows.assign(corpus="made", group=ids, emotion=np.array(EMOTIONS)[place], status="ok")
    store.write(folder / "manifest.parquet", rows.assign(shard=0, file="x"), MANIFEST, {})
    names = [f"feature_{number}" for number in range(width)]
    table = pd.DataFrame(values, columns=names).assign(utterance_id=ids, status="ok", reason=None)
    fields = [pa.field(name, pa.float32()) for name in names]
    schema = pa.schema([pa.field("utterance_id", pa.string()), *store.STATUS, *fields])
    store.write(folder / "features.parquet", table, schema, {})
    protocol(folder / "manifest.parquet", "p", FOLDS, store.Output(folder / "p.parquet", {}))


def ours(folder: Path, models: list[str], threads: int) -> tuple[np.ndarray, dict[str, pd.Series]]:
    """Return the seconds (of clock and processor) of a job from files to files, and its predictions."""
    output = {model: folder / f"{model}.parquet" for model in models}
    start = seconds()
    classical(
        CorpusFiles(folder / "manifest.parquet", [folder / "features.parquet"]),
        {"p": folder / "p.parquet"},
        {model: {"protocol": "p", "settings": OURS[model]} for model in models},
        {ScoreId(model): store.Output(path, {}) for model, path in output.items()},
        threads=threads,
    )
    taken = seconds() - start
    tables = {model: store.read(path).set_index("utterance_id") for model, path in output.items()}
    return taken, {model: table["predicted"] for model, table in tables.items()}


def reading(folder: Path) -> np.ndarray:
    """Return the seconds (of clock and processor) that ours takes to read the features."""
    start = seconds()
    Vectors(CorpusFiles(folder / "manifest.parquet", [folder / "features.parquet"]))
    return seconds() - start


def loop(folder: Path, model: str) -> tuple[np.ndarray, np.ndarray, pd.Series, float]:
    """Return the seconds of the pipelines and of reading, predictions, and the share of support vectors."""
    start = seconds()
    features = pd.read_parquet(folder / "features.parquet").set_index("utterance_id")
    values = features.drop(columns=["status", "reason"]).astype(np.float64)
    emotion = pd.read_parquet(folder / "manifest.parquet").set_index("utterance_id")["emotion"]
    read = seconds() - start
    found, shares = [], []
    for _, fold in pd.read_parquet(folder / "p.parquet").groupby("fold"):
        parts = {part: rows["utterance_id"] for part, rows in fold.groupby("part")}
        train, test = (values.loc[parts[part]].to_numpy() for part in ("train", "test"))
        pipeline = make_pipeline(StandardScaler(), THEIRS[model]())
        pipeline.fit(train, emotion[parts["train"]].to_numpy(dtype=object))
        found.append(pd.Series(pipeline.predict(test), index=parts["test"]))
        shares.append(len(getattr(pipeline[-1], "support_", ())) / len(train))
    return seconds() - start, read, pd.concat(found).sort_index(), float(np.mean(shares))


def main() -> None:
    """Print times and ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--clips", type=int, default=734)
    parser.add_argument("--features", type=int, default=6373)
    parser.add_argument("--threads", type=int, default=2, help="of ours, for the whole grid")
    parser.add_argument("--models", nargs="+", choices=OURS, default=list(OURS), help="the grid has all")
    parser.add_argument("--times", type=int, default=2, help="ours is run so often, the best counts")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    used = sorted({info["num_threads"] for info in threadpool_info() if info["user_api"] == "blas"})
    print(f"{arguments.clips} clips, {arguments.features} features, BLAS threads {used}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made(folder, arguments.clips, arguments.features)
        emotion = store.read(folder / "manifest.parquet").set_index("utterance_id")["emotion"]
        ours_read = np.min([reading(folder) for _ in range(arguments.times + 1)], axis=0)[1]
        total, expected = 0.0, {}
        for model in arguments.models:
            (clock, taken), (_, loop_read), expected[model], share = loop(folder, model)
            total += clock
            runs = [ours(folder, [model], 1) for _ in range(arguments.times)]
            best = min(taken for (_, taken), _ in runs)
            same = (runs[0][1][model] == expected[model]).all()
            right = (expected[model] == emotion[expected[model].index]).mean()
            note = f", {share:.0%} of the clips are support vectors" if share else ""
            print(
                f"{model}: loop {taken:.2f} s of processor ({loop_read:.2f} s reading), ours {best:.2f} s "
                f"({ours_read:.2f} s reading): {taken / best:.2f} times, without reading "
                f"{(taken - loop_read) / (best - ours_read):.2f} times; "
                f"predictions {'identical' if same else 'DIFFER'}, {right:.0%} right{note}"
            )
        for threads in sorted({1, arguments.threads}):
            runs = [ours(folder, arguments.models, threads) for _ in range(arguments.times)]
            best = min(clock for (clock, _), _ in runs)
            same = all((runs[0][1][model] == expected[model]).all() for model in arguments.models)
            print(
                f"all together: loop {total:.2f} s of clock, ours on {threads} threads {best:.2f} s: "
                f"{total / best:.2f} times; predictions {'identical' if same else 'DIFFER'}"
            )


if __name__ == "__main__":
    main()
