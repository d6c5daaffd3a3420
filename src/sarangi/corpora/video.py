"""The sound of a video, taken out by the ffmpeg that a wheel brings."""

import re
import subprocess
import tempfile
from pathlib import Path, PurePosixPath

from imageio_ffmpeg import get_ffmpeg_exe

from sarangi.base.errors import COPY_AGAIN, CutShortError, RecordingError
from sarangi.base.personal_settings import for_program
from sarangi.sources.source import LARGEST_FILE

SUFFIXES = (".mp4", ".mkv", ".mov", ".avi", ".webm")
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi"
SECONDS = 120  # for one clip; longer than any takes

DURATION = re.compile(r"Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)")
STREAM = re.compile(r"Audio: [^\n]*?(\d+) Hz, (mono|stereo|(\d+) channels|[\d.]+)")
# ffmpeg ends well with what it could decode
LOST = re.compile(
    r"partial file|File ended prematurely|corrupt input packet|Error submitting packet to decoder|"
    r"Error while decoding",
)


def is_video(name: str) -> bool:
    """Whether a file is a video, by its name."""
    return PurePosixPath(name).suffix.lower() in SUFFIXES


def describe(data: bytes) -> tuple[float, int, int]:
    """Return what the header of a video says of its sound.

    Returns
    -------
    duration : float
        Seconds.
    sample_rate : int
    channels : int

    Raises
    ------
    RecordingError
        If it is no video, or has no sound.
    """
    with tempfile.TemporaryDirectory() as folder:
        said = _ffmpeg(data, Path(folder)).stderr
    duration, stream = DURATION.search(said), STREAM.search(said)
    if duration is None:
        raise RecordingError("not a video that can be read", COPY_AGAIN)
    if stream is None:
        raise RecordingError("a video without sound", COPY_AGAIN)
    hours, minutes, seconds = duration.groups()
    # a layout such as 5.1 has as many channels as its digits add up to
    named = {"mono": 1, "stereo": 2}
    channels = named.get(stream[2]) or int(stream[3] or sum(map(int, re.findall(r"\d+", stream[2]))))
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds), int(stream[1]), channels


def sound_of(data: bytes) -> bytes:
    """Return the first sound track of a video as a 16-bit WAV file at its native rate.

    Raises
    ------
    RecordingError
        If it cannot be decoded, or not whole.
    """
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "sound.wav"
        most = str(LARGEST_FILE)
        done = _ffmpeg(data, Path(folder), "-map", "0:a:0", "-c:a", "pcm_s16le", "-fs", most, str(output))
        if done.returncode != 0 or not output.exists():
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise RecordingError(f"its sound cannot be decoded ({last})", COPY_AGAIN, "cannot be decoded")
        lost = LOST.search(done.stderr)
        if lost:
            raise CutShortError(
                f"a part of its sound is not there or damaged ({lost[0]})",
                COPY_AGAIN,
                "a part of its sound is missing",
            )
        return output.read_bytes()


def _ffmpeg(data: bytes, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # a file, since the index of an mp4 may lie at its end; no address in it is followed
    video = folder / "video"
    video.write_bytes(data)
    command = [get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-protocol_whitelist", "file"]
    # nor a playlist, which would name other files of this machine
    command += ["-format_whitelist", FORMATS, "-i", str(video)]
    try:
        return subprocess.run(
            [*command, *arguments],
            env=for_program(folder),
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise RecordingError(f"ffmpeg did not end within {SECONDS} s", COPY_AGAIN) from error
