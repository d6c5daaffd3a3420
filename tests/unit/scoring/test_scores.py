"""Scores: folds, slices, seeds and marks."""

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import recall_score
from support.drawn_groups import (
    FOUR_EMOTIONS,
    SETTINGS,
    VALUES,
    bootstrapped,
    described,
    files,
    made,
    made_in,
    reference,
    scores_of,
)
from support.labels import NO_LIMITS, labels
from support.places import MADE_BY_TEST, ROOT, real, to
from support.small_manifests import EMOTIONS, LOSO, RANDOM, SVM, made_features, made_manifest

from sarangi.audit.rows import AUDIT
from sarangi.base import store
from sarangi.base.auditing import FEW_GROUPS
from sarangi.base.bootstrap import BootstrapSettings
from sarangi.base.errors import SarangiError
from sarangi.base.score_id import ScoreId
from sarangi.base.score_rows import CONFUSIONS, SCORES, headline
from sarangi.base.scored import Scored
from sarangi.corpora.manifest import manifest
from sarangi.models.baselines import baseline
from sarangi.models.classical import classical
from sarangi.models.predictions import predictions_schema
from sarangi.models.vectors import CorpusFiles
from sarangi.paper.mark_notes import MARKS
from sarangi.paper.tables.scores import scores_table
from sarangi.paper.tables.writing import FORMATS
from sarangi.scoring.answers import clip_patterns, tally
from sarangi.scoring.scores import scores
from sarangi.splits.protocols import PROTOCOL, protocol
from sarangi.statistics import metrics
from sarangi.statistics.significance import sign_flip


def scored(tmp_path, split, mean_of_folds=True, audit=None, **made):
    manifest = made_manifest(tmp_path / "m.parquet", **made)
    vectors = made_features(tmp_path / "f.parquet", manifest)
    protocol(manifest, "p", split, to(tmp_path / "p.parquet"))
    predictions = tmp_path / "o.parquet"
    classical(
        CorpusFiles(manifest, [vectors]), {"p": tmp_path / "p.parquet"},
        {"e": {"protocol": "p", "settings": SVM}}, {ScoreId("e"): to(predictions)},
    )  # fmt: skip
    experiment = Scored(
        experiment="e",
        corpus="made",
        protocol="p",
        model="svm",
        test="made",
        mean_of_folds=mean_of_folds,
        untrained=False,
        predictions=[predictions],
        manifest=manifest,
        protocol_file=tmp_path / "p.parquet",
        audit=audit,
    )
    output = {"scores": to(tmp_path / "s.parquet"), "confusions": to(tmp_path / "c.parquet")}
    scores(experiment, BootstrapSettings(draws=500, seed=1, confidence=0.95), output)
    return store.read(tmp_path / "s.parquet"), store.read(predictions)


def test_scores_are_the_mean_over_folds_with_the_pooled_score_beside_it(tmp_path):
    found, predictions = scored(tmp_path, RANDOM)
    assert list(found.columns) == SCORES.names
    values = found.set_index(["slice", "metric"])["value"]
    by_fold = [
        recall_score(fold["emotion"], fold["predicted"], average="macro")
        for _, fold in predictions.groupby("fold")
    ]
    assert values["folds", "uar"] == pytest.approx(np.mean(by_fold))
    assert values["pooled", "uar"] == pytest.approx(
        recall_score(predictions["emotion"], predictions["predicted"], average="macro")
    )
    assert [values[f"fold {n}", "uar"] for n in range(3)] == pytest.approx(by_fold)
    row = found[(found["slice"] == "pooled") & (found["metric"] == "uar")].iloc[0]
    assert row["low"] <= row["value"] <= row["high"]
    assert (row["n"], row["groups"], row["chance"]) == (24, 4, pytest.approx(1 / 3))
    assert row["mark"] == "groups shared; descriptive interval"
    assert row["classes"] == "angry happy sad"


