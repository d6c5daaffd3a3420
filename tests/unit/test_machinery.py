"""Configuration, fingerprints, store, job wrapper, synthetic speech, versions."""

import copy
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import time
import tomllib
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
import yaml
from blast_radius import registries
from conftest import MADE_BY_TEST, ROOT, absent, write_study
from hypothesis import given, settings
from hypothesis import strategies as st

from sarangi.base import store
from sarangi.base.errors import SarangiError, shown
from sarangi.base.missing import CORPUS, WEIGHTS, Missing
from sarangi.base.weights_files import ENCODER_FILES
from sarangi.paper.building import PACKAGES
from sarangi.reproduce import results_lock
from sarangi.reproduce.plan import planned
from sarangi.reproduce.restore import restore
from sarangi.runtime import fingerprint as fingerprints
from sarangi.runtime import provenance, records
from sarangi.runtime.fingerprint import fingerprint
from sarangi.runtime.lock import begin
from sarangi.sources import checksums
from sarangi.study.availability import unavailable
from sarangi.study.checking import check, refuse_odd_yaml
from sarangi.study.entries import encoders_of

SCHEMA = ROOT / "workflow/schemas/config.schema.yaml"

# -- configuration ----------------------------------------------------------------------------


def refused(study, tmp_path):
    file = write_study(study, tmp_path) / "config.yaml"
    with pytest.raises(SarangiError) as error:
        check(study, SCHEMA, [file])
    return str(error.value), file.read_text().splitlines()


@pytest.mark.parametrize("file", ["config.yaml", "demo/config.yaml"])
def test_the_configurations_we_ship_are_valid(file):
    study = check(yaml.safe_load((ROOT / file).read_text()), SCHEMA, [ROOT / file])
    assert "urdu_latif_random5_egemaps_svm" in study.experiments


def test_every_key_of_the_schema_is_described_and_every_object_refuses_others():
    def walk(node, place):
        for key, entry in node.get("properties", {}).items():
            if isinstance(entry, dict) and "$ref" not in entry:
                assert entry.get("description") or "const" in entry, f"{place}.{key}"
                walk(entry, f"{place}.{key}")
        for branch in node.get("oneOf", ()):
            walk(branch, f"{place} ({branch['title']})")
        if isinstance(node.get("additionalProperties"), dict):
            walk(node["additionalProperties"], f"{place}.*")
        if node.get("type") == "object":
            holders = node.get("oneOf", [node]) if "properties" not in node else [node]
            assert all("additionalProperties" in holder for holder in holders), place

    walk(yaml.safe_load(SCHEMA.read_text()), "schema")


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        (lambda s: s.update(bootstarp={}), "bootstarp", "unknown key 'bootstarp'; did you mean bootstrap?"),
        (lambda s: s["threads"].update(torch="one"), "threads.torch", "expected integer, found str 'one'"),
        (lambda s: s["threads"].pop("blas"), "threads", "the key 'blas' is missing: Threads of NumPy"),
        (
            lambda s: s["corpora"].update(ravdes=absent()),
            "corpora.ravdes",
            "no reader for corpus 'ravdes'; did you mean ravdess?",
        ),
        (
            lambda s: s["experiments"][0]["protocols"].append("random55"),
            "experiments[0].protocols[3]",
            "'random55' is not in protocols; did you mean random5?",
        ),
        (
            lambda s: s["protocols"]["random5"].update(kind="stratified_kfolds"),
            "protocols.random5.kind",
            "'stratified_kfolds' is not valid; did you mean stratified_kfold?",
        ),
        (
            lambda s: s["models"]["egemaps_svm"].update(features="egemap"),
            "models.egemaps_svm.features",
            "unknown feature set 'egemap'; did you mean egemaps?",
        ),
        (
            lambda s: s["corpora"]["ravdess"].update(shards=0),
            "corpora.ravdess.shards",
            "less than the minimum",
        ),
        (
            lambda s: s["protocols"]["loso"].update(folder="x"),
            "protocols.loso",
            "the key with value 'x' does not go with the others of this entry",
        ),
        (
            lambda s: s["protocols"]["random5"].update(seed="x"),
            "protocols.random5.seed",
            "expected one of: a seed or a seed for each fold; found 'x'",
        ),
        (lambda s: s["models"]["constant"].pop("baseline"), "models.constant", "a baseline or features with"),
        (
            lambda s: s["models"]["audio_tiny"]["audio"].update(encoder="tinny"),
            "models.audio_tiny.audio.encoder",
            "unknown encoder 'tinny'; did you mean tiny?",
        ),
        (
            lambda s: s["models"]["egemaps_svm"].update(classifier="smv"),
            "models.egemaps_svm.classifier",
            "unknown classifier 'smv'; did you mean svm?",
        ),
        (
            lambda s: s["classifiers"]["svm"].update(trees=5),
            "classifiers.svm",
            "the key with value 5 does not go with the others of this entry",
        ),
        (
            lambda s: s["experiments"][0]["models"].append("egemaps_svn"),
            "experiments[0].models[4]",
            "'egemaps_svn' is not in models; did you mean egemaps_svm?",
        ),
        (
            lambda s: s["experiments"][0]["models"].append("prosody_svm"),
            "experiments[0].corpora[0]",
            "'ravdess' holds recordings, and prosody of prosody_svm cannot be computed from them",
        ),
        (
            lambda s: s["experiments"][8]["models"].append("egemaps_own_rate_svm"),
            "experiments[8].corpora[0]",
            "'urdu_sindhi' holds features, no recordings, and egemaps_own_rate of egemaps_own_rate_svm is",
        ),
        (
            lambda s: s["experiments"][8].update(compared=["egemaps_svm_corl"]),
            "experiments[8].compared[0]",
            "'egemaps_svm_corl' is not in models; did you mean egemaps_svm_coral?",
        ),
        (
            lambda s: s["language_pairs"][0]["languages"][0].update(across="urdu_to_sind"),
            "language_pairs[0].languages[0].across",
            "'urdu_to_sind' is not in protocols; did you mean urdu_to_sindhi?",
        ),
        (
            lambda s: s["experiments"][1].update(protocols=["loso"]),
            "experiments[1].protocols[0]",
            "audio_tiny is fine-tuned, and loso lacks folds or a validation part",
        ),
        (
            lambda s: s["findings"]["finding_3"].update(experiments=["ravdess_audio"]),
            "findings.finding_3.experiments[0]",
            "'ravdess_audio' is no experiment; did you mean",
        ),
        (
            lambda s: s.update(app={"experiments": ["ravdess_grouped3_audio_tny"]}),
            "app.experiments[0]",
            "'ravdess_grouped3_audio_tny' is no fine-tuned experiment; did you mean ravdess_grouped3_",
        ),
        (
            lambda s: s["corpora"]["ravdess"].update(source={"git": "x"}),
            "corpora.ravdess.source",
            "expected one of: address with size and checksum if known or zenodo or kaggle or git with commit",
        ),
        (
            lambda s: s["corpora"]["ravdess"].update(source={"address": "http://a.b/c", "checksum": "md5:x"}),
            "corpora.ravdess.source.checksum",
            "'md5:x' does not match",
        ),
        (
            lambda s: s["corpora"]["ravdess"].update(
                source={"address": "http://a.b/c", "checksums": "md5:x"}
            ),
            "corpora.ravdess.source.checksums",
            "unknown key 'checksums'; did you mean checksum?",
        ),
        (
            lambda s: s["corpora"]["ravdess"].update(source={"zenodo": 3685274}),
            "corpora.ravdess.source.zenodo",
            "expected string, found int 3685274",
        ),
        (
            lambda s: s["corpora"]["ravdess"].update(source={"kaggle": "rasa"}),
            "corpora.ravdess.source.kaggle",
            "'rasa' does not match",
        ),
    ],
)
def test_a_mistake_is_named_with_file_line_key_and_nearest_name(study, change, place, message, tmp_path):
    change(study)
    text, lines = refused(study, tmp_path)
    assert message in text
    found = re.search(rf"config\.yaml:(\d+): {re.escape(place)}: ", text)
    assert found, text
    last = re.split(r"[.\[]", place)[-1].rstrip("]")
    named = last if not last.isdigit() else re.search(r"'(\w+)'|and (\w+) lacks", message)
    named = named if isinstance(named, str) else named[1] or named[2]
    assert named in lines[int(found[1]) - 1]


