"""Scores and differences of predicted ratings."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from support.places import MADE_BY_TEST, to

from sarangi.base import store
from sarangi.base.bootstrap import BootstrapSettings
from sarangi.base.dimension_rows import DIMENSION_DIFFERENCES, DIMENSION_SCORES, RATED_PREDICTIONS
from sarangi.base.manifest_rows import MANIFEST, manifest_schema
from sarangi.base.scored import Compared, ComparedOn, RatedScored, Scored
from sarangi.scoring.dimension_differences import dimension_differences
from sarangi.scoring.dimension_scores import dimension_scores
from sarangi.scoring.marks import SplitFiles
from sarangi.splits.protocols import PROTOCOL

SETTINGS = BootstrapSettings(200, 1, 0.95)
SPEAKERS, CLIPS, FOLDS = 9, 6, 3


class Study:
    """Clips of nine speakers in three folds of whole speakers, and predictions of them."""

    def __init__(self, folder):
        self.folder = folder
        draw = np.random.default_rng(5)
        speakers = np.repeat([f"s{n}" for n in range(SPEAKERS)], CLIPS)
        self.rows = pd.DataFrame({"speaker": speakers, "utterance_id": [f"c/{n:03}" for n in range(54)]})
        self.rows["fold"] = np.repeat(np.arange(SPEAKERS) % FOLDS, CLIPS)
        self.rows["rating"] = draw.uniform(1, 5, 54) + 0.5 * self.rows["fold"]
        self.manifest, self.protocol = folder / "m.parquet", folder / "p.parquet"
        known = {"corpus": "c", "group": speakers, "emotion": "sad", "status": "ok", "shard": 0, "file": "x"}
        frame = self.rows.drop(columns=["fold", "rating"]).assign(**known)
        frame = frame.reindex(columns=MANIFEST.names).astype({"status": object})
        frame = frame.assign(dimension_arousal=self.rows["rating"], unrated_arousal=None)
        store.write(self.manifest, frame, manifest_schema(dimensions=["arousal"]), MADE_BY_TEST)
        ids = self.rows["utterance_id"]
        folds = [
            pd.DataFrame({"utterance_id": ids, "fold": fold, "leaks": False, "status": "ok", "reason": None})
            .assign(part=np.where(self.rows["fold"] == fold, "test", "train"))
            for fold in range(FOLDS)
        ]  # fmt: skip
        store.write(self.protocol, pd.concat(folds), PROTOCOL, MADE_BY_TEST)

    def predictions(self, name, predicted, seeds=(None,), unrated=(), skipped=()):
        frames = []
        for place, seed in enumerate(seeds):
            frame = self.rows.assign(dimension="arousal", status="ok", reason=None)
            frame["seed"] = pd.array([seed] * len(frame), dtype="Int32")
            frame["predicted"] = predicted + 0.01 * place * np.arange(len(frame))
            frame.loc[frame["utterance_id"].isin(unrated), "rating"] = np.nan
            left_out = frame["utterance_id"].isin([*unrated, *skipped])
            frame.loc[left_out, ["status", "reason"]] = ["skipped", "why"]
            frames.append(frame)
        path = self.folder / f"{name}.parquet"
        store.write(path, pd.concat(frames)[RATED_PREDICTIONS.names], RATED_PREDICTIONS, MADE_BY_TEST)
        return str(path)

    def scored(self, predictions, mean_of_folds=True, transfer=False):
        scored = Scored(
            "c_p_m", "c", "p", "m", "c", mean_of_folds, False, [predictions], str(self.manifest),
            None if transfer else str(self.protocol),
        )  # fmt: skip
        entry = RatedScored(scored, {"arousal": (1.0, 6.0)}, str(self.manifest), str(self.protocol))
        output = self.folder / "scores.parquet"
        dimension_scores(entry, SETTINGS, to(output))
        found = store.read(output)
        assert list(found.columns) == DIMENSION_SCORES.names
        return found.set_index(["slice", "metric"])


def lin(x, y):
    return 2 * np.cov(x, y, bias=True)[0, 1] / (np.var(x) + np.var(y) + (np.mean(x) - np.mean(y)) ** 2)


@pytest.fixture
def made(tmp_path):
    return Study(tmp_path)


def test_pooled_and_the_mean_of_folds_are_two_slices_each_of_its_own_definition(made):
    predicted = made.rows["rating"] + np.random.default_rng(1).normal(0, 1, 54)
    found = made.scored(made.predictions("x", predicted))
    table = made.rows.assign(x=predicted)
    folds = [lin(part["x"], part["rating"]) for _, part in table.groupby("fold")]
    assert found.loc[("folds", "ccc"), "value"] == pytest.approx(np.mean(folds))
    assert found.loc[("pooled", "ccc"), "value"] == pytest.approx(lin(table["x"], table["rating"]))
    assert found.loc[("fold 1", "ccc"), "value"] == pytest.approx(folds[1])
    assert found.loc[("pooled", "pearson"), "value"] == pytest.approx(
        stats.pearsonr(table["x"], table["rating"])[0]
    )
    one = table[table["speaker"] == "s4"]
    assert found.loc[("speaker s4", "ccc"), "value"] == pytest.approx(lin(one["x"], one["rating"]))
    assert np.isnan(found.loc[("speaker s4", "ccc"), "low"])
    row = found.loc[("pooled", "ccc")]
    assert row["low"] < row["value"] < row["high"]
    assert (row["n"], row["groups"], row["scale_low"], row["scale_high"]) == (54, 9, 1, 6)
    # the mean of each fold's training part is what chance is: it varies between folds, and is constant in one
    means = table["fold"].map({f: table.loc[table["fold"] != f, "rating"].mean() for f in range(3)})
    assert row["chance"] == pytest.approx(lin(means, table["rating"]))
    assert row["chance"] < 0
    assert found.loc[("folds", "ccc"), "chance"] == 0
    assert np.isnan(found.loc[("folds", "pearson"), "chance"])
    # a protocol that is reported pooled has no other
    assert "folds" not in made.scored(made.predictions("x", predicted), mean_of_folds=False).index
    # the jackknife over speakers, plainly
    left = [
        lin(part["x"], part["rating"])
        for s in set(table["speaker"])
        for part in [table[table["speaker"] != s]]
    ]
    plain = np.sqrt((9 - 1) / 9 * np.sum((left - np.mean(left)) ** 2))
    assert row["se_groups"] == pytest.approx(plain)


def test_seeds_widen_the_interval_and_each_has_its_slice(made):
    predicted = made.rows["rating"] + np.random.default_rng(1).normal(0, 1, 54)
    found = made.scored(made.predictions("x", predicted, (1, 2, 3)), mean_of_folds=False)
    assert {"seed 1", "seed 2", "seed 3"} <= set(found.index.get_level_values(0))
    row = found.loc[("pooled", "ccc")]
    assert (row["seeds"], row["mark"]) == (3, "")
    assert row["sd_seeds"] > 0


def test_a_constant_has_ccc_0_and_no_correlation_and_an_unrated_clip_is_not_missing(made):
    found = made.scored(made.predictions("x", np.full(54, 3.3), unrated=["c/007"]))
    row = found.loc[("pooled", "ccc")]
    assert (row["value"], row["low"], row["high"], row["n"], row["mark"]) == (0, 0, 0, 53, "")
    assert np.isnan(found.loc[("pooled", "pearson"), "value"])
    none = made.scored(made.predictions("x", 3.3, unrated=made.rows["utterance_id"]))
    assert set(none["mark"]) == {"nothing predicted"}
    assert none["value"].isna().all()


def test_a_transfer_is_scored_by_its_runs_against_the_mean_of_what_they_learnt(made):
    predicted = made.rows["rating"] + np.random.default_rng(1).normal(0, 1, 54)
    found = made.scored(made.predictions("x", predicted), transfer=True)
    assert found.index.get_level_values(0)[0] == "runs"
    assert np.isfinite(found.loc[("runs", "rmse"), "chance"])


def test_differences_are_paired_corrected_and_null_where_a_correlation_is_not_defined(made):
    draw = np.random.default_rng(2)
    rating = made.rows["rating"]
    models = {
        "good": Compared([made.predictions("good", rating + draw.normal(0, 0.3, 54))], False, False),
        "poor": Compared([made.predictions("poor", draw.uniform(1, 5, 54), unrated=["c/003"])], False, False),
        "flat": Compared([made.predictions("flat", np.full(54, 3.0))], True, False),
    }
    output = made.folder / "d.parquet"
    on = ComparedOn("c", "p", False)
    files = SplitFiles(made.manifest, made.protocol)
    dimension_differences(models, on, files, {"arousal": (1.0, 6.0)}, SETTINGS, to(output))
    found = store.read(output)
    assert list(found.columns) == DIMENSION_DIFFERENCES.names
    assert len(found) == 3 * 3
    by = found.set_index(["first", "second", "metric"])
    row = by.loc[("good", "poor", "ccc")]
    assert row["n"] == 53
    assert row["value"] == pytest.approx(row["value_first"] - row["value_second"])
    assert row["low"] > 0
    # all swaps of nine speakers are tried, and three pairs corrected for
    assert row["p"] == pytest.approx(1 / 2**8)
    assert row["p_adjusted"] == pytest.approx(3 * row["p"])
    flat = by.loc[("good", "flat", "pearson")]
    assert flat[["value", "low", "high", "p", "p_adjusted"]].isna().all()
    assert by.loc[("good", "poor", "pearson"), "p_adjusted"] == pytest.approx(
        by.loc[("good", "poor", "pearson"), "p"]
    )


def test_one_group_has_a_value_and_no_interval(made):
    rows = store.read(made.manifest)
    rows = rows.assign(group="all", unrated_arousal=None)
    store.write(made.manifest, rows, manifest_schema(dimensions=["arousal"]), MADE_BY_TEST)
    predicted = made.rows["rating"] + np.random.default_rng(1).normal(0, 1, 54)
    row = made.scored(made.predictions("x", predicted)).loc[("pooled", "ccc")]
    assert (row["groups"], row["mark"]) == (1, "descriptive interval")
    assert np.isfinite(row["value"])
    assert row[["low", "high", "se_groups"]].isna().all()


def test_what_is_left_out_is_counted_in_no_group_and_missed_only_where_it_is_rated(made):
    predicted = made.rows["rating"] + np.random.default_rng(1).normal(0, 1, 54)
    few = made.rows.loc[made.rows["speaker"] > "s5", "utterance_id"]
    marks = made.scored(made.predictions("x", predicted, skipped=few)).loc[("pooled", "ccc"), "mark"]
    assert marks == "descriptive interval; predictions missing"
    marks = made.scored(made.predictions("x", predicted, unrated=few)).loc[("pooled", "ccc"), "mark"]
    assert marks == "descriptive interval"