def test_speaker_disjoint_scores_are_pooled_and_bear_no_leak_mark(tmp_path):
    found, _ = scored(tmp_path, LOSO, mean_of_folds=False, speakers=9)
    assert set(found["slice"]) == {"pooled", *(f"speaker S{n}" for n in range(9))}
    assert set(found["mark"]) == {""}
    spoken = found[found["slice"].str.startswith("speaker")]
    assert set(spoken["metric"]) == {metric.name for metric in metrics.OF_CONFUSIONS}
    assert spoken["low"].isna().all()
    pooled = found[found["slice"] == "pooled"].set_index("metric")
    assert set(pooled.index) > {"precision_sad", "f1_sad", "recall_sad"}
    assert pooled["ceiling"].eq(1).all()


def test_what_the_audit_found_fatal_of_the_protocol_marks_its_scores(tmp_path):
    rows = [("missing_class", "p", 1.0, "fatal", ""), ("near_duplicates_across", "p", 0.0, "ok", "")]
    store.write(tmp_path / "a.parquet", pd.DataFrame(rows, columns=AUDIT.names), AUDIT, MADE_BY_TEST)
    found, _ = scored(tmp_path, LOSO, mean_of_folds=False, audit=tmp_path / "a.parquet", speakers=9)
    assert set(found["mark"]) == {"class missing"}


def test_nothing_to_score_is_a_row_that_says_so(tmp_path, caplog):
    whole, _ = scored(tmp_path, LOSO)
    predictions = store.read(tmp_path / "o.parquet").assign(status="failed", reason="no voice")
    store.write(tmp_path / "o.parquet", predictions, predictions_schema(EMOTIONS), MADE_BY_TEST)
    experiment = Scored(
        experiment="e",
        corpus="ravdess",
        protocol="p",
        model="svm",
        test="ravdess",
        mean_of_folds=True,
        untrained=False,
        predictions=[tmp_path / "o.parquet"],
        manifest=tmp_path / "m.parquet",
        protocol_file=tmp_path / "p.parquet",
    )
    files = {"scores": tmp_path / "s2.parquet", "confusions": tmp_path / "c2.parquet"}
    scores(experiment, BootstrapSettings(0, 0, 0.95), {name: to(file) for name, file in files.items()})
    assert "e: no prediction is ok (no voice), so there is nothing to score" in caplog.text
    empty = store.read(files["scores"])
    assert set(empty["mark"]) == {"nothing predicted"} <= set(MARKS)
    assert empty[["value", "low", "high", "chance"]].isna().all(axis=None)
    reported = headline([files["scores"]])
    assert set(reported["metric"]) == {metric.name for metric in metrics.OF_CONFUSIONS}
    assert set(reported["metric"]) < set(headline([tmp_path / "s.parquet"])["metric"])
    assert len(store.read(files["confusions"])) == 0
    # the other model of the table keeps its row
    other = whole.assign(experiment="other", corpus="ravdess", test="ravdess", model="other")
    store.write(tmp_path / "s.parquet", other, SCORES, MADE_BY_TEST)
    output = {suffix: tmp_path / f"t.{suffix}" for suffix in FORMATS}
    titles = labels(protocols={"p": "P"}, models={"svm": "M", "other": "O"})
    scores_table([tmp_path / "s.parquet", files["scores"]], [], [], NO_LIMITS, titles, output)
    table = pd.read_csv(output["csv"], dtype=str).set_index("Model")
    assert table.loc["M", ["UAR", "low", "high", "Chance"]].isna().all() and table.loc["M", "n"] == "0"
    assert float(table.loc["O", "UAR"]) > 0