def test_a_corpus_that_cannot_be_spoken_is_refused(study, monkeypatch, tmp_path):
    monkeypatch.setattr("sarangi.study.references.STAND_INS", ("ravdess", "urdu_latif"))
    text, _ = refused(study, tmp_path)
    assert "corpora.shemo.source: there is no stand-in of shemo; there is one of ravdess, urdu_latif" in text


def test_the_space_has_one_model_of_each_kind_or_those_that_are_named(study, tmp_path, monkeypatch):
    monkeypatch.chdir(write_study(study, tmp_path))
    found = check(study, SCHEMA, []).in_space
    assert [f"{e.name}/{fold}/{seed}" for e, fold, seed in found] == [
        f"ravdess_grouped3_{kind}_tiny/0/42" for kind in ("audio", "text", "fusion")
    ]
    study["app"] = {"space": ["ravdess_grouped3_probe_tiny/2/2024"]}
    ((e, fold, seed),) = check(study, SCHEMA, []).in_space
    assert (e.name, fold, seed) == ("ravdess_grouped3_probe_tiny", 2, 2024)
    study["app"] = {"space": ["ravdess_grouped3_probe_tiny/3/2024"]}
    text, _ = refused(study, tmp_path)
    assert "is no run of a fine-tuned experiment; did you mean ravdess_grouped3_probe_tiny/2/2024?" in text


def test_a_copy_put_in_place_of_a_stand_in_is_not_called_synthetic(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "resources/corpora/ravdess").mkdir(parents=True)
    found = check(study, SCHEMA, [])
    assert "ravdess" not in found.synthetic
    assert "urdu_latif" in found.synthetic
    assert found.described("ravdess")["licence"] == "its publisher's"
    assert found.described("urdu_latif")["licence"] == "MIT (synthetic)"
    # nor are weights put in place of random ones called untrained
    shape = {"hidden_size": 16, "layers": 1, "heads": 2, "channels": 8, "seed": 1}
    study["encoders"]["tiny"]["source"] = {"random": shape}
    found = check(study, SCHEMA, [])
    assert found.untrained("audio_tiny")
    assert not found.untrained("egemaps_svm")
    (tmp_path / "resources/models/tiny").mkdir(parents=True)
    assert not check(study, SCHEMA, []).untrained("audio_tiny")


