"""Short configurations: defaults and built-in entries."""

import pytest
import yaml
from support.hub import hub_here  # noqa: F401  (fixtures)
from support.places import ROOT
from support.studies import stand_in, write_study

from sarangi.base.errors import SarangiError
from sarangi.study.availability import availability
from sarangi.study.checking import check
from sarangi.study.claims_file import published_in
from sarangi.study.defaults import KINDS, built_in, completed
from sarangi.study.problems import against
from sarangi.study.references import unknown_names

SCHEMA = ROOT / "workflow/schemas/config.schema.yaml"


def short(*models, protocols=("loso",), **more):
    """A study of one corpus."""
    grid = {"corpora": ["urdu_latif"], "protocols": list(protocols), "models": list(models)}
    return {"corpora": {"urdu_latif": stand_in(speakers=8, clips=5, seed=1)}, "experiments": [grid]} | more


def test_every_built_in_entry_is_valid_and_what_it_names_is_built_in():
    tuned = [name for name, entry in built_in()["models"].items() if "finetuning" in entry]
    plain = [name for name in built_in()["models"] if name not in tuned]
    every = short(*plain, protocols=built_in()["protocols"])
    every["experiments"].append(short(*tuned, protocols=["grouped5_validated"])["experiments"][0])
    # no built-in model predicts ratings, since nobody knows the names of a study's
    rated = {
        f"own_{name}": {"title": name, "features": "egemaps", "regressor": name, "dimensions": ["x"]}
        for name in built_in()["regressors"]
    }
    found = completed(every | {"models": rated}, SCHEMA)
    named = {kind: set(found[kind]) - set(rated) for kind in KINDS}
    assert named == {kind: set(built_in()[kind]) for kind in KINDS}
    assert not against(found, SCHEMA)
    assert not list(unknown_names(found))


def test_a_weight_is_pinned_alike_in_the_published_study():
    study = yaml.safe_load((ROOT / "config.yaml").read_text())
    for kind in ("encoders", "asr", "classifiers", "feature_sets"):
        for name in study[kind].keys() & built_in()[kind].keys():
            assert study[kind][name] == built_in()[kind][name], (kind, name)


def test_built_in_entries_enter_only_where_they_are_named(tmp_path, monkeypatch):
    monkeypatch.chdir(write_study(short("egemaps_svm", "constant"), tmp_path))
    config = check(short("egemaps_svm", "constant"), SCHEMA, []).config
    names = {kind: list(config[kind]) for kind in KINDS}
    assert names == {
        "protocols": ["loso"], "feature_sets": ["egemaps"], "encoders": [], "asr": [], "classifiers": ["svm"],
        "regressors": [], "models": ["egemaps_svm", "constant"],
    }  # fmt: skip
    assert (config["seed"], config["threads"]) == (42, {"torch": 1, "blas": 1, "workers": 4})
    text = completed(short("whisper_text_finetuned", protocols=["grouped5_validated"]), SCHEMA)
    assert (list(text["encoders"]), list(text["asr"])) == (["xlm_roberta_base"], ["whisper_small"])


def test_an_entry_replaces_the_built_in_one_whole_and_stays_before_others():
    own = {"title": "mine", "features": "egemaps", "classifier": "logistic"}
    found = completed(short("constant", "egemaps_svm", models={"egemaps_svm": own}), SCHEMA)
    assert next(iter(found["models"].items())) == ("egemaps_svm", own)
    assert list(found["classifiers"]) == ["logistic"]


def test_null_removes_a_built_in_entry_and_a_name_of_it_is_refused(tmp_path, monkeypatch):
    removed = short("egemaps_svm", "constant", models={"constant": None})
    monkeypatch.chdir(write_study(removed, tmp_path))
    with pytest.raises(SarangiError) as error:
        check(removed, SCHEMA, [])
    told = "experiments[0].models[1]: 'constant' is not in models; the configuration removes"
    assert told in str(error.value)
    removed["experiments"][0]["models"] = ["egemaps_svm"]
    assert list(check(removed, SCHEMA, []).config["models"]) == ["egemaps_svm"]