def test_a_transfer_is_scored_on_test_parts_of_the_other_corpus_alone(tmp_path):
    table = made(seeds=(3, 20), folds=2, sure=True)
    files(tmp_path, {"x": table})
    split = store.read(tmp_path / "p.parquet")
    tested = split["utterance_id"] < "ravdess/0030"
    split["part"] = np.where(tested & (split["fold"] == 0), "test", "train")
    store.write(tmp_path / "part.parquet", split, PROTOCOL, MADE_BY_TEST)
    part = ("held", str(tmp_path / "part.parquet"))
    transfer = described(tmp_path, protocol_file=None, parts=(part,))
    assert part[1] in transfer.files
    scores(transfer, SETTINGS, made_in(tmp_path))
    found = store.read(tmp_path / "s.parquet").set_index(["slice", "metric"])
    clips = table[table["utterance_id"] < "ravdess/0030"]
    runs = {
        seed: np.mean([reference(run)["uar"] for _, run in clips[clips["seed"] == seed].groupby("fold")])
        for seed in (3, 20)
    }
    for seed, expected in runs.items():
        assert found.loc[(f"part held seed {seed}", "uar"), "value"] == pytest.approx(expected)
    whole = found.loc[("part held", "uar")]
    assert whole["value"] == pytest.approx(np.mean(list(runs.values())))
    assert (whole["n"], whole["low"] < whole["value"] < whole["high"]) == (30, True)
    assert ("part held", "brier_score") in found.index
    assert found.loc[("runs", "uar"), "n"] == 120


def test_a_part_on_which_nothing_is_predicted_is_said_to_have_no_score(tmp_path, caplog):
    files(tmp_path, {"x": made(folds=2)})
    split = store.read(tmp_path / "p.parquet").assign(part="unused")
    store.write(tmp_path / "part.parquet", split, PROTOCOL, MADE_BY_TEST)
    transfer = described(tmp_path, protocol_file=None, parts=(("held", str(tmp_path / "part.parquet")),))
    scores(transfer, SETTINGS, made_in(tmp_path))
    assert "no prediction on the test part of held is ok" in caplog.text
    assert not store.read(tmp_path / "s.parquet")["slice"].str.startswith("part").any()


def test_the_published_test_part_of_urdu_has_a_ceiling_of_three_quarters(tmp_path):
    entry = yaml.safe_load((ROOT / "config.yaml").read_text())["protocols"]["sm2_sm3_sm4"]
    manifest(real("urdu_latif"), "urdu_latif", 1, to(tmp_path / "m.parquet"))
    protocol(tmp_path / "m.parquet", "p", entry, to(tmp_path / "p.parquet"))
    baseline(
        tmp_path / "m.parquet", {"p": tmp_path / "p.parquet"},
        {"x": {"protocol": "p", "kind": "constant"}}, 1, {"x": to(tmp_path / "x.parquet")},
    )  # fmt: skip
    scores(described(tmp_path, corpus="urdu_latif"), SETTINGS, made_in(tmp_path))
    found = store.read(tmp_path / "s.parquet").set_index(["slice", "metric"]).loc["pooled"]
    assert found.loc["uar_absent_as_zero", ["ceiling", "chance"]].tolist() == [0.75, 0.1875]
    assert found["n"].eq(88).all()
    assert found["classes"].eq("angry happy neutral").all()


def test_clip_patterns_stand_for_all_clips():
    table = made(clips=300, seeds=(0, 1), folds=2)
    patterns, times = clip_patterns(table, ["seed", "fold"], FOUR_EMOTIONS)
    confusions, _ = tally(table, ["seed", "fold"], FOUR_EMOTIONS)
    assert times.sum() == 300
    assert patterns.shape[1] < 150
    whole = np.tensordot(times, patterns.swapaxes(0, 1), axes=1)
    assert np.array_equal(whole, confusions.sum(1))


