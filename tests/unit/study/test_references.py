"""Models that the configuration combines from others."""

import pytest
from support.configuration import put_encoder
from support.small_encoders import FUSIONS, SCHEMA, encoders, study  # noqa: F401  (fixtures)
from support.studies import write_study

from sarangi.base.errors import SarangiError
from sarangi.study.availability import availability
from sarangi.study.checking import check
from sarangi.study.wanted import corpora_and_weights, every_table


def test_models_of_text_can_be_configured_and_wait_for_what_is_not_there(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study["asr"]["tiny_whisper"]["source"] = {"request": "fetch it"}
    found = check(study, SCHEMA, [])
    text, both = (found.experiments[f"ravdess_grouped3_{name}_tiny"] for name in ("words", "both"))
    place = "resources/models/tiny_text (config.json, tokenizer.json, model.safetensors)"
    wait = f"weights of tiny_text: make it, put it at {place}"
    assert list(map(str, found.waits_for(text))) == [wait]
    assert list(map(str, found.waits_for(both))) == [
        wait, "transcripts by tiny_whisper: fetch it, put it at resources/models/tiny_whisper.pt",
    ]  # fmt: skip
    assert found.untrained("both_tiny")
    assert not found.untrained("words_tiny")
    put_encoder(tmp_path / "resources/models/tiny_text", "text")
    (tmp_path / "resources/models/tiny_whisper.pt").touch()
    found = check(study, SCHEMA, [])
    assert {text.name, both.name} <= set(found.runnable)
    demo = [e for e in found.experiments.values() if e.model.startswith(("text_", "fusion_"))]
    assert len(demo) == 4
    # a run follows from its encoders and from what transcribed its words
    for kind, name, changed in (
        ("asr", "tiny_whisper", [both, *demo]),
        ("encoders", "tiny_text", [text, both]),
    ):
        before = found.identities
        study[kind][name]["licence"] = "another"
        after = check(study, SCHEMA, []).identities
        differ = {key for key in before if key.startswith("experiments/") and before[key] != after[key]}
        assert differ == {f"experiments/{e.name}" for e in changed}
        study[kind][name]["licence"] = "MIT"


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"urdu_latff": ["loso"]}, "'urdu_latff' is not in transfer; "),
        ({"urdu_latif": ["lso"]}, "'lso' is not in the protocols of experiments on urdu_latif; did you mean"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_parts_of_a_transfer_is_named(study, parts, message, tmp_path):
    entry = next(e for e in study["experiments"] if "urdu_latif" in e.get("transfer", ()))
    entry["transfer_parts"] = parts
    file = write_study(study, tmp_path) / "config.yaml"
    with pytest.raises(SarangiError) as error:
        check(study, SCHEMA, [file])
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        (lambda m: m["both_tiny"].pop("fusion"), "models.both_tiny", "expected one of: a baseline"),
        (
            lambda m: m["words_tiny"].update(fusion=FUSIONS["gated"]),
            "models.words_tiny.fusion",
            "the key 'fusion' with value {'kind': 'gated', 'width': 12} cannot be combined with the other",
        ),
        (lambda m: m["both_tiny"]["fusion"].update(kind="cros_attention"), "models.both_tiny.fusion.kind",
         "did you mean cross_attention?"),
        (lambda m: m["both_tiny"]["fusion"].pop("heads"), "models.both_tiny.fusion",
         "the key 'heads' is missing"),
        (lambda m: m["both_tiny"]["fusion"].update(heads=3), "models.both_tiny.fusion.heads",
         "3 does not divide the width 16"),
        (lambda m: m["both_tiny"]["audio"].update(frozen_layers=2), "models.both_tiny.audio.frozen_layers",
         "'all' was expected"),
        (lambda m: m["both_tiny"]["text"].update(words="tinny_whisper"), "models.both_tiny.text.words",
         "unknown words 'tinny_whisper'; did you mean tiny_whisper?"),
        (lambda m: m["both_tiny"]["text"].update(encoder="tiny"), "models.both_tiny.text.encoder",
         "'tiny' is an encoder of speech, and this branch takes one of text"),
        (lambda m: m["words_tiny"]["text"].update(encoder="tiny_txt"), "models.words_tiny.text.encoder",
         "unknown encoder 'tiny_txt'; did you mean tiny_text?"),
        (lambda m: m["audio_tiny"]["audio"].pop("max_audio_s"), "models.audio_tiny.audio",
         "the key 'max_audio_s' is missing"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_model_is_named(study, change, place, message, tmp_path):
    change(study["models"])
    file = write_study(study, tmp_path) / "config.yaml"
    with pytest.raises(SarangiError) as error:
        check(study, SCHEMA, [file])
    assert message in str(error.value)
    assert f": {place}: " in str(error.value)


STATES = {"title": "states", "encoder": "tiny", "max_audio_s": 3}


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        ({"encoder": "tinny"}, "encoder", "unknown encoder 'tinny'; did you mean tiny"),
        (
            {"encoder": "tiny_text"},
            "encoder",
            "'tiny_text' is an encoder of text, and a feature set takes one of speech",
        ),
        ({"layers": 3}, "layers", "tiny has no state 3; expected mean, last or a number from 0 to 2"),
        ({"layers": "first"}, "layers", "'first'"),
        ({"rate": "recording"}, "", "'rate'"),
    ],
)
def test_a_mistake_in_a_feature_set_of_states_is_named(study, change, place, message, tmp_path, monkeypatch):
    study["feature_sets"]["states"] = STATES | change
    put_encoder(tmp_path / "resources/models/tiny")
    (tmp_path / "resources/models/tiny/config.json").write_text('{"num_hidden_layers": 2}')
    monkeypatch.chdir(tmp_path)
    file = write_study(study, tmp_path) / "config.yaml"
    with pytest.raises(SarangiError) as error:
        check(study, SCHEMA, [file])
    assert message in str(error.value)
    assert f": feature_sets.states{'.' * bool(place)}{place}" in str(error.value)


