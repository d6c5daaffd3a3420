"""What is available, and what needs what is not."""

import json
from pathlib import Path

import pytest
from support.configuration import SCHEMA, put_encoder, refused
from support.places import ROOT
from support.studies import absent, write_study

from sarangi.base.missing import CORPUS, RECORDINGS, WEIGHTS, Missing
from sarangi.base.weights_files import ENCODER_FILES
from sarangi.runtime import provenance, records
from sarangi.sources.kinds import kind_of
from sarangi.study.availability import availability, unavailable, waiting_for
from sarangi.study.checking import check
from sarangi.study.inputs import checkpoint_of, level_shards, near_duplicates_of
from sarangi.study.locations import names_like
from sarangi.study.missing import what_is_missing

TINY = "tiny wav2vec 2.0"


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
    assert found.waits_for(found.experiments[name]) == [Missing(WEIGHTS, "tiny", said, TINY)]
    (folder / "model.safetensors").touch()
    found = check(study, SCHEMA, [])
    assert found.weights["tiny"] == Path("weights/tiny")
    assert name in found.runnable
    assert not found.untrained("audio_tiny")
    # the user's own goes before it, as before any source
    put_encoder(tmp_path / "resources/models/tiny", "speech")
    assert check(study, SCHEMA, []).weights["tiny"] == Path("resources/models/tiny")
    study["encoders"]["tiny"]["source"] = {"folder": "/weights/tiny"}
    text, _ = refused(study, tmp_path)
    assert "'/weights/tiny' does not match" in text


def test_the_encoder_of_a_whisper_is_available_where_its_checkpoint_is(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study["encoders"]["tiny"] |= {"family": "whisper", "source": {"asr": "tiny_whisper"}}
    study["asr"]["tiny_whisper"]["source"] = {"whisper": "base"}
    name = "ravdess_grouped3_audio_tiny"
    found = check(study, SCHEMA, [])
    said = (
        "get the checkpoint of tiny_whisper (asr), whose encoder it is: fetch Whisper base of "
        "openai-whisper, put it at resources/models/tiny_whisper.pt"
    )
    assert found.waits_for(found.experiments[name]) == [Missing(WEIGHTS, "tiny", said, TINY)]
    # what was written once is of a checkpoint that is no longer there
    put_encoder(tmp_path / "resources/weights/tiny")
    assert "tiny" not in check(study, SCHEMA, []).weights
    checkpoint = tmp_path / "resources/models/tiny_whisper.pt"
    checkpoint.parent.mkdir()
    checkpoint.write_bytes(b"none")
    lacking = {"asr": "pip install 'sarangi[asr]'"}
    assert unavailable(check(study, SCHEMA, [], lacking=lacking), "encoders")["tiny"].endswith(lacking["asr"])
    found = check(study, SCHEMA, [])
    assert (found.weights["tiny"], checkpoint_of(found, "tiny")) == (
        Path("resources/weights/tiny"), "resources/models/tiny_whisper.pt",
    )  # fmt: skip
    assert name in found.runnable
    (row,) = (row for row in availability(found) if (row["kind"], row["name"]) == ("speech encoder", "tiny"))
    assert row["source"] == "encoder of tiny_whisper (asr): openai-whisper, checkpoint base"
    # random weights are ours, those in their place somebody's
    study["asr"]["tiny_whisper"]["source"] = {"random": {"width": 8, "layers": 1, "heads": 1, "seed": 1}}
    assert not check(study, SCHEMA, []).untrained("audio_tiny")
    checkpoint.unlink()
    untrained = check(study, SCHEMA, [])
    assert untrained.untrained("audio_tiny")
    before = untrained.identities[f"experiments/{name}"]
    study["asr"]["tiny_whisper"]["source"]["random"]["seed"] = 2
    assert check(study, SCHEMA, []).identities[f"experiments/{name}"] != before


def test_a_built_in_whisper_that_encoders_alone_name_transcribes_nothing(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    checkpoint = tmp_path / "resources/models/whisper_small.pt"
    checkpoint.parent.mkdir(parents=True)
    checkpoint.write_bytes(b"none")
    study["encoders"]["tiny"] |= {"family": "whisper", "source": {"asr": "whisper_small"}}
    found = check(study, SCHEMA, [])
    assert "tiny" in found.weights
    assert not found.transcribed()
    states = {row["name"]: row["state"] for row in availability(found) if row["kind"] == "Whisper"}
    assert states["whisper_small"] == "used"
    study["asr"]["whisper_small"] = found.config["asr"]["whisper_small"] | {"title": "own"}
    found = check(study, SCHEMA, [])
    assert {asr for asr, _ in found.transcribed()} == {"whisper_small"}


def test_what_an_extra_brings_is_missing_with_the_command_that_installs_it(study, tmp_path, monkeypatch):
    """What needs no extra can run, and so can what was made before."""
    monkeypatch.chdir(tmp_path)
    lacking = {extra: f"pip install 'sarangi[{extra}]'" for extra in ("neural", "asr", "demo")}
    (tmp_path / "resources/corpora").mkdir(parents=True)
    (tmp_path / "resources/corpora/urdu_latif.zip").touch()
    (tmp_path / "resources/made").mkdir()
    (tmp_path / "resources/made/meld.zip").touch()
    found = check(study, SCHEMA, [], lacking=lacking)
    assert set(found.sources) == {"urdu_latif", "meld"}
    assert not found.weights and not found.checkpoints
    assert {e.corpus for e in found.runnable.values()} == {"urdu_latif", "meld"}
    for kind, extra in (("corpora", "demo"), ("encoders", "neural"), ("asr", "asr")):
        assert set(unavailable(found, kind).values()) == {lacking[extra]}
    name = "urdu_latif_grouped3_audio_tiny"
    assert found.waits_for(found.experiments[name]) == [Missing(WEIGHTS, "tiny", lacking["neural"], TINY)]
    put_encoder(tmp_path / "resources/models/tiny", "speech")
    assert "tiny" not in check(study, SCHEMA, [], lacking=lacking).weights
    assert name in check(study, SCHEMA, []).runnable


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


def test_what_is_not_available_says_what_to_do_and_how_many_need_it(study, tmp_path, monkeypatch):
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
            "experiment": "text", "ours": "meld_publisher_replayed_text",
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
        "meld": "download http://127.0.0.1:1/raw.tar.gz, put it at resources/corpora/meld.tar.gz",
        "ravdess": "ask, put it at resources/corpora/ravdess",
        "shemo": "ask, put it at resources/corpora/shemo",
    }
    needed = Missing(CORPUS, "ravdess", "ask, put it at resources/corpora/ravdess", "RAVDESS")
    assert found.waits_for(found.experiments["ravdess_random5_egemaps_svm"]) == [needed]
    assert waiting_for(found) == [(needed, 1)]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"address": "https://zenodo.org/records/12/files/a.zip"}, "Zenodo record 12, DOI 10.5281/zenodo.12"),
        ({"zenodo": "12"}, "Zenodo record 12, DOI 10.5281/zenodo.12"),
        ({"address": "http://a.org/b.zip"}, "http://a.org/b.zip"),
        ({"git": "https://a.org/b", "commit": "0123456789abcdef"}, "https://a.org/b at commit 0123456789ab"),
        (
            {"hub": "a/b", "revision": "f" * 40, "file": "model.safetensors"},
            "Hugging Face hub, a/b at revision ffffffffffff",
        ),
        ({"kaggle": "a/b"}, "Kaggle data set a/b"),
        ({"request": "ask them"}, "ask them"),
        ({"synthetic": {}}, "synthesised by this project's generator"),
    ],
)
def test_a_source_is_named_by_what_it_is_found_with(source, words):
    assert kind_of(source).origin == words