def test_an_encoder_in_a_folder_is_read_where_it_lies_and_what_it_lacks_is_named(
    study, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    study["encoders"]["tiny"]["source"] = {"folder": "weights/tiny"}
    name = "ravdess_grouped3_audio_tiny"
    found = check(study, SCHEMA, [])
    assert "tiny" not in found.weights
    assert name not in found.runnable
    folder = tmp_path / "weights/tiny"
    folder.mkdir(parents=True)
    for file in ENCODER_FILES["speech"][:2]:
        (folder / file).touch()
    found = check(study, SCHEMA, [])
    said = "put model.safetensors into the folder weights/tiny"
    assert unavailable(found, "encoders")["tiny"] == said
    assert found.waits_for(found.experiments[name]) == [Missing(WEIGHTS, "tiny", said)]
    (folder / "model.safetensors").touch()
    found = check(study, SCHEMA, [])
    assert found.weights["tiny"] == Path("weights/tiny")
    assert name in found.runnable
    assert not found.untrained("audio_tiny")
    # the user's own goes before it, as before any source
    (tmp_path / "resources/models/tiny").mkdir(parents=True)
    assert check(study, SCHEMA, []).weights["tiny"] == Path("resources/models/tiny")
    study["encoders"]["tiny"]["source"] = {"folder": "/weights/tiny"}
    text, _ = refused(study, tmp_path)
    assert "'/weights/tiny' does not match" in text


def test_an_own_compressed_archive_goes_before_the_source_and_is_not_called_synthetic(
    study, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "resources/corpora").mkdir(parents=True)
    (tmp_path / "resources/corpora/ravdess.tgz").touch()
    (tmp_path / "resources/corpora/urdu_latif.zip").touch()
    found = check(study, SCHEMA, [])
    assert list(found.compressed) == ["ravdess"]
    assert found.sources["ravdess"] == Path("resources/made/ravdess.zip")
    assert found.sources["urdu_latif"] == Path("resources/corpora/urdu_latif.zip")
    assert not {"ravdess", "urdu_latif"} & set(found.synthetic)
    assert found.described("ravdess")["licence"] == "its publisher's"


@pytest.mark.parametrize(("rule", "kept"), [("repack", ["urdu_latif"]), ("download", [])])
def test_results_of_an_own_archive_can_be_used_without_it_those_of_a_download_can_be_fetched(
    rule, kept, study, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    study["corpora"] = {"urdu_latif": absent()}
    study["language_pairs"] = []
    study["experiments"] = study["experiments"][:1]
    study["experiments"][0]["corpora"] = ["urdu_latif"]
    study["findings"] = {}
    made, manifest = "resources/made/urdu_latif.zip", "results/corpora/urdu_latif/manifest.parquet"
    blank = dict.fromkeys(records.KEYS, "") | {"outputs": [], "wildcards": {}}
    for result, record in ((made, {"rule": rule, "inputs": {}}), (manifest, {"inputs": {made: ""}})):
        provenance.place(result).parent.mkdir(parents=True, exist_ok=True)
        provenance.place(result).write_text(json.dumps(blank | record))
    (tmp_path / "results/restored.json").write_text(json.dumps(check(study, SCHEMA, []).identities))
    assert check(study, SCHEMA, []).kept_corpora == kept


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


def test_the_studys_recipes_are_those_that_it_states():
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
            and encoders_of(model := study.model(e)) == branches
        ]
        assert len(found) == 1, row["experiment"]
        recipe = found[0]["finetuning"]
        for key in ("learning_rate", "weight_decay", "dropout", "batch", "accumulate", "max_epochs"):
            assert recipe[key] == float(row[key]), (row["experiment"], key)
        assert recipe["class_weights"] == (row["class_weights"] == "yes"), row["experiment"]
        assert {int(seed) for seed in row["seeds"].split()} <= set(recipe["seeds"]), row["experiment"]
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


def test_what_cannot_be_had_says_what_waits_for_it(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study["corpora"] |= {"ravdess": absent("ask"), "meld": absent("ask"), "shemo": absent("ask")}
    study["corpora"]["meld"]["source"] = {"address": "http://127.0.0.1:1/raw.tar.gz"}
    study["asr"], study["models"] = {}, {"egemaps_svm": study["models"]["egemaps_svm"]}
    study["findings"] = {
        "finding_1": {"statement": "", "experiments": ["ravdess_random5_egemaps_svm"]},
        "finding_2": {"statement": ""},
    }
    number = {"finding": "finding_2", "kind": "number"}
    published = {
        "text.wf1": number | {
            "experiment": "text", "ours": "meld_publisher_text",
            "replay": {"corpus": "meld", "protocol": "publisher", "model": "text"},
        },
        "audio.wf1": number | {
            "experiment": "audio", "ours": "ravdess_random5_audio",
            "replay": {"corpus": "ravdess", "protocol": "random5", "model": "audio"},
        },
    }  # fmt: skip
    study["experiments"] = [
        {"corpora": ["ravdess"], "protocols": ["random5"], "models": ["egemaps_svm"], "transfer": ["shemo"]}
    ]
    study["language_pairs"][1]["languages"][1]["within"] = ["random5"]
    found = check(study, SCHEMA, [], published=published)
    assert unavailable(found, "corpora") == {
        "meld": "download http://127.0.0.1:1/raw.tar.gz, put it at resources/corpora/meld.tar.gz; "
        "finding_2 waits for it",
        "ravdess": "ask, put it at resources/corpora/ravdess; scores, within_language, across_languages, "
        "gaps, finding_1 and finding_2 wait for it",
        "shemo": "ask, put it at resources/corpora/shemo; transfer waits for it",
    }
    # an experiment that waits says it shorter
    assert found.waits_for(found.experiments["ravdess_random5_egemaps_svm"]) == [
        Missing(CORPUS, "ravdess", "ask, put it at resources/corpora/ravdess")
    ]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


DEMO = yaml.safe_load((ROOT / "demo/config.yaml").read_text())


@given(anything, st.integers(0, 60))
@settings(max_examples=200, deadline=None)
def test_nothing_put_anywhere_into_a_configuration_raises_another_error(value, place):
    study = copy.deepcopy(DEMO)
    holders = []

    def collect(node):
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            holders.append((node, key))
            if isinstance(node[key], dict | list):
                collect(node[key])

    collect(study)
    node, key = holders[place % len(holders)]
    node[key] = value
    try:
        check(study, SCHEMA, [ROOT / "demo/config.yaml"])
    except SarangiError as error:
        assert "problem" in str(error)


# -- fingerprints -----------------------------------------------------------------------------


@pytest.fixture
def code(tmp_path, monkeypatch):
    """A package of its own in place of ours, and a function that gives its fingerprint anew."""
    package = tmp_path / "sarangi"
    (package / "corpora").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "corpora/__init__.py").write_text("import importlib\n")
    (package / "corpora/one.py").write_text("A = 1\n")
    (package / "corpora/two.py").write_text("A = 2\n")
    (package / "deep.py").write_text("import numpy\n\n\ndef f():\n    return 1\n")
    (package / "middle.py").write_text("from .deep import f\n")
    (package / "other.py").write_text("x = 1\n")
    (tmp_path / "script.py").write_text("from sarangi import middle\nfrom sarangi.corpora import load\n")
    monkeypatch.setattr(fingerprints, "ROOT", package)

    def forget():
        fingerprint.cache_clear()
        fingerprints._module.cache_clear()

    def take(by_name=(("sarangi.corpora", ("sarangi.corpora.one",)),)):
        forget()
        return fingerprint(tmp_path / "script.py", by_name)

    yield package, take
    forget()


def test_comments_docstrings_layout_and_times_change_nothing(code):
    package, take = code
    before = take()
    (package / "deep.py").write_text(
        '"""Doc."""\n# why\nimport numpy\ndef f():\n  """Doc."""\n  return (1)\n'
    )
    os.utime(package / "middle.py", (1, 1))
    assert take() == before


@pytest.mark.parametrize(
    ("file", "counts"), [("deep", True), ("corpora/one", True), ("corpora/two", False), ("other", False)]
)
def test_code_counts_where_it_is_imported_even_by_name_or_from_afar(code, file, counts):
    package, take = code
    before = take()
    path = package / f"{file}.py"
    path.write_text(path.read_text().replace("1", "7").replace("A = 2", "A = 8"))
    assert (take() != before) == counts


def test_a_guard_counts_nowhere_and_neither_does_what_only_it_imports(code, monkeypatch):
    package, take = code
    monkeypatch.setattr(fingerprints, "GUARDS", {"sarangi.middle": "for the test"})
    before = take()
    for file in ("deep", "middle"):
        (package / f"{file}.py").write_text("import pandas\n")
        assert take() == before
    fingerprints._module.cache_clear()
    covered, _ = fingerprints.closure(package.parent / "script.py", apart=fingerprints.GUARDS)
    whole, _ = fingerprints.closure(package.parent / "script.py")
    assert set(whole) - set(covered) == {"sarangi.middle"}


def test_another_version_of_an_imported_package_counts(code, monkeypatch):
    _, take = code
    before = take()
    version = fingerprints._version
    monkeypatch.setattr(fingerprints, "_version", lambda name: "0.0" if name == "pandas" else version(name))
    assert take() == before
    monkeypatch.setattr(fingerprints, "_version", lambda name: "0.0")
    assert take() != before


# -- store ------------------------------------------------------------------------------------

TWO = pa.schema([("utterance_id", pa.string()), ("value", pa.float64())])


def test_the_same_rows_give_the_same_bytes_however_they_arrive(tmp_path):
    rows = [{"utterance_id": str(n), "value": n / 7} for n in range(25)]
    with store.Writer(tmp_path / "a", TWO, MADE_BY_TEST, row_group=10) as writer:
        for row in rows:
            writer.add(row)
    frame = pd.DataFrame(rows).sample(frac=1, random_state=1).sort_values("value")
    store.write(tmp_path / "b", frame[["value", "utterance_id"]], TWO, MADE_BY_TEST, row_group=10)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert store.read(tmp_path / "a").equals(pd.DataFrame(rows))
    assert list(store.rows(tmp_path / "a")) == rows
    assert store.count(tmp_path / "a") == 25
    assert store.provenance(tmp_path / "a") == MADE_BY_TEST


FOLDS = pa.schema([("fold", pa.int32()), ("part", pa.string()), ("value", pa.float64())])


@given(
    rows=st.lists(st.tuples(st.integers(0, 3), st.sampled_from([None, "", "test", "train", "ä"]))),
    fold=st.integers(0, 4),
)
@settings(max_examples=40, deadline=None)
def test_a_part_of_a_table_is_what_the_whole_has_there(rows, fold, tmp_path_factory):
    path = tmp_path_factory.mktemp("table") / "fold=7.parquet"
    whole = pd.DataFrame(rows, columns=["fold", "part"]).assign(value=range(len(rows)))
    store.write(path, whole, FOLDS, MADE_BY_TEST, row_group=3)
    found = store.read(path, ["value", "part"], categories=["part"], fold=fold)
    assert list(found.columns) == ["value", "part"]
    wanted = whole[whole["fold"] == fold]
    assert found["value"].tolist() == wanted["value"].tolist()
    assert found["part"].astype(object).where(found["part"].notna(), None).tolist() == [
        part for number, part in rows if number == fold
    ]
    assert list(found["part"].cat.categories) == sorted(set(wanted["part"].dropna()))
    with pytest.raises(SarangiError, match=r"fold=7\.parquet: no column seed; it has fold, part, value"):
        store.read(path, ["value"], seed=1)


def test_a_truncated_table_is_named_with_what_to_do(tmp_path):
    store.write(tmp_path / "a", pd.DataFrame({"utterance_id": ["x"], "value": [1.0]}), TWO, MADE_BY_TEST)
    (tmp_path / "a").write_bytes((tmp_path / "a").read_bytes()[:-9])
    with pytest.raises(SarangiError, match=r"not a whole Parquet file.*Delete it"):
        store.read(tmp_path / "a")


# -- job --------------------------------------------------------------------------------------

SCRIPT = """
    import os, sys, time
    from pathlib import Path
    from types import SimpleNamespace
    from sarangi.runtime.job import job
    from sarangi.base.errors import SarangiError, shown

    class Named(dict):
        __getattr__ = dict.get

    class Files(list):
        def __getitem__(self, key):
            return list.__getitem__(self, 0 if key == "only" else key)

        def get(self, name, default=None):
            return default

    snakemake = SimpleNamespace(
        rule="made", input=Files(), output=Files(["out.txt"]), log=Files(["log.txt"]), params=Named(a=1),
        resources=Named(), wildcards=Named(), config={"seed": 1, "threads": {"torch": 1, "blas": 1}},
    )
    with job(snakemake) as run:
"""


def run_job(body, folder, **popen):
    script = textwrap.dedent(SCRIPT) + textwrap.indent(textwrap.dedent(body), "    ")
    return subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False
    )


