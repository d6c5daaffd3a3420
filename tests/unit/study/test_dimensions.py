"""Ratings in a configuration: what is made of them, and what is refused."""

import re

import pytest
import yaml
from support.configuration import SCHEMA, refused
from support.places import ROOT
from support.studies import checked, write_study

from sarangi.study import rated_inputs
from sarangi.study.checking import check
from sarangi.study.dimensions import scales_of
from sarangi.study.table_corpora import settings_of
from sarangi.study.wanted import every_table

PAGE = (ROOT / "docs/dimensions.md").read_text(encoding="utf-8")
ENTRY = {"corpora": ["iemocap"], "protocols": ["session"], "models": ["egemaps_svr", "training_mean"]}


def test_the_demo_predicts_ratings_apart_from_emotions(study, tmp_path, monkeypatch):
    demo = checked(study, tmp_path, monkeypatch)
    name = "iemocap_session_egemaps_svr"
    assert name in demo.rated_runnable
    assert name in demo.rated_scored
    assert name not in demo.experiments
    assert not any("dimensions" in demo.config["models"][e.model] for e in demo.experiments.values())
    assert rated_inputs.ends_of(demo, "iemocap") == {"arousal": (1, 5), "valence": (0, 1)}
    wanted = every_table(demo)
    for file in (
        f"results/dimensions/{name}.parquet", f"results/runs/{name}/predictions/within.parquet",
        "results/dimension_differences/iemocap_session.parquet", "results/protocols/iemocap/session.parquet",
    ):  # fmt: skip
        assert file in wanted
    assert f"results/scores/{name}.parquet" not in wanted
    assert not any("svr" in file for file in wanted if file.startswith("results/differences"))
    compared = rated_inputs.rated_models_compared(demo, "iemocap", "session")
    assert not compared["egemaps_svr"].baseline
    assert compared["speaker_mean"].baseline
    # what results follow from: another scale is another corpus
    before = demo.identities
    study["corpora"]["iemocap"]["dimensions"]["arousal"] = {"to": [0, 1]}
    after = checked(study, tmp_path, monkeypatch).identities
    assert before[f"experiments/{name}"] != after[f"experiments/{name}"]
    assert before["experiments/meld_publisher_egemaps_svm"] == after["experiments/meld_publisher_egemaps_svm"]
    # without the corpus they cannot run, and nothing of them is made
    study["corpora"]["iemocap"]["source"] = {"request": "ask for it"}
    absent = checked(study, tmp_path, monkeypatch)
    assert [str(each) for each in absent.waits_for(absent.rated_experiments[name])] == [
        "corpus iemocap: ask for it, put it at resources/corpora/iemocap"
    ]
    assert not absent.rated_runnable
    assert not any("dimension" in file for file in every_table(absent))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s["corpora"]["iemocap"]["dimensions"].pop("arousal"),
         "egemaps_svr predicts arousal, which corpora.iemocap.dimensions does not name"),
        (lambda s: s["models"]["egemaps_svr"].update(dimensions=["dominance"]),
         "egemaps_svr predicts dominance, which corpora.iemocap.dimensions does not name"),
        (lambda s: s["corpora"]["iemocap"]["dimensions"].update(tension={}),
         "the layout of iemocap has no rating 'tension'"),
        (lambda s: s["corpora"]["meld"].update(dimensions={"arousal": {}}),
         "the layout of meld has no rating 'arousal'; it has none"),
        (lambda s: s["corpora"]["iemocap"]["dimensions"].update(arousal={"scale": [1, 7]}),
         "the layout states its own scale; remove it"),
        (lambda s: s["corpora"]["iemocap"]["dimensions"].update(valence={"to": [1, 0]}),
         "[1, 0] is not a scale; expected its lowest value, then its highest"),
        (lambda s: s["models"]["egemaps_svr"].update(regressor="svm"), "unknown regressor 'svm'"),
        (lambda s: s["models"]["egemaps_svr"].pop("dimensions"), "expected one of"),
        (lambda s: s["models"]["constant"].update(dimensions=["arousal"]), "'dimensions'"),
        (lambda s: s["models"]["training_mean"].pop("dimensions"), "the key 'dimensions' is missing"),
        (lambda s: s.update(robustness=[{
            "experiments": ["iemocap_session_egemaps_svr"], "conditions": ["room"]}]),
         "iemocap_session_egemaps_svr predicts ratings, and only experiments on emotions go here"),
        (lambda s: s.update(benchmarks={"b": {
            "title": "b", "version": "1", "licence": "MIT", "contact": "x", "tasks": [{
                "corpora": ["iemocap"], "protocols": ["session"], "baselines": ["egemaps_svr"]}]}}),
         "egemaps_svr predicts ratings, and a task of a benchmark is about emotions"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused_with_its_place(study, change, message, tmp_path):
    change(study)
    text, _ = refused(study, tmp_path)
    assert message in text


def table(study, **dimensions):
    study["corpora"]["my"] = {"table": "labels.csv", "columns": {"text": "words"}, "dimensions": dimensions}
    study["experiments"].append(
        {**ENTRY, "corpora": ["my"], "models": ["egemaps_svr"], "protocols": ["loso"]}
    )


@pytest.mark.parametrize(
    ("dimension", "message"),
    [
        ({}, "the key 'scale' is missing: the ends of the scale"),
        ({"scale": [1, 5], "column": "Words"}, "the column 'Words' is read as text"),
        ({"scale": [1, 5], "column": "Valence"}, "the column 'valence' is that of arousal, too"),
        ({"scale": [1]}, "too short"),
    ],
)
def test_ratings_of_a_table_need_a_scale_and_a_column_of_their_own(study, dimension, message, tmp_path):
    table(study, arousal=dimension, valence={"scale": [1, 5]})
    text, _ = refused(study, tmp_path)
    assert message in text


def test_a_transfer_needs_one_scale_and_the_message_names_what_makes_one(study, tmp_path):
    table(study, arousal={"scale": [-1, 1]}, valence={"scale": [0, 1]})
    study["experiments"][-1]["transfer"] = ["iemocap"]
    text, _ = refused(study, tmp_path)
    assert "arousal is from -1 to 1 on my and from 1 to 5 on iemocap" in text
    assert "map both to one scale, as in to: [0, 1]" in text
    assert "valence is from" not in text
    study["corpora"]["my"]["dimensions"]["arousal"]["to"] = [1, 5]
    found = check(study, SCHEMA, [write_study(study, tmp_path) / "config.yaml"])
    assert [test for e, test in found.wanted_rated_transfers if e.corpus == "my"] == ["iemocap"]
    assert not [e for e, _ in found.wanted_transfers if "svr" in e.model]


def test_what_the_page_writes_can_be_run(study, tmp_path, monkeypatch):
    """Each example of docs/dimensions.md with experiments; the first names a table's columns."""
    every = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.S)]
    blocks = [block for block in every if "experiments" in block]
    assert len(blocks) == 2
    for block in blocks:
        found = check({**block, "download": False}, SCHEMA, [])
        assert found.rated_experiments
    (corpus,) = blocks[0]["corpora"]
    entry = check(blocks[0] | {"download": False}, SCHEMA, []).config["corpora"][corpus]
    assert scales_of(corpus, entry)["arousal"].ends == (0, 1)
    assert settings_of({**entry, "format": "csv"}).dimensions["arousal"].column == "act"