def test_every_corpus_and_all_weights_say_whether_they_were_used(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "weights").symlink_to(ROOT / "demo/weights")
    study["corpora"]["meld"] |= {"source": {"request": "ask for it"}, "access": "request"}
    study["encoders"]["other"] = {
        "title": "other", "licence": "MIT", "source": {"folder": "weights/tiny_hubert"},
    }  # fmt: skip
    study["models"]["audio_tiny_wavlm"]["audio"]["encoder"] = "absent"
    study["encoders"]["absent"] = {"title": "absent", "licence": "MIT", "source": {"request": "get it"}}
    checked = check(study, ROOT / "workflow/schemas/config.schema.yaml", [])
    found = {row["entry"]: row for row in availability(checked)}
    assert len(found) == len(study["corpora"]) + len(study["encoders"]) + len(study["asr"])
    assert found["corpora.meld"]["state"] == "not available"
    assert found["corpora.meld"]["advice"].startswith("ask for it, put it at resources/corpora/")
    assert found["corpora.ravdess"]["state"] == found["encoders.tiny"]["state"] == "used"
    assert found["encoders.tiny"]["access"] == "synthetic"
    assert found["encoders.tiny_roberta"]["kind"] == "text encoder"
    assert found["encoders.other"]["state"] == "not used: no experiment needs it"
    assert found["encoders.absent"]["advice"].startswith("get it, put it at resources/models/absent")
    assert {row["advice"] == "" for row in found.values() if row["state"].startswith("used")} == {True}