def test_a_job_publishes_whole_files_and_bounds_threads_before_numpy(tmp_path):
    (tmp_path / ".out.999999.tmp.txt").write_text("left by a killed job")
    done = run_job(
        """
        run.output.write_text(os.environ["OMP_NUM_THREADS"] + os.environ["OPENBLAS_NUM_THREADS"])
        assert not Path("out.txt").exists()
        assert run.named("only") == run.output
        assert (run.result.path, run.result.provenance) == (run.output, run.provenance)
        import torch
        assert torch.get_num_threads() == 1
        """,
        tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.txt").read_text() == "11"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.txt", "out.txt", "results"]


def test_a_folder_that_a_job_reads_is_known_by_the_inventory_that_the_plan_took(tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "labels.csv").write_text("a")
    done = run_job(
        """
        snakemake.input.extend(["corpus", "labels.csv"])
        snakemake.params["inventory"] = "as planned"
        run.output.write_text("made")
        """,
        tmp_path,
    )
    assert done.returncode == 0, done.stderr
    inputs = records.read("out.txt", tmp_path)["inputs"]
    assert inputs == {"corpus": "as planned", "labels.csv": provenance.digest(tmp_path / "labels.csv")}


@pytest.mark.parametrize(
    ("body", "shown", "hidden"),
    [
        ("raise SarangiError('row 7: bad; do this')", "row 7: bad; do this", "Traceback"),
        ("1 / 0", "ZeroDivisionError", "row 7"),
    ],
)
def test_a_failing_job_leaves_nothing_and_logs_why(body, shown, hidden, tmp_path):
    done = run_job(f"run.output.write_text('half')\n{body}", tmp_path)
    assert done.returncode == 1
    assert [path.name for path in tmp_path.iterdir()] == ["log.txt"]
    for text in (done.stderr, (tmp_path / "log.txt").read_text()):
        assert shown in text
        assert hidden not in text


