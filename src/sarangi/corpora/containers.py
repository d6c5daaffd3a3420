"""What the containers of sound say of their own length, and libsndfile passes over."""

import re
import struct

from sarangi.base.errors import COPY_AGAIN, CutShortError, RecordingError

UNKNOWN_LENGTH = 2**31 - 4096
"""From here on a number of bytes is what writers of streams leave, who cannot know the length."""
STRAY = 1024  # bytes behind the sound that may be anything
TAGS = (b"ID3", b"TAG", b"APETAGEX")
BEHIND = {
    b"LIST", b"id3 ", b"ID3 ", b"bext", b"cue ", b"smpl", b"fact", b"PEAK", b"DISP", b"JUNK", b"junk",
    b"PAD ", b"FLLR", b"iXML", b"axml", b"afsp", b"inst", b"plst", b"cart", b"_PMX", b"LGWV", b"chna",
    b"slnt", b"ANNO", b"NAME", b"AUTH", b"MARK", b"INST", b"COMT", b"APPL", b"(c) ", b"AESD",
}  # fmt: skip
"""Chunks of a WAV or an AIFF that may be cut without harm: they hold no sound."""
# of libsndfile's log: a chunk of sound, and the whole file of the wide formats
PROMISED = re.compile(r"^\s*(?:data|SSND|BODY|Data Size)\s*:\s*(\d+) \(should be (\d+)\)", re.MULTILINE)
WHOLE = re.compile(r"^\s*(?:riff|Riff size)\s*:\s*(\d+) \(should be (\d+)\)", re.MULTILINE)
FLAC, XING = re.compile(rb"fLaC[\x00\x80]\x00\x00\x22"), re.compile(rb"Xing|Info")
ONE = "get the original, or join them to one"
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
    if data[:4] in (b"RIFF", b"RIFX", b"FORM"):
        _refuse_more(*_chunks(data, "<I" if data[:4] == b"RIFF" else ">I"))
    elif data[:4] == b".snd" and len(data) >= 12:
        start, size = struct.unpack_from(">II", data, 4)
        _refuse_more(data[start + size :] if size < UNKNOWN_LENGTH else b"", size)
    elif data[:4] == b"OggS":
        _refuse_pages(data)
    elif data[:4] == b"fLaC" and FLAC.search(data, 4):
        raise RecordingError("holds several sounds one after the other, of which one is read", ONE)
    else:
        _refuse_more(*_behind_mp3(data))


def refuse_cut_film(data: bytes) -> None:
    """Refuse a film (AVI, or MP4 and its kin) whose headers promise more bytes than are there.

    Raises
    ------
    CutShortError
        Says how many.
    """
    end = 0
    if data[:4] == b"RIFF" and data[8:12] == b"AVI ":
        end = 8 + struct.unpack_from("<I", data, 4)[0]
    elif data[4:8] == b"ftyp":
        while end + 16 <= len(data) and re.fullmatch(rb"[ -~]{4}", data[end + 4 : end + 8]):
            size = struct.unpack_from(">I", data, end)[0]
            size = struct.unpack_from(">Q", data, end + 8)[0] if size == 1 else size
            if size < 8:  # up to the end, or no size
                return
            end += size
    if len(data) < end < UNKNOWN_LENGTH:
        raise CutShortError(
            f"cut short: its headers promise {end} bytes, {len(data)} are there", COPY_AGAIN, "cut short"
        )


def _refuse_more(rest: bytes, promised: int) -> None:
    """Refuse a file of which more follows than the bytes of sound that its header promises."""
    if len(rest) > STRAY and rest.strip(b"\0") and not rest.startswith(TAGS):
        raise RecordingError(
            f"its header promises {promised} bytes of sound, and {len(rest)} more follow that are no part of "
            "its format",
            COPY_AGAIN,
            "more follows than its header promises",
        )


def _behind_mp3(data: bytes) -> tuple[bytes, int]:
    """Return what follows the sound of an MP3, and how many bytes it has, as far as it says."""
    start = 0
    if data[:3] == b"ID3" and len(data) > 10:
        start = 10
        for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True):
            start += (byte & 127) << shift
    frame = data[start : start + 2] >= b"\xff\xe0"
    found = XING.search(data, start, start + 250) if frame else None
    if found is None or len(data) < found.end() + 12:
        return b"", 0
    flags, frames_or_size, size = struct.unpack_from(">III", data, found.end())
    if not flags & 2:
        return b"", 0
    size = size if flags & 1 else frames_or_size
    behind, stray = data[start + size :], size // 50  # encoders are not exact
    if any(tag in behind[: stray + 16] for tag in TAGS):
        return b"", size
    return behind[stray:], size


def _chunks(data: bytes, number: str) -> tuple[bytes, int]:
    """Return what is no chunk behind the sound of a WAV or an AIFF, and how many bytes that is to have."""
    place, promised = 12, None
    while place + 8 <= len(data):
        name, size = data[place : place + 4], struct.unpack_from(number, data, place + 4)[0]
        end = place + 8 + size
        if promised is not None and (
            not re.fullmatch(rb"[ -~]{4}", name) or (end > len(data) and name not in BEHIND)
        ):
            break
        if name in (b"data", b"SSND") and promised is None:
            if size >= UNKNOWN_LENGTH:
                return b"", 0
            promised = size
        elif name in (b"data", b"SSND", b"RIFF", b"FORM"):
            break  # another sound
        # an odd chunk is padded, but by some writers it is not
        place = end + (size % 2 if data[end : end + 1] in (b"", b"\0") else 0)
    return (b"", 0) if promised is None else (data[place:], promised)


def _refuse_pages(data: bytes) -> None:
    """Refuse an Ogg that ends without the mark of its end, or holds streams one after the other."""
    place, flags, begun = 0, 0, False
    while data[place : place + 4] == b"OggS" and place + 27 <= len(data):
        flags, segments = data[place + 5], data[place + 26]
        if flags & FIRST and begun:
            raise RecordingError("holds several sounds one after the other, of which one is read", ONE)
        begun |= not flags & FIRST
        place += 27 + segments + sum(data[place + 27 : place + 27 + segments])
    if not flags & LAST or place > len(data):
        raise CutShortError("cut short: the mark of its end is missing", COPY_AGAIN, "cut short")
