"""Scores under few groups with other seeds, numbers of folds and sample rates."""

import numpy as np
import pandas as pd
import pytest
from support.classical_corpus import Corpus, drawn
from support.labels import labels
from support.places import MADE_BY_TEST, to
from support.small_manifests import SVM

from sarangi.audit.corpus import corpus_audit
from sarangi.audit.rows import AUDIT, Audited
from sarangi.base import store
from sarangi.base.bootstrap import BootstrapSettings
from sarangi.base.score_id import ScoreId
from sarangi.base.scored import Scored, SplitAgain
from sarangi.models.classical import classical
from sarangi.paper.tables.splits import splits_table
from sarangi.paper.tables.writing import FORMATS
from sarangi.scoring.scores import scores
from sarangi.scoring.sensitivity import fewest_groups, sensitivity
from sarangi.splits.protocols import protocol

SPLIT = {"kind": "stratified_group_kfold", "folds": 2, "seed": 1, "leaks": False}
SETTINGS = BootstrapSettings(draws=100, seed=1, confidence=0.95)


@pytest.fixture
def corpus(tmp_path):
    return Corpus(tmp_path / "made", *drawn(4, 72, 12, classes=3, groups=6, spread=1.5))


def varied(corpus, others, few=True, own_rate=None):
    """The rows of one experiment on a made corpus, and the file of its score under its own split."""
    audit = corpus.folder / "audit.parquet"
    count, verdict = (6, "warning") if few else (20, "ok")
    rows = [("groups", "", count, verdict, ""), ("groups_of_emotion", "angry", count - 1, verdict, "")]
    table = pd.DataFrame(rows, columns=AUDIT.names).astype({"value": float})
    store.write(audit, table, AUDIT, MADE_BY_TEST)
    experiment = SplitAgain(
        features="set",
        own_rate=own_rate,
        protocol="p",
        split=SPLIT,
        others=others,
        settings=SVM,
        mean_of_folds=True,
    )
    output = corpus.folder / "sensitivity.parquet"
    features = {"set": [corpus.features]} | ({own_rate: [corpus.features]} if own_rate else {})
    sensitivity(corpus.manifest, audit, features, {"urdu_latif_p_svm": experiment}, to(output))
    return store.read(output)


def reported(corpus, split):
    """The UAR that the scores report of a split, by the way of an experiment of its own."""
    folder = corpus.folder / f"seed{split['seed']}folds{split['folds']}"
    folder.mkdir()
    files = {name: folder / f"{name}.parquet" for name in ("protocol", "predictions", "scores", "confusions")}
    protocol(corpus.manifest, "p", split, to(files["protocol"]))
    entry = {"e": {"protocol": "p", "settings": SVM, "tests": []}}
    classical(corpus.files, {"p": files["protocol"]}, entry, {ScoreId("e"): to(files["predictions"])})
    experiment = Scored(
        experiment="urdu_latif_p_svm",
        corpus="urdu_latif",
        protocol="p",
        model="svm",
        test="urdu_latif",
        mean_of_folds=True,
        untrained=False,
        predictions=[files["predictions"]],
        manifest=corpus.manifest,
        protocol_file=files["protocol"],
    )
    scores(experiment, SETTINGS, {key: to(files[key]) for key in ("scores", "confusions")})
    table = store.read(files["scores"])
    return table[(table["slice"] == "folds") & (table["metric"] == "uar")]["value"].iloc[0], files["scores"]


def test_each_variant_scores_what_an_experiment_of_its_own_would(corpus, tmp_path):
    table = varied(corpus, {"seed": [2, 3], "folds": [3, 9]}, own_rate="own")
    assert list(zip(table["varied"], table["setting"], strict=True)) == [
        ("seed", "2"), ("seed", "3"), ("folds", "3"), ("folds", "9"), ("sample rate", "own"),
    ]  # fmt: skip
    found = table.set_index(["varied", "setting"])["uar"]
    for key, value in (("seed", 2), ("seed", 3), ("folds", 3)):
        assert found[key, str(value)] == reported(corpus, SPLIT | {key: value})[0]
    # the same features under another name
    own, file = reported(corpus, SPLIT)
    assert found["sample rate", "own"] == own
    assert found["seed"].nunique() == 2
    assert np.isnan(found["folds", "9"])
    assert set(table["fewest"]) == {5}
    files = {suffix: tmp_path / f"splits.{suffix}" for suffix in FORMATS}
    titles = labels(protocols={"p": "two folds"}, models={"svm": "SVM"})
    splits_table([corpus.folder / "sensitivity.parquet"], [file], titles, files)
    lines = pd.read_csv(files["csv"]).set_index("Varied")
    assert list(lines.index) == ["seed: 2, 3", "folds: 3", "sample rate: own"]
    seeds = sorted(found["seed"])
    shown = lines.loc["seed: 2, 3", ["UAR", "Smallest", "Median", "Largest"]].astype(float)
    assert list(shown) == pytest.approx([own, seeds[0], np.mean(seeds), seeds[1]], abs=5e-4)
    assert list(lines["Variants"]) == ["2 of 2", "1 of 2", "1 of 1"]
    assert "Not made: protocol p_folds_9 on made: " in files["md"].read_text()


def test_where_there_are_enough_groups_nothing_is_varied(corpus):
    assert varied(corpus, {"seed": [2]}, few=False).empty


def test_few_groups_are_those_that_the_audit_warns_of(tmp_path):
    def audited(groups):
        corpus = Corpus(tmp_path / f"of{groups}", *drawn(1, 12 * groups, 3, groups=groups))
        output = corpus.folder / "audit.parquet"
        corpus_audit(Audited(corpus.manifest), {}, to(output))
        table = store.read(output)
        counts = table[table["check"] == "groups_of_emotion"].set_index("subject")["value"]
        known = store.read(corpus.manifest).groupby("emotion")["group"].nunique()
        assert counts.to_dict() == known.to_dict()
        return table

    few, enough = audited(4), audited(30)
    assert fewest_groups(few, "p") == 4
    assert fewest_groups(enough, "p") is None
    tested = enough.assign(check="tested_groups", subject="p", verdict="warning", value=3.0)
    assert fewest_groups(tested, "p") == 3
    assert fewest_groups(tested, "another") is None
