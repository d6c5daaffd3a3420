"""The methods of a study in sentences."""

import pytest
from support.places import ROOT
from support.studies import stand_in

from sarangi.study.checking import check
from sarangi.study.defaults import built_in
from sarangi.study.methods import methods_of


def study_of(models, protocols):
    grid = {"corpora": ["urdu_latif"], "protocols": protocols, "models": models}
    config = {"corpora": {"urdu_latif": stand_in(speakers=8, clips=5, seed=1)}, "experiments": [grid]}
    return check(config, ROOT / "workflow/schemas/config.schema.yaml", [])


def test_methods_say_what_is_configured_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = methods_of(study_of(["egemaps_svm_nested", "constant"], ["loso", "loso_matched", "random5"]))
    said = {each.heading: [sentence.text for sentence in each.sentences] for each in found}
    assert set(said) == {"Protocols", "Features", "Classical models", "Baselines"}
    loso, matched, random = said["Protocols"]
    assert (
        loso == "Leave one speaker out: each group is tested once, by models that were trained on the others"
    )
    assert "permuted among the parts" in matched
    assert random.endswith("a speaker may be in training and test, and the scores are marked")
    assert "C chosen among 0.1, 1, 10, 100 in 3 folds" in said["Classical models"][0]
    assert not any(text.endswith(".") for texts in said.values() for text in texts)


def test_methods_say_which_states_of_a_frozen_encoder_are_features(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    encoder = {
        "title": "Whisper base",
        "licence": "MIT",
        "family": "whisper",
        "source": {"request": "get it"},
    }
    states = {"title": "Whisper base (frozen)", "encoder": "whisper_base", "max_audio_s": 30}
    grid = {"corpora": ["urdu_latif"], "protocols": ["loso"], "models": ["mean", "first"]}
    config = {
        "corpora": {"urdu_latif": stand_in(speakers=8, clips=5, seed=1)},
        "encoders": {"whisper_base": encoder | {"context": 4}},
        "feature_sets": {"mean": states, "first": states | {"layers": 0}},
        "models": {
            name: {"title": name, "features": name, "classifier": "logistic"} for name in ("mean", "first")
        },
        "experiments": [grid],
    }
    found = methods_of(check(config, ROOT / "workflow/schemas/config.schema.yaml", []))
    mean, first = next(each.sentences for each in found if each.heading == "Features")
    assert mean.text == (
        "Whisper base (frozen): Whisper base, frozen; the mean of all its states, averaged over time, "
        "from at most 30 s of each clip at 16 kHz, mono, with 4 s of silence behind it"
    )
    assert mean.cites == ("radford2023whisper",)
    assert "its state 0 (0 goes into the first layer)" in first.text


@pytest.mark.parametrize("kind", ["plain", "tuned"])
def test_every_built_in_entry_has_a_sentence(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    models = [n for n, m in built_in()["models"].items() if ("finetuning" in m) == (kind == "tuned")]
    protocols = list(built_in()["protocols"]) if kind == "plain" else ["grouped5_validated"]
    found = {each.heading: each.sentences for each in methods_of(study_of(models, protocols))}
    assert len(found["Protocols"]) == len(protocols)
    if kind == "tuned":
        assert len(found["Encoders"]) == len(models) + 1
    else:
        assert len(found["Features"]) == len(built_in()["feature_sets"])
        assert len(found["Classical models"]) == len(built_in()["classifiers"]) + 1
    keys = {key for sentences in found.values() for sentence in sentences for key in sentence.cites}
    bibliography = (ROOT / "paper/references.bib").read_text()
    assert [key for key in keys if f"{{{key}," not in bibliography] == []


def test_methods_say_of_which_encoder_adapters_learn(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study = study_of(["roberta_base_finetuned"], ["grouped5_validated"])
    study.config["models"]["roberta_base_finetuned"]["text"]["adapters"] = {"kind": "lora", "rank": 8}
    (sentence, _) = next(each.sentences for each in methods_of(study) if each.heading == "Encoders")
    assert sentence.text.endswith("low-rank adapters of rank 8 learn, and not its own weights")
    assert "hu2022lora" in sentence.cites


def test_methods_say_what_ratings_and_votes_are_learnt_by(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study = study_of(["roberta_base_finetuned"], ["grouped5_validated"])
    model = study.config["models"]["roberta_base_finetuned"]
    model["finetuning"] = model["finetuning"] | {"targets": "soft"}
    (tuned, chosen) = next(each.sentences for each in methods_of(study) if each.heading == "Encoders")
    assert tuned.text.endswith("it learns the shares of annotators' votes and not one label")
    assert "best WF1 on the validation part" in chosen.text
    del model["finetuning"]["targets"]
    model["finetuning"]["class_weights"] = False
    rated = check(
        {
            "corpora": {"iemocap": stand_in(speakers=10, clips=1, seed=1) | {"dimensions": {"arousal": {}}}},
            "models": {"ratings": model | {"title": "ratings", "dimensions": ["arousal"]}},
            "experiments": [
                {"corpora": ["iemocap"], "protocols": ["grouped5_validated"], "models": ["ratings"]}
            ],
        },
        ROOT / "workflow/schemas/config.schema.yaml",
        [],
    )
    (tuned, chosen) = next(each.sentences for each in methods_of(rated) if each.heading == "Encoders")
    assert tuned.text.endswith("it answers arousal, with 1 - CCC over an update as its loss")
    assert "best mean CCC on the validation part" in chosen.text


def test_methods_say_the_scales_of_ratings_and_what_predicts_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rated = {"dimensions": ["arousal", "valence"]}
    models = {
        name: {"title": name, "features": "egemaps", "regressor": name} | rated
        for name in built_in()["regressors"]
    } | {name: {"title": name, "baseline": name} | rated for name in ("training_mean", "speaker_mean")}
    dimensions = {"arousal": {}, "valence": {"to": [0, 1]}}
    study = check(
        {
            "corpora": {"iemocap": stand_in(speakers=10, clips=1, seed=1) | {"dimensions": dimensions}},
            "models": models,
            "experiments": [{"corpora": ["iemocap"], "protocols": ["session"], "models": list(models)}],
        },
        ROOT / "workflow/schemas/config.schema.yaml",
        [],
    )
    found = {each.heading: each.sentences for each in methods_of(study)}
    scales, *of_each, prepared, metrics = found["Ratings"]
    said = "is rated on scales: arousal from 1 to 5, valence from 1 to 5, mapped to 0 to 1"
    assert scales.text.endswith(said)
    assert (
        of_each[0].text
        == "SVR: support vector regression with a radial basis function kernel (C = 1, epsilon = 0.1)"
    )
    assert len(of_each) == len(built_in()["regressors"])
    assert "not cut at the ends of the scale" in prepared.text
    assert metrics.cites == ("lin1989concordance",)
    assert "an oracle" in found["Baselines"][1].text
    assert found["Protocols"] and found["Features"]
