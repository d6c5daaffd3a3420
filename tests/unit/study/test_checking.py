"""The configuration: what is refused, and how a mistake is named."""

import copy
import re
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from support.configuration import SCHEMA, assert_fits, put_encoder, refused
from support.places import ROOT
from support.studies import absent, checked, write_study

from sarangi.base.errors import SarangiError
from sarangi.reproduce.plan import planned
from sarangi.study.app_inputs import in_space
from sarangi.study.checking import check, refuse_odd_yaml
from sarangi.study.methods import methods_of
from sarangi.study.robustness_inputs import conditions_of

PAGE = (ROOT / "docs/balance.md").read_text(encoding="utf-8")
EXAMPLE = yaml.safe_load(re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[1])


@pytest.mark.parametrize("file", ["config.yaml", "demo/config.yaml"])
def test_the_configurations_we_ship_are_valid(file):
    study = check(yaml.safe_load((ROOT / file).read_text()), SCHEMA, [ROOT / file])
    assert "urdu_latif_random5_egemaps_svm" in study.experiments


@pytest.mark.parametrize("schema", sorted((ROOT / "workflow/schemas").glob("*.yaml")), ids=lambda p: p.name)
def test_every_key_of_a_schema_is_described_and_every_object_refuses_others(schema):
    whole = yaml.safe_load(schema.read_text())

    def described(entry):
        while "description" not in entry and "$ref" in entry:
            for part in entry["$ref"].removeprefix("#/").split("/"):
                entry = whole[part] if part == "$defs" else entry_of(part)
        return entry.get("description")

    def entry_of(name):
        return whole["$defs"][name]

    def walk(node, place):
        if not isinstance(node, dict):
            return
        for key, entry in node.get("properties", {}).items():
            if isinstance(entry, dict):
                assert described(entry) or "const" in entry, f"{place}.{key} has no description"
                assert described(entry) is None or described(entry).endswith("."), f"{place}.{key}"
                walk(entry, f"{place}.{key}")
        for choice in ("oneOf", "anyOf"):
            for branch in node.get(choice, ()):
                # it may only say of keys that are described above which go together
                known = {**node.get("properties", {})}
                inner = {k: e for k, e in branch.get("properties", {}).items() if k not in known}
                walk({**branch, "properties": inner}, f"{place} ({branch.get('title')})")
        for deeper in ("additionalProperties", "items"):
            walk(node.get(deeper), f"{place}.{deeper}")
        if node.get("type") == "object" and "additionalProperties" not in node:
            holders = node.get("oneOf", ()) if "properties" not in node else ()
            assert holders and all("additionalProperties" in holder for holder in holders), place

    walk({key: entry for key, entry in whole.items() if key != "$defs"}, schema.stem)
    for name, entry in whole.get("$defs", {}).items():
        walk(entry, name)


def test_each_missing_key_is_named_once_with_what_it_is(study, tmp_path):
    del study["corpora"]
    study["models"]["audio_tiny"] = copy.deepcopy(study["models"]["audio_tiny"])
    del study["models"]["audio_tiny"]["audio"]["max_audio_s"], study["models"]["audio_tiny"]["title"]
    study["protocols"]["random5"] = {"kind": "stratified_kfold"}
    text, _ = refused(study, tmp_path)
    lines = [line for line in text.splitlines() if "is missing" in line]
    named = [re.search(r":\d+: (.*): the key '(\w+)' is missing: (.+)", line).groups() for line in lines]
    assert sorted((place, key) for place, key, _ in named) == [
        ("models.audio_tiny", "title"), ("models.audio_tiny.audio", "max_audio_s"),
        ("protocols.random5", "folds"), ("protocols.random5", "leaks"), ("protocols.random5", "seed"),
        ("protocols.random5", "title"), ("top level", "corpora"),
    ]  # fmt: skip
    says = {(place, key): text for place, key, text in named}
    assert says["protocols.random5", "title"] == "How tables and figures call it."
    assert says["protocols.random5", "seed"].startswith("Seed of the shuffle")
    assert says["top level", "corpora"].startswith("The corpora of the study")


def test_what_is_left_out_has_the_default_that_the_schema_states(study, tmp_path, monkeypatch):
    monkeypatch.chdir(write_study(study, tmp_path))
    stated = yaml.safe_load(SCHEMA.read_text())["properties"]
    defaults = {key: entry["default"] for key, entry in stated.items() if "default" in entry}
    assert {"download", "bootstrap", "findings", "label_map", "sensitivity", "cache_gb"} <= set(defaults)
    study["experiments"] = [{"corpora": ["urdu_latif"], "protocols": ["random5"], "models": ["constant"]}]
    study["models"] = {"constant": study["models"]["constant"]}
    for key in defaults:
        study.pop(key, None)
    found = check(study, SCHEMA, []).config
    assert found["bootstrap"] == {"draws": 10000, "seed": 42, "confidence": 0.95}
    assert found["sensitivity"] == {"protocols": [], "models": [], "seeds": [], "folds": []}
    assert found["cluster"] == {"gpu": True, "gpu_models": [], "side_by_side": 1, "jobs_a_gpu": 1}
    assert "download" not in study


