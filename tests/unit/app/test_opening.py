"""Opening models by names and folders that are none, and runs whose description cannot be right."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from support.small_encoders import encoders  # noqa: F401  (fixtures)
from support.small_training import HEARING, encoder  # noqa: F401  (fixtures)

from sarangi.app.card_files import read_card
from sarangi.app.opening import load, runs_in
from sarangi.app.runs import Run
from sarangi.base.errors import SarangiError
from sarangi.models.encoders import Encoder
from sarangi.models.finetuning import describe
from sarangi.models.fusion import EmotionClassifier, classifier
from sarangi.models.speech_states import prepared, speech_states

CARD = ("name", "model", "corpus", "speakers", "scores", "calibration", "synthetic", "protocol")


@pytest.fixture
def run(encoder, tmp_path):
    """A run that hears, not trained."""
    place = Encoder(encoder)
    described = describe(
        {"audio": HEARING, "finetuning": {"dropout": 0.1}}, {"audio": place}, ["angry", "sad"]
    )
    network = classifier(described, {"audio": place.load()})
    save_file(
        {name: tensor.contiguous() for name, tensor in network.state_dict().items()},
        tmp_path / "model.safetensors",
    )
    (tmp_path / "config.json").write_text(json.dumps(described))
    return tmp_path


def changed(run, branch, **values):
    described = json.loads((run / "config.json").read_text())
    described[branch] = described.get(branch, {}) | values
    (run / "config.json").write_text(json.dumps(described))


def message_of(name, directory):
    with pytest.raises(SarangiError) as error:
        load(str(name), directory)
    return str(error.value)


def test_a_name_longer_than_any_file_has_is_no_model(tmp_path):
    assert "cannot be looked at (File name too long); expected <experiment>" in message_of(
        "a" * 5000, tmp_path
    )


def test_a_run_that_hears_less_than_its_encoder_needs_is_refused(run):
    assert load(str(run), run).seconds == 0.5
    changed(run, "audio", max_audio_s=0.001)
    assert "max_audio_s is 0.001, too short for the encoder" in message_of(run, run)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"max_tokens": 0}, "max_tokens is 0; expected a whole number from 4 up"),
        ({"max_tokens": "40"}, "max_tokens is '40'"),
        ({"max_tokens": 40, "tokenizer": ["x"]}, "tokenizer is not a mapping"),
        ({"max_tokens": 40, "tokenizer": {"tokenizer.json": 5}}, "tokenizer is not a mapping"),
        ({"max_tokens": 40, "tokenizer": {}, "name": None}, "name is None for the encoder of text"),
    ],
)
def test_a_run_that_reads_states_how(run, values, said):
    changed(run, "text", **values)
    assert said in message_of(run, run)


def test_a_name_twice_in_a_run_and_weights_in_whole_numbers_are_refused(run):
    text = (run / "config.json").read_text()
    (run / "config.json").write_text(text[:-1] + ', "emotions": ["sad", "angry"]}')
    assert "the name 'emotions' appears twice" in message_of(run, run)
    (run / "config.json").write_text(text)
    state = load_file(run / "model.safetensors")
    save_file({name: tensor.to(torch.int8) for name, tensor in state.items()}, run / "model.safetensors")
    assert "is of kind I8; expected F16" in message_of(run, run)


@pytest.mark.parametrize("odd", [{"encoders": ["audio"]}, {"encoders": {"audio": "x"}}, {"asr": "x"}])
def test_a_card_whose_ways_to_other_files_are_none_is_no_card(odd, tmp_path):
    (tmp_path / "card.json").write_text(json.dumps(dict.fromkeys(CARD, 1)))
    assert read_card(tmp_path) is not None
    (tmp_path / "card.json").write_text(json.dumps(dict.fromkeys(CARD, 1) | odd))
    assert read_card(tmp_path) is None


def test_a_probe_of_a_whisper_hears_the_silence_that_its_training_heard(encoders, tmp_path, monkeypatch):
    folder = encoders["whisper"]
    audio = HEARING | {"encoder": "whisper", "frozen_layers": "all", "layers": "weighted", "states": "pooled"}
    model = {"audio": audio | {"context": 30}, "finetuning": {"dropout": 0.1}}
    described = describe(model, {"audio": Encoder(folder)}, ["angry", "sad"])
    torch.manual_seed(1)
    network = classifier(described, {}).eval()
    save_file(
        {name: tensor.contiguous() for name, tensor in network.state_dict().items()},
        tmp_path / "model.safetensors",
    )
    (tmp_path / "config.json").write_text(json.dumps(described))
    card = {"encoders": {"audio": {"folder": folder.name}}}
    monkeypatch.setattr("sarangi.app.runs.read_card", lambda folder: card)
    signal = np.random.default_rng(1).normal(0, 0.1, 6000).astype(np.float32)
    answers = []
    for context in (30, 0):
        with torch.no_grad():
            clip = prepared(signal, HEARING["max_audio_s"], False)
            states, _ = speech_states(Encoder(folder).load().eval(), [clip], True, context)
            logits = network([states[:, 0].mean(1).half().float()])["logits"]
        answers.append(logits.softmax(1).numpy())
    heard = Run(tmp_path, "probe", [folder.parent]).answer([signal], [])
    assert np.allclose(heard, answers[0], atol=1e-5)
    assert np.abs(heard - answers[1]).max() > 1e-4


def test_a_run_of_ratings_is_refused_in_words_and_one_with_an_odd_scale_as_damaged(run, tmp_path_factory):
    there = tmp_path_factory.mktemp("study") / "results/runs/made_random_ratings/0/42"
    there.parent.mkdir(parents=True)
    there.symlink_to(run)
    assert runs_in(there.parents[4]) == ["made_random_ratings/0/42"]
    described = json.loads((run / "config.json").read_text())
    del described["emotions"]
    described["dimensions"] = {"valence": [1, 5], "arousal": [0.0, 1.0]}
    (run / "config.json").write_text(json.dumps(described))
    text = message_of(run, run)
    assert "gives ratings (arousal, valence)" in text
    assert "docs/dimensions.md" in text
    assert runs_in(there.parents[4]) == []
    assert EmotionClassifier.from_pretrained(run).classifier.out_features == 2
    for odd in ([5, 1], [0], ["a", 1], [0, float("nan")], None):
        described["dimensions"]["arousal"] = odd
        (run / "config.json").write_text(json.dumps(described))
        with pytest.raises(SarangiError, match="the dimension arousal has the scale"):
            EmotionClassifier.from_pretrained(run)
