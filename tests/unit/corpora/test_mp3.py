"""MP3 files without a header of length are read whole, or refused."""

import io

import numpy as np
import pytest
import soundfile

from sarangi.audio.decoding import to_mono
from sarangi.base.errors import RecordingError
from sarangi.corpora.mp3 import _frame, with_length
from sarangi.corpora.recording import inspect

COVER = b"ID3\x03\0\0\0\0\x40\0" + bytes(8192)
OLD_TAG = b"TAG" + bytes(125)


def mp3(rate, mode, channels):
    """Noise and then silence, 2 s: as it was written, and without the frame that says how long it is."""
    noise = np.random.default_rng(0).normal(0, 0.1, (rate * 2, channels))
    noise[rate // 2 :] = 0
    file = io.BytesIO()
    soundfile.write(file, noise, rate, format="MP3", bitrate_mode=mode, compression_level=0.5)
    written = file.getvalue()
    return written, written[_frame(written, 0).size :]


@pytest.mark.parametrize("rate", [44_100, 22_050, 8_000])
@pytest.mark.parametrize(("mode", "channels"), [("VARIABLE", 2), ("AVERAGE", 1), ("CONSTANT", 1)])
def test_one_that_does_not_say_how_long_it_is_is_read_whole(rate, mode, channels):
    written, bare = mp3(rate, mode, channels)
    wanted = to_mono(written)
    for data in (bare, COVER + bare, bare + OLD_TAG, COVER + bytes(500) + bare + bytes(3000)):
        found = to_mono(data)
        assert inspect(data, "x.mp3").duration_s == pytest.approx(2, abs=0.25)
        assert len(found.signal) >= len(wanted.signal)
        # an encoder's delay is known by the frame that is gone
        lag = np.correlate(found.signal, wanted.signal[: rate // 4], "valid").argmax()
        assert np.corrcoef(found.signal[lag:][: rate // 4], wanted.signal[: rate // 4])[0, 1] > 0.99


def test_one_cut_within_a_frame_or_with_something_else_in_it_is_refused():
    _, bare = mp3(16_000, "VARIABLE", 1)
    with pytest.raises(RecordingError, match="cut short"):
        to_mono(bare[:-20])
    for data in (bare[:3000] + bytes(7) + b"noise" + bare[3000:], bare + b"\xff\xfb" + b"x" * 2000):
        with pytest.raises(RecordingError, match=r"cannot be counted.*ffmpeg"):
            inspect(data, "x.mp3")


def test_one_that_says_it_and_anything_else_are_left_as_they_are():
    written, _ = mp3(16_000, "VARIABLE", 1)
    for data in (written, COVER + written, b"", b"ID3", b"RIFF" + bytes(50), b"\xff\xfb\x90", b"\xff" * 100):
        assert with_length(data) is data
