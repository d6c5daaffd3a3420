"""The sound of utterances as their corpus has it, whole recordings or segments of long ones.

Of a long recording the file stays open for its next segment.  Where a format can be sought to the sample
(PCM, FLAC), no more than the segment is decoded; any other is decoded once.
"""

import io
import math
import tempfile
import threading
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile

from sarangi.audio.decoding import (
    AT_ONCE,
    BITS,
    Decoded,
    cut_short,
    mixed_down,
    not_decoded,
    refuse_long,
    refuse_other_sum,
    sound_in,
    to_mono,
)
from sarangi.base.errors import COPY_AGAIN, RecordingError, SarangiError
from sarangi.corpora.mp3 import with_length
from sarangi.corpora.unchanged import recording
from sarangi.sources.source import Source

EXACT_FORMATS = {"WAV", "WAVEX", "W64", "RF64", "AIFF", "AU", "CAF", "FLAC"}
EXACT = {"PCM_S8", "PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"}
"""Encodings in which a sample does not depend on those before it, or (FLAC) on none before its frame."""
LONGEST = 2**30  # samples of a recording that is decoded whole for its segments: 4 GiB in a temporary file


class Span(NamedTuple):
    """Which part of a recording an utterance is; all of it by default."""

    start: float | None = None
    """Seconds; None for the beginning."""
    end: float | None = None
    """Seconds; None for the end."""

    @classmethod
    def of(cls, start: float | None, end: float | None) -> "Span":
        """Return the part of a recording that a manifest states, where NaN is none."""
        return cls(*(None if value is None or math.isnan(value) else float(value) for value in (start, end)))

    def frames(self, rate: int, there: int) -> tuple[int, int]:
        """Return first frame and end, rounded to whole frames, of a recording of so many frames.

        Raises
        ------
        RecordingError
            If it is empty, or reaches beyond the recording.
        """
        first = round((self.start or 0.0) * rate)
        end = there if self.end is None else round(self.end * rate)
        if not 0 <= first < end <= there:
            until = "the end" if self.end is None else f"{self.end:g} s"
            raise RecordingError(
                f"its segment, {self.start or 0:g} s to {until}, is not within the {there / rate:g} s of the "
                "recording",
                "correct start and end in the table",
                "its segment is not within the recording",
            )
        return first, end


class OpenedRecordings:
    """The recordings of a corpus, one utterance at a time; several threads may ask.

    Parameters
    ----------
    source
        Folder or archive of the corpus.

    Raises
    ------
    SarangiError
        If it cannot be opened.
    """

    def __init__(self, source: Path):
        self._source = Source(source)
        self._lock = threading.Lock()  # an archive is read from one place at a time
        self._long: tuple[str, _Long | SarangiError] | None = None

    def mono(self, file: str, sha256: str | None, span: Span) -> Decoded:
        """Return the sound of an utterance at its native sample rate, mixed down to mono.

        Parameters
        ----------
        file, sha256
            Of the manifest.
        span
            Which part of the recording.

        Raises
        ------
        RecordingError
            As :func:`sarangi.audio.decoding.to_mono`, or if the recording is not the one of the manifest, or
            does not reach so far.
        SarangiError
            If it cannot be read.
        """
        if span == Span():
            with self._lock:
                data = recording(self._source, file, sha256)
            return to_mono(sound_in(data, file))
        with self._lock:
            if self._long is None or self._long[0] != file:
                self._close_long()
                self._long = file, self._opened(file, sha256)
            opened = self._long[1]
            if isinstance(opened, SarangiError):
                raise opened
            return opened.mono(span)

    def _opened(self, file: str, sha256: str | None) -> "_Long | SarangiError":
        """Return a long recording, or why none of its segments can be used."""
        try:
            return _Long(sound_in(recording(self._source, file, sha256), file))
        except SarangiError as error:
            return error

    def _close_long(self) -> None:
        """Close the recording that is open for its next segment."""
        if self._long is not None and isinstance(self._long[1], _Long):
            self._long[1].close()
        self._long = None

    def __enter__(self) -> "OpenedRecordings":
        return self

    def __exit__(self, *_: object) -> None:
        self._close_long()
        self._source.__exit__()


class _Long:
    """A recording of which segments are asked for."""

    def __init__(self, data: bytes):
        self._decoded: np.ndarray | None = None  # of shape (samples, channels)
        try:
            self._file = soundfile.SoundFile(io.BytesIO(with_length(data)))
            exact = self._file.format in EXACT_FORMATS and self._file.subtype in EXACT
            if not (exact and self._file.seekable()):
                self._decoded = self._whole()
            elif self._file.format == "FLAC":
                self._file.seek(0)
                blocks = self._file.blocks(AT_ONCE, dtype="float32", always_2d=True)
                refuse_other_sum(data, blocks, BITS[self._file.subtype])
        except soundfile.LibsndfileError as error:
            raise not_decoded(error) from error

    def _whole(self) -> np.ndarray:
        """Return the whole recording, decoded into a file without a name."""
        promised, channels = self._file.frames, self._file.channels
        if promised * channels > LONGEST:
            raise RecordingError(
                f"its header promises {promised * channels} samples; at most {LONGEST} are decoded for the "
                f"segments of a recording in {self._file.format} {self._file.subtype}",
                "write it as FLAC or WAV, of which the segments alone are decoded",
                "its header promises more samples than are read",
            )
        with tempfile.TemporaryFile() as kept:
            there = 0
            while there < promised:
                # the number is needed where nothing can be sought
                block = self._file.read(min(AT_ONCE, promised - there), dtype="float32", always_2d=True)
                if len(block) == 0:
                    raise cut_short(promised, there)
                kept.write(block.tobytes())
                there += len(block)
            if there == 0:
                raise RecordingError("holds 0 samples", COPY_AGAIN)
            kept.flush()
            return np.memmap(kept, np.float32, "r", shape=(there, channels))

    def mono(self, span: Span) -> Decoded:
        """Return a segment at its native sample rate."""
        rate = self._file.samplerate
        first, end = span.frames(rate, self._file.frames)
        refuse_long((end - first) * self._file.channels)
        if self._decoded is not None:
            return mixed_down(np.array(self._decoded[first:end]), rate)
        try:
            self._file.seek(first)
            signal = self._file.read(end - first, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise not_decoded(error) from error
        if len(signal) < end - first:
            raise cut_short(self._file.frames, first + len(signal))
        return mixed_down(signal, rate)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
