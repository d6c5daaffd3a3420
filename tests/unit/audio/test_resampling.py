"""Audio at 16 kHz, mono: resampled, mixed down, measured."""

import io
import subprocess

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from imageio_ffmpeg import get_ffmpeg_exe
from support.manifests import listed
from support.places import to
from support.recordings import float_wav, sound, zipped

from sarangi.audio.decoding import sound_in
from sarangi.audio.flac import decode, encode
from sarangi.audio.resampling import level_of, resample, to_mono_16k
from sarangi.base.errors import RecordingError
from sarangi.corpora.recording import inspect


@given(st.lists(st.integers(-32768, 32767), min_size=1, max_size=500))
@settings(max_examples=50, deadline=None)
def test_mono_at_16_khz_goes_through_unchanged(samples):
    signal = np.array(samples, dtype=np.int16)
    file = io.BytesIO()
    soundfile.write(file, signal, 16_000, format="WAV", subtype="PCM_16")
    found, note, _ = to_mono_16k(file.getvalue())
    assert note is None
    assert np.array_equal(found, signal)
    assert np.array_equal(decode(encode(found)) * 32768, signal)


def test_stereo_is_mixed_down_and_noted():
    left, right = np.full(1600, 0.5), np.full(1600, -0.25)
    file = io.BytesIO()
    soundfile.write(file, np.stack([left, right], axis=1), 16_000, format="WAV")
    found, note, _ = to_mono_16k(file.getvalue())
    assert note == "mixed down from 2 channels"
    assert set(found) == {4096}


def test_resampling_keeps_pitch_and_length():
    found = to_mono_16k(sound(seconds=2, rate=44_100, frequency=440)).signal
    assert len(found) == 32_000
    assert np.argmax(np.abs(np.fft.rfft(found.astype(float)))) / 2 == 440


def test_loud_samples_are_clipped_and_counted():
    found, note, full_scale = to_mono_16k(float_wav([0.0, 1.5, -2.0, 0.5]))
    assert (note, full_scale) == ("2 samples clipped", 2)
    assert found.tolist() == [0, 32767, -32768, 16384]


def test_levels_of_a_sine_and_of_silence():
    sine = np.round(16384 * np.sin(2 * np.pi * 100 * np.arange(16_000) / 16_000)).astype(np.int16)
    found = level_of(np.concatenate([sine, np.zeros(16_000, np.int16)]))
    assert found["peak_db"] == pytest.approx(20 * np.log10(0.5))
    assert found["level_db"] == pytest.approx(10 * np.log10(0.125 / 2), abs=1e-3)
    assert found["silent"] == 0.5
    assert level_of(np.zeros(1000, np.int16)) == {"peak_db": None, "level_db": None, "silent": 1.0}


def test_the_audio_opens_as_a_hugging_face_data_set(tmp_path):
    datasets = pytest.importorskip("datasets")
    source = zipped(tmp_path / "c.zip", [("Sad/SM1_F1_S01.wav", sound())])
    listed(source, tmp_path)
    resample(
        source,
        tmp_path / "manifest.parquet",
        0,
        to(tmp_path / "audio.parquet"),
        to(tmp_path / "levels.parquet"),
    )
    found = datasets.load_dataset(
        "parquet",
        data_files=str(tmp_path / "audio.parquet"),
        cache_dir=str(tmp_path / "cache"),
        split="train",
    )
    assert found.features["audio"].sampling_rate == 16_000
    found = found.cast_column("audio", datasets.Audio(decode=False))
    assert len(decode(found[0]["audio"]["bytes"])) == 16_000


def test_a_sample_rate_that_no_recorder_has_is_refused():
    data = bytearray(sound(0.1))
    data[24:28] = (2**31 - 1).to_bytes(4, "little")
    with pytest.raises(RecordingError, match=f"{2**31 - 1} samples a second"):
        to_mono_16k(bytes(data))


