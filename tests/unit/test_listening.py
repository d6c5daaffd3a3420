"""Clips of anybody, models of anybody, uploads: what is refused, and in which words."""

import inspect
import io
import json
import subprocess

import numpy as np
import pytest
import soundfile
import torch
from conftest import BROKEN, sound
from huggingface_hub import HfApi
from imageio_ffmpeg import get_ffmpeg_exe
from safetensors.torch import save_file

from sarangi.app import clips, listening, opening, predicting, push
from sarangi.app.clips import ClipError
from sarangi.audio.flac import decode, encode
from sarangi.audio.resampling import to_mono_16k
from sarangi.base.errors import SarangiError
from sarangi.models.fusion import classifier
from sarangi.synthetic import ravdess
from sarangi.synthetic.speech import speak

RATE = 16_000


# -- clips ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rate", "channels"), [(16_000, 1), (48_000, 2), (8_000, 1)])
def test_a_clip_is_what_the_pipeline_decodes_of_it(rate, channels):
    data = sound(2.0, rate, channels)
    expected = decode(encode(to_mono_16k(data).signal))
    found = clips.read(data, "a.wav")
    assert np.array_equal(found.signal, expected)
    assert found.signal.dtype == expected.dtype
    assert found.seconds == 2.0


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [("webm", "libopus"), ("m4a", "aac"), ("mp4", "aac"), ("mp3", "libmp3lame"), ("ogg", "libvorbis")],
)
def test_what_browsers_and_telephones_record_is_read(suffix, codec, tmp_path):
    (tmp_path / "a.wav").write_bytes(sound(2.0))
    target = tmp_path / f"b.{suffix}"
    command = [get_ffmpeg_exe(), "-v", "error", "-i", tmp_path / "a.wav", "-c:a", codec, "-ac", "1", target]
    subprocess.run(command, check=True)
    found = clips.read_file(target)
    assert abs(found.seconds - 2.0) < 0.15
    assert 0.15 < np.sqrt(np.mean(found.signal**2)) < 0.25  # of the tone of 0.3
    # by its content, whatever it is called
    assert clips.read(target.read_bytes(), "a.wav").seconds == found.seconds


@pytest.mark.parametrize("name", [name for name in BROKEN if name != "MP3"])
def test_a_broken_file_is_said_to_be_broken_without_a_path(name, tmp_path):
    file = tmp_path / "a.wav"
    file.write_bytes(BROKEN[name][0])
    with pytest.raises(ClipError) as error:
        clips.read_file(file)
    assert error.value.status == "failed"
    assert "publisher" not in str(error.value) and str(tmp_path) not in str(error.value)


def test_limits_are_said_before_all_is_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr(clips, "to_mono_16k", lambda data: pytest.fail("was decoded"))
    large = tmp_path / "a.wav"
    with large.open("wb") as file:
        file.truncate(25 * 2**20 + 1)
    monkeypatch.setattr("pathlib.Path.read_bytes", lambda path: pytest.fail("was read"))
    with pytest.raises(ClipError, match=r"too large: 25\.0 MB"):
        clips.read_file(large)
    # an hour of silence in a few kilobytes
    with pytest.raises(ClipError, match="too long: 3600 s"):
        clips.read(flac(np.zeros(3600 * 8000, dtype=np.int16), 8000), "a.flac")


