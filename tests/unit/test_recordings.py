"""Recordings, sources, manifests and audio: good ones exactly, bad ones with a reason."""

import io
import tarfile

import numpy as np
import pytest
import soundfile
from conftest import BROKEN, float_wav, real, sound, tarred, to, zipped
from hypothesis import given, settings
from hypothesis import strategies as st

from sarangi.audio.decoding import sound_in
from sarangi.audio.flac import decode, encode
from sarangi.audio.resampling import level_of, resample, to_mono_16k
from sarangi.base import store
from sarangi.base.errors import RecordingError, SarangiError
from sarangi.corpora.manifest import manifest
from sarangi.corpora.recording import inspect
from sarangi.runtime.inventory import inventory
from sarangi.sources.source import Source, find


def listed(source, tmp_path, corpus="urdu_latif", shards=1):
    manifest(source, corpus, shards, to(tmp_path / "manifest.parquet"))
    return store.read(tmp_path / "manifest.parquet").set_index("utterance_id")


def test_a_header_says_length_rate_and_channels():
    found = inspect(sound(seconds=1.5, rate=44_100, channels=2), "x.wav")
    assert (found.duration_s, found.sample_rate, found.channels) == (1.5, 44_100, 2)


@given(st.binary(max_size=400), st.sampled_from([b"", b"RIFF", b"fLaC", b"ID3", b"OggS", sound()[:60]]))
@settings(max_examples=300, deadline=None)
def test_no_bytes_whatever_give_another_error(tail, head):
    for read in (lambda data: inspect(data, "x.wav"), to_mono_16k):
        try:
            read(head + tail)
        except RecordingError as error:
            assert str(error)


def test_a_wav_of_unknown_length_as_streams_leave_it_is_whole():
    data = bytearray(sound(subtype="PCM_16"))
    data[40:44] = (2**32 - 1).to_bytes(4, "little")
    assert inspect(bytes(data), "x.wav").duration_s == 1.0


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


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_recording_fails_alone_and_says_why(kind, tmp_path):
    data, reason = BROKEN[kind]
    corpus = tmp_path / "urdu"
    for label in ("Angry", "Sad"):
        (corpus / label).mkdir(parents=True)
        (corpus / label / f"SM1_F1_{label[0]}01.wav").write_bytes(sound())
    (corpus / "Sad" / "SM2_F1_S02.wav").write_bytes(data)
    rows = listed(corpus, tmp_path)
    resample(
        corpus,
        tmp_path / "manifest.parquet",
        0,
        to(tmp_path / "audio.parquet"),
        to(tmp_path / "levels.parquet"),
    )
    audio = store.read(tmp_path / "audio.parquet").set_index("utterance_id")
    assert list(audio.index) == list(rows.index)
    bad = audio.loc["urdu_latif/Sad/SM2_F1_S02.wav"]
    assert (bad["status"], bad["audio"]) == ("failed", None)
    assert reason in bad["reason"]
    levels = store.read(tmp_path / "levels.parquet").set_index("utterance_id")
    assert levels[["status", "reason"]].equals(audio[["status", "reason"]])
    assert levels["peak_db"].isna().equals(audio["status"] == "failed")
    others = audio.drop(index=bad.name)
    assert list(others["status"]) == ["ok", "ok"]
    assert all(len(decode(flac["bytes"])) == 16_000 for flac in others["audio"])


def test_a_duplicate_id_fails_once_and_names_both_files(tmp_path):
    name = "Sad/SM1_F1_S01.wav"
    source = zipped(
        tmp_path / "urdu.zip",
        [("a/" + name, sound()), ("b/" + name, sound()), ("a/Sad/SM1_F2_S02.wav", sound())],
    )
    rows = listed(source, tmp_path)
    assert len(rows) == 2
    assert rows.loc[f"urdu_latif/{name}", "status"] == "failed"
    assert f"2 files claim it (a/{name}, b/{name})" in rows.loc[f"urdu_latif/{name}", "reason"]
    assert rows.loc["urdu_latif/Sad/SM1_F2_S02.wav", "status"] == "ok"


