"""The demo's small Whisper: packed, unpacked, and what it hears."""

from pathlib import Path

import jiwer
import numpy as np
import pytest
import torch
import whisper
from conftest import ROOT, write_study
from safetensors.torch import load_file, save_file

from sarangi.audio.decoding import sound_in
from sarangi.audio.resampling import to_mono_16k
from sarangi.base.errors import SarangiError
from sarangi.sources.small_weights import pack_whisper, unpacked_whisper
from sarangi.study.availability import unavailable
from sarangi.study.checking import check
from sarangi.synthetic.corpus import layout
from sarangi.synthetic.speech import speak
from sarangi.transcripts.engines import OpenAIWhisper

PACKED = ROOT / "demo/weights/tiny_whisper.safetensors"
TOKENS = [50258, 50257, 400, 7]  # in no order: the rows are known by their tokens
OTHERS = 51865 - len(TOKENS)


@pytest.fixture(scope="module")
def small():
    """A Whisper of the vocabulary of TOKENS and one row for the others, half precise already."""
    torch.manual_seed(0)
    model = whisper.model.Whisper(whisper.ModelDimensions(80, 1500, 16, 2, 1, len(TOKENS) + 1, 9, 16, 2, 1))
    for value in model.parameters():
        torch.nn.init.normal_(value, std=0.3)
        value.data = value.data.half().float()
    return model.eval()


@pytest.fixture(scope="module")
def demo_whisper(tmp_path_factory):
    path = tmp_path_factory.mktemp("whisper") / "small.pt"
    unpacked_whisper(PACKED, path)
    return OpenAIWhisper(path, {"tokens": 104, "context": "whole"}, 1)


def heard(engine, signals, language):
    return engine.hear(signals, language, [f"clip {place}" for place in range(len(signals))])


def newly_spoken(corpus, count):
    """Clips under a seed of neither the demo nor the training, and their signals."""
    clips = list(layout(corpus).clips(10, 4, 3001))
    clips = clips[:: len(clips) // count][:count]
    signals = [to_mono_16k(sound_in(speak(clip), "clip.wav")).signal for clip in clips]
    return clips, [signal.astype(np.float32) / 32768 for signal in signals]


def test_the_unpacked_whisper_is_as_certain_of_each_token_as_the_packed_one(small, tmp_path):
    pack_whisper(small, TOKENS, tmp_path / "packed.safetensors")
    unpacked_whisper(tmp_path / "packed.safetensors", tmp_path / "whole.pt")
    whole = whisper.load_model(str(tmp_path / "whole.pt"), device="cpu")
    mel = torch.randn(1, 80, 3000)
    with torch.no_grad():
        of_whole = whole(mel, torch.tensor([[*TOKENS, 123]]))
        of_small = small(mel, torch.tensor([[0, 1, 2, 3, 4]]))
    assert torch.allclose(of_whole[..., TOKENS], of_small[..., :-1], atol=1e-4)
    assert torch.allclose(of_whole[..., 123], of_small[..., -1], atol=1e-4)
    # the probability of a token too: the row that all others share counts as often as it is there
    of_small[..., -1] += np.log(OTHERS)
    assert torch.allclose(of_whole.softmax(-1)[..., TOKENS], of_small.softmax(-1)[..., :-1], atol=1e-5)


def test_packing_and_unpacking_give_the_same_bytes_each_time(small, tmp_path):
    for name in ("one", "another"):
        pack_whisper(small, TOKENS, tmp_path / f"{name}.safetensors")
        unpacked_whisper(tmp_path / f"{name}.safetensors", tmp_path / f"{name}.pt")
    for suffix in ("safetensors", "pt"):
        assert (tmp_path / f"one.{suffix}").read_bytes() == (tmp_path / f"another.{suffix}").read_bytes()


@pytest.mark.parametrize(
    "fault", ["missing", "cut short", "text", "other tensors", "a tensor missing", "a token"]
)
def test_a_file_that_is_no_packed_whisper_says_so(fault, small, tmp_path):
    path = tmp_path / "broken.safetensors"
    pack_whisper(small, TOKENS, path)
    shape = {"sarangi_whisper": '{"heads": 2, "layers": 1, "width": 16}'}
    tensors = load_file(path)
    if fault == "missing":
        path.unlink()
    elif fault == "cut short":
        path.write_bytes(path.read_bytes()[:-100])
    elif fault == "text":
        path.write_text("These are no weights.")
    elif fault == "other tensors":
        save_file({"weight": torch.zeros(3)}, path)
    elif fault == "a tensor missing":
        del tensors["encoder.conv1.weight"]
        save_file(tensors, path, shape)
    else:
        save_file(tensors | {"tokens": torch.tensor([1, 2, 3, 60_000])}, path, shape)
    with pytest.raises(SarangiError, match=r"broken.safetensors: .*expected the safetensors file"):
        unpacked_whisper(path, tmp_path / "whole.pt")
    assert not (tmp_path / "whole.pt").exists()


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


@pytest.mark.parametrize("corpus", ["ravdess", "urdu_latif", "iitkgp_sehsc"])
def test_the_demos_whisper_transcribes_speech_it_has_not_heard(corpus, demo_whisper):
    clips, signals = newly_spoken(corpus, 8)
    found = heard(demo_whisper, signals, clips[0].language)
    assert jiwer.wer([clip.text for clip in clips], [result.text for result in found]) < 0.2
    assert max(result.no_speech_prob for result in found) < 0.5
    assert {result.temperature for result in found} == {0.0}
    guessed = heard(demo_whisper, signals, None)
    assert {result.language for result in guessed} == {clips[0].language}
    # as the package does it clip by clip, by its own defaults
    alone = [
        whisper.transcribe(
            demo_whisper.model,
            signal,
            language=clips[0].language,
            without_timestamps=True,
            fp16=demo_whisper.fp16,
        )
        for signal in signals
    ]
    assert [result.text for result in found] == [result["text"].strip() for result in alone]


def test_the_demos_whisper_knows_when_nobody_speaks(demo_whisper):
    draw = np.random.default_rng(5)
    noise = [draw.normal(0, 0.001, length).astype(np.float32) for length in (8000, 64_000)]
    for result in heard(demo_whisper, noise, "en"):
        assert result.no_speech_prob > 0.8
        assert result.text == ""


def test_the_demos_whisper_stays_small():
    assert PACKED.stat().st_size < 3e6