def test_a_long_video_is_cut_off_and_said_to_be_long(tmp_path):
    target = tmp_path / "a.m4a"
    command = [get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", "anoisesrc=d=70:r=8000:a=0.1"]
    subprocess.run([*command, "-b:a", "16k", target], check=True)
    with pytest.raises(ClipError, match="more than a minute"):
        clips.read_file(target)


def test_no_other_file_is_read_through_a_playlist(tmp_path):
    secret = tmp_path / "secret.wav"
    secret.write_bytes(sound(2.0))
    lists = {
        "a.m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{secret}\n#EXT-X-ENDLIST\n",
        "a.txt": f"ffconcat version 1.0\nfile '{secret}'\n",
    }
    for name, text in lists.items():
        with pytest.raises(ClipError, match="no sound file that can be read"):
            clips.read(text.encode(), name)


def test_speech_is_told_from_noise_a_melody_and_silence():
    rng = np.random.default_rng(0)
    noise = 0.1 * rng.standard_normal(3 * RATE)
    time = np.arange(RATE // 2) / RATE
    notes = [220, 247, 262, 294, 330, 349]
    melody = [
        sum(np.sin(2 * np.pi * k * f * time) / k for k in range(1, 5)) * np.exp(-3 * time) for f in notes
    ]
    for signal in (noise, 0.2 * np.concatenate(melody)):
        assert not clips.read(flac(signal, RATE), "a.flac").spoken
    with pytest.raises(ClipError, match="only silence") as error:
        clips.read(flac(1e-4 * noise, RATE), "a.flac")
    assert error.value.status == "skipped"
    voice = spoken()
    threads = torch.get_num_threads()
    found = [clips.speech_share(voice) for _ in range(2)]
    assert found[0] > 0.5
    assert found[0] == found[1]
    assert clips.read(flac(voice, RATE), "a.flac").spoken
    assert torch.get_num_threads() == threads


def spoken():
    """A clip of the demo's corpus, at 16 kHz."""
    clip = next(ravdess.clips(speakers=1, clips=1, seed=1))
    return to_mono_16k(speak(clip)).signal.astype(np.float32) / 32768


def flac(signal, rate):
    file = io.BytesIO()
    soundfile.write(file, signal, rate, format="FLAC")
    return file.getvalue()


# -- models -----------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path):
    """A folder of a run that hears, with random weights."""
    from transformers import Wav2Vec2Config

    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    few = {"conv_dim": [8] * 3, "conv_kernel": [40, 8, 4], "conv_stride": [20, 8, 2]}
    encoder = Wav2Vec2Config(**shape, **few, num_conv_pos_embeddings=4, num_conv_pos_embedding_groups=2)
    described = {
        "emotions": ["angry", "sad"],
        "dropout": 0.0,
        "audio": {"encoder": encoder.to_dict(), "name": "tiny", "max_audio_s": 3, "frozen_layers": 0,
                  "normalise": True},
    }  # fmt: skip
    from sarangi.models.encoders import build_encoder

    torch.manual_seed(1)
    network = classifier(described, {"audio": build_encoder(described["audio"]["encoder"])})
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(described))
    save_file({k: v.contiguous() for k, v in network.state_dict().items()}, folder / "model.safetensors")
    return folder


def test_an_answer_over_time_is_that_of_each_window(run, tmp_path):
    listener = opening.load(str(run), tmp_path)
    signal = np.random.default_rng(0).normal(0, 0.1, 5 * RATE).astype(np.float32)
    centres, probabilities = listening.over_time(listener, signal, "")
    assert list(centres) == [1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0]
    assert probabilities.shape == (7, 2)
    assert np.allclose(probabilities.sum(1), 1)
    alone = listener.answer([signal[RATE : 3 * RATE]], [""])[0]
    assert np.abs(probabilities[2] - alone).max() < 1e-6
    # of a longer clip the middle is heard, as in training
    assert (
        np.abs(listener.answer([signal], [""]) - listener.answer([signal[RATE : 4 * RATE]], [""])).max()
        < 1e-6
    )
    centres, probabilities = listening.over_time(listener, signal[:RATE], "")
    assert list(centres) == [0.5]
    assert listener.card is None


@pytest.fixture
def foreign(tmp_path):
    """A classifier as transformers saves it."""
    from transformers import Wav2Vec2Config, Wav2Vec2FeatureExtractor, Wav2Vec2ForSequenceClassification

    torch.manual_seed(2)
    config = Wav2Vec2Config(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        conv_dim=[8] * 3, conv_kernel=[40, 8, 4], conv_stride=[20, 8, 2], num_conv_pos_embeddings=4,
        num_conv_pos_embedding_groups=2, id2label={0: "calm", 1: "<b>cross</b>", 2: "glad"},
        label2id={"calm": 0, "<b>cross</b>": 1, "glad": 2}, classifier_proj_size=8,
    )  # fmt: skip
    folder = tmp_path / "foreign"
    Wav2Vec2ForSequenceClassification(config).save_pretrained(folder)
    Wav2Vec2FeatureExtractor(do_normalize=True).save_pretrained(folder)
    return folder


def test_a_classifier_of_transformers_answers_as_transformers_does(foreign, tmp_path):
    from transformers import pipeline

    from sarangi.app.answers import about, answer_of

    listener = opening.load(str(foreign), tmp_path)
    signal = np.random.default_rng(0).normal(0, 0.1, 2 * RATE).astype(np.float32)
    expected = {
        e["label"]: e["score"] for e in pipeline("audio-classification", str(foreign))(signal, top_k=3)
    }
    found = dict(zip(listener.emotions, listener.answer([signal], [""])[0], strict=True))
    assert found == pytest.approx(expected, abs=1e-6)
    # what it was trained on nobody says, and a stranger's labels are text
    page = answer_of(listener, clips.Clip(signal, 0.9, None), "") + about(listener)
    assert "not known" in page
    assert "<b>cross</b>" not in page and "&lt;b&gt;cross&lt;/b&gt;" in page


def test_weights_that_could_run_code_are_not_opened(foreign, tmp_path):
    (foreign / "model.safetensors").unlink()
    torch.save({}, foreign / "pytorch_model.bin")
    with pytest.raises(SarangiError, match="no weights in safetensors"):
        opening.load(str(foreign), tmp_path)
    settings = json.loads((foreign / "config.json").read_text())
    save_file({"a": torch.zeros(1)}, foreign / "model.safetensors")
    (foreign / "config.json").write_text(json.dumps(settings | {"auto_map": {"AutoConfig": "evil.Config"}}))
    with pytest.raises(SarangiError, match="weights lack"):
        opening.load(str(foreign), tmp_path)


def test_a_card_cannot_name_a_file_of_the_machine(run, tmp_path):
    listener = opening.load(str(run), tmp_path)
    (tmp_path / "study").mkdir()
    listener._places = [tmp_path / "study"]
    (tmp_path / "elsewhere.pt").touch()
    (tmp_path / "study/here.pt").touch()
    assert listener._beside("here.pt") == tmp_path / "study/here.pt"
    for name in ("../elsewhere.pt", str(tmp_path / "elsewhere.pt"), "nowhere.pt", None):
        assert listener._beside(name) is None


def test_what_is_no_model_is_named(tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    for wanted, said_ in (
        ("no such thing", "no run of the study, no folder and no id"),
        (str(tmp_path / "empty"), "no config.json"),
    ):
        with pytest.raises(SarangiError, match=said_):
            opening.load(wanted, tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    with pytest.raises(SarangiError, match="the Hugging Face hub did not give it"):
        opening.load("owner/name-of-nobody", tmp_path)


def test_predictions_are_written_whole_or_not_at_all(run, tmp_path, monkeypatch):
    listener = opening.load(str(run), tmp_path)
    folder, output = tmp_path / "recordings", tmp_path / "out.parquet"
    folder.mkdir()
    with pytest.raises(SarangiError, match="no file is in it"):
        predicting.predict(folder, listener, run, None, output)
    for n in range(9):
        (folder / f"{n}.wav").write_bytes(sound(1.0, seed=n))
    read = clips.read_file

    def stops(path):
        if path.name == "8.wav":
            raise KeyboardInterrupt
        return read(path)

    monkeypatch.setattr(predicting, "read_file", stops)
    output.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt):
        predicting.predict(folder, listener, run, None, output)
    assert output.read_bytes() == b"old"
    monkeypatch.setattr(predicting, "read_file", read)
    assert predicting.predict(folder, listener, run, None, output)["ok"] == 9
    first = output.read_bytes()
    predicting.predict(folder, listener, run, None, output)
    assert output.read_bytes() == first
    assert not list(tmp_path.glob(".*"))


# -- uploads ----------------------------------------------------------------------------------


class Hub:
    """Stands in for the hub: keeps what it is told."""

    endpoint, there, said = "https://hub", False, []

    def __init__(self, token):
        self.said = Hub.said = [("token", token)]

    # as the library itself has them
    real = HfApi

    def repo_exists(self, to, repo_type):
        inspect.signature(Hub.real.repo_exists).bind(self, to, repo_type=repo_type)
        return Hub.there

    def create_repo(self, to, **settings):
        inspect.signature(Hub.real.create_repo).bind(self, to, **settings)
        self.said.append(("create", to, settings))

    def upload_folder(self, **settings):
        inspect.signature(Hub.real.upload_folder).bind(self, **settings)
        self.said.append(("upload", settings))


def test_a_run_goes_to_the_hub_with_its_card_and_the_token_is_not_shown(run, monkeypatch, capsys):
    from sarangi.__main__ import main

    monkeypatch.setattr("huggingface_hub.HfApi", Hub)
    monkeypatch.setattr("huggingface_hub.get_token", lambda: "hf_secret")
    assert main(["push", str(run), "--to", "me/model"]) == 1
    assert "no README.md and no card.json" in capsys.readouterr().err
    card = dict.fromkeys(("name", "model", "corpus", "speakers", "scores", "calibration", "synthetic"), "")
    (run / "card.json").write_text(json.dumps(card | {"protocol": ""}))
    (run / "README.md").write_text("---\n---\n")
    (run / "log.parquet").touch()
    assert main(["push", str(run), "--to", "me/model"]) == 0
    shown = "".join(capsys.readouterr())
    assert "https://hub/me/model" in shown and "private" in shown and "secret" not in shown
    (_, token), (_, to, created), (_, sent) = Hub.said
    assert (token, to, created["private"]) == ("hf_secret", "me/model", True)
    assert sent["allow_patterns"] == ["config.json", "model.safetensors", "README.md", "card.json"]

    space = run.parent / "space"
    space.mkdir()
    assert main(["push", str(space), "--to", "me/page", "--space"]) == 1
    for name in ("app.py", "README.md", "requirements.txt"):
        (space / name).touch()
    assert main(["push", str(space), "--to", "me/page", "--space"]) == 0
    assert "https://hub/spaces/me/page" in capsys.readouterr().out
    assert Hub.said[1][2]["space_sdk"] == "gradio"

    def fails(self, **settings):
        raise ValueError("hf_secret has no right to write")

    monkeypatch.setattr(Hub, "upload_folder", fails)
    assert main(["push", str(run), "--to", "me/model"]) == 1
    error = capsys.readouterr().err
    assert "*** has no right to write" in error and "secret" not in error
    monkeypatch.setattr("huggingface_hub.get_token", lambda: None)
    with pytest.raises(SarangiError, match="HF_TOKEN"):
        push.push(run, "me/model")
