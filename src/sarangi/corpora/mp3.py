"""MP3 files that do not say how long they are: without a header of length, libsndfile guesses.

It takes the size of the file by the bit rate of the first frame, so of a variable rate the rest would be lost
silently, and a cover in the file's tags would count as sound.
"""

import re
import struct
from typing import NamedTuple

from sarangi.base.errors import RecordingError

ONE, TWO = (
    (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
"""kbit/s by their code, of MPEG 1, and of MPEG 2 and 2.5 (ISO/IEC 11172-3, 13818-3; layer III)."""
RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
LENGTH, OTHER_LENGTH = re.compile(rb"Xing|Info"), b"VBRI"
SEARCHED = 250  # bytes of the first frame in which its header of length begins
TAGS = (b"TAG", b"APETAGEX", b"ID3", b"LYRICSBEGIN")
LAYER_3 = 1
ROOM = 9  # code of a bit rate
FRAMES = 1  # flag of a header of length: the number of frames is all that it states


class Frame(NamedTuple):
    """A frame of MPEG audio, layer III."""

    size: int
    """Bytes, with its header."""
    version: int
    """Code of the version of MPEG."""


def with_length(data: bytes) -> bytes:
    """Return an MP3 whose first frame says how many follow; anything else as it is.

    Parameters
    ----------
    data
        A whole file of any kind.

    Raises
    ------
    RecordingError
        If it is an MP3 whose frames cannot be counted.
    """
    start = _after_tags(data)
    first = _frame(data, start)
    if first is None or LENGTH.search(data, start, start + SEARCHED):
        return data
    if data[start + 36 : start + 40] == OTHER_LENGTH:  # no sound, and libsndfile does not know it
        start += first.size
    at, count = start, 0
    while (frame := _frame(data, at)) is not None and frame.version == first.version:
        at += frame.size
        count += 1
    rest = data[at:]
    if count < 2 or (rest.strip(b"\0") and not rest.startswith(TAGS)):
        raise RecordingError(
            f"does not say how long it is, and its frames cannot be counted: {count} of them are followed by "
            f"{len(rest)} bytes of something else",
            "write it again, such as with ffmpeg -i OLD.mp3 -c copy NEW.mp3, and listen whether it is whole",
            "an MP3 that does not say how long it is",
        )
    return _header(data[start : start + 4], count) + data[start:at]


def _after_tags(data: bytes) -> int:
    start = 0
    while data[start : start + 3] == b"ID3" and start + 10 <= len(data):
        size = 0
        for byte in data[start + 6 : start + 10]:
            size = size << 7 | byte & 127
        start += 10 + size
        # some writers fill up behind the tag
        start += len(data[start : start + 2**16]) - len(data[start : start + 2**16].lstrip(b"\0"))
    return start


def _frame(data: bytes, at: int) -> Frame | None:
    """Return the frame that begins at a byte; None where none does."""
    if at + 4 > len(data):
        return None
    (word,) = struct.unpack_from(">I", data, at)
    version, layer, bits, rate = word >> 19 & 3, word >> 17 & 3, word >> 12 & 15, word >> 10 & 3
    if word >> 21 != 2**11 - 1 or version not in RATES or layer != LAYER_3 or bits in (0, 15) or rate == 3:
        return None
    return Frame(_size(version, bits, rate) + (word >> 9 & 1), version)


def _size(version: int, bits: int, rate: int) -> int:
    """Return the bytes of a frame by the codes in its header, without padding."""
    rates, samples = (ONE, 144_000) if version == 3 else (TWO, 72_000)
    return rates[bits - 1] * samples // RATES[version][rate]


def _header(like: bytes, frames: int) -> bytes:
    """Return a frame without sound that says how many frames follow it.

    Parameters
    ----------
    like
        The four bytes with which the first of them begins.
    """
    (word,) = struct.unpack(">I", like)
    # without a checksum and padding, at a bit rate that has room
    word = word & ~(15 << 12 | 1 << 9) | 1 << 16 | ROOM << 12
    mono, version = word >> 6 & 3 == 3, word >> 19 & 3
    side = (17 if mono else 32) if version == 3 else (9 if mono else 17)
    text = struct.pack(">I", word) + bytes(side) + b"Xing" + struct.pack(">II", FRAMES, frames)
    return text.ljust(_size(version, ROOM, word >> 10 & 3), b"\0")
