"""Fast runs of the demo's own configuration, on recordings that nothing opens: how they are cut."""

import pandas as pd
import pytest
import soundfile
import yaml
from support.places import ROOT

from sarangi.base.errors import SarangiError
from sarangi.base.parts import TEST, TRAIN, VALIDATION
from sarangi.corpora.layouts import meld, ravdess
from sarangi.study import fast
from sarangi.study.opened import opened

ACTORS, EMOTIONS = 12, 8
FINE_TUNED = ("audio_tiny", "text_tiny", "fusion_tiny", "probe_tiny")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A folder with the demo's configuration and weights, RAVDESS by its names, and a Whisper by its own."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "config.yaml").write_text((ROOT / "demo/config.yaml").read_text())
    (folder / "weights").symlink_to(ROOT / "demo/weights")
    for actor in range(1, ACTORS + 1):
        place = folder / f"resources/corpora/ravdess/Actor_{actor:02}"
        place.mkdir(parents=True)
        for code in ravdess.EMOTIONS:
            (place / f"03-01-{code}-01-01-01-{actor:02}.wav").write_bytes(b"not sound")
    (folder / "resources/made").mkdir()
    (folder / "resources/made/urdu_sindhi.zip").write_bytes(b"")
    (folder / "resources/weights").mkdir()
    (folder / "resources/weights/tiny_whisper.pt").write_bytes(b"")
    return folder


def others(folder):
    """Every path and content of a study but those of its fast runs."""
    files = (path for path in folder.rglob("*") if not path.is_relative_to(folder / "fast"))
    return {path: path.read_bytes() for path in files if path.is_file()}


def test_the_encoder_of_a_whisper_keeps_its_family_and_its_context(demo):
    with opened(demo) as study:
        study.config["encoders"]["tiny"] = {
            "title": "Whisper", "licence": "MIT", "context": 30, "source": {"asr": "tiny_whisper"},
        }  # fmt: skip
        tuned = study.config["models"]["audio_tiny"]["finetuning"]
        study.config["models"]["audio_tiny"]["finetuning"] = tuned | {"targets": "soft"}
        cut = fast.cut(study, study.experiments["ravdess_grouped3_audio_tiny"], {TRAIN: 8})
    entry = cut["encoders"]["tiny"]
    assert (entry["family"], entry["context"], list(entry["source"])) == ("whisper", 30, ["request"])
    assert "context" not in cut["models"]["audio_tiny"]["audio"]
    assert "targets" not in cut["models"]["audio_tiny"]["finetuning"]  # whose votes it does not have


@pytest.mark.parametrize("model", FINE_TUNED)
def test_a_fine_tuning_is_cut_to_one_step(demo, model):
    before = others(demo)
    name = f"ravdess_grouped3_{model}"
    with opened(demo) as study:
        assert fast.needed(study, name) == []
        made = fast.prepare(study, name)
    assert others(demo) == before
    assert made.clips == dict.fromkeys((TRAIN, VALIDATION, TEST), EMOTIONS)
    # it is checked as any study is, and needs nothing that is not there
    with opened(demo / made.folder) as small:
        assert list(small.experiments) == [made.experiment] == [f"ravdess_fast_grouped3_{model}"]
        experiment = small.experiments[made.experiment]
        assert small.waits_for(experiment) == []
        assert small.runs(experiment) == [(0, 42)]
        recipe = small.model(experiment)["finetuning"]
        steps = recipe["max_epochs"] * made.clips[TRAIN] / (recipe["batch"] * recipe["accumulate"])
        assert steps == 1
        titles = [
            small.config["corpora"]["ravdess"]["title"],
            *(p["title"] for p in small.config["protocols"].values()),
        ]
        assert all(title.startswith("FAST RUN, no result") for title in titles)


