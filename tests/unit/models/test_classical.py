"""Classical models and baselines: what a batch of experiments predicts."""

import logging
import warnings

import numpy as np
import pyarrow as pa
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from support.classical_corpus import (
    Corpus,
    drawn,
    one_thread_of_blas,  # noqa: F401  (fixtures)
)
from support.examples import add_module, example
from support.places import MADE_BY_TEST, ROOT, to
from support.small_manifests import LOSO, SVM, made_features, made_manifest

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.score_id import ScoreId
from sarangi.models import classifiers
from sarangi.models.alignment import coral
from sarangi.models.baselines import baseline
from sarangi.models.classical import classical
from sarangi.models.fold_matrices import FoldMatrices
from sarangi.models.predictions import Parts
from sarangi.models.training import model_of
from sarangi.models.vectors import CorpusFiles, Vectors
from sarangi.scoring.answers import answers
from sarangi.splits.protocols import PROTOCOL, protocol
from sarangi.study.checking import check
from sarangi.study.loaded import loaded

LINEAR = {"kind": "svm_linear", "C": 0.1, "class_weight": None}
FOREST = {"kind": "random_forest", "trees": 20, "class_weight": "balanced", "seeds": [3, 4]}
MLP = {"kind": "mlp", "hidden": [8, 4], "early_stopping": True, "max_iter": 15, "seeds": [3, 4]}
LOGISTIC = {"kind": "logistic", "C": 0.5, "class_weight": "balanced", "max_iter": 300}
ALL = {"svm": SVM, "linear": LINEAR, "forest": FOREST, "mlp": MLP, "logistic": LOGISTIC}


def plainly(corpus, test, model, scaled_alone=False):
    """What a pipeline of scikit-learn predicts for the utterances at these places."""
    train = np.setdiff1d(np.arange(len(corpus.ids)), test)
    values, emotions = corpus.values.astype(np.float64), np.array(corpus.emotions, dtype=object)
    if scaled_alone:
        model.fit(StandardScaler().fit_transform(values[train]), emotions[train])
        return list(model.predict(StandardScaler().fit_transform(values[test])))
    return list(
        make_pipeline(StandardScaler(), model).fit(values[train], emotions[train]).predict(values[test])
    )


@given(
    seed=st.integers(0, 10_000),
    clips=st.integers(12, 70),
    width=st.integers(1, 90),
    classes=st.integers(2, 5),
    constant=st.integers(0, 3),
    weights=st.sampled_from(["balanced", None]),
    gamma=st.sampled_from(["scale", "auto"]),
    c=st.sampled_from([0.1, 10]),
)
@settings(deadline=None, max_examples=40)
def test_kernels_shared_between_machines_predict_what_scikit_learn_does(
    tmp_path_factory, seed, clips, width, classes, constant, weights, gamma, c
):
    corpus = Corpus(
        tmp_path_factory.mktemp("svm") / "made", *drawn(seed, clips, width, classes, min(constant, width - 1))
    )
    tests = [np.arange(5), np.arange(5, 9)]
    rbf = {"kind": "svm_rbf", "C": c, "gamma": gamma, "class_weight": weights}
    linear = {"kind": "svm_linear", "C": c, "class_weight": weights}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = corpus.run({"rbf": rbf, "linear": linear}, tests)
    for name, model in (
        ("rbf", SVC(C=c, gamma=gamma, class_weight=weights)),
        ("linear", SVC(C=c, kernel="linear", class_weight=weights)),
    ):
        table = store.read(found[name]).sort_values(["fold", "utterance_id"])
        assert table["seed"].isna().all()
        assert list(table["predicted"]) == [e for test in tests for e in plainly(corpus, test, model)]


