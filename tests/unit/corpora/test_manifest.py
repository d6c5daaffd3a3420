"""Recordings, sources, manifests and audio: good ones exactly, bad ones with a reason."""

import tarfile

import pytest
from support.manifests import listed
from support.places import real, to
from support.recordings import BROKEN, sound, tarred, zipped
from support.small_corpora import SMALLEST, laid

from sarangi.audio.flac import decode
from sarangi.audio.resampling import resample
from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.failures import failures_in


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


@pytest.mark.parametrize("corpus", SMALLEST)
@pytest.mark.parametrize("kind", ["folder", "zip", "tar"])
def test_copies_are_one_utterance_and_only_those_that_differ_fail(corpus, kind, tmp_path):
    files = SMALLEST[corpus]
    recording, data = next(iter(files.items()))
    copied = {f"zz/{name}": content for name, content in files.items()} | files
    (row,) = listed(laid_as(kind, tmp_path, copied), tmp_path, corpus).itertuples()
    assert (row.status, row.file, row.copies) == ("ok", recording, 1)
    assert f"zz/{recording}, which is not read" in row.reason
    other = data[:-1] + bytes([data[-1] ^ 1])
    with pytest.raises(SarangiError, match="1 of 1 failed: 1 copies that differ") as told:
        listed(laid_as(kind, tmp_path, copied | {f"zz/{recording}": other}), tmp_path, corpus)
    assert f"2 files claim it ({recording}, zz/{recording})" in str(told.value)


def laid_as(kind, tmp_path, files):
    """Write files into a folder or an archive, and return it."""
    if kind == "folder":
        return laid(tmp_path / "folder", files)
    if kind == "zip":
        return zipped(tmp_path / "c.zip", files.items())
    (tmp_path / "c.tar").write_bytes(tarred(files.items(), "w"))
    return tmp_path / "c.tar"


@pytest.mark.parametrize("second", [sound(), sound(seed=1)])
def test_a_path_that_an_archive_holds_twice_is_one_utterance_unless_they_differ(second, tmp_path):
    name = "Sad/SM1_F1_S01.wav"
    members = [(name, sound()), (name, second), ("Sad/SM1_F2_S02.wav", sound())]
    rows = listed(zipped(tmp_path / "c.zip", members), tmp_path)
    alike = second == sound()
    row = rows.loc[f"urdu_latif/{name}"]
    assert (len(rows), row["status"], row["copies"]) == (2, "ok" if alike else "failed", 1)
    assert ("its archive holds it 2 times" if alike else "holds Sad/SM1_F1_S01.wav 2 times") in row["reason"]


def test_lines_of_a_table_that_say_different_things_of_a_file_fail_and_alike_ones_are_one(tmp_path):
    lines = ["path,emotion,speaker,session", "a/1.wav,anger,s1,1", "a/1.wav,anger,s1,1", "a/2.wav,sad,s1,1"]
    files = {"a/1.wav": sound(), "a/2.wav": sound()}
    files["iitkgp_sehsc.csv"] = "\n".join([*lines, "a/2.wav,fear,s1,1", ""]).encode()
    rows = listed(laid(tmp_path / "c", files), tmp_path, "iitkgp_sehsc")
    assert list(rows["status"]) == ["ok", "failed"]
    assert "2 entries claim it (a/2.wav), and differ in emotion, label" in rows["reason"].iloc[1]


@pytest.mark.parametrize(
    ("corpus", "table", "other"),
    [
        ("shemo", "shemo.json", b'{"F03S02": {"transcript": "y"}}'),
        ("iitkgp_sehsc", "iitkgp_sehsc.csv", b"path,emotion,speaker,session\na/1.wav,sad,s1,1\n"),
    ],
)
def test_two_tables_that_differ_are_refused_by_their_names(corpus, table, other, tmp_path):
    folder = laid(tmp_path / "c", SMALLEST[corpus] | {f"zz/{table}": other})
    with pytest.raises(SarangiError, match=rf"is there 2 times \({table}, zz/{table}\), and these differ"):
        listed(folder, tmp_path, corpus)


