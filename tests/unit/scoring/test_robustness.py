"""What a model loses under conditions, on the same clips."""

import numpy as np
import pandas as pd
import pytest
from support.places import MADE_BY_TEST, to
from support.small_manifests import made_manifest

from sarangi.base import store
from sarangi.base.marks import DESCRIPTIVE, SIDES_DIFFER, UNPREDICTED, marks_in
from sarangi.base.robustness_rows import ROBUSTNESS
from sarangi.base.scored import Scored
from sarangi.models.predictions import disturbed_schema, predictions_schema
from sarangi.scoring.robustness import robustness

EMOTIONS = ["angry", "happy", "sad"]


def found(tmp_path, change, speakers=9, conditions=("noise_0",)):
    """Rows of an experiment that is right in two of three answers, and of its answers changed."""
    manifest = made_manifest(tmp_path / "m.parquet", speakers=speakers)
    rows = store.read(manifest)[["utterance_id", "emotion"]]
    draw = np.random.default_rng(1)
    blank = {"fold": 0, "seed": None, "status": "ok", "reason": None} | {f"p_{e}": np.nan for e in EMOTIONS}
    wrong = rows["emotion"].map(dict(zip(EMOTIONS, EMOTIONS[1:] + EMOTIONS[:1], strict=True)))
    clean = rows.assign(**blank, predicted=rows["emotion"].where(draw.random(len(rows)) < 0.7, wrong))
    schema = predictions_schema(EMOTIONS)
    store.write(tmp_path / "p.parquet", clean[schema.names], schema, MADE_BY_TEST)
    tables = [change(clean.copy(), name, wrong).assign(condition=name) for name in conditions]
    schema = disturbed_schema(EMOTIONS)
    store.write(tmp_path / "d.parquet", pd.concat(tables)[schema.names], schema, MADE_BY_TEST)
    experiment = Scored(
        experiment="e", corpus="made", protocol="p", model="svm", test="made", mean_of_folds=False,
        untrained=False, predictions=[tmp_path / "p.parquet"], manifest=manifest,
    )  # fmt: skip
    robustness(experiment, tmp_path / "d.parquet", conditions, 0.95, to(tmp_path / "o"))
    table = store.read(tmp_path / "o")
    assert list(table.columns) == ROBUSTNESS.names
    return clean, table.set_index(["condition", "metric"])


def test_the_difference_is_of_recalls_on_the_clips_that_are_predicted_both_ways(tmp_path):
    def changed(table, name, wrong):
        table.loc[table["emotion"] == "sad", "predicted"] = "angry"
        table.loc[table.index[:3], ["status", "reason", "predicted"]] = ["failed", "silent", None]
        return table

    clean, table = found(tmp_path, changed)
    both = clean.iloc[3:]
    right = (both["emotion"] == both["predicted"]).groupby(both["emotion"]).mean()
    row = table.loc["noise_0", "uar"]
    assert row["value_as_recorded"] == pytest.approx(right.mean())
    assert row["value"] == pytest.approx(-right["sad"] / 3)
    assert row["low"] < row["value"] < row["high"]
    assert (row["n"], row["missing"], row["groups"]) == (len(both), 3, 9)
    assert SIDES_DIFFER in marks_in(row["mark"])
    assert table.loc["noise_0", "recall_angry"]["value"] == 0
    assert table.loc["noise_0", "recall_sad"]["value_disturbed"] == 0


def test_a_condition_that_changes_nothing_has_no_width_and_one_without_answers_a_mark(tmp_path):
    def changed(table, name, wrong):
        return table.assign(status="failed", predicted=None) if name == "room" else table

    _, table = found(tmp_path, changed, speakers=6, conditions=("mp3", "room"))
    same = table.loc["mp3", "uar"]
    assert (same["value"], same["low"], same["high"]) == (0, 0, 0)
    assert DESCRIPTIVE in marks_in(same["mark"])
    nothing = table.loc["room"]
    assert list(nothing.index) == ["uar"]
    assert UNPREDICTED in marks_in(nothing.loc["uar", "mark"])
    assert np.isnan(nothing.loc["uar", "value"])
    assert list(dict.fromkeys(table.index.get_level_values(0))) == ["mp3", "room"]


def test_a_paired_difference_is_narrower_than_one_of_other_clips(tmp_path):
    def changed(table, name, wrong):
        # of each speaker the same one clip turns wrong
        hits = table[table["emotion"] == table["predicted"]]
        first = hits.groupby(hits["utterance_id"].str.split("_").str[0]).head(1).index
        table.loc[first, "predicted"] = wrong[first]
        return table

    _, table = found(tmp_path, changed, speakers=12)
    row = table.loc["noise_0", "uar"]
    assert row["value"] < 0 and row["high"] < 0