def test_the_clips_are_those_of_the_studys_own_fold(demo):
    with opened(demo) as study:
        made = fast.prepare(study, "ravdess_speakers_9_12_audio_tiny_hubert")
    labels = pd.read_csv(demo / made.folder / "labels.csv", dtype=str)
    tested, validated = {"09", "10", "11", "12"}, {"07", "08"}
    assert set(labels.loc[labels["part"] == TEST, "speaker"]) <= tested
    assert set(labels.loc[labels["part"] == VALIDATION, "speaker"]) <= validated
    assert not set(labels.loc[labels["part"] == TRAIN, "speaker"]) & (tested | validated)
    assert (labels.groupby(["part", "emotion"]).size() == 1).all()
    assert all(
        (demo / made.folder / "recordings" / file).read_bytes() == b"not sound" for file in labels["file"]
    )


@pytest.mark.parametrize("model", ["egemaps_svm", "speaker_only"])
def test_what_is_not_fine_tuned_has_clips_for_its_training(demo, model):
    with opened(demo) as study:
        made = fast.prepare(study, f"ravdess_loso_{model}")
    # of the first speaker one clip an emotion is tested, of the others at most ten train
    assert made.clips == {TRAIN: EMOTIONS * 10, VALIDATION: 0, TEST: EMOTIONS}
    with opened(demo / made.folder) as small:
        assert small.waits_for(small.experiments[made.experiment]) == []
        assert small.config["bootstrap"]["draws"] == fast.DRAWS


def test_features_of_a_frozen_encoder_bring_its_weights(demo, tmp_path):
    config = yaml.safe_load((demo / "config.yaml").read_text())
    config["feature_sets"]["states"] = {"title": "states", "encoder": "tiny", "max_audio_s": 3, "layers": 1}
    config["models"]["states_svm"] = {"title": "x", "features": "states", "classifier": "svm"}
    config["experiments"].append({"corpora": ["ravdess"], "protocols": ["loso"], "models": ["states_svm"]})
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    for name in ("weights", "resources"):
        (tmp_path / name).symlink_to((demo / name).resolve())
    with opened(tmp_path) as study:
        made = fast.prepare(study, "ravdess_loso_states_svm")
    assert made.clips == {TRAIN: EMOTIONS * 10, VALIDATION: 0, TEST: EMOTIONS}
    with opened(tmp_path / made.folder) as small:
        assert small.waits_for(small.experiments[made.experiment]) == []
        assert small.config["feature_sets"] == {"states": config["feature_sets"]["states"]}
        assert list(small.weights) == ["tiny"]


@pytest.mark.parametrize("classifier", ["svm", "random_forest", "mlp"])
def test_published_features_are_read_whole_and_classified_with_little(demo, classifier):
    with opened(demo) as study:
        made = fast.prepare(study, f"urdu_sindhi_urdu5_is10_{classifier}")
        whole = study.config["classifiers"][classifier]
    with opened(demo / made.folder) as small:
        assert small.waits_for(small.experiments[made.experiment]) == []
        protocols = (small.config["protocols"]["fast_urdu5"], study.config["protocols"]["urdu5"])
        assert protocols[0] == {**protocols[1], "title": fast.TITLE.format(protocols[1]["title"])}
        few = small.config["classifiers"][classifier]
        assert few.get("trees", 10) == few.get("max_iter", 10) == 10
        assert {key for key in whole if whole[key] != few[key]} <= {"trees", "max_iter"}


def test_several_penalties_and_seeds_become_one():
    entry = {"kind": "svm_linear", "C": [0.1, 1], "inner_folds": 3, "class_weight": None, "seeds": [1, 2]}
    assert fast._cut_classifier(entry) == {"kind": "svm_linear", "C": 0.1, "class_weight": None, "seeds": [1]}


def test_a_small_batch_is_accumulated_to_one_step():
    entry = {"finetuning": {"seeds": [1, 2], "batch": 3, "accumulate": 4, "max_epochs": 9, "patience": 4}}
    assert fast._cut_model(entry, {TRAIN: 8})["finetuning"] == {
        "seeds": [1], "batch": 3, "accumulate": 3, "max_epochs": 1, "patience": 1,
    }  # fmt: skip