def test_every_classifier_is_scikit_learns_one_row_a_seed(tmp_path):
    corpus = Corpus(tmp_path / "made", *drawn(1, 90, 150, constant=5))
    tests = [np.arange(0, 30), np.arange(30, 60), np.arange(60, 90)]
    found = corpus.run(ALL, tests)
    models = {
        "forest": lambda seed: RandomForestClassifier(20, class_weight="balanced", random_state=seed),
        "mlp": lambda seed: MLPClassifier((8, 4), early_stopping=True, max_iter=15, random_state=seed),
        "logistic": lambda seed: LogisticRegression(C=0.5, class_weight="balanced", max_iter=300),
        "svm": lambda seed: SVC(C=10, class_weight="balanced"),
        "linear": lambda seed: SVC(C=0.1, kernel="linear"),
    }
    for name, model in models.items():
        table = store.read(found[name])
        seeds = ALL[name].get("seeds", [-1])
        assert len(table) == 90 * len(seeds)
        assert list(table["utterance_id"]) == sorted(corpus.ids * len(seeds))
        for seed, run in table.fillna({"seed": -1}).groupby("seed"):
            for fold, test in enumerate(tests):
                expected = plainly(corpus, test, model(None if seed == -1 else int(seed)))
                assert list(run.loc[run["fold"] == fold, "predicted"]) == expected, (name, seed)


def test_the_bytes_do_not_depend_on_threads_or_on_what_else_is_in_the_batch(tmp_path):
    corpus = Corpus(tmp_path / "made", *drawn(2, 60, 80))
    other = Corpus(tmp_path / "other", *drawn(3, 30, 80, classes=2))
    tests = [np.arange(0, 20), np.arange(20, 40), np.arange(40, 60)]
    corpus.split(tests[:2], "q")
    batch = ALL | {"q_svm": {"protocol": "q", "settings": SVM}, "aligned": SVM | {"alignment": "coral"}}
    # several names of protocols, to be sure that one does not see the other's matrices
    one = corpus.run(batch, tests, 1, [other], ("p", "q"), "one")
    two = corpus.run(batch, tests, 2, [other], ("q", "p"), "two")
    for name in batch:
        alone = corpus.run({name: batch[name]}, tests, 1, [other], ("p", "q"), "alone")
        for file, path in alone.items():
            assert path.read_bytes() == one[file].read_bytes() == two[file].read_bytes(), file


def test_a_forest_adds_up_its_votes_in_one_order(tmp_path, monkeypatch):
    seen = []
    predict = RandomForestClassifier.predict
    monkeypatch.setattr(
        RandomForestClassifier, "predict", lambda self, x: (seen.append(self.n_jobs), predict(self, x))[1]
    )
    Corpus(tmp_path / "made", *drawn(2, 30, 5)).run({"forest": FOREST}, [np.arange(9)], threads=2)
    assert seen == [1, 1]


def test_what_has_no_features_or_no_part_keeps_its_reason(tmp_path):
    manifest = made_manifest(tmp_path / "m.parquet", failed=1)
    vectors = made_features(tmp_path / "f.parquet", manifest, failed=["made/S0_00.wav"])
    protocol(manifest, "p", LOSO, to(tmp_path / "p.parquet"))
    # as a protocol with fewer emotions than the corpus has it
    rows = store.read(tmp_path / "p.parquet")
    sad = rows["utterance_id"].isin([f"made/S{s}_{c:02}.wav" for s in range(4) for c in (2, 5)])
    store.write(
        tmp_path / "p.parquet", rows.assign(part=rows["part"].mask(sad, "unused")), PROTOCOL, MADE_BY_TEST
    )
    experiment = {"e": {"protocol": "p", "settings": FOREST}}
    protocols, output = {"p": tmp_path / "p.parquet"}, {"e": tmp_path / "o.parquet"}
    classical(CorpusFiles(manifest, [vectors]), protocols, experiment, {ScoreId("e"): to(output["e"])})
    found = store.read(output["e"])
    assert [column for column in found if column[:2] == "p_"] == ["p_angry", "p_happy"]
    reasons = found.groupby(["status", "reason"], dropna=False)["utterance_id"].agg(["size", "nunique"])
    assert reasons.loc["ok"].to_numpy().tolist() == [[30, 15]]
    assert reasons.loc["failed", "too short"].tolist() == [2, 1]
    assert reasons.loc["failed", "broken"].tolist() == [1, 1]
    assert reasons.loc["skipped", "in no part of the protocol"].tolist() == [7, 7]
    assert found["utterance_id"].nunique() == 24
    baseline(manifest, protocols, {"e": {"protocol": "p", "kind": "uniform"}}, 1, {"e": to(output["e"])})
    assert set(store.read(output["e"])["predicted"].dropna()) == {"angry", "happy"}