@given(st.integers(0, 1000))
@settings(deadline=None, max_examples=20)
def test_the_order_of_clips_and_the_names_of_groups_change_nothing(seed):
    table = made(clips=60, groups=6, seeds=(0, 1), folds=2, seed=seed)
    renamed = table.assign(group="x" + table["group"]).sample(frac=1, random_state=seed)
    for repeat in (["seed"], ["seed", "fold"]):
        one, other = bootstrapped(table, repeat)[0], bootstrapped(renamed, repeat)[0]
        for metric in one:
            assert np.array_equal(one[metric], other[metric], equal_nan=True), metric
    # groups in another order: the sums stay, and so do the tests
    turned = table.assign(group=table["group"].map({f"G{g:02}": f"G{5 - g:02}" for g in range(6)}))
    worse = made(clips=60, groups=6, seeds=(0, 1), folds=2, seed=seed, right=0.3)
    worse_turned = worse.assign(group=turned["group"])
    found = []
    for pair in ((table, worse), (turned, worse_turned)):
        first, second = (tally(t, ["seed"], FOUR_EMOTIONS)[0] for t in pair)
        found.append(sign_flip(first, second, 9, 1))
    assert found[0] == found[1]


def test_scores_have_slices_ceilings_both_intervals_and_confusions(tmp_path):
    table = made(clips=240, groups=12, seeds=(0, 1), sure=True)
    genders = np.where(table.drop_duplicates("utterance_id")["group"] < "G06", "female", "male")
    found = scores_of(tmp_path, table, gender=genders).set_index(["slice", "metric"])
    assert set(found.index.get_level_values(0)) == {
        "pooled", "seed 0", "seed 1", "gender female", "gender male",
        *(f"speaker G{g:02}" for g in range(12)),
    }  # fmt: skip
    for seed, clips in table.groupby("seed"):
        one = found.loc[(f"seed {seed}", "uar")]
        assert one["value"] == pytest.approx(reference(clips)["uar"])
        assert one["low"] < one["value"] < one["high"]
    part = table[table["group"] < "G06"]
    expected = np.mean([reference(clips)["uar"] for _, clips in part.groupby("seed")])
    female = found.loc[("gender female", "uar")]
    assert female["value"] == pytest.approx(expected)
    assert (female["n"], female["groups"]) == (120, 6)
    assert female["low"] < female["value"] < female["high"]
    assert np.isnan(found.loc[("speaker G03", "uar"), "low"])
    pooled = found.loc["pooled"]
    assert (pooled.loc["uar", "low_clips"] < pooled.loc["uar", "value"]).all()
    assert pooled.loc["brier_score", ["ceiling", "chance"]].tolist() == [0, 0.75]
    assert pooled.loc["brier_score", "low"] < pooled.loc["brier_score", "value"]
    assert 0 < pooled.loc["expected_calibration_error", "value"] < 1
    counts = store.read(tmp_path / "c.parquet")
    assert list(counts.columns) == CONFUSIONS.names
    assert counts["n"].sum() == 480
    assert "brier_score" not in scores_of(tmp_path, made())["metric"].to_numpy()


def test_flipping_one_label_changes_exactly_what_depends_on_it(tmp_path):
    table = made(clips=240, groups=12, seeds=(0,), folds=3)
    before = scores_of(tmp_path, table, mean_of_folds=True)
    place = table.index[(table["predicted"] == "sad") & (table["emotion"] == "sad") & (table["fold"] == 1)][0]
    flipped = table.copy()
    flipped.loc[place, "predicted"] = "angry"
    after = scores_of(tmp_path, flipped, mean_of_folds=True)
    changed = (before["value"] != after["value"]) & ~(before["value"].isna() & after["value"].isna())
    keys = set(zip(before.loc[changed, "slice"], before.loc[changed, "metric"], strict=True))
    whole = {*VALUES, "recall_sad", "f1_sad", "f1_angry", "precision_angry", "precision_sad"}
    expected = {(s, m) for s in ("pooled", "folds", "fold 1") for m in whole}
    expected |= {(f"speaker {table.loc[place, 'group']}", m) for m in VALUES}
    # the precision of sad stays where all else that is called sad is sad
    assert keys <= expected
    assert expected - keys <= {(s, "precision_sad") for s in ("pooled", "folds", "fold 1")}