def test_what_it_needs_and_a_rule_makes_is_named(demo, tmp_path):
    (tmp_path / "config.yaml").write_text((demo / "config.yaml").read_text())
    (tmp_path / "weights").symlink_to(ROOT / "demo/weights")
    with opened(tmp_path) as study:
        assert fast.needed(study, "ravdess_grouped3_fusion_tiny") == [
            "resources/made/ravdess.zip", "resources/weights/tiny_whisper.pt",
        ]  # fmt: skip


def test_an_experiment_that_is_none_or_cannot_run_is_refused(demo, tmp_path):
    with opened(demo) as study, pytest.raises(SarangiError, match="did you mean ravdess_grouped3_audio_tiny"):
        fast.needed(study, "ravdess_grouped3_audio_tin")
    with (
        opened(demo) as study,
        pytest.raises(SarangiError, match="predicts ratings, and a fast run tells emo"),
    ):
        fast.needed(study, "iemocap_session_ratings_tiny")
    (tmp_path / "config.yaml").write_text((demo / "config.yaml").read_text())
    with (
        opened(tmp_path) as study,
        pytest.raises(SarangiError, match=r"cannot run here, fast or not\. tiny: "),
    ):
        fast.needed(study, "ravdess_grouped3_audio_tiny")


def test_a_folder_of_somebody_elses_is_not_deleted(demo):
    place = demo / "fast/ravdess_grouped3_constant_of_mine"
    place.mkdir(parents=True)
    (place / "config.yaml").write_text("seed: 1\n")
    with pytest.raises(SarangiError, match="did not write what is there"):
        fast._emptied(place)
    assert (place / "config.yaml").read_text() == "seed: 1\n"


def test_segments_of_a_table_stay_segments(tmp_path):
    (tmp_path / "sound").mkdir()
    soundfile.write(tmp_path / "sound/long.wav", [0.0] * 80_000, 16_000)
    rows = [f"long.wav,{'angry' if at % 2 else 'sad'},s{at},{at / 2},{at / 2 + 0.4}" for at in range(8)]
    (tmp_path / "labels.csv").write_text("\n".join(["file,emotion,speaker,start,end", *rows]) + "\n")
    (tmp_path / "config.yaml").write_text(
        "corpora: {mine: {table: labels.csv, audio: sound}}\n"
        "experiments: [{corpora: [mine], protocols: [loso], models: [constant]}]\n"
    )
    with opened(tmp_path) as study:
        made = fast.prepare(study, "mine_loso_constant")
    labels = pd.read_csv(tmp_path / made.folder / "labels.csv")
    assert set(labels["file"]) == {"long.wav"}
    assert len(labels) == 8
    assert ((labels["end"] - labels["start"]).round(3) == 0.4).all()


def test_a_corpus_of_words_is_cut_to_rows_of_words(tmp_path):
    config = yaml.safe_load((ROOT / "demo/config.yaml").read_text())
    text = config["models"]["text_tiny"]
    config["models"]["read"] = {**text, "text": {**text["text"], "words": "corpus", "context_turns": 1}}
    config["experiments"] = [{"corpora": ["meld"], "protocols": ["publisher"], "models": ["read"]}]
    config["findings"], config["language_pairs"], config["benchmarks"], config["robustness"] = {}, [], {}, []
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    (tmp_path / "weights").symlink_to(ROOT / "demo/weights")
    rows = "".join(f"x{n},Ross,{('joy', 'anger')[n % 2]},{n // 4},{n % 4}\n" for n in range(40))
    for table, _ in meld.PARTS.values():
        file = tmp_path / "resources/corpora/meld" / table
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"Utterance,Speaker,Emotion,Dialogue_ID,Utterance_ID\n{rows}")
    with opened(tmp_path) as study:
        made = fast.prepare(study, "meld_publisher_read")
    assert made.clips[TRAIN] > 0 and not list((tmp_path / made.folder).rglob("*.mp4"))
    with opened(tmp_path / made.folder) as small:
        (experiment,) = small.experiments.values()
        assert small.holds("meld") == "words" and small.waits_for(experiment) == []
    table = pd.read_csv(tmp_path / made.folder / "labels.csv")
    assert table["text"].str.startswith("x").all() and len(table) == sum(made.clips.values())