def test_a_corpus_of_published_features_has_no_states(study):
    study["feature_sets"]["states"] = STATES
    study["models"]["states_logistic"] = {"title": "x", "features": "states", "classifier": "logistic"}
    study["experiments"] = [
        {"corpora": ["urdu_sindhi"], "protocols": ["random5"], "models": ["states_logistic"]}
    ]
    with pytest.raises(SarangiError) as caught:
        check(study, SCHEMA, [])
    assert "'urdu_sindhi' holds features, no recordings, and states of states_logistic is" in str(
        caught.value
    )


def test_a_model_on_states_waits_for_the_weights_and_is_known_as_untrained(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study["feature_sets"]["states"] = STATES
    study["models"]["states_logistic"] = {"title": "x", "features": "states", "classifier": "logistic"}
    study["experiments"].append(
        {"corpora": ["ravdess"], "protocols": ["random5"], "models": ["states_logistic"]}
    )
    name = "ravdess_random5_states_logistic"
    found = check(study, SCHEMA, [])
    assert found.untrained("states_logistic") and name in found.runnable
    # it is asked for with what it is made from
    wanted = every_table(found)
    assert "results/features/states/ravdess/000.parquet" in wanted
    assert "results/states/tiny/3s/ravdess/000.parquet" in wanted
    assert corpora_and_weights(found)[-1].startswith("resources/weights/tiny/")
    before = found.identities[f"experiments/{name}"]
    study["encoders"]["tiny"]["source"] = {"request": "make it"}
    found = check(study, SCHEMA, [])
    assert found.identities[f"experiments/{name}"] != before
    place = "resources/models/tiny (config.json, preprocessor_config.json, model.safetensors)"
    assert list(map(str, found.waits_for(found.experiments[name]))) == [
        f"weights of tiny: make it, put it at {place}"
    ]
    (row,) = (row for row in availability(found) if row["name"] == "tiny")
    assert row["state"] == "not available" and row["advice"].startswith("make it")


def test_settings_that_nothing_would_follow_are_refused(study):
    study["asr"]["tiny_whisper"]["precision"] = "int8"
    study["models"]["words_tiny"]["text"]["accept"] = "all"
    with pytest.raises(SarangiError) as caught:
        check(study, SCHEMA, [])
    assert "asr.tiny_whisper.precision: only faster-whisper has a precision" in str(caught.value)
    assert "models.words_tiny.text.accept: the corpus's own words are all accepted" in str(caught.value)


@pytest.mark.parametrize(
    ("encoder", "asr", "message"),
    [
        ({"source": {"asr": "tinny_whisper"}}, {},
         "encoders.tiny.source.asr: unknown asr 'tinny_whisper'; did you mean tiny_whisper?"),
        ({}, {"engine": "faster-whisper", "source": {"request": "get it"}},
         "encoders.tiny.source.asr: 'tiny_whisper' is of faster-whisper, whose folder has no weights"),
        ({"family": "wav2vec2"}, {}, "encoders.tiny.family: expected whisper, as the encoder of an entry"),
        ({"modality": "text"}, {}, "source.asr: the key 'asr' with value 'tiny_whisper' cannot"),
    ],
)  # fmt: skip
def test_an_encoder_of_what_is_no_checkpoint_of_whisper_is_refused(study, encoder, asr, message):
    entry = {"title": "Whisper", "licence": "MIT", "source": {"asr": "tiny_whisper"}}
    study["encoders"]["tiny"] = entry | encoder
    study["asr"]["tiny_whisper"] |= asr
    with pytest.raises(SarangiError) as caught:
        check(study, SCHEMA, [])
    assert message in str(caught.value)


def test_a_context_goes_with_whisper_alone_and_with_no_prefix(study):
    study["encoders"]["tiny"] = {
        "title": "Whisper", "licence": "MIT", "context": 30, "source": {"asr": "tiny_whisper"},
    }  # fmt: skip
    twice = study["encoders"] | {"tiny_alone": {**study["encoders"]["tiny"], "context": 0}}
    study["encoders"] = twice
    prefixed = {name for name, entry in study["models"].items() if "prefix" in entry.get("audio", {})}
    with pytest.raises(SarangiError) as caught:
        check(study, SCHEMA, [])
    for name in prefixed:
        assert f"models.{name}.audio: its encoder has a context, with which no prefix" in str(caught.value)
    for name in prefixed:
        study["models"][name]["audio"]["encoder"] = "tiny_alone"
    found = check(study, SCHEMA, [])
    one = found.experiments["ravdess_grouped3_audio_tiny"]
    assert found.model(one)["audio"]["context"] == 30
    before = found.identities[f"experiments/{one.name}"]
    study["encoders"]["tiny"]["context"] = 1
    assert check(study, SCHEMA, []).identities[f"experiments/{one.name}"] != before
    study["encoders"]["tiny"] |= {"context": 31}
    with pytest.raises(SarangiError, match=r"encoders\.tiny\.context: 31 is greater"):
        check(study, SCHEMA, [])
    study["encoders"]["tiny"] |= {"context": 1, "source": {"hub": "a/b"}}
    with pytest.raises(SarangiError, match=r"encoders\.tiny\.context: only an encoder of family: whisper"):
        check(study, SCHEMA, [])


def test_adapters_are_refused_where_nothing_would_learn_or_a_published_network_is_rebuilt(study):
    models, adapters = study["models"], {"kind": "lora", "rank": 4}
    models["both_tiny"]["text"]["adapters"] = adapters
    check(study, SCHEMA, [])
    models["both_tiny"]["audio"]["adapters"] = adapters  # whose layers are all frozen
    models["words_tiny"]["recipes"] = {"ravdess": {"text": {"adapters": adapters, "frozen_layers": "all"}}}
    models["audio_tiny"] |= {"replay": True, "audio": models["audio_tiny"]["audio"] | {"adapters": adapters}}
    with pytest.raises(SarangiError) as caught:
        check(study, SCHEMA, [])
    said = str(caught.value)
    assert "models.both_tiny.audio.adapters: adapters learn in the layers above the frozen ones" in said
    assert "models.words_tiny.text.adapters: adapters learn in the layers above the frozen ones" in said
    assert "models.audio_tiny.audio.adapters: replay is true, and the published study has no adapters" in said
    models["constant"] = {"title": "none", "baseline": "constant", "adapters": adapters}
    with pytest.raises(SarangiError, match=r"models\.constant.*adapters"):
        check(study, SCHEMA, [])


def test_adapters_need_a_rank(study):
    study["models"]["words_tiny"]["text"]["adapters"] = {"kind": "lora"}
    with pytest.raises(SarangiError, match=r"models\.words_tiny\.text\.adapters: the key 'rank' is missing"):
        check(study, SCHEMA, [])