@pytest.mark.parametrize("kind", ["svm_rbf", "svm_linear", "logistic"])
def test_c_is_chosen_within_the_training_part(kind, tmp_path, caplog):
    caplog.set_level(logging.INFO, "sarangi")
    emotions, values, groups = drawn(4, 80, 20, spread=2.0)
    chosen = SVM | {"kind": kind, "C": [100, 1e-5, 1, 0.01], "inner_folds": 3, "max_iter": 2000}
    if kind != "logistic":
        del chosen["max_iter"]
    said, within = [], []
    tests = [np.arange(20), np.arange(20, 40)]
    for name in ("sane", "absurd"):
        if name == "absurd":
            # of the first fold; the second trains on them
            values[:20], emotions[:20] = -1e6 * values[:20], [*emotions[1:20], "angry"]
        corpus = Corpus(tmp_path / name / "made", emotions, values, groups)
        table = store.read(corpus.run({"e": chosen}, tests)["e"])
        assert table["status"].eq("ok").all()
        said.append([m.split("made/p.parquet, ")[1] for m in caplog.messages if "fold 0" in m][-1])
        # the training itself: nothing of it depends on what is tested
        own = Vectors(corpus.files)
        fold = Parts(own.rows, corpus.folder / "p.parquet", own.present).folds()[0]
        within.append(FoldMatrices(fold, own, {}).inputs(model_of(chosen).preparation, ""))
    assert said[0] == said[1]
    assert said[0].startswith("fold 0, e: C = ")
    assert np.array_equal(*within)


def test_a_classifier_is_one_module_its_settings_and_one_entry(tmp_path, monkeypatch, study):
    said = example("A classifier")
    added = add_module(classifiers, "knn", said["python"][0], tmp_path / "added", monkeypatch)
    schema = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text())
    fragment, entries = map(yaml.safe_load, said["yaml"])
    of_kinds = schema["properties"]["classifiers"]["additionalProperties"]
    of_kinds["properties"]["kind"]["enum"] += fragment["properties"].pop("kind")["enum"]
    of_kinds["properties"] |= fragment["properties"]
    of_kinds["allOf"] += fragment["allOf"]
    (tmp_path / "schema.yaml").write_text(yaml.safe_dump(schema, sort_keys=False))
    for kind, entry in entries.items():
        study[kind] |= entry
    study["experiments"][0]["models"].append("egemaps_knn")
    found = check(study, tmp_path / "schema.yaml", [], probe=False)
    assert ("sarangi.models.classifier", (added,)) in loaded(found, {}, {"classifiers": ["knn"]})
    corpus = Corpus(tmp_path / "made", *drawn(5, 60, 30))
    test = np.arange(30)
    rows = store.read(corpus.run({"e": found.settings("egemaps_knn")}, [test])["e"])
    train = StandardScaler().fit(corpus.values[30:].astype(float))
    model = KNeighborsClassifier(5).fit(train.transform(corpus.values[30:]), corpus.emotions[30:])
    assert list(rows["predicted"]) == list(model.predict(train.transform(corpus.values[:30])))
    study["classifiers"]["svm"]["neighbours"] = 5
    with pytest.raises(SarangiError, match=r"classifiers\.svm\.neighbours: the key 'neighbours' with"):
        check(study, tmp_path / "schema.yaml", [], probe=False)


@pytest.mark.parametrize("kind", ["forest", "svm", "linear"])
def test_each_side_can_be_scaled_by_itself(kind, tmp_path):
    emotions, values, groups = drawn(5, 90, 30)
    test = np.arange(45)
    # a test part that sounds different as a whole
    values[test] *= 3
    corpus = Corpus(tmp_path / "made", emotions, values, groups)
    scaled = ALL[kind] | {"scaling": "each"} | ({"seeds": [3]} if kind == "forest" else {})
    found = corpus.run({"e": scaled}, [test])
    models = {
        "forest": RandomForestClassifier(20, class_weight="balanced", random_state=3),
        "svm": SVC(C=10, class_weight="balanced"),
        "linear": SVC(C=0.1, kernel="linear"),
    }
    expected = plainly(corpus, test, models[kind], scaled_alone=True)
    assert list(store.read(found["e"])["predicted"]) == expected
    assert expected != plainly(corpus, test, models[kind])


