"""What the containers of sound say of their own length, and libsndfile passes over."""

import re
import struct

from sarangi.base.errors import COPY_AGAIN, CutShortError, RecordingError

UNKNOWN_LENGTH = 2**31 - 4096
"""From here on a number of bytes is what writers of streams leave, who cannot know the length."""
STRAY = 1024  # bytes behind a WAV that may be anything
TAGS = (b"ID3", b"TAG", b"APETAGEX")
BEHIND = {
    b"LIST", b"id3 ", b"ID3 ", b"bext", b"cue ", b"smpl", b"fact", b"PEAK", b"DISP", b"JUNK", b"junk",
    b"PAD ", b"FLLR", b"iXML", b"axml", b"afsp", b"inst", b"plst", b"cart", b"_PMX", b"LGWV", b"chna",
    b"slnt",
}  # fmt: skip
"""Chunks of a WAV that may be cut without harm: they hold no sound."""
# of libsndfile's log: a chunk of sound, and the whole file of the wide formats
PROMISED = re.compile(r"^\s*(?:data|SSND|BODY|Data Size)\s*:\s*(\d+) \(should be (\d+)\)", re.MULTILINE)
WHOLE = re.compile(r"^\s*(?:riff|Riff size)\s*:\s*(\d+) \(should be (\d+)\)", re.MULTILINE)
FIRST, LAST = 2, 4  # flags of a page of Ogg


def refuse_other_length(data: bytes, log: str) -> None:
    """Refuse a sound file that holds less than it promises, or more than is read of it.

    Parameters
    ----------
    data
        The whole file.
    log
        What libsndfile says of its header.

    Raises
    ------
    RecordingError
        Says how much is there.
    """
    for found, what in ((PROMISED.search(log), "bytes of sound"), (WHOLE.search(log), "bytes")):
        if found and 0 < int(found[1]) < UNKNOWN_LENGTH and int(found[1]) > int(found[2]):
            raise CutShortError(
                f"cut short: its header promises {found[1]} {what}, {found[2]} are there",
                COPY_AGAIN,
                "cut short",
            )
    if data[:4] in (b"RIFF", b"RIFX"):
        _refuse_more(data, "<I" if data[:4] == b"RIFF" else ">I")
    elif data[:4] == b"OggS":
        _refuse_pages(data)


def _refuse_more(data: bytes, number: str) -> None:
    """Refuse a WAV whose header promises less sound than there is."""
    place, promised = 12, None
    while place + 8 <= len(data):
        name, size = data[place : place + 4], struct.unpack_from(number, data, place + 4)[0]
        end = place + 8 + size
        if promised is not None and (
            not re.fullmatch(rb"[ -~]{4}", name) or (end > len(data) and name not in BEHIND)
        ):
            break
        if name == b"data" and promised is None:
            if size >= UNKNOWN_LENGTH:
                return
            promised = size
        elif name in (b"data", b"RIFF"):
            break  # another sound
        # an odd chunk is padded, but by some writers it is not
        place = end + (size % 2 if data[end : end + 1] in (b"", b"\0") else 0)
    rest = data[place:]
    if promised is not None and len(rest) > STRAY and rest.strip(b"\0") and not rest.startswith(TAGS):
        raise RecordingError(
            f"its header promises {promised} bytes of sound, and {len(rest)} more follow that are no part of "
            "a WAV file",
            COPY_AGAIN,
            "more follows than its header promises",
        )


def _refuse_pages(data: bytes) -> None:
    """Refuse an Ogg that ends without the mark of its end, or holds streams one after the other."""
    place, flags, begun = 0, 0, False
    while data[place : place + 4] == b"OggS" and place + 27 <= len(data):
        flags, segments = data[place + 5], data[place + 26]
        if flags & FIRST and begun:
            raise RecordingError(
                "holds several streams one after the other, of which one is read",
                "get the original, or join them to one",
            )
        begun |= not flags & FIRST
        place += 27 + segments + sum(data[place + 27 : place + 27 + segments])
    if not flags & LAST or place > len(data):
        raise CutShortError("cut short: the mark of its end is missing", COPY_AGAIN, "cut short")
