"""The encoder of a checkpoint of openai-whisper as an encoder of speech."""

import pytest
import torch
import whisper

from sarangi.base.errors import SarangiError
from sarangi.base.weights_files import ENCODER_FILES
from sarangi.models.encoders import load_encoder, normalises
from sarangi.models.speech_states import speech_states
from sarangi.sources.small_weights import random_whisper
from sarangi.transcripts.openai_whisper import context
from sarangi.transcripts.whisper_checkpoint import load
from sarangi.transcripts.whisper_encoder import whisper_encoder

RATE, FRAME = 16_000, 320


def test_the_encoder_of_openais_checkpoint_gives_what_openais_own_gives(tmp_path):
    checkpoint = tmp_path / "tiny.pt"
    random_whisper({"width": 16, "layers": 2, "heads": 2, "seed": 1}, checkpoint)
    (tmp_path / "encoder").mkdir()
    output = {name: tmp_path / "encoder" / name for name in ENCODER_FILES["speech"]}
    whisper_encoder(checkpoint, output)
    model, theirs = load_encoder(tmp_path / "encoder").eval(), load(checkpoint).cpu()
    assert normalises(tmp_path / "encoder") is False
    signal = 0.1 * torch.randn(9000, generator=torch.Generator().manual_seed(1))
    positions = len(signal) // FRAME
    mel = whisper.log_mel_spectrogram(signal, 80, padding=30 * RATE)[:, : 2 * positions]
    with torch.no_grad(), context(theirs, positions):
        expected = theirs.encoder(mel[None])
    with torch.no_grad():
        states, _ = speech_states(model, [signal, torch.randn(12_000)])
    assert torch.allclose(states[0, :positions], expected[0], atol=2e-4)
    checkpoint.write_bytes(b"none")
    with pytest.raises(SarangiError, match="not a Whisper checkpoint"):
        whisper_encoder(checkpoint, output)
