"""Intervals, differences and tests: against closed forms, scikit-learn, SciPy and simulation."""

import sys
import warnings

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import MADE_BY_TEST, ROOT, real, to
from hypothesis import given, settings
from hypothesis import strategies as st
from labels import labels
from sklearn.metrics import accuracy_score, brier_score_loss, f1_score, precision_score, recall_score

from sarangi.base import store
from sarangi.base.auditing import FEW_GROUPS
from sarangi.base.bootstrap import BootstrapSettings
from sarangi.base.difference_rows import DIFFERENCES
from sarangi.base.errors import SarangiError
from sarangi.base.manifest_rows import MANIFEST
from sarangi.base.score_rows import CONFUSIONS
from sarangi.base.scored import Compared, ComparedOn, Scored
from sarangi.corpora.manifest import manifest
from sarangi.models.baselines import baseline
from sarangi.models.predictions import predictions_schema
from sarangi.paper.tables.differences import differences_table
from sarangi.paper.tables.scores import scores_table
from sarangi.paper.tables.writing import FORMATS
from sarangi.scoring.answers import answers, clip_patterns, tally
from sarangi.scoring.differences import clipwise, compare, differences
from sarangi.scoring.marks import SplitFiles
from sarangi.scoring.scores import scores
from sarangi.splits.protocols import PROTOCOL, protocol
from sarangi.statistics import calibration, confusions, metrics
from sarangi.statistics.corrections import holm
from sarangi.statistics.resampling import draw_clips, draw_groups, intervals, percentiles, resampled
from sarangi.statistics.significance import mcnemar, sign_flip

EMOTIONS = ["angry", "happy", "neutral", "sad"]
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


def made(clips=120, groups=10, seeds=(0,), folds=1, right=0.6, seed=0, emotions=EMOTIONS, sure=False):
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
        stated = dict.fromkeys((f"p_{e}" for e in EMOTIONS), np.nan)
        if sure:
            p = again.dirichlet(np.ones(len(EMOTIONS)), clips)
            stated = {f"p_{e}": p[:, k] for k, e in enumerate(EMOTIONS)}
            predicted = np.array(EMOTIONS)[p.argmax(1)]
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
    schema = predictions_schema(EMOTIONS)
    for name, table in tables.items():
        table = table.assign(status=table.get("status", "ok"), reason=None)
        store.write(folder / f"{name}.parquet", table[schema.names], schema, MADE_BY_TEST)


def scored(folder, table, mean_of_folds=False, **other):
    files(folder, {"x": table}, **other)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scores(described(folder, mean_of_folds=mean_of_folds), SETTINGS, made_in(folder))
    return store.read(folder / "s.parquet")


def bootstrapped(table, repeat=("seed",), draws=300, seed=4):
    """Scores of every draw of groups, and the draws."""
    confusions, _ = tally(table, list(repeat), EMOTIONS)
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
            true, predicted, labels=EMOTIONS, average="macro", zero_division=0
        ),
    }


# -- metrics ----------------------------------------------------------------------------------


