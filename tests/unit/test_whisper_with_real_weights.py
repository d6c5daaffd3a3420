"""Whisper base, as others trained it, on recordings of people: what random weights cannot show."""

import os
from pathlib import Path

import numpy as np
import pytest
from support.places import real

from sarangi.audio.decoding import sound_in
from sarangi.audio.resampling import to_mono_16k
from sarangi.transcripts.ctranslate2_whisper import SEARCHES, FasterWhisper
from sarangi.transcripts.openai_whisper import OpenAIWhisper
from sarangi.transcripts.tries import SILENT, WINDOW, failed_check

SETTINGS = {"tokens": 128, "context": "clip"}
DOGS, KIDS = "Actor_03/03-01-05-01-02-01-03.wav", "Actor_06/03-01-06-02-01-01-06.wav"


def weights(name):
    """A file or folder of real weights; the test is skipped where it is absent."""
    folder = os.environ.get("SARANGI_REAL_WEIGHTS")
    if not folder or not Path(folder, name).exists():
        pytest.skip(f"SARANGI_REAL_WEIGHTS names no folder with {name}")
    return Path(folder, name)


def signal(file):
    return to_mono_16k(sound_in(file.read_bytes(), file.name)).signal.astype(np.float32) / 32768


def test_a_cut_context_keeps_the_words_of_people():
    checkpoint, folder = weights("whisper_base.pt"), real("ravdess")
    clips = [signal(folder / DOGS), signal(folder / KIDS)]
    found = OpenAIWhisper(checkpoint, SETTINGS, 1).hear(clips, "en", ["a", "b"])
    said = ["Dogs are sitting by the door", "Kids are talking by the door"]
    assert [heard.text.rstrip(".!") for heard in found] == said
    assert [heard.tries for heard in found] == [1, 1]
    # with 1 s of silence it repeats itself, and hears the whole 30 s then
    (heard,) = OpenAIWhisper(checkpoint, SETTINGS | {"context": 1}, 1).hear(clips[:1], "en", ["a"])
    assert heard.text.rstrip(".!") == said[0]
    assert heard.tries == 2


def test_faster_whispers_text_of_a_clip_that_fails_follows_from_the_clip():
    folder, corpus = weights("whisper_base"), real("urdu_latif")
    engine = FasterWhisper(folder, SETTINGS | {"context": "whole"}, 1)
    files = [corpus / "Happy" / name for name in ("SF1_F7_H07.wav", "SM3_F1_H053.wav")]
    clips = [signal(file) for file in files]
    found = [engine.hear([clip], "ur", ["a"])[0] for clip in clips]
    assert min(heard.tries for heard in found) > 1
    for place in (1, 0):
        assert engine.hear([clips[place]], "ur", ["another"])[0] == found[place]
    for clip, heard in zip(clips, found, strict=True):
        first = engine.decoded(engine.encoded(next(engine.windows(clip)), WINDOW), "ur", SEARCHES[0])
        assert failed_check(first)
        assert first.no_speech_prob < SILENT
        # what is kept is more probable than what failed, and no loop
        assert heard.avg_logprob > first.avg_logprob
