"""Recipes of fine-tuning."""

import copy
import csv
import re

import pytest
import yaml
from support.claims import ours  # noqa: F401  (fixture)
from support.configuration import SCHEMA, refused
from support.places import ROOT

from sarangi.base.errors import SarangiError
from sarangi.study import recipes
from sarangi.study.checking import check
from sarangi.study.entries import encoders_of
from sarangi.study.fast import needed


def test_a_recipe_of_a_corpus_changes_the_model_there_and_nowhere_else(study, tmp_path):
    name = "grouped3_audio_tiny"
    before = check(copy.deepcopy(study), SCHEMA, [])
    study["models"]["audio_tiny"] = copy.deepcopy(
        study["models"]["audio_tiny"]
    )  # its recipe is another's, too
    study["models"]["audio_tiny"]["recipes"] = {
        "ravdess": {"audio": {"frozen_layers": 1}, "finetuning": {"seeds": [1, 2, 3, 4], "dropout": 0.5}}
    }
    found = check(study, SCHEMA, [])
    ravdess, urdu = (found.experiments[f"{corpus}_{name}"] for corpus in ("ravdess", "urdu_latif"))
    there, elsewhere = found.model(ravdess), found.model(urdu)
    assert there["audio"] == {"encoder": "tiny", "frozen_layers": 1, "max_audio_s": 3}
    assert there["finetuning"] == elsewhere["finetuning"] | {"seeds": [1, 2, 3, 4], "dropout": 0.5}
    assert elsewhere == before.model(urdu)
    assert len(found.runs(ravdess)) == 2 * len(found.runs(urdu))
    changed = {key for key, value in found.identities.items() if before.identities[key] != value}
    assert changed == {f"experiments/ravdess_{name}"}
    recipe = study["models"]["audio_tiny"]["recipes"]
    recipe["ravdess"]["finetuning"]["batch"] = 0
    text, _ = refused(study, tmp_path)
    assert "models.audio_tiny.recipes.ravdess.finetuning.batch: " in text
    recipe["ravdes"] = recipe.pop("ravdess")
    text, _ = refused(study, tmp_path)
    assert "'ravdes' is not in corpora; did you mean ravdess?" in text
    recipe |= {"ravdess": {"audio": {"encoder": "tiny_roberta"}}}
    text, _ = refused(study, tmp_path)
    assert "models.audio_tiny.recipes.ravdess.audio" in text


def test_checkpoints_of_the_study_are_tested_and_not_trained_and_a_missing_one_is_named(
    study, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    theirs = {"folder": "theirs", "emotions": ["sad", "angry"]}
    study["models"]["study_audio"] = copy.deepcopy(study["models"]["audio_tiny"]) | {"checkpoints": theirs}
    study["experiments"].append(
        {"corpora": ["ravdess"], "protocols": ["speakers_9_12"], "models": ["study_audio"]}
    )
    text, _ = refused(copy.deepcopy(study), tmp_path)
    assert "models.study_audio: " in text and "replay" in text
    study["models"]["study_audio"]["replay"] = True
    name = "ravdess_speakers_9_12_study_audio"
    for seed in (42, 123):
        found = check(study, SCHEMA, [])
        missing = [str(each) for each in found.waits_for(found.experiments[name])]
        path = f"theirs/{name}/0_{seed}.ckpt"
        assert [each for each in missing if path in each] == [
            f"weights of {path}: put the study's checkpoint there, or remove the run"
        ]
        (tmp_path / path).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / path).touch()
    found = check(study, SCHEMA, [])
    assert not [each for each in found.waits_for(found.experiments[name]) if "ckpt" in str(each)]
    with pytest.raises(SarangiError, match=f"{name} has checkpoints that are tested.*results/scores/{name}"):
        needed(found, name)
    # whatever else is there to run; its seeds would otherwise be trained in one job
    found.__dict__["runnable"] = found.__dict__["every_runnable"] = {name: found.experiments[name]}
    assert recipes.from_checkpoints(found) == recipes.tuned_runnable(found) == [name]
    assert recipes.tuned_runnable(found, together=False) == found.trained_together(found.runnable) == []


