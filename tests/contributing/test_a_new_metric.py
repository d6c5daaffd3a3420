"""The metric of CONTRIBUTING.md, added as it says: a function and an entry, in one module."""

import os
import re
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import matthews_corrcoef
from support.places import MADE_BY_TEST, ROOT

from sarangi.base import store
from sarangi.base.manifest_rows import MANIFEST
from sarangi.models.predictions import predictions_schema
from sarangi.splits.protocols import PROTOCOL

EMOTIONS = ["angry", "happy", "neutral", "sad"]
SCRIPT = """
import sys
from pathlib import Path
from support.labels import NO_LIMITS, labels
from sarangi.base.bootstrap import BootstrapSettings
from sarangi.base.scored import Scored
from sarangi.base.store import Output
from sarangi.paper.numbers import forms
from sarangi.paper.tables.scores import scores_table
from sarangi.paper.tables.writing import FORMATS
from sarangi.published.faults import constant_scores
from sarangi.scoring.scores import scores

folder = Path(sys.argv[1])
predictions, manifest, protocol = (str(folder / f"{name}.parquet") for name in ("x", "m", "p"))
experiment = Scored("e", "ravdess", "p", "m", "ravdess", False, False, [predictions], manifest, protocol)
output = {name: Output(folder / f"{name}.parquet", {"rule": "test"}) for name in ("scores", "confusions")}
scores(experiment, BootstrapSettings(draws=300, seed=1, confidence=0.95), output)
titles = labels(protocols={"p": "P"}, models={"m": "M"})
files = {suffix: folder / f"t.{suffix}" for suffix in FORMATS}
scores_table([output["scores"].path], [], [], NO_LIMITS, titles, files)
assert "mcc.chance" in forms()
assert constant_scores({"angry": 3, "sad": 5}, "sad")["mcc"] == 0
"""


def with_the_metric(folder):
    """A copy of the library with the metric of the page, and where Python finds it."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = page.split("\n## A metric\n")[1].split("\n## ")[0]
    function, entry = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    copied = shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    module = copied / "sarangi/statistics/metrics.py"
    text = module.read_text(encoding="utf-8")
    assert (text.count("\nMETRICS = ("), text.count('\n)\n"""Every metric')) == (1, 1)
    text = text.replace("\nMETRICS = (", f"\n{function}\n\n{entry}\nMETRICS = (")
    text = text.replace('\n)\n"""Every metric', f'\n    {entry.split()[0]},\n)\n"""Every metric')
    module.write_text(text, encoding="utf-8")
    return os.pathsep.join([str(copied), str(ROOT / "tests")])


def predicted(folder):
    """Manifest, protocol and predictions of 120 clips of ten speakers, and the rows of the predictions."""
    draw = np.random.default_rng(1)
    truth = draw.choice(EMOTIONS, 120)
    rows = pd.DataFrame({"utterance_id": [f"ravdess/{n:03}" for n in range(120)], "emotion": truth})
    rows = rows.assign(group=[f"G{n % 10}" for n in range(120)], status="ok", reason=None, fold=0)
    blank = pd.DataFrame(None, index=rows.index, columns=MANIFEST.names)
    manifest = blank.assign(**rows[["utterance_id", "emotion", "group", "status"]], shard=0, file="x")
    store.write(folder / "m.parquet", manifest.assign(corpus="ravdess"), MANIFEST, MADE_BY_TEST)
    parts = rows.assign(part="test", leaks=False)[PROTOCOL.names]
    store.write(folder / "p.parquet", parts, PROTOCOL, MADE_BY_TEST)
    answers = np.where(draw.random(120) < 0.5, truth, draw.choice(EMOTIONS, 120))
    table = rows.assign(seed=7, predicted=answers, **dict.fromkeys((f"p_{e}" for e in EMOTIONS), np.nan))
    schema = predictions_schema(EMOTIONS)
    store.write(folder / "x.parquet", table[schema.names], schema, MADE_BY_TEST)
    return table


def test_a_metric_is_one_entry(tmp_path):
    table = predicted(tmp_path)
    environment = os.environ | {"PYTHONPATH": with_the_metric(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, tmp_path], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    scores = store.read(tmp_path / "scores.parquet")
    pooled = scores[scores["slice"] == "pooled"].set_index("metric")
    row = pooled.loc["mcc"]
    expected = matthews_corrcoef(table["emotion"], table["predicted"])
    assert row["value"] == pytest.approx(expected)
    assert row["low"] < row["value"] < row["high"]
    assert (row["chance"], row["ceiling"]) == (0, pytest.approx(1))
    # the others are as they were, and it has a row of every slice that they have
    before = ["uar", "wf1", "uf1", "accuracy", "uar_absent_as_zero", "uar_true_or_predicted"]
    assert list(pooled.index[:7]) == [*before, "mcc"]
    assert set(scores.loc[scores["metric"] == "mcc", "slice"]) == set(scores["slice"])
    shown = pd.read_csv(tmp_path / "t.csv")
    assert shown["MCC"].tolist() == pytest.approx([expected], abs=1e-3)
