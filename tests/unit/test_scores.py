"""Features, protocols, metrics and intervals."""

import numpy as np
import pandas as pd
import pytest
from conftest import MADE_BY_TEST, to
from hypothesis import given, settings
from hypothesis import strategies as st
from labels import labels
from sklearn.metrics import accuracy_score, f1_score, recall_score

from sarangi.audit.rows import AUDIT
from sarangi.base import store
from sarangi.base.bootstrap import BootstrapSettings
from sarangi.base.errors import SarangiError
from sarangi.base.manifest_rows import MANIFEST
from sarangi.base.score_id import ScoreId
from sarangi.base.score_rows import SCORES, headline
from sarangi.base.scored import Scored
from sarangi.models.classical import classical
from sarangi.models.predictions import predictions_schema
from sarangi.models.vectors import CorpusFiles
from sarangi.paper.mark_notes import MARKS
from sarangi.paper.tables.scores import scores_table
from sarangi.paper.tables.writing import FORMATS
from sarangi.scoring.scores import scores
from sarangi.splits.protocols import protocol, split
from sarangi.statistics import confusions, metrics

EMOTIONS = ("angry", "happy", "sad")
RANDOM = {"kind": "stratified_kfold", "folds": 3, "seed": 1, "leaks": True}
LOSO = {"kind": "leave_one_group_out", "leaks": False}
SVM = {"kind": "svm_rbf", "C": 10, "gamma": "scale", "class_weight": "balanced"}


def made_manifest(path, speakers=4, clips=6, failed=0):
    """A manifest in which every speaker has every emotion; the last ``failed`` rows failed."""
    lines = []
    for speaker in range(speakers):
        for clip in range(clips):
            blank = dict.fromkeys(MANIFEST.names)
            lines.append(
                blank
                | {
                    "utterance_id": f"made/S{speaker}_{clip:02}.wav",
                    "corpus": "made",
                    "speaker": f"S{speaker}",
                    "group": f"S{speaker}",
                    "emotion": EMOTIONS[clip % 3],
                    "shard": 0,
                    "file": "x",
                    "status": "ok",
                }
            )
    for line in lines[len(lines) - failed :]:
        line |= {"status": "failed", "reason": "broken", "emotion": None}
    store.write(path, pd.DataFrame(lines), MANIFEST, MADE_BY_TEST)
    return path


def made_features(path, manifest, failed=()):
    """Features that carry the emotion and some noise."""
    rows = store.read(manifest, ["utterance_id", "emotion", "status", "reason"])
    draw = np.random.default_rng(0)
    values = np.array([EMOTIONS.index(e) if e in EMOTIONS else 0 for e in rows["emotion"]], dtype=float)
    table = rows.drop(columns="emotion").assign(
        a=values + draw.normal(0, 0.3, len(rows)), b=draw.normal(0, 1, len(rows))
    )
    table.loc[table["utterance_id"].isin(failed), ["status", "reason"]] = ["failed", "too short"]
    import pyarrow as pa

    schema = pa.schema(
        [("utterance_id", pa.string()), *store.STATUS, ("a", pa.float32()), ("b", pa.float32())]
    )
    store.write(path, table, schema, MADE_BY_TEST)
    return path


# -- protocols --------------------------------------------------------------------------------


@pytest.mark.parametrize("settings_", [RANDOM, LOSO], ids=lambda s: s["kind"])
def test_each_usable_utterance_is_tested_once(settings_, tmp_path):
    manifest = made_manifest(tmp_path / "m.parquet", failed=2)
    protocol(manifest, "p", settings_, to(tmp_path / "p.parquet"))
    table = store.read(tmp_path / "p.parquet")
    assert (table["part"] == "test").groupby(table["utterance_id"]).sum().tolist() == [1] * 22 + [0] * 2
    assert set(table.loc[table["reason"] == "broken", "part"]) == {"unused"}
    assert table["leaks"].any() == settings_["leaks"]


