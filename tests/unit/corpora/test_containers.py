"""Sound files that hold less or more than their headers promise."""

import struct

import pytest
from support.recordings import sound

from sarangi.base.errors import RecordingError
from sarangi.corpora.recording import inspect

LONG = {kind: sound(2, kind=kind) for kind in ("RF64", "W64", "AIFF", "AU", "OGG")}
WAV = sound(subtype="PCM_16")


def promising(size):
    return WAV[:40] + struct.pack("<I", size) + WAV[44:]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        *((data[:-3000], "cut short") for data in LONG.values()),
        (LONG["OGG"] + sound(kind="OGG"), "several sounds"),
        (sound(kind="FLAC") + sound(kind="FLAC"), "several sounds"),
        (sound(kind="MP3") * 2, "more follow"),
        (LONG["AU"][:8] + struct.pack(">I", 9000) + LONG["AU"][12:], "promises 9000 bytes of sound"),
        (LONG["AIFF"].replace(b"SSND\0\0\xfa\x08", b"SSND\0\0\x20\0"), "promises 8192 bytes of sound"),
        (promising(16_000), "promises 16000 bytes of sound, and 16000 more follow"),
        (promising(0), "promises 0 bytes of sound, and 32000 more follow"),
    ],
    ids=[*LONG, "chain", "FLAC", "MP3", "half AU", "half AIFF", "half", "nothing"],
)
def test_a_recording_that_is_not_read_whole_is_refused(data, words):
    with pytest.raises(RecordingError, match=words):
        inspect(data, "x")


@pytest.mark.parametrize(
    "behind",
    [
        bytes(5000),
        b"LIST\x10\0\0\0INFOISFT\x04\0\0\0abc\0",
        b"LIST\xff\xff\0\0INFO" + b"x" * 2000,
        b"ID3\x03" + b"cover" * 1000,
        b"a few bytes of somebody's",
    ],
    ids=["zeros", "chunk", "cut chunk", "tag", "stray"],
)
def test_what_is_no_sound_may_follow_it(behind):
    assert inspect(WAV + behind, "x.wav").duration_s == 1.0


WHOLE = [*LONG.values(), *(sound(kind=kind) for kind in ("FLAC", "MP3", "CAF"))]


@pytest.mark.parametrize("data", [*WHOLE, promising(2**32 - 1), promising(2**31 - 1)])
def test_whole_recordings_of_every_container_are_taken(data):
    assert inspect(data, "x").duration_s in (1.0, 2.0)
