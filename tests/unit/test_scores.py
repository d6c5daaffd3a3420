"""Features, protocols, predictions, metrics and intervals."""

import numpy as np
import opensmile
import pandas as pd
import pytest
from conftest import MADE_BY_TEST, sound
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, recall_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from sarangi import metrics, store
from sarangi.acoustics import extract, features
from sarangi.audio import AUDIO, encode, to_mono_16k
from sarangi.audit import AUDIT
from sarangi.baselines import baseline
from sarangi.bootstrap import SCORES, scores
from sarangi.classical import classical
from sarangi.corpora import MANIFEST
from sarangi.errors import SarangiError
from sarangi.protocols import protocol

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


# -- features ---------------------------------------------------------------------------------


def made_audio(path, signals):
    with store.Writer(path, AUDIO, MADE_BY_TEST) as writer:
        for number, signal in enumerate(signals):
            row = {"utterance_id": f"made/{number:02}.wav", "status": "failed", "reason": "broken"}
            if signal is not None:
                row |= {"status": "ok", "reason": None, "audio": {"bytes": encode(signal), "path": "x"}}
            writer.add(row)
    return path


def test_features_are_opensmiles_whatever_the_workers_and_failures_stay_alone(tmp_path):
    signals = [to_mono_16k(sound(seconds=0.8, frequency=120 + 40 * n, seed=n))[0] for n in range(6)]
    audio = made_audio(tmp_path / "audio.parquet", [*signals, None, signals[0][:50]])
    for workers in (1, 2):
        features(audio, "eGeMAPSv02", tmp_path / f"{workers}.parquet", MADE_BY_TEST, workers)
    assert (tmp_path / "1.parquet").read_bytes() == (tmp_path / "2.parquet").read_bytes()
    found = store.read(tmp_path / "1.parquet")
    smile = opensmile.Smile(opensmile.FeatureSet.eGeMAPSv02, opensmile.FeatureLevel.Functionals)
    for number, signal in enumerate(signals):
        expected = smile.process_signal(signal.astype(np.float32) / 32768, 16_000)
        assert np.array_equal(found.loc[number, list(expected.columns)], expected.iloc[0])
    assert list(found["status"]) == ["ok"] * 6 + ["failed"] * 2
    assert found["reason"].iloc[6] == "broken"
    assert "too short" in found["reason"].iloc[7]


def test_silence_has_finite_features_or_a_reason():
    values, problem = extract(np.zeros(16_000, dtype=np.float32), "eGeMAPSv02")
    assert problem or np.isfinite(values).all()


# -- protocols --------------------------------------------------------------------------------


@pytest.mark.parametrize("settings_", [RANDOM, LOSO], ids=lambda s: s["kind"])
def test_each_usable_utterance_is_tested_once(settings_, tmp_path):
    manifest = made_manifest(tmp_path / "m.parquet", failed=2)
    protocol(manifest, "p", settings_, tmp_path / "p.parquet", MADE_BY_TEST)
    table = store.read(tmp_path / "p.parquet")
    assert (table["part"] == "test").groupby(table["utterance_id"]).sum().tolist() == [1] * 22 + [0] * 2
    assert set(table.loc[table["reason"] == "broken", "part"]) == {"unused"}
    assert table["leaks"].any() == settings_["leaks"]


@pytest.mark.parametrize("leaks", [True, False])
@pytest.mark.parametrize("speakers", [4, 9])
def test_validation_is_cut_from_what_is_not_tested_and_keeps_groups_whole(leaks, speakers, tmp_path):
    manifest = made_manifest(tmp_path / "m.parquet", speakers=speakers)
    kind = "stratified_kfold" if leaks else "stratified_group_kfold"
    split = {"kind": kind, "folds": 2, "seed": 1, "validation": 0.2, "leaks": leaks}
    protocol(manifest, "p", split, tmp_path / "p.parquet", MADE_BY_TEST)
    table = store.read(tmp_path / "p.parquet").merge(
        store.read(manifest, ["utterance_id", "group", "emotion"])
    )
    for _, fold in table.groupby("fold"):
        parts = {part: rows for part, rows in fold.groupby("part")}
        assert set(parts) == {"train", "validation", "test"}
        assert set(parts["train"]["emotion"]) == set(EMOTIONS)
        if not leaks:
            assert fold.groupby("group")["part"].nunique().max() == 1