RATES = [8000, 11_025, 22_050, 22_254, 44_100, 44_101, 48_000, 96_000]


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_keeps_its_level_and_nothing_is_added(rate):
    """To the 16 bits that are written; with torchaudio's filter a tone of 7 kHz lost 1.8 dB."""
    hertz = np.array([100.0, 1000, 3000, 7000])
    for tone in hertz[hertz < 0.45 * rate]:
        found = to_mono_16k(float_wav(0.5 * np.sin(2 * np.pi * tone * np.arange(rate) / rate), rate)).signal
        assert len(found) == 16_000
        times = 2 * np.pi * tone * np.arange(16_000) / 16_000
        error = found / 32768 - 0.5 * np.sin(times)
        assert np.abs(error[1000:-1000]).max() < 2e-3


@pytest.mark.parametrize("rate", [rate for rate in RATES if rate > 20_000])
def test_what_is_above_our_band_is_silenced_and_not_folded_back(rate):
    tone = 0.5 * np.sin(2 * np.pi * 8500 * np.arange(rate) / rate)
    assert np.abs(to_mono_16k(float_wav(tone, rate)).signal[1000:-1000]).max() <= 1


@given(st.sampled_from(RATES), st.integers(1, 5000))
@settings(max_examples=60, deadline=None)
def test_as_many_samples_as_cover_the_recording_and_the_same_ones_each_time(rate, samples):
    data = float_wav(np.random.default_rng(samples).uniform(-0.5, 0.5, samples), rate)
    found = to_mono_16k(data).signal
    assert len(found) == -(-samples * 16_000 // rate)
    assert np.array_equal(found, to_mono_16k(data).signal)


def test_a_sample_rate_of_1_that_makes_hours_of_a_second_is_refused():
    data = bytearray(sound(1.0))
    data[24:28] = (1).to_bytes(4, "little")
    with pytest.raises(RecordingError, match="promises 256000000 samples"):
        to_mono_16k(bytes(data))


def test_a_header_that_promises_more_than_there_is_memory_for_is_refused():
    data = bytearray(sound(0.1, kind="FLAC"))
    data[21:26] = bytes([data[21] | 0x0F]) + b"\xff" * 4  # the number of samples in 36 bits
    with pytest.raises(RecordingError, match=f"promises {2**36 - 1} samples"):
        to_mono_16k(bytes(data))


@pytest.mark.parametrize("kind", ["GSM610", "G721_32", "NMS_ADPCM_32", "MS_ADPCM", "ALAW", "DOUBLE"])
def test_every_kind_of_wav_is_decoded_also_where_nothing_can_be_sought(kind):
    assert len(to_mono_16k(sound(subtype=kind)).signal) == pytest.approx(16_000, abs=2000)


@pytest.mark.parametrize("kind", ["PCM_S8", "PCM_16", "PCM_24"])
def test_a_flac_of_which_its_header_promises_a_part_alone_is_not_read_as_whole(kind):
    data = sound(kind="FLAC", subtype=kind, channels=2)
    assert len(to_mono_16k(data).signal) == 16_000
    half = data[:22] + (8000).to_bytes(4, "big") + data[26:]
    with pytest.raises(RecordingError, match="not the one that its checksum"):
        to_mono_16k(half)


@pytest.mark.parametrize(
    ("name", "options"), [("a.mp4", ("-movflags", "+faststart")), ("a.mkv", ()), ("a.avi", ())]
)
def test_a_film_that_ends_in_the_middle_is_not_taken_for_whole(name, options, tmp_path):
    (tmp_path / "s.wav").write_bytes(sound(6))
    picture = ["-f", "lavfi", "-i", "color=size=32x32:duration=6", "-i", tmp_path / "s.wav"]
    subprocess.run([get_ffmpeg_exe(), "-loglevel", "error", *picture, *options, tmp_path / name], check=True)
    data = (tmp_path / name).read_bytes()
    inspect(data, name)
    assert len(to_mono_16k(sound_in(data, name)).signal) == pytest.approx(96_000, abs=2000)  # padding of mp3
    half = data[: len(data) // 2]
    with pytest.raises(RecordingError, match=r"a part of its sound is not there|promise"):
        [inspect(half, name), sound_in(half, name)]
