"""The demo's Whisper, and sentences that it has not been trained on."""

import numpy as np
import pytest

from sarangi.audio.decoding import sound_in
from sarangi.audio.resampling import to_mono_16k
from sarangi.sources.small_weights import unpacked_whisper
from sarangi.synthetic.corpus import layout
from sarangi.synthetic.speech import speak
from sarangi.transcripts.openai_whisper import OpenAIWhisper
from support.places import ROOT

PACKED = ROOT / "demo/weights/tiny_whisper.safetensors"


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