@pytest.mark.parametrize(
    ("corpus", "good", "bad", "status", "reason"),
    [
        ("urdu_latif", "Sad/SM1_F1_S01.wav", "Sad/SM1_F1_X01.wav", "failed", "code X is unknown"),
        ("urdu_latif", "Sad/SM1_F1_S01.wav", "Sad/SM1_F1_A01.wav", "failed", "lies in folder Sad"),
        ("urdu_latif", "Sad/SM1_F1_S01.wav", "Sad/hello.wav", "failed", "name does not follow"),
        *(
            ("ravdess", "Actor_01/03-01-01-01-01-01-01.wav", f"Actor_01/{name}.wav", status, reason)
            for name, status, reason in [
                ("03-01-09-01-01-01-01", "failed", "emotion code 09 is unknown"),
                ("03-01-01-01-03-01-01", "failed", "statement code 03 is unknown"),
                ("03-01-01-01-01-01-02", "failed", "lies in folder Actor_01"),
                ("03-02-01-01-01-01-01", "skipped", "channel 02"),
            ]
        ),
    ],
)
def test_an_unknown_name_keeps_its_row_and_says_why(corpus, good, bad, status, reason, tmp_path):
    source = zipped(tmp_path / "corpus.zip", [(good, sound()), (bad, sound())])
    row = listed(source, tmp_path, corpus).loc[f"{corpus}/{bad}"]
    assert row["status"] == status
    assert reason in row["reason"]


def test_a_source_without_utterances_says_what_was_expected(tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "notes.txt").write_text("nothing here")
    with pytest.raises(SarangiError, match=r"no utterance of ravdess among 1 files.*Actor_<NN>/"):
        listed(tmp_path / "corpus", tmp_path, "ravdess")


def test_folder_zip_and_tar_give_the_same_manifest(tmp_path):
    members = [(f"top/Sad/SM1_F{n}_S0{n}.wav", sound(seed=n)) for n in (1, 2, 3)]
    junk = [("__MACOSX/top/Sad/._SM1_F1_S01.wav", b"junk"), ("top/Sad/.hidden.wav", b"junk")]
    folder = tmp_path / "folder"
    with tarfile.open(tmp_path / "corpus.tar.gz", "w:gz") as archive:
        for name, data in members + junk:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
            archive.add(folder / name, name)
    (tmp_path / "link").symlink_to(folder)
    sources = [folder, tmp_path / "link", tmp_path / "corpus.tar.gz"]
    sources.append(zipped(tmp_path / "corpus", members + junk))  # known by content, not by suffix
    manifests = [listed(source, tmp_path) for source in sources]
    assert len(manifests[0]) == 3
    assert all(found.equals(manifests[0]) for found in manifests[1:])


def test_a_foreign_file_as_corpus_is_refused(tmp_path):
    (tmp_path / "corpus").write_text("neither")
    with pytest.raises(SarangiError, match="expected a folder, a zip or a tar archive"):
        Source(tmp_path / "corpus")


def test_a_damaged_member_of_an_archive_fails_alone(tmp_path):
    path = zipped(
        tmp_path / "c.zip", [("Sad/SM1_F1_S01.wav", sound(seed=1)), ("Sad/SM1_F2_S02.wav", sound())]
    )
    data = bytearray(path.read_bytes())
    data[5000] ^= 0xFF
    path.write_bytes(data)
    rows = listed(path, tmp_path)
    assert list(rows["status"]) == ["failed", "ok"]
    assert "cannot be read" in rows["reason"].iloc[0]


def test_the_inventory_sees_content_below_and_no_touch(tmp_path):
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/x.wav").write_bytes(b"1234")
    before = inventory(tmp_path)
    (tmp_path / "a/b/x.wav").touch()
    assert inventory(tmp_path) == before
    (tmp_path / "a/b/x.wav").write_bytes(b"12345")
    assert inventory(tmp_path) != before


def test_a_corpus_is_found_as_folder_or_archive(tmp_path):
    assert find("ravdess", tmp_path) is None
    zipped(tmp_path / "ravdess.zip", [("a", b"")])
    assert find("ravdess", tmp_path) == tmp_path / "ravdess.zip"


def test_shards_share_the_utterances_and_none_moves_when_another_comes(tmp_path):
    names = [f"Sad/SM1_F{n}_S0{n}.wav" for n in range(1, 41)]
    few = listed(zipped(tmp_path / "few.zip", [(n, sound(0.1)) for n in names[:20]]), tmp_path, shards=4)
    many = listed(zipped(tmp_path / "many.zip", [(n, sound(0.1)) for n in names]), tmp_path, shards=4)
    assert set(many["shard"]) == {0, 1, 2, 3}
    assert many.loc[few.index, "shard"].equals(few["shard"])


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


