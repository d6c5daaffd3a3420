"""What the page offers, what cards say of it, and what a Space is made of."""

import pytest
from support.studies import absent, checked

from sarangi.base.errors import SarangiError
from sarangi.study import app_inputs


def test_each_run_has_a_card_for_people_and_one_for_machines(demo):
    e = demo.experiments["ravdess_grouped3_audio_tiny"]
    cards = app_inputs.cards_of(demo, e)
    assert [path.rpartition("/")[2] for path in cards["cards"]] == ["README.md"] * len(demo.runs(e))
    files = app_inputs.files_of_app(demo)
    assert {*cards["cards"], *cards["data"], "space/app.py"} <= set(files)
    # each card with its data
    assert files[0].replace("README.md", "card.json") == files[1]


def test_a_card_says_what_its_model_is_made_of(demo):
    about = app_inputs.about_of(demo, demo.experiments["ravdess_grouped3_fusion_tiny"])
    assert about["experiment"] == "ravdess_grouped3_fusion_tiny"
    assert about["synthetic"] is about["mean_of_folds"] is True
    assert set(about["encoders"]) == {"audio", "text"}
    assert about["asr"]["name"] in demo.config["asr"]
    assert about["corpus"]["source"] == "synthesised by this project's generator"
    assert not {"seeds", "together"} & set(about["recipe"])


def test_a_copy_in_place_of_a_stand_in_comes_from_its_publisher(demo, tmp_path):
    (tmp_path / "resources/corpora/ravdess").mkdir(parents=True)
    about = app_inputs.about_of(demo, demo.experiments["ravdess_grouped3_audio_tiny"])
    assert about["corpus"]["source"] == "its publisher"
    assert about["synthetic"] is False
    assert about["asr"] is None


def test_a_space_has_one_model_an_encoder_with_all_that_it_needs(demo):
    files = app_inputs.models_of_space(demo)
    runs = app_inputs.runs_of_space(demo)
    assert files == sorted(set(files))
    for run in runs:
        names = ("config.json", "model.safetensors", "README.md", "card.json")
        assert {f"results/runs/{run}/{name}" for name in names} <= set(files)
    assert "resources/weights/tiny_whisper.pt" in files


def test_what_is_named_for_the_page_and_cannot_run_is_refused(study, tmp_path, monkeypatch):
    study["corpora"]["ravdess"] = absent("write to its authors")
    study["app"] = {"space": ["ravdess_grouped3_audio_tiny/0/42"]}
    with pytest.raises(
        SarangiError,
        match=r"^app: ravdess_grouped3_audio_tiny cannot be offered: it needs corpus ravdess: write",
    ):
        app_inputs.files_of_app(checked(study, tmp_path, monkeypatch))


def test_a_run_of_an_experiment_that_the_page_does_not_offer_is_refused(study, tmp_path, monkeypatch):
    study["app"] = {
        "experiments": ["ravdess_grouped3_text_tiny"], "space": ["ravdess_grouped3_audio_tiny/0/42"],
    }  # fmt: skip
    with pytest.raises(
        SarangiError, match=r"ravdess_grouped3_audio_tiny cannot be offered: it is not in app\.experiments"
    ):
        app_inputs.files_of_app(checked(study, tmp_path, monkeypatch))


def test_without_anything_to_offer_the_first_fine_tuned_experiment_says_why(study, tmp_path, monkeypatch):
    for corpus in ("ravdess", "urdu_latif"):
        study["corpora"][corpus] = absent("write to its authors")
    study["experiments"] = [entry for entry in study["experiments"] if entry["corpora"] != ["iemocap"]]
    with pytest.raises(
        SarangiError, match=r"^app: ravdess_grouped3_audio_tiny cannot be offered: it needs corpus ravdess"
    ):
        app_inputs.files_of_app(checked(study, tmp_path, monkeypatch))


def test_a_card_says_which_adapters_learned(study, tmp_path, monkeypatch):
    adapters = {"kind": "lora", "rank": 4, "targets": ["q_proj"]}
    study["models"]["audio_tiny"]["audio"]["adapters"] = adapters
    demo = checked(study, tmp_path, monkeypatch)
    recipe = app_inputs.about_of(demo, demo.experiments["ravdess_grouped3_audio_tiny"])["recipe"]
    assert {key: value for key, value in recipe.items() if "adapters" in key} == {
        f"audio.adapters.{key}": value for key, value in adapters.items()
    }
