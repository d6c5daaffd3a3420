"""What the bytes of a recording say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.recordings import sound

from sarangi.audio.decoding import sound_in
from sarangi.audio.resampling import to_mono_16k
from sarangi.base.errors import RecordingError
from sarangi.corpora.recording import inspect


def test_a_header_says_length_rate_and_channels():
    found = inspect(sound(seconds=1.5, rate=44_100, channels=2), "x.wav")
    assert (found.duration_s, found.sample_rate, found.channels) == (1.5, 44_100, 2)


@given(st.binary(max_size=400), st.sampled_from([b"", b"RIFF", b"fLaC", b"ID3", b"OggS", sound()[:60]]))
@settings(max_examples=300, deadline=None)
def test_no_bytes_whatever_give_another_error(tail, head):
    for read in (lambda data: inspect(data, "x.wav"), to_mono_16k):
        try:
            read(head + tail)
        except RecordingError as error:
            assert str(error)


def test_a_wav_of_unknown_length_as_streams_leave_it_is_whole():
    data = bytearray(sound(subtype="PCM_16"))
    data[40:44] = (2**32 - 1).to_bytes(4, "little")
    assert inspect(bytes(data), "x.wav").duration_s == 1.0


@pytest.mark.parametrize(
    "head", [b"ffconcat version 1.0\nfile other.wav\n", b"#EXTM3U\n#EXTINF:1,\nother.wav\n"]
)
def test_a_playlist_named_as_a_film_leads_to_no_other_file(head, tmp_path):
    (tmp_path / "other.wav").write_bytes(sound())
    text = head.replace(b"other.wav", str(tmp_path / "other.wav").encode())
    with pytest.raises(RecordingError):
        inspect(text, "a.mp4")
    with pytest.raises(RecordingError):
        sound_in(text, "a.mp4")


def test_a_flac_out_of_a_pipe_says_that_its_length_is_not_known():
    data = bytearray(sound(kind="FLAC"))
    data[21] &= 0xF0
    data[22:26] = bytes(4)
    with pytest.raises(RecordingError, match="does not say how long it is; write it again to a file"):
        inspect(bytes(data), "x.flac")