def test_a_job_of_an_earlier_run_publishes_nothing(tmp_path):
    (tmp_path / ".snakemake").mkdir()
    (tmp_path / "out.txt").write_text("new")
    body = "from sarangi.runtime.lock import begin\nbegin()\nrun.output.write_text('old')"
    begin(tmp_path / ".snakemake")
    done = run_job(body, tmp_path)
    assert done.returncode == 1
    assert "another run has begun in this folder since" in done.stderr
    assert (tmp_path / "out.txt").read_text() == "new"


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent death signal is Linux's")
def test_a_job_dies_with_its_parent_and_publishes_nothing(tmp_path):
    body = "Path('alive').write_text(str(os.getpid()))\ntime.sleep(60)\nrun.output.write_text('orphan')"
    script = textwrap.dedent(SCRIPT) + textwrap.indent(body, "    ")
    (tmp_path / "script.py").write_text(script)
    parent = subprocess.Popen(
        [sys.executable, "-c", "import subprocess, sys; subprocess.run([sys.executable, 'script.py'])"],
        cwd=tmp_path,
    )
    deadline = time.monotonic() + 30
    while not (tmp_path / "alive").exists() or not (tmp_path / "alive").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    child = int((tmp_path / "alive").read_text())
    parent.kill()
    parent.wait()
    while (
        Path(f"/proc/{child}").exists()
        and "Z" not in Path(f"/proc/{child}/stat").read_text().split(")")[1][:3]
    ):
        assert time.monotonic() < deadline, "the orphan lives on"
        time.sleep(0.05)
    assert not (tmp_path / "out.txt").exists()