@pytest.mark.parametrize(
    ("change", "mark"),
    [
        (lambda t: t.assign(group="one"), "descriptive interval"),
        (lambda t: t.assign(group=t["utterance_id"]), "interval too narrow"),
        (lambda t: t.assign(status=(t["utterance_id"] > "ravdess/0007").map({True: "ok", False: "failed"})),
         "predictions missing"),
        (lambda t: t.assign(status=["failed", *["ok"] * (len(t) - 1)]), "predictions missing"),
    ],
    ids=["one group", "clips", "a failed utterance", "failed in one run"],
)  # fmt: skip
def test_poor_data_give_marked_scores_without_noise(change, mark, tmp_path):
    found = scores_of(tmp_path, change(made(clips=90, groups=9, seeds=(0, 1))))
    assert mark in found["mark"].iloc[0]
    pooled = found[found["slice"] == "pooled"].set_index("metric")
    assert pooled["value"].notna().all()
    assert pooled.loc["uar", "low"] <= pooled.loc["uar", "high"] or mark == "descriptive interval"


@pytest.mark.parametrize("failed", [False, True])
def test_a_transfer_is_the_mean_over_runs_and_skips_unknown_emotions(failed, tmp_path):
    """Every run of the model, of any fold and seed, is tested on all of another corpus."""
    whole = made(clips=90, groups=9)
    runs = [
        whole.assign(fold=fold, seed=seed, predicted=np.roll(whole["emotion"], fold + seed))
        for fold in (0, 1)
        for seed in (5, 6)
    ]
    table = pd.concat(runs, ignore_index=True)
    status = np.where(table["emotion"] == "sad", "skipped", "ok")
    table["predicted"] = table["predicted"].replace("sad", "happy")
    if failed:
        status[np.flatnonzero(table["emotion"] == "angry")[0]] = "failed"
    table["status"] = status
    files(tmp_path, {"x": table})
    scores(described(tmp_path, protocol_file=None), SETTINGS, made_in(tmp_path))
    found = store.read(tmp_path / "s.parquet")
    of_seeds = found["slice"].str.startswith("seed ")
    marked = "predictions missing" if failed else ""
    assert set(found.loc[~of_seeds, "mark"]) == {marked}
    # one seed of two folds: two runs
    assert set(found.loc[of_seeds, "mark"]) == {"; ".join(filter(None, [marked, "two trainings"]))}
    row = found[(found["slice"] == "runs") & (found["metric"] == "uar")].iloc[0]
    ok = table[table["status"] == "ok"]
    expected = np.mean([reference(run)["uar"] for _, run in ok.groupby(["fold", "seed"])])
    assert row["value"] == pytest.approx(expected)
    assert (row["seeds"], row["classes"]) == (2, "angry happy neutral")


def test_groups_all_alike_have_an_interval_of_no_width(tmp_path):
    table = made(clips=40, groups=10)
    table["emotion"] = [FOUR_EMOTIONS[n // 10] for n in range(40)]
    found = scores_of(tmp_path, table.assign(predicted=table["emotion"]))
    row = found[(found["slice"] == "pooled") & (found["metric"] == "uar")].iloc[0]
    assert (row["low"], row["value"], row["high"], row["mark"]) == (1, 1, 1, "training not resampled")
    assert len(set(table["group"])) >= FEW_GROUPS


def test_a_run_that_is_not_there_or_twice_or_of_unknown_labels_is_an_error(tmp_path):
    table = made(seeds=(0, 1), folds=2)
    gone = table[(table["seed"] == 0) | (table["fold"] == 0)]
    with pytest.raises(SarangiError, match="make the missing runs first"):
        scores_of(tmp_path, gone)
    with pytest.raises(SarangiError, match="twice by one run"):
        scores_of(tmp_path, pd.concat([table, table.iloc[:1]]))
    with pytest.raises(SarangiError, match="predicted of ravdess/0000 is 'bored'"):
        scores_of(tmp_path, table.assign(predicted="bored"))