@pytest.mark.parametrize(
    "settings_",
    [
        RANDOM | {"validation": 0.2},
        LOSO | {"validation": 0.3, "validation_by": "utterance", "seed": 1, "at_most": {"train": 9}},
        {"kind": "stratified_group_kfold", "folds": 3, "seed": 2, "validation": 0.2, "leaks": False},
        {"kind": "held_out", "test": [["S1"], ["S0", "S4"]], "validate": [["S2"], ["S3"]], "leaks": False},
        {"kind": "random", "test": 0.2, "seed": 3, "stratified": False, "leaks": True},
        RANDOM | {"emotions": ["angry", "sad"]},
    ],
    ids=lambda s: s["kind"],
)
def test_how_a_manifest_is_held_changes_no_fold(settings_, tmp_path):
    manifest = made_manifest(tmp_path / "m.parquet", speakers=9, failed=3)
    protocol(manifest, "p", settings_, to(tmp_path / "p.parquet"))
    found, whole = store.read(tmp_path / "p.parquet"), split(store.read(manifest), "p", settings_)
    assert (found["part"] == "test").any()
    for column in found:
        assert found[column].tolist() == pytest.approx(whole[column].tolist(), nan_ok=True), column


@pytest.mark.parametrize("leaks", [True, False])
@pytest.mark.parametrize("speakers", [4, 9])
def test_validation_is_cut_from_what_is_not_tested_and_keeps_groups_whole(leaks, speakers, tmp_path):
    manifest = made_manifest(tmp_path / "m.parquet", speakers=speakers)
    kind = "stratified_kfold" if leaks else "stratified_group_kfold"
    split = {"kind": kind, "folds": 2, "seed": 1, "validation": 0.2, "leaks": leaks}
    protocol(manifest, "p", split, to(tmp_path / "p.parquet"))
    table = store.read(tmp_path / "p.parquet").merge(
        store.read(manifest, ["utterance_id", "group", "emotion"])
    )
    for _, fold in table.groupby("fold"):
        parts = {part: rows for part, rows in fold.groupby("part")}
        assert set(parts) == {"train", "validation", "test"}
        assert set(parts["train"]["emotion"]) == set(EMOTIONS)
        if not leaks:
            assert fold.groupby("group")["part"].nunique().max() == 1


def test_a_part_is_cut_down_with_the_emotions_in_proportion(tmp_path):
    manifest = made_manifest(tmp_path / "m.parquet", speakers=12, clips=12)
    settings_ = LOSO | {"validation": 0.3, "validation_by": "utterance", "seed": 1}
    whole = split(store.read(manifest), "p", settings_)
    cut = split(store.read(manifest), "p", settings_ | {"at_most": {"train": 30, "validation": 900}})
    emotion = store.read(manifest).set_index("utterance_id")["emotion"]
    for fold, rows in cut.groupby("fold"):
        counts = rows["part"].value_counts()
        before = whole.loc[whole["fold"] == fold, "part"].value_counts()
        assert counts["train"] == 30 < before["train"]
        assert counts["unused"] == before["train"] - 30
        assert (counts["test"], counts["validation"]) == (before["test"], before["validation"])
        train = rows.loc[rows["part"] == "train", "utterance_id"]
        assert set(emotion[train].value_counts()) == {10}
    other = split(store.read(manifest), "p", settings_ | {"at_most": {"train": 30}, "seed": 2})
    assert not (other["part"] == cut["part"]).all()
    with pytest.raises(SarangiError, match=r"fold 0: at_most 2 of .* utterances"):
        split(store.read(manifest), "p", settings_ | {"at_most": {"train": 2}})


def test_a_protocol_that_leaks_without_saying_so_is_refused(tmp_path):
    manifest = made_manifest(tmp_path / "m.parquet")
    with pytest.raises(SarangiError, match=r"groups S0, S1, S2, S3 stand on both sides.*leaks: true"):
        split(store.read(manifest), "p", RANDOM | {"leaks": False})