def test_a_name_that_cannot_be_one_is_named_on_its_own_line(study, tmp_path):
    study["models"]["Neu"] = study["models"]["constant"]
    text, lines = refused(study, tmp_path)
    line = re.search(r"config\.yaml:(\d+): models\.Neu: 'Neu' cannot be a name here", text)[1]
    assert "Neu" in lines[int(line) - 1]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", r":1: it is empty; expected keys"),
        (b"# nothing\n", r":1: it is empty"),
        (b"- a\n", r":1: it is list; expected keys"),
        (b"seed\n", r":1: it is str; expected keys"),
        (b"seed: 1\n\tthreads: 2\n", r"line 2: .*found a tab character"),
        ("seed: 1\n".encode("utf-16"), r"line 1: expected text in utf-8"),
        (b"seed: 1\nseed: 2\n", r"line 2: the key 'seed' appears twice"),
        (b"a: &a {<<: *a}\n", r"line 1: the alias \*a has no anchor"),
    ],
)
def test_a_file_that_is_no_configuration_is_told_with_its_name_and_line(data, message, tmp_path):
    (tmp_path / "config.yaml").write_bytes(data)
    with pytest.raises(SarangiError, match=rf"config\.yaml.*{message}"):
        refuse_odd_yaml(tmp_path / "config.yaml")


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        (lambda s: s.update(bootstarp={}), "bootstarp", "unknown key 'bootstarp'; did you mean bootstrap?"),
        (lambda s: s["threads"].update(torch="one"), "threads.torch", "expected integer, found str 'one'"),
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
            "protocols.loso.folder",
            "the key 'folder' with value 'x' cannot be combined with the other keys of this entry",
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
            "classifiers.svm.trees",
            "the key 'trees' with value 5 cannot be combined with the other keys of this entry",
        ),
        (
            lambda s: s["experiments"][0]["models"].append("egemaps_svmm"),
            "experiments[0].models[4]",
            "'egemaps_svmm' is not in models; did you mean egemaps_svm?",
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
            "'ravdess_audio' is not an experiment; did you mean",
        ),
        (
            lambda s: s.update(app={"experiments": ["ravdess_grouped3_audio_tny"]}),
            "app.experiments[0]",
            "'ravdess_grouped3_audio_tny' is not a fine-tuned experiment; did you mean ravdess_grouped3_",
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
        (
            lambda s: s["corpora"]["ravdess"].update(source={"git": "--upload-pack=x", "commit": "0" * 40}),
            "corpora.ravdess.source.git",
            "'--upload-pack=x' does not match: Address of a repository",
        ),
        (
            lambda s: s["corpora"]["ravdess"].update(source={"address": "https://me:w0rd@a.org/c.zip"}),
            "corpora.ravdess.source.address",
            "'https://…@a.org/c.zip' does not match: http or https address of an archive",
        ),
        (
            lambda s: s["corpora"]["ravdess"].update(source={"address": "https://a.org/c.zip?token=w0rd"}),
            "corpora.ravdess.source.address",
            "'https://a.org/c.zip?…' does not match: http or https address of an archive",
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
    assert "corpora.shemo.source: there is no synthetic copy of shemo; there is one of ravdess" in text


def test_the_space_has_one_model_of_each_kind_or_those_that_are_named(study, tmp_path, monkeypatch):
    monkeypatch.chdir(write_study(study, tmp_path))
    found = in_space(check(study, SCHEMA, []))
    assert [f"{e.name}/{fold}/{seed}" for e, fold, seed in found] == [
        f"ravdess_grouped3_{kind}_tiny/0/42" for kind in ("audio", "text", "fusion")
    ]
    study["app"] = {"space": ["ravdess_grouped3_probe_tiny/2/2024"]}
    ((e, fold, seed),) = in_space(check(study, SCHEMA, []))
    assert (e.name, fold, seed) == ("ravdess_grouped3_probe_tiny", 2, 2024)
    study["app"] = {"space": ["ravdess_grouped3_probe_tiny/3/2024"]}
    text, _ = refused(study, tmp_path)
    assert "is not a run of a fine-tuned experiment; did you mean ravdess_grouped3_probe_tiny/2/2024?" in text


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
    put_encoder(tmp_path / "resources/models/tiny", "speech")
    assert not check(study, SCHEMA, []).untrained("audio_tiny")


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


def test_the_rules_of_tables_and_figures_have_what_a_rule_needs(tmp_path):
    study = yaml.safe_load((ROOT / "demo/config.yaml").read_text())
    # the demo guesses no speakers and projects nothing out, so that it has no tables of these
    study |= yaml.safe_load("""
speaker_encoders: {ge2e: {title: GE2E, licence: Apache-2.0, kind: ge2e, weights: ge2e.pt}}
pseudo_speakers: {voices: {title: voices, encoder: ge2e, corpora: [urdu_latif], threshold: 0.3}}
""")
    lovo = {"title": "by voice", "kind": "leave_one_group_out", "pseudo_speakers": "voices", "leaks": False}
    study["protocols"]["lovo"] = lovo
    (aligned,) = (model for model in study["models"].values() if model.get("alignment") == "coral")
    aligned["project_out"] = "speaker"
    del aligned["alignment"]
    again = {"corpora": ["urdu_latif"], "protocols": ["lovo"], "models": ["egemaps_svm"]}
    study["experiments"].append(again)
    write_study(study, tmp_path)
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


def test_many_mistakes_are_listed_in_part_and_found_in_time(study, tmp_path):
    study["experiments"] = [{"corpora": [1], "protocols": [2], "models": [3], "x": 4}] * 100
    file = write_study(study, tmp_path) / "config.yaml"
    began = time.monotonic()
    with pytest.raises(SarangiError, match=r"no job was started\.") as caught:
        check(yaml.safe_load(file.read_text()), SCHEMA, [file])
    assert len(str(caught.value).splitlines()) == 52
    assert time.monotonic() - began < 10


# -- worse recordings ------------------------------------------------------------------------

WORSE = (ROOT / "docs/robustness.md").read_text(encoding="utf-8")


def test_the_example_of_the_page_on_robustness_is_valid(study, tmp_path, monkeypatch):
    study |= yaml.safe_load(re.search(r"```yaml\n(.*?)```", WORSE, re.DOTALL)[1])
    found = checked(study, tmp_path, monkeypatch)
    assert list(conditions_of(found)) == ["urdu_latif_loso_egemaps_svm"]
    assert len(conditions_of(found)["urdu_latif_loso_egemaps_svm"]) == 9


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("urdu_latif_loso_egemaps", "is not an experiment"),
        ("urdu_latif_loso_constant", "it is not an audio model"),
        ("ravdess_grouped3_text_tiny", "it is a text model"),
        ("ravdess_grouped3_probe_tiny", "its pooled states are precomputed"),
        ("urdu_sindhi_urdu5_is09_svm", "its corpus is published as features"),
    ],
)
def test_what_cannot_be_tested_on_worse_recordings_is_refused(name, expected, study, tmp_path, monkeypatch):
    study["robustness"] = [{"experiments": [name], "conditions": ["room"]}]
    with pytest.raises(SarangiError, match=r"robustness\[0\]\.experiments\[0\].*" + expected):
        checked(study, tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("model", "changed", "expected"),
    [
        ("text_tiny", {}, "it is a text model"),
        ("probe_tiny", {}, r"precomputed \(audio\.states\)"),
        ("audio_tiny_prefix", {}, r"precomputed \(audio\.prefix\)"),
        ("audio_tiny", {"replay": True}, "the published study augments nothing"),
    ],
)
def test_training_clips_that_cannot_be_made_worse_are_refused(
    model, changed, expected, study, tmp_path, monkeypatch
):
    entry = study["models"][model]
    study["models"][model] = entry | changed
    entry["finetuning"]["augment"] = {"conditions": ["room"], "share": 0.5}
    with pytest.raises(SarangiError, match=rf"models\.{model}\.finetuning\.augment.*{expected}"):
        checked(study, tmp_path, monkeypatch)


