"""Drawn predictions of several systems and groups, for tests of scores and intervals."""

import warnings

import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score, f1_score, recall_score

from sarangi.base import store
from sarangi.base.bootstrap import BootstrapSettings
from sarangi.base.manifest_rows import MANIFEST
from sarangi.base.scored import Compared, Scored
from sarangi.models.predictions import predictions_schema
from sarangi.scoring.answers import tally
from sarangi.scoring.scores import scores
from sarangi.splits.protocols import PROTOCOL
from sarangi.statistics import metrics
from sarangi.statistics.resampling import draw_groups, resampled
from support.places import MADE_BY_TEST, to

FOUR_EMOTIONS = ["angry", "happy", "neutral", "sad"]
SETTINGS = BootstrapSettings(draws=400, seed=3, confidence=0.95)
DESCRIBED = {
    "experiment": "e", "corpus": "ravdess", "protocol": "p", "model": "m", "test": "ravdess",
    "mean_of_folds": False, "untrained": False,
}  # fmt: skip


def described(folder, **other):
    """An experiment whose files are in a folder, as :func:`files` writes them."""
    places = {"predictions": [folder / "x.parquet"], "manifest": folder / "m.parquet"}
    return Scored(**DESCRIBED | places | {"protocol_file": folder / "p.parquet"} | other)


def made_in(folder):
    """The files that scores are written to."""
    return {"scores": to(folder / "s.parquet"), "confusions": to(folder / "c.parquet")}


VALUES = {metric.name: metric.value for metric in metrics.OF_CONFUSIONS}


def made(clips=120, groups=10, seeds=(0,), folds=1, right=0.6, seed=0, emotions=FOUR_EMOTIONS, sure=False):
    """A table as of answers(): each group's clips are predicted alike well in every seed."""
    draw = np.random.default_rng(seed)
    truth = draw.choice(emotions, clips)
    base = pd.DataFrame(
        {
            "utterance_id": [f"ravdess/{n:04}" for n in range(clips)],
            "group": [f"G{n % groups:02}" for n in range(clips)],
            "fold": np.arange(clips) % groups % folds,
            "emotion": truth,
        }
    )
    parts = []
    for number in seeds:
        # another draw than the truth's, whatever the seed
        again = np.random.default_rng([seed, number, round(100 * right)])
        predicted = np.where(again.random(clips) < right, truth, again.choice(emotions, clips))
        stated = dict.fromkeys((f"p_{e}" for e in FOUR_EMOTIONS), np.nan)
        if sure:
            p = again.dirichlet(np.ones(len(FOUR_EMOTIONS)), clips)
            stated = {f"p_{e}": p[:, k] for k, e in enumerate(FOUR_EMOTIONS)}
            predicted = np.array(FOUR_EMOTIONS)[p.argmax(1)]
        parts.append(base.assign(seed=number, predicted=predicted, **stated))
    return pd.concat(parts, ignore_index=True)


def files(folder, tables, gender=None):
    """Manifest, protocol and predictions on disk of tables of the same utterances."""
    first = next(iter(tables.values()))
    once = first.drop_duplicates("utterance_id")
    blank = pd.DataFrame(None, index=once.index, columns=MANIFEST.names)
    rows = blank.assign(
        utterance_id=once["utterance_id"], corpus="ravdess", speaker=once["group"], group=once["group"],
        emotion=once["emotion"], gender=gender, language="en", shard=0, file="x", status="ok",
    )  # fmt: skip
    store.write(folder / "m.parquet", rows.sort_values("utterance_id"), MANIFEST, MADE_BY_TEST)
    parts = [
        once.assign(fold=fold, part=np.where(once["fold"] == fold, "test", "train"), leaks=False, status="ok")
        for fold in sorted(first["fold"].unique())
    ]
    parts = pd.concat(parts).assign(reason=None)[PROTOCOL.names]
    store.write(folder / "p.parquet", parts, PROTOCOL, MADE_BY_TEST)
    schema = predictions_schema(FOUR_EMOTIONS)
    for name, table in tables.items():
        table = table.assign(status=table.get("status", "ok"), reason=None)
        store.write(folder / f"{name}.parquet", table[schema.names], schema, MADE_BY_TEST)


def scores_of(folder, table, mean_of_folds=False, **other):
    files(folder, {"x": table}, **other)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scores(described(folder, mean_of_folds=mean_of_folds), SETTINGS, made_in(folder))
    return store.read(folder / "s.parquet")


def bootstrapped(table, repeat=("seed",), draws=300, seed=4):
    """Scores of every draw of groups, and the draws."""
    confusions, _ = tally(table, list(repeat), FOUR_EMOTIONS)
    held = confusions.sum((1, 3)) > 0
    drawn = draw_groups(confusions.shape[1], draws, seed)
    return resampled(confusions, drawn, lambda c: metrics.mean_metrics(c, held)), drawn


def reference(clips):
    """The metrics of clips as scikit-learn has them."""
    true, predicted = clips["emotion"], clips["predicted"]
    macro = {"average": "macro", "labels": sorted(set(true)), "zero_division": 0}
    return {
        "uar": recall_score(true, predicted, **macro),
        "wf1": f1_score(true, predicted, average="weighted", labels=macro["labels"], zero_division=0),
        "uf1": f1_score(true, predicted, **macro),
        "accuracy": accuracy_score(true, predicted),
        "uar_absent_as_zero": recall_score(
            true, predicted, labels=FOUR_EMOTIONS, average="macro", zero_division=0
        ),
        "uar_true_or_predicted": recall_score(true, predicted, average="macro", zero_division=0),
    }


def entry(folder, name, baseline=False):
    return Compared(predictions=[folder / f"{name}.parquet"], baseline=baseline, untrained=False)