def test_an_aligned_model_is_trained_for_each_corpus_it_is_tested_on(tmp_path):
    corpus = Corpus(tmp_path / "made", *drawn(6, 60, 40))
    other = Corpus(tmp_path / "other", *drawn(7, 40, 40))
    settings_ = LINEAR | {"alignment": "coral", "scaling": "each"}
    test = np.arange(20)
    found = corpus.run({"e": settings_}, [test], elsewhere=[other])
    train = StandardScaler().fit_transform(corpus.values[20:].astype(float))
    for name, values in (("e", corpus.values[:20]), ("e_to_other", other.values)):
        tested = StandardScaler().fit_transform(values.astype(float))
        model = SVC(C=0.1, kernel="linear").fit(coral(train, tested), corpus.emotions[20:])
        assert list(store.read(found[name])["predicted"]) == list(model.predict(tested))


def test_a_transfer_predicts_the_other_corpus_once_a_run_over_the_shared_emotions(tmp_path):
    corpus = Corpus(tmp_path / "made", *drawn(8, 80, 30, classes=4))
    emotions, values, groups = drawn(9, 40, 30, classes=4)
    # angry and sad are shared; the order in which features are stored is another than the manifest's
    emotions = [{"happy": "bored", "neutral": "bored"}.get(e, e) for e in emotions]
    other = Corpus(tmp_path / "other", emotions, values, groups)
    rows = store.read(other.features).iloc[::-1].reset_index(drop=True)
    rows.loc[rows["utterance_id"] == "other/000", ["status", "reason"]] = ["failed", "too short"]
    schema = pa.schema(
        [pa.field("utterance_id", pa.string()), *store.STATUS]
        + [pa.field(name, pa.float32()) for name in rows.columns if name[0] == "f"]
    )
    store.write(other.features, rows, schema, MADE_BY_TEST)
    tests = [np.arange(0, 40), np.arange(40, 80)]
    found = corpus.run(ALL, tests, elsewhere=[other])
    for name, entry in ALL.items():
        seeds = entry.get("seeds", [None])
        table = store.read(found[f"{name}_to_other"])
        assert len(table) == 40 * 2 * len(seeds)
        assert set(table.loc[table["utterance_id"] == "other/000", "reason"]) == {"too short"}
        foreign = table["emotion"].eq("bored")
        assert set(table.loc[foreign, "reason"]) == {"the model does not know its emotion"}
        known, columns = answers([found[f"{name}_to_other"]], other.manifest, name)
        assert columns == ["angry", "sad"]
        assert len(known) == 19 * 2 * len(seeds)
    # happy and neutral count as one, under a name that the model does not know
    mapped = corpus.run(
        ALL, tests, elsewhere=[other], output="c", counted={"happy": "bored", "neutral": "bored"}
    )
    for name, entry in ALL.items():
        known, columns = answers([mapped[f"{name}_to_other"]], other.manifest, name)
        assert (columns, len(known)) == (["angry", "bored", "sad"], 39 * 2 * len(entry.get("seeds", [None])))
        assert store.read(mapped[name]).equals(store.read(found[name]))  # within, nothing changes
        assert "bored" in set(known["predicted"]) <= {"angry", "bored", "sad"}
    # libsvm's machines for pairs stand alone: of the shared pair, without weights, it is that of these two
    pair = np.isin(corpus.emotions, ["angry", "sad"])
    scaler = StandardScaler().fit(corpus.values[40:].astype(float))
    pair[:40] = False
    model = SVC(C=0.1, kernel="linear").fit(
        scaler.transform(corpus.values[pair].astype(float)), np.array(corpus.emotions)[pair]
    )
    tested = np.isin(other.emotions, ["angry", "sad"])
    tested[0] = False
    table = store.read(found["linear_to_other"]).query("fold == 0 and status == 'ok'")
    expected = model.predict(scaler.transform(other.values[tested].astype(float)))
    assert list(table["predicted"]) == list(expected)
    stranger = Corpus(tmp_path / "stranger", ["angry", "bored"] * 5, values[:10], groups[:10])
    with pytest.raises(SarangiError, match=r"stranger/m\.parquet: shares 1 emotions with the model"):
        corpus.run({"e": SVM}, tests, elsewhere=[stranger])
    narrow = Corpus(tmp_path / "narrow", emotions, values[:, :7], groups)
    with pytest.raises(SarangiError, match=r"narrow/m\.parquet: its features are not those of .*7 and 30"):
        corpus.run({"e": SVM}, tests, elsewhere=[narrow])