def test_a_protocol_that_leaks_without_saying_so_is_refused(tmp_path):
    manifest = made_manifest(tmp_path / "m.parquet")
    with pytest.raises(SarangiError, match=r"groups S0, S1, S2, S3 stand on both sides.*leaks: true"):
        protocol(manifest, "p", RANDOM | {"leaks": False}, tmp_path / "p.parquet", MADE_BY_TEST)
    assert not (tmp_path / "p.parquet").exists()


@pytest.mark.parametrize(
    ("settings_", "speakers", "message"),
    [
        (RANDOM | {"folds": 9}, 4, "8 utterances, fewer than the 9 folds"),
        (LOSO, 1, "1 group; leaving one out"),
    ],
)
def test_a_protocol_that_cannot_be_says_why(settings_, speakers, message, tmp_path):
    manifest = made_manifest(tmp_path / "m.parquet", speakers=speakers)
    with pytest.raises(SarangiError, match=message):
        protocol(manifest, "p", settings_, tmp_path / "p.parquet", MADE_BY_TEST)


# -- predictions ------------------------------------------------------------------------------


def test_the_svm_is_scikit_learns_fold_by_fold(tmp_path):
    manifest = made_manifest(tmp_path / "m.parquet", failed=1)
    vectors = made_features(tmp_path / "f.parquet", manifest, failed=["made/S0_00.wav"])
    protocol(manifest, "p", LOSO, tmp_path / "p.parquet", MADE_BY_TEST)
    classical(manifest, tmp_path / "p.parquet", [vectors], SVM, tmp_path / "o.parquet", MADE_BY_TEST)
    found = store.read(tmp_path / "o.parquet").set_index("utterance_id")
    assert len(found) == 24
    assert found.loc[["made/S0_00.wav", "made/S3_05.wav"], "reason"].tolist() == ["too short", "broken"]
    rows = (
        store.read(manifest).merge(store.read(vectors, ["utterance_id", "a", "b"])).set_index("utterance_id")
    )
    usable = rows.loc[found.index[found["status"] == "ok"]]
    for speaker, test in usable.groupby("speaker"):
        train = usable[usable["speaker"] != speaker]
        model = make_pipeline(StandardScaler(), SVC(C=10, class_weight="balanced"))
        model.fit(train[["a", "b"]].to_numpy(float), train["emotion"])
        expected = model.predict(test[["a", "b"]].to_numpy(float))
        assert found.loc[test.index, "predicted"].tolist() == expected.tolist()


def test_baselines_do_what_they_say(tmp_path):
    manifest = made_manifest(tmp_path / "m.parquet")
    rows = store.read(manifest)
    rows["emotion"] = ["happy" if speaker == "S0" else "sad" for speaker in rows["speaker"]]
    store.write(manifest, rows, MANIFEST, MADE_BY_TEST)
    found = {}
    for name, split in (("random", RANDOM), ("loso", LOSO)):
        protocol(manifest, name, split, tmp_path / f"{name}.parquet", MADE_BY_TEST)
        for kind in ("constant", "uniform", "speaker_only"):
            baseline(manifest, tmp_path / f"{name}.parquet", kind, 1, tmp_path / "o.parquet", MADE_BY_TEST)
            found[name, kind] = store.read(tmp_path / "o.parquet")
    assert set(found["random", "constant"]["predicted"]) == {"sad"}
    assert set(found["random", "uniform"]["predicted"]) == {"happy", "sad"}
    known = found["random", "speaker_only"]
    assert known["predicted"].equals(known["emotion"])
    assert set(found["loso", "speaker_only"]["predicted"]) == {"sad"}


# -- metrics and intervals --------------------------------------------------------------------

pairs = st.lists(st.tuples(st.sampled_from(EMOTIONS), st.sampled_from(EMOTIONS)), min_size=1, max_size=60)


