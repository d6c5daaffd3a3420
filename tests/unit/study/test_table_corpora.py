import copy

import pytest
import yaml
from support.configuration import SCHEMA
from support.places import ROOT

from sarangi.base.errors import SarangiError
from sarangi.study.checking import check
from sarangi.study.identities import identities
from sarangi.study.labels import labels_of
from sarangi.study.loaded import loaded
from sarangi.study.table_corpora import settings_of


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "labels.csv").write_text("file,emotion\n")
    (tmp_path / "wavs").mkdir()
    whole = yaml.safe_load((ROOT / "config.yaml").read_text())
    whole["download"] = False
    whole["corpora"]["my"] = {"table": "labels.csv", "audio": "wavs", "slices": ["Mic", "age"]}
    whole["experiments"].append({"corpora": ["my"], "protocols": ["loso"], "models": ["egemaps_svm"]})
    return whole


def refused(config):
    with pytest.raises(SarangiError) as error:
        check(config, SCHEMA, [])
    return str(error.value)


def test_a_corpus_with_a_table_may_have_any_name_and_the_rest_has_defaults(config):
    study = check(config, SCHEMA, [])
    assert str(study.sources["my"]) == "wavs"
    assert str(study.tables["my"]) == "labels.csv"
    assert "my_loso_egemaps_svm" in study.runnable
    assert "my_loso_egemaps_svm_to_my" not in study.wanted_scores
    assert study.described("my") == {"access": "own copy", "licence": "not stated", "citation": "not stated"}
    assert labels_of(study).corpus("my") == "my"
    assert settings_of(study.config["corpora"]["my"]).slices == ["table_mic", "age"]
    members = dict(loaded(study, {"corpus": "my"}, {}))
    assert members["sarangi.corpora.registry"] == ()
    assert members["sarangi.corpora.table_formats"] == ("sarangi.corpora.formats.delimited",)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"table": "/data/labels.csv"}, "Path from the folder of the study; neither absolute"),
        ({"audio": "~/wavs"}, "Path from the folder of the study; neither absolute"),
        ({"columns": {"emotoin": "x"}}, "'emotoin' cannot be a name here"),
        ({"emotions": {5: "angry"}}, "the label 5 is int in YAML; write it in quotes"),
        ({"emotions": {"x": "very happy"}}, "'very happy' does not match: Name of an emotion"),
        ({"emotions": {"x": "sad"}, "skip": ["x"]}, "'x' is one to skip, too"),
        ({"holds": "features"}, "a corpus with a table holds recordings, or words"),
        ({"holds": "words"}, "a corpus that holds words has no recordings; remove `audio` or `holds`"),
        ({"format": "xlsx"}, "'xlsx' is not valid"),
    ],
)
def test_what_an_entry_cannot_say_is_refused_with_its_key(config, keys, words):
    config["corpora"]["my"] |= keys
    assert words in refused(config)


def test_keys_of_a_table_go_with_one_and_unknown_corpora_are_told_of_it(config):
    del config["corpora"]["my"]["table"]
    assert "'table' is a dependency of 'audio'" in refused(config)
    config["corpora"]["my"] = {"skip": ["x"]}
    text = refused(config)
    assert "the key 'skip' needs `table`" in text
    assert "a corpus of any other name needs a `table` of its labels" in text


def test_emotions_of_no_vocabulary_are_mistypings(config):
    config["protocols"]["loso"] = {**config["protocols"]["loso"], "emotions": ["angry", "bored"]}
    assert "unknown emotion 'bored'" in refused(config)
    check({**config, "emotions": ["bored"]}, SCHEMA, [])
    config["corpora"]["my"]["emotions"] = {"b": "bored"}
    check(config, SCHEMA, [])


@pytest.mark.parametrize(("name", "key"), [("labels.csv", "table"), ("wavs", "audio")])
def test_what_is_not_there_is_unavailable_with_what_to_do(config, tmp_path, name, key):
    (tmp_path / name).rename(tmp_path / "elsewhere")
    study = check(config, SCHEMA, [])
    assert "my" not in study.sources
    assert study.locations.missing("corpora")["my"].startswith(
        f"{name} is not there: put it there, or correct `{key}`"
    )


def test_results_follow_from_how_a_table_is_read(config):
    study = check(config, SCHEMA, [])
    before = identities(study.config, study.experiments)
    other = copy.deepcopy(study.config)
    other["corpora"]["my"]["emotions"] = {"x": "sad"}
    after = identities(other, study.experiments)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"corpora/my", "experiments/my_loso_egemaps_svm"}


def test_names_that_would_be_of_one_file_are_refused(config):
    config["corpora"]["my_loso"] = {"table": "labels.csv", "audio": "wavs"}
    config["protocols"]["loso_loso"] = config["protocols"]["loso"]
    config["experiments"] += [
        {"corpora": ["my"], "protocols": ["loso_loso"], "models": ["egemaps_svm"]},
        {"corpora": ["my_loso"], "protocols": ["loso"], "models": ["egemaps_svm"]},
    ]
    assert "my_loso, loso and my, loso_loso have one name, my_loso_loso; rename one" in refused(config)


def test_a_table_of_words_needs_no_recordings_and_goes_with_what_reads(config):
    config["corpora"]["my"] = {"table": "labels.csv", "holds": "words"}
    config["experiments"][-1]["models"] = ["constant"]
    study = check(config, SCHEMA, [])
    assert study.holds("my") == "words" and "my_loso_constant" in study.runnable
    assert settings_of(study.config["corpora"]["my"]).words_alone
    config["experiments"][-1]["models"] = ["constant", "egemaps_svm"]
    assert "'my' holds words alone, and egemaps_svm needs recordings" in refused(config)
    config["corpora"]["meld"]["holds"] = "words"
    assert "a layout without recordings is read for its words by itself" in refused(config)