def test_a_fold_that_cannot_train_is_marked_and_stops_nothing(tmp_path):
    emotions, values, groups = drawn(10, 40, 6, classes=2)
    emotions[:3] = ["sad", "sad", "sad"]
    corpus = Corpus(tmp_path / "made", emotions, values, groups)
    places = np.arange(40)
    only_angry = places[np.array(emotions) != "angry"]
    # the first trains on one emotion, the second on one sad clip, the third lacks sad
    tests = [only_angry, np.array([1, 2, 10, 11]), np.array([0, 1, 2, 20, 21])]
    found = corpus.run(
        {"svm": SVM, "mlp": MLP, "chosen": LOGISTIC | {"C": [0.1, 1], "inner_folds": 3}}, tests
    )
    for name in ("svm", "chosen", "mlp"):
        table = store.read(found[name])
        failed = table[table["status"] == "failed"]
        seeds = ALL.get(name, {}).get("seeds", [None])
        assert set(failed["fold"]) == ({0, 1} if name == "mlp" else {0})
        assert len(table) == sum(map(len, tests)) * len(seeds)
        first = failed[failed["fold"] == 0]["reason"].unique()
        assert list(first) == [
            "the training part of fold 0 has angry only; a classifier needs two emotions or more"
        ]
    reason = failed.loc[failed["fold"] == 1, "reason"].iloc[0]
    assert reason.endswith("has one utterance of sad; early stopping needs two of each emotion")
    assert set(failed.loc[failed["fold"] == 1, "seed"]) == {3, 4}
    with pytest.raises(SarangiError, match=r"made/p\.parquet: no classifier could .* fold 0 has angry only"):
        corpus.run({"svm": SVM, "mlp": MLP}, tests[:1])


def test_a_tenth_too_small_for_early_stopping_is_marked(tmp_path):
    corpus = Corpus(tmp_path / "made", *drawn(11, 24, 5, classes=4))
    table = store.read(corpus.run({"mlp": MLP, "svm": SVM}, [np.arange(4)])["mlp"])
    assert set(table["reason"]) == {
        "the training part of fold 0 has 20 utterances; early stopping would hold back 2, fewer than its 4 emotions"  # noqa: E501
    }


def test_a_protocol_that_cannot_be_made_stops_nothing_but_its_own_experiments(tmp_path):
    corpus = Corpus(tmp_path / "made", *drawn(12, 24, 5))
    other = Corpus(tmp_path / "other", *drawn(13, 12, 5))
    corpus.split([np.arange(8)])
    absent = {"kind": "held_out", "test": [["nobody"]], "leaks": False}
    protocol(corpus.manifest, "q", absent, to(corpus.folder / "q.parquet"))
    entries = {name: {"protocol": name, "settings": SVM, "tests": ["other"]} for name in ("p", "q")}
    found = corpus.run(entries, elsewhere=[other], names=("p", "q"))
    for name, there in (("q", 24), ("q_to_other", 12)):
        table = store.read(found[name])
        assert (len(table), set(table["status"])) == (there, {"failed"})
        assert table["reason"].str.startswith("cannot be made: protocol q on made: no group nobody").all()
    alone = corpus.run({"p": SVM}, elsewhere=[other], output="alone")
    for name in ("p", "p_to_other"):
        assert found[name].read_bytes() == alone[name].read_bytes()
    of_both = {name: corpus.folder / f"{name}.parquet" for name in ("p", "q")}
    constant = {name: {"protocol": name, "kind": "constant"} for name in of_both}
    output = {name: tmp_path / f"b_{name}.parquet" for name in of_both}
    baseline(corpus.manifest, of_both, constant, 1, {name: to(path) for name, path in output.items()})
    assert store.read(output["p"])["predicted"].notna().sum() == 8
    assert store.read(output["q"])["reason"].str.startswith("cannot be made").all()