@given(pairs)
@settings(deadline=None)
def test_metrics_agree_with_scikit_learn_over_the_classes_that_are_there(clips):
    true, predicted = map(list, zip(*clips, strict=True))
    counts = metrics.confusion(true, predicted, EMOTIONS)
    there = sorted(set(true))
    macro = {"average": "macro", "labels": there, "zero_division": 0}
    assert metrics.uar(counts) == pytest.approx(recall_score(true, predicted, **macro))
    assert metrics.uf1(counts) == pytest.approx(f1_score(true, predicted, **macro))
    weighted = f1_score(true, predicted, average="weighted", labels=there, zero_division=0)
    assert metrics.wf1(counts) == pytest.approx(weighted)
    assert metrics.accuracy(counts) == pytest.approx(accuracy_score(true, predicted))


def test_an_absent_class_is_never_a_recall_of_zero():
    counts = metrics.confusion(["angry", "angry", "happy"], ["angry", "angry", "sad"], EMOTIONS)
    assert metrics.uar(counts) == 0.5
    assert np.isnan(metrics.recalls(counts)[2])


def everything(confusions):
    """Every metric of confusions of shape (..., K, K) over all classes of EMOTIONS."""
    held = np.ones((1, 3), dtype=bool)
    each = metrics.mean_of_each_class(confusions[..., None, :, :], EMOTIONS)
    return metrics.mean_metrics(confusions[..., None, :, :], held) | each


def test_chance_is_the_mean_of_guessing():
    true = ["angry"] * 300 + ["happy"] * 60 + ["sad"] * 40
    draw = np.random.default_rng(0)
    counts = metrics.confusion(true, true, EMOTIONS)
    expected = everything(metrics.uniform_guessing(counts))
    drawn = [metrics.confusion(true, draw.choice(EMOTIONS, 400), EMOTIONS) for _ in range(2000)]
    for name, values in everything(np.array(drawn)).items():
        assert expected[name] == pytest.approx(values.mean(), abs=0.01), name


def scored(tmp_path, split, mean_of_folds=True, audit=None, **made):
    manifest = made_manifest(tmp_path / "m.parquet", **made)
    vectors = made_features(tmp_path / "f.parquet", manifest)
    protocol(manifest, "p", split, tmp_path / "p.parquet", MADE_BY_TEST)
    predictions = tmp_path / "o.parquet"
    classical(manifest, tmp_path / "p.parquet", [vectors], SVM, predictions, MADE_BY_TEST)
    experiment = {
        "experiment": "e", "corpus": "made", "protocol": "p", "model": "svm",
        "mean_of_folds": mean_of_folds, "test": "made", "untrained": False,
    }  # fmt: skip
    settings_ = {"draws": 500, "seed": 1, "confidence": 0.95}
    scores(
        [predictions],
        manifest,
        tmp_path / "p.parquet",
        audit,
        experiment,
        settings_,
        {"scores": tmp_path / "s.parquet", "confusions": tmp_path / "c.parquet"},
        MADE_BY_TEST,
    )
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
    assert set(spoken["metric"]) == set(metrics.METRICS)
    assert spoken["low"].isna().all()
    pooled = found[found["slice"] == "pooled"].set_index("metric")
    assert set(pooled.index) > {"precision_sad", "f1_sad", "recall_sad"}
    assert pooled["ceiling"].eq(1).all()


def test_what_the_audit_found_fatal_of_the_protocol_marks_its_scores(tmp_path):
    rows = [("missing_class", "p", 1.0, "fatal", ""), ("near_duplicates_across", "p", 0.0, "ok", "")]
    store.write(tmp_path / "a.parquet", pd.DataFrame(rows, columns=AUDIT.names), AUDIT, MADE_BY_TEST)
    found, _ = scored(tmp_path, LOSO, mean_of_folds=False, audit=tmp_path / "a.parquet", speakers=9)
    assert set(found["mark"]) == {"class missing"}


def test_nothing_to_score_is_an_error(tmp_path):
    scored(tmp_path, LOSO)
    predictions = store.read(tmp_path / "o.parquet").assign(status="failed")
    from sarangi.predictions import predictions_schema

    store.write(tmp_path / "o.parquet", predictions, predictions_schema(EMOTIONS), MADE_BY_TEST)
    with pytest.raises(SarangiError, match="no prediction is ok"):
        scores(
            [tmp_path / "o.parquet"], tmp_path / "m.parquet", tmp_path / "p.parquet", None,
            {"experiment": "e"}, {}, tmp_path / "s2.parquet", MADE_BY_TEST,
        )  # fmt: skip