@given(st.integers(0, 10_000), st.integers(1, 40))
@settings(deadline=None, max_examples=25)
def test_every_metric_is_scikit_learns(seed, clips):
    table = made(clips=clips, groups=3, seed=seed, sure=True)
    confusions, calibrations = tally(table, ["seed"], EMOTIONS)
    held = confusions.sum((1, 3)) > 0
    found = metrics.mean_metrics(confusions.sum(1), held)
    for metric, value in reference(table).items():
        assert found[metric] == pytest.approx(value), metric
        assert VALUES[metric](confusions.sum((0, 1))) == pytest.approx(value), metric
    each = metrics.mean_of_each_class(confusions.sum(1), EMOTIONS)
    options = {"labels": EMOTIONS, "average": None, "zero_division": np.nan}
    precision = precision_score(table["emotion"], table["predicted"], **options)
    f1 = f1_score(table["emotion"], table["predicted"], **options | {"zero_division": 0})
    for place, emotion in enumerate(EMOTIONS):
        there = emotion in set(table["emotion"])
        assert each[f"precision_{emotion}"] == pytest.approx(
            precision[place] if there else np.nan, nan_ok=True
        )
        assert each[f"f1_{emotion}"] == pytest.approx(f1[place] if there else np.nan, nan_ok=True)
    p = table[[f"p_{e}" for e in EMOTIONS]].to_numpy()
    brier = brier_score_loss(table["emotion"], p, labels=EMOTIONS, scale_by_half=False)
    assert calibration.brier_score(calibrations.sum((0, 1))) == pytest.approx(brier)
    right = (table["emotion"] == table["predicted"]).to_numpy()
    bins = np.digitize(p.max(1), np.arange(1, 15) / 15, right=True)
    error = sum(
        abs(p.max(1)[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in set(bins)
    )
    assert calibration.calibration_error(calibrations.sum((0, 1))) == pytest.approx(error)


counted = st.lists(st.integers(0, 9), min_size=16, max_size=16).map(lambda c: np.array(c).reshape(4, 4))


@given(counted)
@settings(deadline=None)
def test_bounds_and_a_class_without_utterances(confusion):
    value = confusions.uar(confusion)
    wider = np.pad(confusion, (0, 1))
    for metric, score in VALUES.items():
        if confusion.sum() == 0:
            assert np.isnan(score(confusion))
        else:
            perfect = float(score(confusions.without_errors(confusion)))
            assert -1e-12 <= score(confusion) <= perfect + 1e-12
            if metric != "uar_absent_as_zero":
                assert perfect == pytest.approx(1)
                assert score(wider) == score(confusion)
    if confusion.sum():
        held = (confusion.sum(1) > 0).sum()
        assert confusions.uar_absent_as_zero(confusion) == pytest.approx(value * held / 4)


def test_an_absent_emotion_lowers_ceiling_and_chance_by_rule(tmp_path):
    found = scored(tmp_path, made(emotions=EMOTIONS[:3])).set_index(["slice", "metric"])
    row = found.loc[("pooled", "uar_absent_as_zero")]
    assert (row["ceiling"], row["chance"]) == (0.75, 0.1875)
    assert row["value"] == pytest.approx(0.75 * found.loc[("pooled", "uar"), "value"])
    assert found.loc[("pooled", "uar"), ["ceiling", "chance"]].tolist() == [1, 0.25]
    titles = labels(protocols={"p": "P"}, models={"m": "M"})
    output = {suffix: tmp_path / f"t.{suffix}" for suffix in FORMATS}
    scores_table([tmp_path / "s.parquet"], [], [], titles, output)
    assert " of 0.75, chance 0.1875" in output["md"].read_text()
    scored(tmp_path, made())
    scores_table([tmp_path / "s.parquet"], [], [], titles, output)
    assert "Absent as 0" not in output["md"].read_text()


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


# -- intervals --------------------------------------------------------------------------------


@pytest.mark.parametrize("seeds", [(0,), (0, 1, 2)])
def test_draws_as_a_matrix_product_equal_a_loop_over_resampled_clips(seeds):
    table = made(clips=160, seeds=seeds)
    found, drawn = bootstrapped(table)
    assert (drawn.sum(1) == 10).all()
    clips = {group: rows for group, rows in table.groupby("group")}
    for draw, taken in enumerate(drawn[:20]):
        again = pd.concat(
            [clips[g] for g, times in zip(sorted(clips), taken, strict=True) for _ in range(times)]
        )
        each = pd.DataFrame([reference(rows) for _, rows in again.groupby("seed")]).mean()
        for metric, values in found.items():
            assert values[draw] == pytest.approx(each[metric]), metric
    low, high = intervals(found, 10, 0.95)["uar"]
    # the percentiles of Student's t with 9 degrees of freedom, further out by sqrt(10 / 9)
    from scipy import stats

    tail = stats.norm.cdf(stats.t.ppf(0.025, 9) * np.sqrt(10 / 9))
    assert (low, high) == pytest.approx(tuple(np.quantile(found["uar"], [tail, 1 - tail])))


def test_the_interval_of_a_mean_is_students_in_closed_form():
    """Accuracy of groups of one size is the mean over groups, whose t interval is known."""
    from scipy import stats

    table = made(clips=4000, groups=40, right=0.5)
    found, _ = bootstrapped(table, draws=20_000)
    rates = (table["emotion"] == table["predicted"]).groupby(table["group"]).mean()
    expected = stats.t.interval(0.95, 39, rates.mean(), stats.sem(rates))
    assert intervals(found, 40, 0.95)["accuracy"] == pytest.approx(expected, abs=0.003)


def test_plain_percentiles_are_scipys_bootstrap():
    from scipy import stats

    table = made(clips=400, groups=400, right=0.5)
    right = (table["emotion"] == table["predicted"]).to_numpy(float)
    patterns, times = clip_patterns(table, ["seed"], EMOTIONS)
    held = np.ones((1, 4), dtype=bool)
    drawn = draw_clips(times, 20_000, 1)
    assert (drawn.sum(1) == 400).all()
    found = resampled(patterns, drawn, lambda c: metrics.mean_metrics(c, held))
    theirs = stats.bootstrap(
        (right,), np.mean, n_resamples=20_000, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    assert percentiles(found, 0.95)["accuracy"] == pytest.approx(tuple(theirs), abs=0.006)


def test_clip_patterns_stand_for_all_clips():
    table = made(clips=300, seeds=(0, 1), folds=2)
    patterns, times = clip_patterns(table, ["seed", "fold"], EMOTIONS)
    confusions, _ = tally(table, ["seed", "fold"], EMOTIONS)
    assert times.sum() == 300
    assert patterns.shape[1] < 150
    whole = np.tensordot(times, patterns.swapaxes(0, 1), axes=1)
    assert np.array_equal(whole, confusions.sum(1))


def test_a_constant_predictor_has_no_spread_even_where_draws_empty_a_fold_of_classes():
    """Groups have one emotion each, as the speakers of URDU: draws leave folds with few classes."""
    emotion = [EMOTIONS[g % 4] for g in range(16) for _ in range(5)]
    table = pd.DataFrame(
        {
            "utterance_id": [f"u{n}" for n in range(80)], "group": np.repeat(np.arange(16), 5),
            "fold": np.repeat(np.arange(16) // 4 % 2, 5), "emotion": emotion, "predicted": "sad", "seed": 0,
        }
    ).assign(**dict.fromkeys((f"p_{e}" for e in EMOTIONS), np.nan))  # fmt: skip
    for repeat in (["seed"], ["seed", "fold"]):
        found, _ = bootstrapped(table, repeat, draws=2000)
        assert intervals(found, 16, 0.95)["uar"] == pytest.approx((0.25, 0.25))
        # a draw without a class says nothing of the macro average over four
        assert 0 < np.isnan(found["uar"]).mean() < 0.1
        assert np.array_equal(np.isnan(found["uf1"]), np.isnan(found["uar"]))


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
        first, second = (tally(t, ["seed"], EMOTIONS)[0] for t in pair)
        found.append(sign_flip(first, second, 9, 1))
    assert found[0] == found[1]


def test_the_group_interval_covers_and_that_over_clips_does_not():
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import interval_coverage

    found = interval_coverage.covered(groups=20, studies=300, draws=500, seed=1)
    assert 0.91 <= found["t-expanded percentile over groups"] <= 0.99
    assert found["percentile over clips"] < 0.8
    few = interval_coverage.covered(groups=10, studies=300, draws=500, seed=2)
    assert few["t-expanded percentile over groups"] >= 0.9


# -- scores on disk ---------------------------------------------------------------------------


def test_scores_have_slices_ceilings_both_intervals_and_confusions(tmp_path):
    table = made(clips=240, groups=12, seeds=(0, 1), sure=True)
    genders = np.where(table.drop_duplicates("utterance_id")["group"] < "G06", "female", "male")
    found = scored(tmp_path, table, gender=genders).set_index(["slice", "metric"])
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
    assert "brier_score" not in scored(tmp_path, made())["metric"].to_numpy()


def test_flipping_one_label_changes_exactly_what_depends_on_it(tmp_path):
    table = made(clips=240, groups=12, seeds=(0,), folds=3)
    before = scored(tmp_path, table, mean_of_folds=True)
    place = table.index[(table["predicted"] == "sad") & (table["emotion"] == "sad") & (table["fold"] == 1)][0]
    flipped = table.copy()
    flipped.loc[place, "predicted"] = "angry"
    after = scored(tmp_path, flipped, mean_of_folds=True)
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
    found = scored(tmp_path, change(made(clips=90, groups=9, seeds=(0, 1))))
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
    assert set(found["mark"]) == {"predictions missing" if failed else ""}
    row = found[(found["slice"] == "runs") & (found["metric"] == "uar")].iloc[0]
    ok = table[table["status"] == "ok"]
    expected = np.mean([reference(run)["uar"] for _, run in ok.groupby(["fold", "seed"])])
    assert row["value"] == pytest.approx(expected)
    assert (row["seeds"], row["classes"]) == (2, "angry happy neutral")


def test_groups_all_alike_have_an_interval_of_no_width(tmp_path):
    table = made(clips=40, groups=10)
    table["emotion"] = [EMOTIONS[n // 10] for n in range(40)]
    found = scored(tmp_path, table.assign(predicted=table["emotion"]))
    row = found[(found["slice"] == "pooled") & (found["metric"] == "uar")].iloc[0]
    assert (row["low"], row["value"], row["high"], row["mark"]) == (1, 1, 1, "")
    assert len(set(table["group"])) >= FEW_GROUPS


def test_a_run_that_is_not_there_or_twice_or_of_unknown_labels_is_an_error(tmp_path):
    table = made(seeds=(0, 1), folds=2)
    gone = table[(table["seed"] == 0) | (table["fold"] == 0)]
    with pytest.raises(SarangiError, match="make the missing runs first"):
        scored(tmp_path, gone)
    with pytest.raises(SarangiError, match="twice by one run"):
        scored(tmp_path, pd.concat([table, table.iloc[:1]]))
    with pytest.raises(SarangiError, match="predicted of ravdess/0000 is 'bored'"):
        scored(tmp_path, table.assign(predicted="bored"))


# -- differences ------------------------------------------------------------------------------


def test_the_sign_flip_test_is_scipys_and_says_how_small_p_can_be():
    from scipy import stats

    one, other = made(groups=8, right=0.7), made(groups=8, right=0.4)
    first, second = (tally(t, ["seed"], EMOTIONS)[0] for t in (one, other))
    each = (first - second)[0].diagonal(axis1=1, axis2=2) / first[0].sum((0, 2))
    theirs = stats.permutation_test(
        (each.mean(1), np.zeros(8)), lambda x, y, axis: (x - y).sum(axis), permutation_type="samples",
        n_resamples=np.inf, vectorized=True,
    )  # fmt: skip
    found = sign_flip(first, second, 100, 1)
    apart = np.count_nonzero(np.abs(each.mean(1)) > 1e-12)
    assert apart >= 7
    assert found["uar"] == (pytest.approx(theirs.pvalue), 2 / 2**apart)
    four = sign_flip(first[:, :4], second[:, :4], 100, 1)
    assert four["accuracy"][0] >= four["accuracy"][1] >= 0.125
    assert sign_flip(first, first, 100, 1)["uar"] == (1, 1)


def test_drawn_flips_come_near_the_exact_test_and_never_reach_0():
    one, other = made(groups=16, right=0.55), made(groups=16, right=0.45)
    first, second = (tally(t, ["seed"], EMOTIONS)[0] for t in (one, other))
    exact = sign_flip(first, second, 1, 1)
    from sarangi.statistics import significance as module

    before, module.EXACT = module.EXACT, 1
    try:
        drawn = sign_flip(first, second, 20_000, 1)
    finally:
        module.EXACT = before
    for metric in VALUES:
        assert drawn[metric][0] == pytest.approx(exact[metric][0], abs=0.015)
        assert drawn[metric][1] == 1 / 20_001


def test_the_swap_that_was_seen_counts_as_one_more():
    table = made(clips=200, groups=20)
    right, wrong = (table.assign(predicted=table["emotion"].map(names)) for names in (
        {e: e for e in EMOTIONS}, {e: EMOTIONS[place - 1] for place, e in enumerate(EMOTIONS)},
    ))  # fmt: skip
    first, second = (tally(t, ["seed"], EMOTIONS)[0] for t in (right, wrong))
    assert set(sign_flip(first, second, 99, 1).values()) == {(0.01, 0.01)}


def test_under_no_difference_p_is_uniform_enough():
    """Two systems alike in a group: rejected at 5 % about as often as said."""
    rejected = 0
    for seed in range(60):
        draw = np.random.default_rng(seed)
        table = made(clips=80, groups=8, seed=seed)
        rate = np.repeat(draw.uniform(0.2, 0.9, 8)[None], 10, axis=0).ravel()
        both = [
            table.assign(predicted=np.where(draw.random(80) < rate, table["emotion"], "sad"))
            for _ in range(2)
        ]
        first, second = (tally(t, ["seed"], EMOTIONS)[0] for t in both)
        rejected += sign_flip(first, second, 100, 1)["uar"][0] <= 0.05
    assert rejected / 60 <= 0.1


@given(st.integers(0, 40), st.integers(0, 40))
@settings(deadline=None)
def test_mcnemar_is_scipys_exact_binomial(first, second):
    from scipy import stats

    expected = stats.binomtest(first, first + second).pvalue if first + second else 1.0
    assert mcnemar(first, second) == pytest.approx(expected)


def test_holm_by_hand_and_never_smaller_than_p():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_differences_are_paired_and_average_seeds():
    one, other = made(seeds=(0, 1, 2), right=0.7, folds=2), made(seeds=(5, 6), right=0.4, folds=2)
    for repeat in (["seed"], ["seed", "fold"]):
        rows = pd.DataFrame(compare(one, other, repeat, EMOTIONS, SETTINGS)).set_index("metric")
        first, second = (bootstrapped(t, repeat, 400, 3)[0] for t in (one, other))
        for metric in VALUES:
            bounds = intervals({"d": first[metric] - second[metric]}, 10, 0.95)["d"]
            assert rows.loc[metric, ["low", "high"]].tolist() == pytest.approx(bounds), metric
    assert clipwise(one, one) == (0, 0)
    better, worse = clipwise(one, other)
    assert better > worse
    assert rows.loc["accuracy", "p_mcnemar"] == mcnemar(better, worse)


def entry(folder, name, baseline=False):
    return Compared(predictions=[folder / f"{name}.parquet"], baseline=baseline, untrained=False)


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
        [119, "predictions missing"]
    ]
    row = found[(found["metric"] == "uar") & (found["slice"] == "folds") & (found["second"] == "c")].iloc[0]
    table, _ = answers([tmp_path / "a.parquet"], tmp_path / "m.parquet", "a")
    assert row["value"] == pytest.approx(reference(table)["uar"] - reference(tables["c"])["uar"])
    assert row["low"] <= row["value"] <= row["high"]
    output = {suffix: tmp_path / f"t.{suffix}" for suffix in FORMATS}
    titles = labels(protocols={"p": "P"}, models={name: name.upper() for name in tables})
    differences_table([tmp_path / "d.parquet"], titles, output)
    shown = pd.read_csv(output["csv"])
    assert shown["Model"].tolist() == list("AAABB")
    assert (shown["Holm"] >= shown["p"]).all()
    assert "label{tab:differences}" in output["tex"].read_text()
    differences_table([], titles, output)
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