def test_the_studys_recipes_are_those_that_it_states(ours):
    stated = ROOT.parent / "shared/published/recipes.csv"
    if not stated.exists():
        pytest.skip("the published recipes are not beside this checkout")
    study = check(yaml.safe_load((ROOT / "config.yaml").read_text()), SCHEMA, [])
    names = {
        "speaker_independent": "speakers_21_24", "random 70/10/20": "random70", "official": "publisher",
        "publisher": "publisher", "random 320/40/40": "random80",
        "speaker SM2 (seed 42) SM3 (123) SM4 (2024) held out": "sm2_sm3_sm4",
    }  # fmt: skip
    encoders = {
        "roberta-base": "roberta_base", "xlm-roberta-base": "xlm_roberta_base",
        "facebook/wav2vec2-base": "wav2vec2_base", "microsoft/wavlm-base": "wavlm_base",
        "facebook/wav2vec2-xls-r-300m": "xlsr_300m",
    }  # fmt: skip
    named = {record.get("ours") for record in ours.values()}
    with stated.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        branches = {
            branch: encoders[row[f"{branch}_encoder"]]
            for branch in ("audio", "text")
            if row[f"{branch}_encoder"]
        }
        found = [
            model
            for e in study.experiments.values()
            if (e.corpus, e.protocol) == (row["corpus"], names[row["protocol"]])
            and e.name in named
            and encoders_of(model := study.model(e)) == branches
        ]
        assert len(found) == 1 and found[0]["replay"], row["experiment"]
        recipe = found[0]["finetuning"]
        for key in ("learning_rate", "weight_decay", "dropout", "batch", "accumulate", "max_epochs"):
            assert recipe[key] == float(row[key]), (row["experiment"], key)
        assert recipe["class_weights"] == (row["class_weights"] == "yes"), row["experiment"]
        stated_seeds = [int(seed) for seed in row["seeds"].split()]
        assert recipe["seeds"][: len(stated_seeds)] == stated_seeds, row["experiment"]
        assert len(set(recipe["seeds"])) == 5, row["experiment"]
        for branch in branches:
            frozen = int(row[f"frozen_{branch}_layers"].split(" of ")[0])
            assert found[0][branch]["frozen_layers"] == frozen, row["experiment"]
        if "audio" in branches:
            assert found[0]["audio"]["max_audio_s"] == float(row["max_audio_s"]), row["experiment"]
        if "text" in branches:
            words = found[0]["text"]
            assert words["max_tokens"] == int(row["max_tokens"]), row["experiment"]
            assert words["context_turns"] == int(row["context_turns"]), row["experiment"]
        if len(branches) == 2:
            fusion = found[0]["fusion"]
            assert f"{fusion['kind']} {fusion['width']} x {fusion['heads']} heads" == row["fusion"]
    assert len(rows) == 15


def rated(study, corpus="iemocap", **changes):
    """The demo with a fine-tuned model of arousal."""
    tuned = copy.deepcopy(study["models"]["audio_tiny"]["finetuning"]) | {"class_weights": False}
    study["corpora"]["iemocap"]["dimensions"] = {"valence": {"to": [0, 1]}, "arousal": {}}
    audio = copy.deepcopy(study["models"]["audio_tiny"]["audio"])
    study["models"]["ratings"] = {"title": "ratings", "audio": audio, "dimensions": ["valence", "arousal"]}
    study["models"]["ratings"]["finetuning"] = tuned | changes
    grouped = {"corpora": [corpus], "protocols": ["grouped3"], "models": ["ratings"]}
    study["experiments"].append(grouped)
    return study


def test_a_run_of_ratings_knows_the_scales_of_its_corpus_and_is_trained_by_the_rules_of_all(study):
    found = check(rated(study), SCHEMA, [])
    e = found.rated_experiments["iemocap_grouped3_ratings"]
    model = recipes.model_of_a_run(found, e)
    assert model["dimensions"] == {"arousal": [1, 5], "valence": [0, 1]}
    assert list(model["dimensions"]) == ["arousal", "valence"]  # as in a config.json
    assert e in found.trained_together(found.every_experiment)
    assert e.name not in found.experiments
    tiny = found.experiments["ravdess_grouped3_audio_tiny"]
    assert recipes.model_of_a_run(found, tiny) == recipes.recipe_of_a_run(found.model(tiny))
    assert recipes.votes_learnt(found, tiny) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [("class_weights", True), ("targets", "soft"), ("balance", "oversample"), ("augment", {})],
)
def test_what_is_of_emotions_alone_is_refused_for_ratings(study, tmp_path, key, value):
    text, _ = refused(rated(study, **{key: value}), tmp_path)
    assert f"models.ratings.finetuning.{key}" in text


def of_page(name, study, **corpus):
    """The demo with the model that a page of docs/ shows, on the stand-in of IEMOCAP."""
    section = "## Fine-tuned models" if name == "dimensions" else "## Soft labels"
    page = (ROOT / f"docs/{name}.md").read_text(encoding="utf-8").partition(section)[2]
    models = yaml.safe_load(re.search(r"```yaml\n(.*?)```", page, re.DOTALL)[1])["models"]
    study["models"] |= models
    study["corpora"]["iemocap"] |= corpus
    study["experiments"].append({"corpora": ["iemocap"], "protocols": ["grouped3"], "models": list(models)})
    return f"iemocap_grouped3_{next(iter(models))}"


def test_the_example_of_the_page_on_ratings_is_valid(study):
    name = of_page("dimensions", study, dimensions={"arousal": {}, "valence": {}})
    found = check(study, SCHEMA, [])
    assert recipes.model_of_a_run(found, found.rated_experiments[name])["dimensions"]["valence"] == [1, 5]


def test_the_example_of_the_page_on_annotators_is_valid(study):
    name = of_page("annotators", study, votes={})
    found = check(study, SCHEMA, [])
    assert recipes.votes_learnt(found, found.experiments[name]) == ["results/votes/iemocap.parquet"]


def test_votes_are_learnt_where_a_corpus_names_some_and_refused_elsewhere(study, tmp_path):
    recipe = copy.deepcopy(study["models"]["audio_tiny_hubert"]["finetuning"])
    study["models"]["audio_tiny_hubert"]["finetuning"] = recipe | {"targets": "soft"}
    text, _ = refused(study, tmp_path)
    assert "audio_tiny_hubert learns the votes of annotators (targets: soft), and corpora.ravdess" in text