def test_a_packed_whisper_that_is_not_there_is_waited_for(study, tmp_path, monkeypatch):
    write_study(study, tmp_path)
    monkeypatch.chdir(tmp_path)
    found = check(study, ROOT / "workflow/schemas/config.schema.yaml", [])
    assert found.checkpoints == {"tiny_whisper": Path("resources/weights/tiny_whisper.pt")}
    study["asr"]["tiny_whisper"]["source"]["packed"] = "weights/lost.safetensors"
    found = check(study, ROOT / "workflow/schemas/config.schema.yaml", [])
    assert found.checkpoints == {}
    assert unavailable(found, "asr") == {
        "tiny_whisper": "restore weights/lost.safetensors, which is missing, or fetch another "
        "Whisper, put it at resources/models/tiny_whisper.pt"
    }


def test_weights_of_another_form_are_named_and_break_nothing_else(study, tmp_path, monkeypatch):
    folder = write_study(study, tmp_path)
    monkeypatch.chdir(folder)
    (folder / "resources/models/tiny").mkdir(parents=True)
    (folder / "resources/models/tiny/pytorch_model.bin").touch()
    (folder / "resources/models/tiny_whisper").mkdir()
    (folder / "resources/models/tiny_whisper/config.json").touch()
    found = check(study, SCHEMA, [])
    said = unavailable(found, "encoders")["tiny"]
    assert said.startswith(
        "resources/models/tiny: no config.json and no preprocessor_config.json and no model"
    )
    assert "convert them with `python -c" in said
    assert "tiny_whisper: it is a Whisper of Hugging Face" in unavailable(found, "asr")["tiny_whisper"]
    assert not {"tiny", "tiny_whisper"} & {*found.weights, *found.checkpoints}
    assert found.runnable


def test_what_lies_in_the_place_of_a_corpus_and_cannot_be_one_is_said_and_replaced_by_nothing(
    study, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "resources/corpora"
    place.mkdir(parents=True)
    (place / "RAVDESS").symlink_to("/media/disk/ravdess")
    (place / "urdu_latif (1).zip").touch()
    found = check(study, SCHEMA, [])
    assert "ravdess" not in found.sources
    said = "resources/corpora/RAVDESS is a link to …/disk/ravdess, which is not there"
    assert unavailable(found, "corpora")["ravdess"].startswith(said)
    assert names_like("urdu_latif", place, study["corpora"]) == ["urdu_latif (1).zip"]
    (place / "ravdess.zip").touch()
    (place / "RAVDESS").unlink()
    assert check(study, SCHEMA, []).sources["ravdess"] == Path("resources/corpora/ravdess.zip")
    (place / "Ravdess.zip").touch()
    found = check(study, SCHEMA, [])
    assert "Ravdess.zip and ravdess.zip, whose names differ" in unavailable(found, "corpora")["ravdess"]


def test_tables_without_their_films_serve_what_needs_none_and_the_rest_asks_for_the_films(
    study, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    put_encoder(tmp_path / "resources/models/tiny_roberta", "text")
    folder = tmp_path / "resources/corpora/meld"
    folder.mkdir(parents=True)
    (folder / "train_sent_emo.csv").touch()
    (tmp_path / "resources/models/tiny_whisper.pt").touch()
    heard = study["models"]["text_tiny"]
    study["models"]["read"] = {**heard, "text": {**heard["text"], "words": "corpus"}}
    models = ["text_tiny", "read", "constant", "egemaps_svm"]
    study["experiments"] = [
        {"corpora": ["meld"], "protocols": ["publisher"], "models": models},
        {"corpora": ["ravdess"], "protocols": ["random5"], "models": ["egemaps_svm"], "transfer": ["meld"]},
    ]
    study["findings"], study["language_pairs"] = {}, []
    found = check(study, SCHEMA, [])
    assert found.holds("meld") == "words"
    assert {e.model for e in found.runnable.values() if e.corpus == "meld"} == {"read", "constant"}
    films = "the clips, in train_splits, dev_splits_complete and output_repeated_splits_test"
    for model in ("egemaps_svm", "text_tiny"):
        (needed,) = found.waits_for(found.experiments[f"meld_publisher_{model}"])
        assert (needed.kind, needed.name) == (RECORDINGS, "meld")
        assert needed.advice.startswith(f"its tables are here alone; put beside them {films} (")
    assert found.transfers == [] and ("tiny_whisper", "meld") not in found.transcribed()
    (also,) = what_is_missing(found, "ravdess_random5_egemaps_svm_to_meld")
    assert also.what == "recordings of meld"
    assert level_shards(found, "meld") == [] and near_duplicates_of(found, "meld") is None
    states = {row["entry"]: row["state"] for row in availability(found)}
    assert states["corpora.meld"] == "used: words alone, without recordings"
    # with the first film all can run
    (folder / "train_splits").mkdir()
    (folder / "train_splits/dia0_utt0.mp4").touch()
    found = check(study, SCHEMA, [])
    assert found.holds("meld") == "recordings"
    assert not any(found.waits_for(e) for e in found.experiments.values())
    assert len(found.transfers) == 1 and ("tiny_whisper", "meld") in found.transcribed()
