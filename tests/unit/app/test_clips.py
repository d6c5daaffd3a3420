"""What the page takes for a clip: formats, limits, speech."""

import io
import subprocess

import numpy as np
import pytest
import soundfile
import torch
from imageio_ffmpeg import get_ffmpeg_exe
from support.recordings import BROKEN, sound
from support.speech import RATE

from sarangi.app import clips
from sarangi.app.clips import ClipError
from sarangi.audio.flac import decode, encode
from sarangi.audio.resampling import to_mono_16k
from sarangi.synthetic import ravdess
from sarangi.synthetic.speech import speak


@pytest.mark.parametrize(("rate", "channels"), [(16_000, 1), (48_000, 2), (8_000, 1)])
def test_a_clip_is_what_the_pipeline_decodes_of_it(rate, channels):
    data = sound(2.0, rate, channels)
    expected = decode(encode(to_mono_16k(data).signal))
    found = clips.read(data, "a.wav")
    assert np.array_equal(found.signal, expected)
    assert found.signal.dtype == expected.dtype
    assert found.seconds == 2.0


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [("webm", "libopus"), ("m4a", "aac"), ("mp4", "aac"), ("mp3", "libmp3lame"), ("ogg", "libvorbis")],
)
def test_what_browsers_and_telephones_record_is_read(suffix, codec, tmp_path):
    (tmp_path / "a.wav").write_bytes(sound(2.0))
    target = tmp_path / f"b.{suffix}"
    command = [get_ffmpeg_exe(), "-v", "error", "-i", tmp_path / "a.wav", "-c:a", codec, "-ac", "1", target]
    subprocess.run(command, check=True)
    found = clips.read_file(target)
    assert abs(found.seconds - 2.0) < 0.15
    assert 0.15 < np.sqrt(np.mean(found.signal**2)) < 0.25  # of the tone of 0.3
    # by its content, whatever it is called
    assert clips.read(target.read_bytes(), "a.wav").seconds == found.seconds


@pytest.mark.parametrize("name", [name for name in BROKEN if name != "MP3"])
def test_a_broken_file_is_said_to_be_broken_without_a_path(name, tmp_path):
    file = tmp_path / "a.wav"
    file.write_bytes(BROKEN[name][0])
    with pytest.raises(ClipError) as error:
        clips.read_file(file)
    assert error.value.status == "failed"
    assert "publisher" not in str(error.value) and str(tmp_path) not in str(error.value)


def test_limits_are_said_before_all_is_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr(clips, "to_mono_16k", lambda data: pytest.fail("was decoded"))
    large = tmp_path / "a.wav"
    with large.open("wb") as file:
        file.truncate(25 * 2**20 + 1)
    monkeypatch.setattr("pathlib.Path.read_bytes", lambda path: pytest.fail("was read"))
    with pytest.raises(ClipError, match=r"too large: 25\.0 MB"):
        clips.read_file(large)
    # an hour of silence in a few kilobytes
    with pytest.raises(ClipError, match="too long: 3600 s"):
        clips.read(flac(np.zeros(3600 * 8000, dtype=np.int16), 8000), "a.flac")


def test_a_long_video_is_cut_off_and_said_to_be_long(tmp_path):
    target = tmp_path / "a.m4a"
    command = [get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", "anoisesrc=d=70:r=8000:a=0.1"]
    subprocess.run([*command, "-b:a", "16k", target], check=True)
    with pytest.raises(ClipError, match="more than a minute"):
        clips.read_file(target)


def test_no_other_file_is_read_through_a_playlist(tmp_path):
    secret = tmp_path / "secret.wav"
    secret.write_bytes(sound(2.0))
    lists = {
        "a.m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{secret}\n#EXT-X-ENDLIST\n",
        "a.txt": f"ffconcat version 1.0\nfile '{secret}'\n",
    }
    for name, text in lists.items():
        with pytest.raises(ClipError, match="not a sound file that can be read"):
            clips.read(text.encode(), name)


def test_speech_is_told_from_noise_a_melody_and_silence():
    rng = np.random.default_rng(0)
    noise = 0.1 * rng.standard_normal(3 * RATE)
    time = np.arange(RATE // 2) / RATE
    notes = [220, 247, 262, 294, 330, 349]
    melody = [
        sum(np.sin(2 * np.pi * k * f * time) / k for k in range(1, 5)) * np.exp(-3 * time) for f in notes
    ]
    for signal in (noise, 0.2 * np.concatenate(melody)):
        assert not clips.read(flac(signal, RATE), "a.flac").spoken
    with pytest.raises(ClipError, match="only silence") as error:
        clips.read(flac(1e-4 * noise, RATE), "a.flac")
    assert error.value.status == "skipped"
    voice = spoken()
    threads = torch.get_num_threads()
    found = [clips.speech_share(voice) for _ in range(2)]
    assert found[0] > 0.5
    assert found[0] == found[1]
    assert clips.read(flac(voice, RATE), "a.flac").spoken
    assert torch.get_num_threads() == threads


def spoken():
    """A clip of the demo's corpus, at 16 kHz."""
    clip = next(ravdess.clips(speakers=1, clips=1, seed=1))
    return to_mono_16k(speak(clip)).signal.astype(np.float32) / 32768


def flac(signal, rate):
    file = io.BytesIO()
    soundfile.write(file, signal, rate, format="FLAC")
    return file.getvalue()
