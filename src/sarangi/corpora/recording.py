"""What a file of sound is, read from its header: the checks that need no decoding."""

import io
from dataclasses import dataclass
from pathlib import PurePosixPath

import soundfile

from sarangi.base.errors import COPY_AGAIN, RecordingError
from sarangi.corpora.containers import refuse_cut_film, refuse_other_length
from sarangi.corpora.mp3 import with_length
from sarangi.corpora.video import describe, is_video

# Formats that libsndfile may rightly find behind a suffix
FORMATS = {
    ".wav": {"WAV", "WAVEX", "RF64", "W64"},
    ".flac": {"FLAC"},
    ".mp3": {"MP3", "MPEG"},
    ".ogg": {"OGG"},
    ".opus": {"OGG"},
}
UNKNOWN_FRAMES = 2**62  # libsndfile has the largest number for a FLAC that came out of a pipe


@dataclass(frozen=True)
class Recording:
    """Length in seconds, samples a second, and number of channels."""

    duration_s: float
    sample_rate: int
    channels: int


def inspect(data: bytes, name: str) -> Recording:
    """Read the header of a sound file and check it against the file's name and length.

    Parameters
    ----------
    data
        The whole file.
    name
        Its name; the suffix says which format is expected.

    Raises
    ------
    RecordingError
        If it is no sound file, not what its name says, cut short, or without samples.
    """
    if not data:
        raise RecordingError("the file is empty (0 bytes)", COPY_AGAIN)
    if is_video(name):
        found = Recording(*describe(data))
        refuse_cut_film(data)
        return found
    try:
        # verbose: libsndfile then tells in its log when a chunk is longer than the file
        header = soundfile.info(io.BytesIO(with_length(data)), verbose=True)
    except soundfile.LibsndfileError as error:
        start = ascii(data[:16].decode("latin-1"))
        raise RecordingError(
            f"not a sound file that can be read ({error.error_string} It begins with {start})",
            COPY_AGAIN,
            "not a sound file that can be read",
        ) from error
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in FORMATS and header.format not in FORMATS[suffix]:
        raise RecordingError(
            f"named {suffix} but holds {header.format_info}",
            "a re-encoded copy is not the published recording: get the original",
        )
    refuse_other_length(data, header.extra_info)
    if header.frames >= UNKNOWN_FRAMES:
        raise RecordingError(
            "its header does not say how long it is",
            "write it again to a file instead of a pipe, which gives it its length",
        )
    if header.frames == 0:
        raise RecordingError("holds 0 samples", COPY_AGAIN)
    return Recording(header.frames / header.samplerate, header.samplerate, header.channels)
