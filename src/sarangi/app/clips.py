"""Clips of anybody: any format, limits on what is read, and plain words for what cannot be used.

What passes goes the road of the corpora (:func:`sarangi.audio.resampling.to_mono_16k`), so a
clip of a corpus is heard
here as it was there.
"""

import io
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import soundfile
from imageio_ffmpeg import get_ffmpeg_exe

from sarangi.audio.resampling import level_of, to_mono_16k
from sarangi.base.errors import CutShortError, RecordingError, SarangiError, shown
from sarangi.base.personal_settings import for_program
from sarangi.base.sound import SAMPLE_RATE
from sarangi.base.store import FAILED, SKIPPED
from sarangi.corpora.recording import inspect
from sarangi.corpora.video import is_video

LONGEST_S, SHORTEST_S, LARGEST_MB = 60, 0.3, 25
MB = 2**20  # as Gradio counts
FASTEST, MOST_CHANNELS = 192_000, 8  # beyond them a minute fills the memory
LITTLE_SPEECH = 0.1  # of a clip, below which it is called noise or music
FORMATS = (
    "matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,ogg,mp3,aac,flac,wav,w64,aiff,caf,amr,asf,avi,flv,mpegts,mpeg,au"
)
"""What ffmpeg may take a file for: no playlists, which name other files."""
FFMPEG_S = 30
FFMPEG_BYTES = 400_000_000

BROKEN = "This is not a sound file that can be read, or it is damaged."
SILENT = "There is only silence in this clip. Is the microphone on, and the right one chosen?"
NO_SPEECH = (
    "No speech was heard in this clip: it seems to be noise, music or something else. "
    "A model names an emotion for any sound; here the name means nothing."
)


class ClipError(SarangiError):
    """Why a clip cannot be used, in words for the person who brought it; no path is in them.

    Attributes
    ----------
    status
        ``failed`` where the file is broken, ``skipped`` where it is beyond the limits or silent.
    """

    def __init__(self, message: str, status: str = SKIPPED):
        super().__init__(message)
        self.status = status


class Clip(NamedTuple):
    """A clip that can be listened to."""

    signal: np.ndarray
    """float32 of shape (samples,) at 16 kHz, as :func:`sarangi.audio.flac.decode` gives it"""
    speech: float
    """Share of it in which speech was detected, 0 to 1."""
    note: str | None
    """What was done to it beside resampling."""

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.signal) / SAMPLE_RATE

    @property
    def spoken(self) -> bool:
        """Whether enough of it is speech."""
        return self.speech >= LITTLE_SPEECH


def read_file(path: Path) -> Clip:
    """Return the clip in a file; one that is too large is not opened.

    Raises
    ------
    ClipError
        As :func:`read`.
    """
    try:
        size = path.stat().st_size
        _refuse_large(size)
        return read(path.read_bytes(), path.name)
    except OSError:
        raise ClipError("The file cannot be opened.", FAILED) from None


def read(data: bytes, name: str) -> Clip:
    """Return the clip that a file holds.

    Parameters
    ----------
    data
        The whole file, in any format of libsndfile or the bundled ffmpeg.
    name
        Its name: the sound of a video is taken out as from those of a corpus.

    Raises
    ------
    ClipError
        If it is broken, beyond the limits, or silent.
    """
    _refuse_large(len(data))
    if not data:
        raise ClipError("The file is empty.", FAILED)
    sound = None if is_video(name) else _known_to_libsndfile(data)
    try:
        if sound is not None:
            # whether it is whole; not by its name, for what a file is called does not matter here
            inspect(sound, "clip")
        found = to_mono_16k(_decoded(data) if sound is None else sound)
    except RecordingError as error:
        # what is behind the semicolon is for the owner of a corpus
        raise ClipError(f"{BROKEN} It {_said(error)}.", FAILED) from None
    seconds = len(found.signal) / SAMPLE_RATE
    _refuse_long(seconds)
    if seconds < SHORTEST_S:
        raise ClipError(f"The clip is too short: {seconds:.2f} s, and {SHORTEST_S} s are needed.")
    if level_of(found.signal)["silent"] == 1.0:
        raise ClipError(SILENT)
    signal = found.signal.astype(np.float32) / 32768
    return Clip(signal, speech_share(signal), found.note)


def speech_share(signal: np.ndarray) -> float:
    """Return in which share of a float32 signal of shape (samples,) at 16 kHz there is speech.

    By Silero's voice activity detector, a small network that comes with its package.
    """
    import torch

    stretches, detector = _detector()
    threads = torch.get_num_threads()
    # of a network so small that more threads wait for each other
    torch.set_num_threads(1)
    try:
        found = stretches(torch.from_numpy(signal), detector, sampling_rate=SAMPLE_RATE)
    finally:
        torch.set_num_threads(threads)
    return sum(stretch["end"] - stretch["start"] for stretch in found) / len(signal)


@cache
def _detector() -> tuple[Callable, Any]:
    import torch

    threads = torch.get_num_threads()
    # its import sets one thread for all of torch
    from silero_vad import get_speech_timestamps, load_silero_vad

    torch.set_num_threads(threads)
    return get_speech_timestamps, load_silero_vad()


def _known_to_libsndfile(data: bytes) -> bytes | None:
    """Return a file that libsndfile reads and that is within the limits; None for another one."""
    try:
        header = soundfile.info(io.BytesIO(data))
    except soundfile.LibsndfileError:
        return None
    if header.samplerate > FASTEST or header.channels > MOST_CHANNELS:
        raise ClipError(
            f"The sound has {header.channels} channels of {header.samplerate} samples a second; up to "
            f"{MOST_CHANNELS} of {FASTEST} are read."
        )
    _refuse_long(header.frames / header.samplerate)
    return data


def _decoded(data: bytes) -> bytes:
    """Return the first sound track of a file as WAV, by ffmpeg, which may follow no address and no list."""
    with tempfile.TemporaryDirectory() as folder:
        source, output = Path(folder) / "clip", Path(folder) / "sound.wav"
        source.write_bytes(data)
        command = [
            *(get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-max_alloc", str(FFMPEG_BYTES)),
            *("-protocol_whitelist", "file", "-format_whitelist", FORMATS, "-i", str(source)),
            # a little more than is allowed, to know what is longer
            *("-map", "0:a:0", "-t", str(LONGEST_S + 1), "-c:a", "pcm_s16le", "-fs", str(FFMPEG_BYTES)),
            str(output),
        ]
        try:
            environment = for_program(Path(folder))
            done = subprocess.run(
                command, env=environment, capture_output=True, timeout=FFMPEG_S, check=False
            )
        except subprocess.TimeoutExpired:
            raise ClipError(BROKEN, FAILED) from None
        if done.returncode != 0 or not output.exists():
            raise ClipError(BROKEN, FAILED)
        return output.read_bytes()


def _refuse_large(size: int) -> None:
    if size > LARGEST_MB * MB:
        raise ClipError(f"The file is too large: {size / MB:.1f} MB, and up to {LARGEST_MB} MB are read.")


def _refuse_long(seconds: float) -> None:
    if seconds > LONGEST_S:
        # ffmpeg stops a little behind the limit
        said = f"{seconds:.0f} s" if seconds > LONGEST_S + 1 else "more than a minute"
        raise ClipError(f"The clip is too long: {said}, and up to {LONGEST_S} s are read.")


def _said(error: RecordingError) -> str:
    return f"is {shown(error.found)}" if isinstance(error, CutShortError) else shown(error.found)
