"""Paired differences between systems."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from support.drawn_groups import FOUR_EMOTIONS, SETTINGS, VALUES, bootstrapped, entry, files, made, reference
from support.labels import NO_LIMITS, labels
from support.places import to

from sarangi.base import store
from sarangi.base.difference_rows import DIFFERENCES
from sarangi.base.errors import SarangiError
from sarangi.base.scored import ComparedOn
from sarangi.paper.tables.differences import differences_table
from sarangi.paper.tables.writing import FORMATS
from sarangi.scoring.answers import answers
from sarangi.scoring.differences import clipwise, compare, differences
from sarangi.scoring.marks import SplitFiles
from sarangi.statistics.significance import mcnemar


def test_differences_are_paired_and_average_seeds():
    one, other = made(seeds=(0, 1, 2), right=0.7, folds=2), made(seeds=(5, 6), right=0.4, folds=2)
    for pooled in (True, False):
        rows = pd.DataFrame(compare(one, other, FOUR_EMOTIONS, SETTINGS, pooled=pooled)).set_index("metric")
        repeat = ["seed"] if pooled else ["seed", "fold"]
        first, second = (bootstrapped(t, repeat, 4000, 3)[0] for t in (one, other))
        for metric in VALUES:
            # the standard error of the bootstrap, which leaves the trainings as they are
            drawn = np.std(first[metric] - second[metric]) * math.sqrt(10 / 9)
            assert rows.loc[metric, "se_groups"] == pytest.approx(drawn, rel=0.1), metric
            seeds = [pd.Series([reference(r)[metric] for _, r in t.groupby("seed")]) for t in (one, other)]
            if pooled:
                of_means = seeds[0].var() / 3 + seeds[1].var() / 2
                assert rows.loc[metric, "sd_seeds"] ** 2 / 2 == pytest.approx(of_means)
            assert rows.loc[metric, "se"] >= rows.loc[metric, "se_groups"]
            half = stats.t.ppf(0.975, rows.loc[metric, "df"]) * rows.loc[metric, "se"]
            bounds = rows.loc[metric, "value"] + half * np.array([-1, 1])
            assert rows.loc[metric, ["low", "high"]].tolist() == pytest.approx(bounds), metric
    assert set(rows["seeds"]) == {2}
    assert clipwise(one, one) == (0, 0)
    better, worse = clipwise(one, other)
    assert better > worse
    assert rows.loc["accuracy", "p_mcnemar"] == mcnemar(better, worse)


def test_differences_of_a_protocol_and_their_table(tmp_path):
    tables = {"a": made(right=0.8), "b": made(right=0.5), "c": made(right=0.1), "d": made(right=0.2)}
    tables["b"] = tables["b"].assign(status=["failed", *["ok"] * 119])
    files(tmp_path, tables)
    models = {name: entry(tmp_path, name, baseline=name in "cd") for name in tables}
    tested = SplitFiles(tmp_path / "m.parquet", tmp_path / "p.parquet")
    differences(models, ComparedOn("ravdess", "p", True), tested, SETTINGS, to(tmp_path / "d.parquet"))
    found = store.read(tmp_path / "d.parquet")
    assert list(found.columns) == DIFFERENCES.names
    compared = found[["first", "second"]].drop_duplicates()
    assert compared.agg("".join, axis=1).tolist() == ["ab", "ac", "ad", "bc", "bd"]
    assert found.loc[found["second"].eq("b"), ["n", "mark"]].drop_duplicates().to_numpy().tolist() == [
        [119, "predictions missing; training not resampled"]
    ]
    row = found[(found["metric"] == "uar") & (found["slice"] == "folds") & (found["second"] == "c")].iloc[0]
    table, _ = answers([tmp_path / "a.parquet"], tmp_path / "m.parquet", "a")
    assert row["value"] == pytest.approx(reference(table)["uar"] - reference(tables["c"])["uar"])
    assert row["low"] <= row["value"] <= row["high"]
    output = {suffix: tmp_path / f"t.{suffix}" for suffix in FORMATS}
    titles = labels(protocols={"p": "P"}, models={name: name.upper() for name in tables})
    differences_table([tmp_path / "d.parquet"], NO_LIMITS, titles, output)
    shown = pd.read_csv(output["csv"])
    assert shown["Model"].tolist() == list("AAABB")
    number = shown[["p", "Corrected p"]].replace({"< 0.001": "0"}).astype(float)
    assert (number["Corrected p"] >= number["p"]).all()
    assert set(shown["Family"]) == {"5 of 5"}
    assert "label{tab:differences}" in output["tex"].read_text()
    differences_table([], NO_LIMITS, titles, output)
    assert "No two models can be compared" in output["md"].read_text()


def test_systems_without_a_common_utterance_are_an_error(tmp_path):
    table = made()
    half = np.arange(120) < 60
    tables = {
        "a": table.assign(status=np.where(half, "ok", "failed")),
        "b": table.assign(status=np.where(half, "failed", "ok")),
    }
    files(tmp_path, tables)
    with pytest.raises(SarangiError, match="a and b have no test utterance in common"):
        differences(
            {name: entry(tmp_path, name) for name in tables},
            ComparedOn("ravdess", "p", False),
            SplitFiles(tmp_path / "m.parquet", tmp_path / "p.parquet"),
            SETTINGS,
            to(tmp_path / "d.parquet"),
        )
