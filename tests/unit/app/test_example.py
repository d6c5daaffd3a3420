"""The example is a voice to the detector of speech, the same each time, and nobody's recording."""

import numpy as np

from sarangi.app.clips import speech_share
from sarangi.app.example import example


def test_it_sounds_like_speech_and_is_the_same_by_its_number():
    voice = example(3)
    assert voice.dtype == np.int16 and 3.5 < len(voice) / 16_000 < 5
    assert np.array_equal(voice, example(3)) and not np.array_equal(voice, example(4))
    assert speech_share(voice.astype(np.float32) / 32768) > 0.5