def test_a_name_like_a_built_in_one_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SarangiError, match=r"'egemaps_swm' is not in models; did you mean egemaps_svm\?"):
        check(short("egemaps_swm"), SCHEMA, [])


@pytest.mark.parametrize(
    "odd",
    [
        {"experiments": None}, {"experiments": [1]}, {"models": []}, {"models": {"a": 1, "b": {"text": 3}}},
        {"language_pairs": [{"languages": [1]}]}, {"sensitivity": 1}, {"protocols": {"loso": "x"}},
        {"experiments": [{"corpora": 1, "protocols": "loso", "models": [["a"], None, {}]}]},
        {"published": "x"}, {"published": {"claims": 3}},
    ],
)  # fmt: skip
def test_what_is_odd_is_refused_by_the_schema_and_breaks_nothing_before(odd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    published, _ = published_in(short("constant") | odd, ROOT)
    assert published == {}
    with pytest.raises(SarangiError, match="the configuration has"):
        check(short("constant") | odd, SCHEMA, [])


def test_the_published_study_is_the_one_that_the_configuration_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert published_in(short("constant"), ROOT) == ({}, {})
    claims, errata = published_in({"published": {"claims": "claims.yaml", "errata": "errata.yaml"}}, ROOT)
    assert claims
    assert errata
    with pytest.raises(
        SarangiError, match=r"published\.claims: there is no theirs\.yaml in the study's folder"
    ):
        published_in({"published": {"claims": "theirs.yaml"}}, ROOT)
    finding = {"finding_1": {"statement": "random splits flatter"}}
    with pytest.raises(SarangiError, match=r"findings: findings are claims of a published study"):
        check(short("constant", findings=finding), SCHEMA, [])


def with_encoders(**encoders):
    """A study of speech and of text, by encoders of the hub that are stated by their repositories alone."""
    recipe = {
        "seeds": [1], "learning_rate": 0.001, "weight_decay": 0.01, "warmup": 0.1, "dropout": 0.1, "batch": 2,
        "accumulate": 1, "max_epochs": 1, "patience": 1, "class_weights": True,
    }  # fmt: skip
    audio = {"encoder": "sounds", "frozen_layers": "all", "max_audio_s": 3}
    text = {
        "encoder": "words",
        "frozen_layers": "all",
        "max_tokens": 32,
        "context_turns": 0,
        "words": "corpus",
    }
    models = {
        "heard": {"title": "heard", "audio": audio, "finetuning": recipe},
        "read": {"title": "read", "text": text, "finetuning": recipe},
    }
    return short("heard", "read", protocols=["grouped5_validated"], models=models, encoders=encoders)


def test_an_encoder_is_stated_by_its_repository_alone(hub_here):
    found = check(with_encoders(sounds="a/sounds-base", words="a/words"), SCHEMA, [], probe=True)
    assert found.config["encoders"] == {
        "sounds": {
            "title": "sounds-base", "licence": "see the model card", "source": {"hub": "a/sounds-base"},
        },
        # of the branch that names it, and of any family, which its own config.json states
        "words": {
            "title": "words", "licence": "see the model card", "modality": "text",
            "source": {"hub": "a/words"},
        },
    }  # fmt: skip
    assert {name: str(path) for name, path in found.weights.items()} == {
        "sounds": "resources/weights/sounds", "words": "resources/weights/words",
    }  # fmt: skip
    source = {row["name"]: row["source"] for row in availability(found)}["words"]
    assert source == "Hugging Face hub, a/words; first use, not pinned"
    told = r"encoders\.words\.source\.hub: 'words' does not match: .*owner/name"
    with pytest.raises(SarangiError, match=told):
        check(with_encoders(sounds="a/b", words="words"), SCHEMA, [])


def test_the_full_study_asks_nobody_for_an_encoder_where_the_hub_answers(hub_here):
    config = yaml.safe_load((ROOT / "config.yaml").read_text())
    found = check(config, SCHEMA, [], probe=True)
    assert found.locations.missing("encoders") == {}
    assert set(found.weights) == set(config["encoders"])
