"""A clip of film around a sound, for the corpora that are published as video."""

import io
import subprocess
import tempfile
from pathlib import Path

import soundfile
from imageio_ffmpeg import get_ffmpeg_exe

from sarangi.base.errors import SarangiError
from sarangi.base.personal_settings import for_program

PICTURE = "color=black:size=16x16:rate=25"
CODECS = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "32k")
# no date, no version and no order of threads in the bytes; each packet waits for the other stream's
SAME_BYTES = (
    "-max_interleave_delta", "0", "-map_metadata", "-1", "-threads", "1",
    "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact",
)  # fmt: skip


def filmed(wav: bytes) -> bytes:
    """Return a WAV file as the sound of an mp4 clip with a small black picture.

    Raises
    ------
    SarangiError
        If ffmpeg fails.
    """
    # as long as the sound: where `-shortest` cuts the picture depends on the machine's load
    seconds = soundfile.info(io.BytesIO(wav)).duration
    picture = ("-f", "lavfi", "-i", f"{PICTURE}:duration={seconds}")
    with tempfile.TemporaryDirectory() as folder:
        # files, since an mp4 is written with jumps back
        sound, clip = Path(folder) / "sound.wav", Path(folder) / "clip.mp4"
        sound.write_bytes(wav)
        command = [get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-loglevel", "error", *picture, "-i", sound]
        command += [*CODECS, *SAME_BYTES, clip]
        done = subprocess.run(command, env=for_program(Path(folder)), capture_output=True, check=False)
        if done.returncode != 0:
            raise SarangiError(f"ffmpeg made no clip: {done.stderr.decode(errors='replace').strip()}")
        return clip.read_bytes()