@pytest.mark.parametrize(
    ("settings_", "speakers", "message"),
    [
        (RANDOM | {"folds": 9}, 4, "7 utterances, fewer than the 9 folds"),
        (LOSO, 1, "1 group; leaving one out"),
    ],
)
def test_a_protocol_that_cannot_be_says_why(settings_, speakers, message, tmp_path):
    manifest = made_manifest(tmp_path / "m.parquet", speakers=speakers, failed=1)
    protocol(manifest, "p", settings_, to(tmp_path / "p.parquet"))
    table = store.read(tmp_path / "p.parquet")
    assert set(zip(table["part"], table["status"], strict=True)) == {("unused", "failed")}
    assert table["utterance_id"].tolist() == store.read(manifest)["utterance_id"].tolist()
    assert table["reason"].str.contains(message).all()


# -- metrics and intervals --------------------------------------------------------------------

pairs = st.lists(st.tuples(st.sampled_from(EMOTIONS), st.sampled_from(EMOTIONS)), min_size=1, max_size=60)


@given(pairs)
@settings(deadline=None)
def test_metrics_agree_with_scikit_learn_over_the_classes_that_are_there(clips):
    true, predicted = map(list, zip(*clips, strict=True))
    counts = confusions.confusion(true, predicted, EMOTIONS)
    there = sorted(set(true))
    macro = {"average": "macro", "labels": there, "zero_division": 0}
    assert confusions.uar(counts) == pytest.approx(recall_score(true, predicted, **macro))
    assert confusions.uf1(counts) == pytest.approx(f1_score(true, predicted, **macro))
    weighted = f1_score(true, predicted, average="weighted", labels=there, zero_division=0)
    assert confusions.wf1(counts) == pytest.approx(weighted)
    assert confusions.accuracy(counts) == pytest.approx(accuracy_score(true, predicted))


def test_an_absent_class_is_never_a_recall_of_zero():
    counts = confusions.confusion(["angry", "angry", "happy"], ["angry", "angry", "sad"], EMOTIONS)
    assert confusions.uar(counts) == 0.5
    assert np.isnan(confusions.recalls(counts)[2])


def everything(confusions):
    """Every metric of confusions of shape (..., K, K) over all classes of EMOTIONS."""
    held = np.ones((1, 3), dtype=bool)
    each = metrics.mean_of_each_class(confusions[..., None, :, :], EMOTIONS)
    return metrics.mean_metrics(confusions[..., None, :, :], held) | each


def test_chance_is_the_mean_of_guessing():
    true = ["angry"] * 300 + ["happy"] * 60 + ["sad"] * 40
    draw = np.random.default_rng(0)
    counts = confusions.confusion(true, true, EMOTIONS)
    expected = everything(confusions.uniform_guessing(counts))
    drawn = [confusions.confusion(true, draw.choice(EMOTIONS, 400), EMOTIONS) for _ in range(2000)]
    for name, values in everything(np.array(drawn)).items():
        assert expected[name] == pytest.approx(values.mean(), abs=0.01), name


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
    assert set(reported["metric"]) == {"uar", "uar_absent_as_zero", "wf1", "uf1", "accuracy"}
    assert set(reported["metric"]) < set(headline([tmp_path / "s.parquet"])["metric"])
    assert len(store.read(files["confusions"])) == 0
    # the other model of the table keeps its row
    other = whole.assign(experiment="other", corpus="ravdess", test="ravdess", model="other")
    store.write(tmp_path / "s.parquet", other, SCORES, MADE_BY_TEST)
    output = {suffix: tmp_path / f"t.{suffix}" for suffix in FORMATS}
    titles = labels(protocols={"p": "P"}, models={"svm": "M", "other": "O"})
    scores_table([tmp_path / "s.parquet", files["scores"]], [], [], titles, output)
    table = pd.read_csv(output["csv"], dtype=str).set_index("Model")
    assert table.loc["M", ["UAR", "Interval", "Chance", "n"]].tolist() == ["--", "--", "--", "0"]
    assert float(table.loc["O", "UAR"]) > 0