def test_two_labels_of_an_utterance_of_iemocap_fail_it(tmp_path):
    files = dict(SMALLEST["iemocap"])
    place = "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt"
    files[f"zz/{place}"] = files[place].replace(b"ang", b"sad")
    with pytest.raises(SarangiError, match=r"no utterance of iemocap.*the labels ang, sad"):
        listed(laid(tmp_path / "c", files), tmp_path, "iemocap")


def test_a_corpus_of_which_nothing_is_left_says_how_often_each_reason_came(tmp_path):
    broken = [BROKEN[kind][0] for kind in ("empty", "empty", "truncated", "MP3")]
    files = {f"Sad/SM1_F{n}_S0{n}.wav": data for n, data in enumerate(broken, 1)}
    with pytest.raises(SarangiError) as told:
        listed(laid(tmp_path / "c", files | {"Sad/SM2_F1_X01.wav": sound()}), tmp_path)
    counts = (
        "5 of 5 failed: 2 the file is empty (0 bytes), 1 cut short, 1 named .wav but holds MPEG-1/2 Audio, "
        "1 unknown emotion 'X'. The first: the file is empty"
    )
    assert counts in str(told.value)


def test_reasons_are_counted_without_their_lines(tmp_path):
    lines = "".join(f"a/{n}.wav,{'angry' if n < 3 else 'anger'},s{n % 2},1\n" for n in range(20))
    files = {f"a/{n}.wav": sound(0.1, seed=n) for n in range(20)}
    files["iitkgp_sehsc.csv"] = f"path,emotion,speaker,session\n{lines}".encode()
    rows = listed(laid(tmp_path / "c", files), tmp_path, "iitkgp_sehsc")
    assert rows["reason"].dropna().nunique() == 3
    entries = rows[["status", "cause", "reason"]].itertuples(index=False, name=None)
    assert failures_in(entries) == (3, 17, "3 of 20 failed: 3 unknown emotion 'angry'")


@pytest.mark.parametrize(
    ("corpus", "good", "bad", "status", "reason"),
    [
        ("urdu_latif", "Sad/SM1_F1_S01.wav", "Sad/SM1_F1_X01.wav", "failed", "code X is unknown"),
        ("urdu_latif", "Sad/SM1_F1_S01.wav", "Sad/SM1_F1_A01.wav", "failed", "is in folder Sad"),
        ("urdu_latif", "Sad/SM1_F1_S01.wav", "Sad/hello.wav", "failed", "name does not follow"),
        *(
            ("ravdess", "Actor_01/03-01-01-01-01-01-01.wav", f"Actor_01/{name}.wav", status, reason)
            for name, status, reason in [
                ("03-01-09-01-01-01-01", "failed", "emotion code 09 is unknown"),
                ("03-01-01-01-03-01-01", "failed", "statement code 03 is unknown"),
                ("03-01-01-01-01-01-02", "failed", "is in folder Actor_01"),
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


def test_shards_share_the_utterances_and_none_moves_when_another_comes(tmp_path):
    names = [f"Sad/SM1_F{n}_S0{n}.wav" for n in range(1, 41)]
    few = listed(zipped(tmp_path / "few.zip", [(n, sound(0.1)) for n in names[:20]]), tmp_path, shards=4)
    many = listed(zipped(tmp_path / "many.zip", [(n, sound(0.1)) for n in names]), tmp_path, shards=4)
    assert set(many["shard"]) == {0, 1, 2, 3}
    assert many.loc[few.index, "shard"].equals(few["shard"])


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


def test_a_name_that_is_no_utf_8_comes_into_the_manifest_and_is_read(tmp_path):
    (tmp_path / "c.tar").write_bytes(
        tarred([("Sad/SM1_F1_S01.wav", sound()), ("Sad/\udce9.wav", sound())], "w")
    )
    rows = listed(tmp_path / "c.tar", tmp_path)
    assert list(rows["status"]) == ["ok", "failed"]
    assert rows["file"].iloc[1] == r"Sad/\xe9.wav"
    assert rows["sha256"].notna().all()