# -- emotions that are rare ------------------------------------------------------------------


def with_example(study, **changed):
    for kind, entries in EXAMPLE.items():
        study[kind] = {**study[kind], **entries}
    study["classifiers"]["logistic_over"] = EXAMPLE["classifiers"]["logistic_over"] | changed
    study["experiments"].append(
        {"corpora": ["urdu_latif"], "protocols": ["random5"], "models": ["egemaps_logistic_over"]}
    )
    return study


def test_the_example_of_the_page_is_a_model_and_the_methods_say_what_it_does(study, tmp_path, monkeypatch):
    found = checked(with_example(study), tmp_path, monkeypatch)
    assert "urdu_latif_random5_egemaps_logistic_over" in found.experiments
    said = " ".join(sentence.text for paragraph in methods_of(found) for sentence in paragraph.sentences)
    assert "clips of rarer emotions drawn again in the training part" in said


@pytest.mark.parametrize(
    "changed",
    [
        {"class_weight": "balanced"},
        {"balance": "smote"},
        {"kind": "svm_linear", "balance": "logit_adjustment"},
    ],
)
def test_two_corrections_at_once_and_machines_without_probabilities_are_refused(
    changed, study, tmp_path, monkeypatch
):
    with pytest.raises(SarangiError, match=r"classifiers\.logistic_over"):
        checked(with_example(study, **changed), tmp_path, monkeypatch)


def test_a_recipe_with_class_weights_takes_no_balance(study, tmp_path, monkeypatch):
    study["models"]["audio_tiny"]["finetuning"] |= {"class_weights": True, "balance": "oversample"}
    with pytest.raises(SarangiError, match=r"models\.audio_tiny\.finetuning"):
        checked(study, tmp_path, monkeypatch)