def test_the_real_corpora_are_what_their_publishers_say(tmp_path):
    urdu = listed(real("urdu_latif"), tmp_path)
    assert (len(urdu), set(urdu["status"])) == (400, {"ok"})
    assert urdu["emotion"].value_counts().to_dict() == dict.fromkeys(
        ("angry", "happy", "neutral", "sad"), 100
    )
    assert (urdu["speaker"].nunique(), urdu["group"].nunique()) == (29, 28)
    ravdess = listed(real("ravdess"), tmp_path, "ravdess")
    assert set(ravdess["status"]) == {"ok"}
    assert (ravdess["speaker"].isin([f"0{n}" for n in range(1, 7)])).sum() == 360
    stereo = ravdess.index[ravdess["channels"] == 2]
    assert [name[17:-4] for name in stereo] == [
        "03-01-02-01-01-02-01", "03-01-08-01-02-02-01", "03-01-02-01-02-02-05",
        "03-01-03-01-02-01-20", "03-01-06-01-01-02-20",
    ]  # fmt: skip


# -- found by fuzzing (tests/faults/fuzzing.py) -------------------------------------------------


@pytest.mark.parametrize("rate", [44_101, 16_001, 2**31 - 1])
def test_a_sample_rate_whose_filter_would_fill_the_memory_is_refused(rate):
    data = bytearray(sound(0.1))
    data[24:28] = rate.to_bytes(4, "little")
    with pytest.raises(RecordingError, match=f"{rate} samples a second"):
        to_mono_16k(bytes(data))


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


@pytest.mark.parametrize(
    "head", [b"ffconcat version 1.0\nfile other.wav\n", b"#EXTM3U\n#EXTINF:1,\nother.wav\n"]
)
def test_a_playlist_named_as_a_film_leads_to_no_other_file(head, tmp_path):
    (tmp_path / "other.wav").write_bytes(sound())
    text = head.replace(b"other.wav", str(tmp_path / "other.wav").encode())
    with pytest.raises(RecordingError):
        inspect(text, "a.mp4")
    with pytest.raises(RecordingError):
        sound_in(text, "a.mp4")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ((b"PK\x01\x02", 8, b"\x01\x08"), "Sad/SM1_F1_S01.wav cannot be read"),  # encrypted
        ((b"PK\x01\x02", 10, b"\x63\x00"), "compression method"),
        ((b"PK\x01\x02", 24, b"\xff" * 4), "at most"),  # a huge declared size
        ((b"PK\x01\x02", 42, b"\xff\xff\xff\x7f"), "cannot be read"),  # an offset behind the end
    ],
)
def test_an_odd_record_of_a_zip_fails_its_utterance_alone(damage, said, tmp_path):
    path = zipped(tmp_path / "c.zip", [("Sad/SM1_F1_S01.wav", sound()), ("Sad/SM1_F2_S02.wav", sound())])
    data = bytearray(path.read_bytes())
    kind, offset, value = damage
    place = data.index(kind) + offset
    data[place : place + len(value)] = value
    path.write_bytes(data)
    rows = listed(path, tmp_path)
    assert list(rows["status"]) == ["failed", "ok"]
    assert said in rows["reason"].iloc[0]


@pytest.mark.parametrize(
    "data",
    [
        b"\x1f\x8b\x08\x00" + bytes(20),  # no gzip behind its first bytes
        tarred([("a.wav", sound())])[:-200],
        tarred([("a.wav", sound())], "w:xz")[:-400],
        tarred([("a.wav", sound())], "w:bz2")[:60],
    ],
)
def test_a_damaged_tar_of_a_corpus_is_refused_in_words(data, tmp_path):
    (tmp_path / "c.tar").write_bytes(data)
    with pytest.raises(SarangiError, match=r"c\.tar: "):
        Source(tmp_path / "c.tar")


def test_a_header_of_a_tar_that_opens_to_any_length_is_refused(tmp_path):
    entry = tarfile.TarInfo("pax")
    entry.type, entry.size = tarfile.XHDTYPE, 2**21
    data = entry.tobuf() + bytes(2**21)
    (tmp_path / "c.tar").write_bytes(data)
    with pytest.raises(SarangiError, match=r"c\.tar"):
        Source(tmp_path / "c.tar")


def test_a_name_that_is_no_utf_8_comes_into_the_manifest_and_is_read(tmp_path):
    (tmp_path / "c.tar").write_bytes(
        tarred([("Sad/SM1_F1_S01.wav", sound()), ("Sad/\udce9.wav", sound())], "w")
    )
    rows = listed(tmp_path / "c.tar", tmp_path)
    assert list(rows["status"]) == ["ok", "failed"]
    assert rows["file"].iloc[1] == r"Sad/\xe9.wav"
    assert rows["sha256"].notna().all()