# -- locks ------------------------------------------------------------------------------------


def test_stale_locks_go_those_of_a_living_run_or_another_machine_stay(tmp_path):
    folder = tmp_path / ".snakemake"
    lock = folder / "locks/0.input.lock"
    hold = (
        f"import pathlib, sarangi.runtime.lock as l; print(l.hold(pathlib.Path({str(folder)!r})), flush=True)"
    )

    def another(code=hold):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    assert another() == "False"
    lock.parent.mkdir()
    lock.touch()
    assert another() == "True"
    assert not lock.exists()
    living = subprocess.Popen(
        [sys.executable, "-c", f"{hold}; input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert living.stdout.readline().strip() == "False"
    lock.touch()
    assert another() == "False"
    assert lock.exists()
    living.kill()
    living.communicate()
    (folder / "sarangi.lock").write_text("another-machine")
    assert another() == "False"
    assert lock.exists()


@pytest.mark.parametrize("name", ["default", "slurm", "generic"])
def test_each_key_of_a_profile_says_what_it_is_for(name):
    lines = (ROOT / f"profiles/{name}/config.yaml").read_text().splitlines()
    keys = [place for place, line in enumerate(lines) if re.match(r"[a-z-]+:", line)]
    for place in keys:
        before = lines[place - 1]
        # two keys may share a comment
        assert before.startswith("#") or re.match(r"[a-z-]+:", before), lines[place]


def test_a_run_beside_a_living_one_does_not_take_its_jobs_for_an_earlier_runs(tmp_path):
    folder = tmp_path / ".snakemake"
    process = (
        "import pathlib, sys, sarangi.runtime.lock as l; f = pathlib.Path(sys.argv[1]); "
        "l.hold(f); l.begin(f); print(l.run_id(f), flush=True); sys.stdin.read()"
    )

    def main():
        started = subprocess.Popen(
            [sys.executable, "-c", process, str(folder)], text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        return started, started.stdout.readline().strip()

    first, its = main()
    second, beside = main()
    assert its and beside == its
    for ended in (first, second):
        ended.kill()
        ended.wait()
    third, later = main()
    assert later not in (its, "None")
    third.kill()
    third.wait()


# -- versions ---------------------------------------------------------------------------------


def test_the_locks_have_hashes_no_addresses_and_the_projects_versions():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = project["project"]["dependencies"] + project["project"]["optional-dependencies"]["test"]
    text = (ROOT / "requirements.lock").read_text()
    build = (ROOT / "build.lock").read_text()
    assert "://" not in text + build
    for lock, names in ((text, wanted), (build, project["dependency-groups"]["build"])):
        entries = re.split(r"\n(?=\S)", lock)
        assert all("--hash=sha256:" in entry for entry in entries)
        locked = {entry.split(" ")[0].lower() for entry in entries}
        assert {name.split("[")[0].lower() for name in names} <= locked


def test_the_conda_environments_are_in_step():
    sys.path.insert(0, str(ROOT / "envs"))
    import generate

    for name, text in generate.environments().items():
        assert (ROOT / "envs" / name).read_text() == text, "run: python envs/generate.py"


def test_the_image_is_built_from_the_locks_and_with_what_the_paper_needs():
    text = (ROOT / "envs/Containerfile").read_text()
    for part in (*PACKAGES, "-r build.lock", "-r requirements.lock", "--require-hashes"):
        assert part in text


def test_every_rule_has_what_a_rule_needs_and_an_environment_with_what_it_imports():
    rules = "\n\n".join(file.read_text() for file in sorted((ROOT / "rules").glob("*.smk")))
    texts = [
        text[re.search(r"^ *rule[ :]", text, re.M).start() :]
        for text in re.split(r"\n\n\n(?=rule |use rule |def |for |# )", rules)
        if "script:" in text
    ]
    # those of tables and figures are made in a loop; the test below looks at each
    texts = [text for text in texts if "workflow/scripts/{rule}.py" not in text]
    scripts = {path.stem for path in (ROOT / "workflow/scripts").glob("*.py")}
    named = {re.search(r"workflow/scripts/(\w+)\.py", text)[1] for text in texts}
    assert {name for name in scripts - named if not name.endswith(("_table", "_figure"))} == set()
    for text in texts:
        # a rule made in a loop is named <script>_<what it is for>
        name, batched = re.match(
            r' *rule(?: (\w+))?:\n(?: *""".*"""\n *name:\n *f"([a-z_]+?)_\{)?', text
        ).groups()
        name = name or batched
        assert re.match(r' *rule.*:\n *"""[A-Z].*\."""\n', text), name
        # what makes nothing always runs, unless it has a benchmark
        kept = ["benchmark:"] if "    output:" in text else []
        # time and memory, which needs() asks for together
        asked = ["**needs(minutes="] if "needs(" in text else ["mem_mb=", "runtime="]
        for key in ("log:", *kept, "conda:", "resources:", *asked, f"workflow/scripts/{name}.py"):
            assert key in text, f"rule {name} lacks {key}"
        assert_fits(name, re.search(r'"\.\./envs/(\w+)\.yaml"', text)[1])


def test_the_rules_of_tables_and_figures_have_what_a_rule_needs(tmp_path):
    shutil.copy(ROOT / "demo/config.yaml", tmp_path)
    with planned(["audit"], tmp_path) as dag:
        workflow = dag.workflow_api._workflow
        workflow._prepare_dag(forceall=True, ignore_incomplete=True, lock_warn_only=False)
        rules = {rule.name: rule for rule in workflow.rules if rule.name.endswith(("_table", "_figure"))}
    scripts = {path.stem for path in (ROOT / "workflow/scripts").glob("*.py")}
    assert set(rules) == {name for name in scripts if name.endswith(("_table", "_figure"))}
    for name, rule in rules.items():
        assert Path(rule.script).stem == name
        assert re.fullmatch(r"[A-Z].*\.", rule.docstring), name
        assert rule.output and {"mem_mb", "runtime"} <= set(rule.resources), name
        assert [str(file).split("/{")[0].removesuffix(".log") for file in rule.log] == [
            f"results/logs/{name}"
        ]
        assert str(rule.benchmark).split("/{")[0].removesuffix(".tsv") == f"results/benchmarks/{name}"
        assert_fits(name, Path(rule.conda_env).stem)


def assert_fits(name, kind):
    """A rule's script calls a function of its name, and its environment has what that imports."""
    sys.path.insert(0, str(ROOT / "envs"))
    import generate

    distributions = fingerprints._distributions()
    by_name = tuple(registries().items())
    code, imported = fingerprints.closure(ROOT / f"workflow/scripts/{name}.py", by_name)
    assert f"def {name}(" in "".join(code.values()), f"rule {name} calls no function of its name"
    needed = {d.lower() for module in imported for d in distributions.get(module, ())}
    missing = {name.replace("_", "-") for name in needed} - {p.lower() for p in generate.KINDS[kind]}
    assert not missing, f"envs/{kind}.yaml lacks {missing}, which {name} imports"


# -- found by fuzzing (tests/faults/fuzzing.py) -------------------------------------------------

LAUGHS = "a0: &a0 [lol]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LAUGHS, "line 6: with its aliases it has more than"),
        ("[" * 100_000, "line 1: it is nested more than"),
        ("a: &a [*a]", "line 1: the alias"),
        ("a: 1\nb: 2\na: 3", "line 3: the key 'a' stands twice"),
        ("a: 1\nb: 2001-99-99", "line 2: '2001-99-99' is no value"),
        ("a: " + "9" * 5000, "line 1: '999"),
        ("a: !!timestamp x", "line 1: 'x' is no value"),
        ("a: !!bool x", "line 1: 'x' is no value"),
        ("a: 0b_", "line 1: '0b_' is no value"),
        ("a: !!int ''", "line 1: '' is no value"),
        ("a: !!python/object/apply:os.system [x]", "line 1: could not determine a constructor"),
        ("a: [1\nb: 2", "line 2: "),
        (b"a: 1\nb: \xff", "line 2: expected text in utf-8"),
        ("a: \x01", "control characters"),
    ],
)
def test_yaml_that_harms_or_misleads_is_refused_with_its_line(text, said, tmp_path):
    file = tmp_path / "config.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    began = time.monotonic()
    with pytest.raises(SarangiError, match=r"config\.yaml: not YAML that can be read") as caught:
        refuse_odd_yaml(file)
    assert said in str(caught.value) and "\n" not in str(caught.value)
    assert time.monotonic() - began < 1


def test_many_mistakes_are_listed_in_part_and_found_in_time(study, tmp_path):
    study["experiments"] = [{"corpora": [1], "protocols": [2], "models": [3], "x": 4}] * 100
    file = write_study(study, tmp_path) / "config.yaml"
    began = time.monotonic()
    with pytest.raises(SarangiError, match=r"no job was started\.") as caught:
        check(yaml.safe_load(file.read_text()), SCHEMA, [file])
    assert len(str(caught.value).splitlines()) == 52
    assert time.monotonic() - began < 10


def test_a_message_shows_what_it_quotes_as_one_line_that_can_be_printed():
    text = str(SarangiError("a.csv: found \x1b[2J\udc80\u202e\nx " + "y" * 5000, "  and this"))
    first, second = text.split("\n")
    assert first.startswith(r"a.csv: found \x1b[2J\udc80\u202e x yyy") and len(first) < 1100
    assert second == "  and this"
    assert len(shown("\0" * 2**24)) < 5000


def test_parquet_that_is_damaged_or_lacks_a_column_is_refused_by_its_name(tmp_path):
    path = tmp_path / "t.parquet"
    store.write(path, pd.DataFrame({"utterance_id": ["a", "b"], "value": [1.0, 2.0]}), TWO, {})
    data = path.read_bytes()
    with pytest.raises(SarangiError, match=r"t\.parquet: no column status; it has utterance_id, value"):
        store.read(path, ["utterance_id", "status"])
    with pytest.raises(SarangiError, match=r"t\.parquet: no column status"):
        list(store.rows(path, ["status"]))
    path.write_bytes(data[:4] + bytes(b ^ 0xFF for b in data[4:60]) + data[60:])
    for read in (store.read, lambda file: list(store.rows(file)), lambda file: store.Rows(file).row(0)):
        with pytest.raises(SarangiError, match=r"t\.parquet: not a whole Parquet file"):
            read(path)


@pytest.mark.parametrize(
    "record",
    ["[" * 100_000, list(records.KEYS), dict.fromkeys(records.KEYS, ""), "\xff", 1,
     dict.fromkeys(records.KEYS, "") | {"wildcards": {}, "inputs": {"a": 1}, "outputs": []}],
)  # fmt: skip
def test_what_is_no_provenance_is_refused_by_its_name(record, tmp_path):
    place = tmp_path / provenance.place("a.csv")
    place.parent.mkdir(parents=True)
    place.write_text(record if isinstance(record, str) else json.dumps(record), encoding="latin-1")
    with pytest.raises(SarangiError, match=r"a\.csv\.json: expected the provenance of a\.csv"):
        records.read("a.csv", tmp_path)


def test_what_restore_did_not_write_is_refused(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()
    (tmp_path / "results/restored.json").write_text("[1]")
    with pytest.raises(SarangiError, match=r"results/restored\.json: expected what make restore writes"):
        _ = check(study, SCHEMA, []).corpora


def bundled(path, **members):
    about = {"version": 1, "targets": [], "identities": {}}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bundle.json", json.dumps(about))
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"bundle.json/x": "x"}, "does not belong"),
        ({"results/a": "x", "results/a/b.txt": "x"}, "is a file and a folder"),
        ({"results": "x"}, "does not belong"),
        ({"results/restored.json": "x"}, "stands twice"),
        ({f"results/{'y' * 300}": "x"}, "a part of more than 255 bytes"),
        ({"results/provenance/a.csv.json": "[" * 100_000}, "nested too deep"),
        ({"results/provenance/a.csv.json": "[]"}, "keys are missing"),
        ({"results/provenance/a.csv.json": "0" * (2**26 + 1)}, "at most"),
        ({"results/a.csv": "x"}, "no item named"),
    ],
)
def test_a_bundle_that_cannot_be_put_back_whole_writes_nothing(members, said, tmp_path):
    path = bundled(tmp_path / "bundle.zip", **members)
    (tmp_path / "clone").mkdir()
    with pytest.raises(SarangiError, match=r"bundle\.zip: expected a bundle") as caught:
        restore(path, tmp_path / "clone")
    assert said in str(caught.value)
    assert list((tmp_path / "clone").rglob("*")) == []


@pytest.mark.parametrize(
    "text",
    ["tolerance: '0.02'\nfiles: {}\nvalues: {}", "tolerance: -1\nfiles: {}\nvalues: {}",
    "tolerance: .nan\nfiles: {}\nvalues: {}",
     "tolerance: 1\nfiles: {1: a}\nvalues: {}", "tolerance: 1\nfiles: {a: 1}\nvalues: {}", "[]", "a: 0b"],
)  # fmt: skip
def test_a_lock_with_values_of_another_kind_is_refused(text, tmp_path):
    (tmp_path / "results.lock").write_text(text)
    with pytest.raises(SarangiError, match=r"results\.lock: expected what python -m sarangi lock writes"):
        results_lock.compare(tmp_path)


@pytest.mark.parametrize(
    "text", ["a: 1", "[]", "a: {checksum: 1, size: 2}", "a: {checksum: b, size: c}", "a: [checksum, size]"]
)
def test_checksums_of_another_kind_are_refused_by_address(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("checksums.yaml").write_text(text)
    with pytest.raises(SarangiError, match=r"checksums\.yaml: expected a line"):
        checksums.enforce("a", "b", 1)
