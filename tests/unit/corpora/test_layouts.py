"""Each corpus in its native layout, and broken: the row that is made, or the words that are said."""

import contextlib
import io
import subprocess
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imageio_ffmpeg import get_ffmpeg_exe
from scipy.io import savemat
from support.manifests import listed
from support.places import real, to
from support.recordings import sound
from support.small_corpora import SMALLEST, laid

from sarangi.audio.flac import decode
from sarangi.audio.resampling import resample
from sarangi.base import store
from sarangi.base.emotions import EMOTIONS
from sarangi.base.errors import RecordingError, SarangiError
from sarangi.corpora.manifest import manifest
from sarangi.corpora.registry import load
from sarangi.features.published import published_features
from sarangi.sources.source import Source
from sarangi.study.entries import CORPORA

WAV = sound(0.2)


def lay(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def rows(folder, corpus):
    output = folder.parent / "manifest.parquet"
    manifest(folder, corpus, 1, to(output))
    return store.read(output).set_index("utterance_id").rename(lambda name: name.removeprefix(f"{corpus}/"))


def facts(table, name, *columns):
    return tuple(None if pd.isna(value) else value for value in table.loc[name, list(columns)])


@pytest.mark.parametrize("corpus", CORPORA)
def test_every_corpus_says_what_the_others_need(corpus):
    module = load(corpus)
    assert set(module.EMOTIONS.values()) <= set(EMOTIONS)
    assert set(module.PROMISES) <= {"utterances", "speakers", *module.EMOTIONS.values()}
    assert module.TITLE
    assert getattr(module, "LANGUAGES", None) or module.LANGUAGE
    assert module.LAYOUT


def test_shemo(tmp_path):
    folder = lay(
        tmp_path / "shemo",
        {
            "female/F03S02.wav": WAV, "male/M07N10.wav": WAV, "male/M07X11.wav": WAV, "odd.wav": WAV,
            "shemo.json": '{"F03S02": {"transcript": "سلام"}}',
        },
    )  # fmt: skip
    found = rows(folder, "shemo")
    wanted = ("speaker", "group", "gender", "emotion", "text", "language", "status")
    assert facts(found, "F03S02.wav", *wanted) == ("F03", "F03", "female", "sad", "سلام", "fa", "ok")
    assert facts(found, "M07N10.wav", "speaker", "gender", "emotion", "text") == (
        "M07",
        "male",
        "neutral",
        None,
    )
    assert "emotion code X is unknown" in found.loc["M07X11.wav", "reason"]
    assert "name does not follow" in found.loc["odd.wav", "reason"]
    (folder / "shemo.json").write_text('[{"id": "F03S02", "transcript": "می\ufeffروم"}]')
    assert rows(folder, "shemo").loc["F03S02.wav", "text"] == "می\u200cروم"
    (folder / "shemo.json").write_text('{"F03S02": {}}')
    with pytest.raises(SarangiError, match=r"shemo\.json: expected names, each with a transcript"):
        rows(folder, "shemo")


def test_punjabi_rasa(tmp_path):
    folder = lay(
        tmp_path / "rasa",
        {
            "train/angry/audio/PAN_F_ANGRY_00001.wav": WAV,
            "train/angry/metadata.txt": "PAN_F_ANGRY_00001.wav|ਸਤ ਸ੍ਰੀ ਅਕਾਲ|x\n",
            "test/sad/audio/PAN_male_sad_00002.wav": WAV,
            "test/sad/audio/PAN_male_happy_00003.wav": WAV,
            "test/sad/audio/PAN_X_sad_00004.wav": WAV,
            "more/sad/audio/PAN_F_sad_00005.wav": WAV,
        },
    )
    found = rows(folder, "punjabi_rasa")
    assert facts(
        found,
        "train/angry/audio/PAN_F_ANGRY_00001.wav",
        "emotion",
        "gender",
        "group",
        "speaker",
        "part",
        "text",
    ) == ("angry", "female", "female", None, "train", "ਸਤ ਸ੍ਰੀ ਅਕਾਲ")
    assert facts(found, "test/sad/audio/PAN_male_sad_00002.wav", "emotion", "part", "status") == (
        "sad",
        "test",
        "ok",
    )
    for name, words in (
        ("test/sad/audio/PAN_male_happy_00003.wav", "is in folder sad, but its name says happy"),
        ("test/sad/audio/PAN_X_sad_00004.wav", "gender X is unknown"),
        ("more/sad/audio/PAN_F_sad_00005.wav", "expected train or test"),
    ):
        assert found.loc[name, "status"] == "failed"
        assert words in found.loc[name, "reason"]


def test_iemocap_takes_the_talker_from_the_utterance_and_four_classes(tmp_path):
    session = "Session1/sentences/wav/Ses01F_impro01/"
    labels = "".join(
        f"[6.29 - 8.23]\t{name}\t{label}\t[2.5, 2.5, 2.5]\nC-E2:\tNeutral;\t()\n"
        for name, label in (
            ("Ses01F_impro01_F000", "exc"), ("Ses01F_impro01_M001", "ang"), ("Ses01F_impro01_M002", "fru"),
            ("Ses01F_impro01_M003", "joy"),
        )
    )  # fmt: skip
    folder = lay(
        tmp_path / "iemocap",
        {
            f"{session}Ses01F_impro01_F000.wav": WAV, f"{session}Ses01F_impro01_M001.wav": WAV,
            f"{session}Ses01F_impro01_M002.wav": WAV, f"{session}Ses01F_impro01_M003.wav": WAV,
            f"{session}Ses01F_impro01_F004.wav": WAV,
            "Session1/dialog/wav/Ses01F_impro01.wav": WAV,
            "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt": labels,
            "Session1/dialog/EmoEvaluation/Self-evaluation/Ses01F_impro01_f.txt": "Ses01F_impro01_M001 :sad",
            "Session1/dialog/transcriptions/Ses01F_impro01.txt":
                "Ses01F_impro01_F000 [006.2901-008.2357]: Excuse me.\n",
        },
    )  # fmt: skip
    found = rows(folder, "iemocap")
    assert len(found) == 5
    assert facts(
        found, f"{session}Ses01F_impro01_F000.wav", "emotion", "label", "speaker", "gender", "group", "text"
    ) == ("happy", "exc", "Ses01F", "female", "1", "Excuse me.")
    assert facts(found, f"{session}Ses01F_impro01_M001.wav", "emotion", "speaker", "gender") == (
        "angry", "Ses01M", "male",
    )  # fmt: skip
    assert facts(found, f"{session}Ses01F_impro01_M002.wav", "status", "reason") == (
        "skipped", "label fru: not one of the four classes",
    )  # fmt: skip
    assert "label joy is unknown" in found.loc[f"{session}Ses01F_impro01_M003.wav", "reason"]
    assert (
        "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt has no label for Ses01F_impro01_F004"
        in found.loc[f"{session}Ses01F_impro01_F004.wav", "reason"]
    )


def test_iitkgp_sehsc_is_what_its_table_says(tmp_path):
    lines = ("path,emotion,speaker,session", "a/1.wav,anger,s1,1", "a/2.wav,sarcastic,s2,1")
    table = "\n".join([*lines, "a/3.wav,bored,s1,1", "a/4.wav,fear,s1,2", ""])
    files = dict.fromkeys(("a/1.wav", "a/2.wav", "a/3.wav", "a/5.wav"), WAV)
    folder = lay(tmp_path / "hindi", files | {"iitkgp_sehsc.csv": table})
    found = rows(folder, "iitkgp_sehsc")
    assert facts(found, "a/1.wav", "emotion", "speaker", "session", "language") == ("angry", "s1", "1", "hi")
    assert found.loc["a/2.wav", "emotion"] == "sarcasm"
    assert "iitkgp_sehsc.csv:4: emotion 'bored' is unknown" in found.loc["a/3.wav", "reason"]
    assert found.loc["a/4.wav", "status"] == "failed"
    assert facts(found, "a/5.wav", "status", "reason") == ("skipped", "iitkgp_sehsc.csv does not list it")
    (folder / "iitkgp_sehsc.csv").write_text("file,emotion\n")
    with pytest.raises(SarangiError, match=r"csv:1: no column path, speaker, session; found file, emotion"):
        rows(folder, "iitkgp_sehsc")
    (folder / "iitkgp_sehsc.csv").unlink()
    with pytest.raises(SarangiError, match=r"found 0 files iitkgp_sehsc\.csv; expected one"):
        rows(folder, "iitkgp_sehsc")


def test_a_row_of_the_users_table_that_leads_out_of_the_corpus_or_says_nothing_fails_alone(tmp_path):
    (tmp_path / "secret.wav").write_text("root:x:0:0")
    lines = (
        "path,emotion,speaker,session", "a/1.wav,anger,s1 ,1", "../secret.wav,anger,s1,1",
        "/etc/passwd,sad,s1,1",
        "path,emotion,speaker,session", "a/2.wav,a,happy,s2,1", ",fear,s1,1", "A\\3.WAV,fear , s1,1",
        "a/3.wav,fear,s1,1", "./a/4.wav,sad,s1,1", "a/4.wav,happy,s1,1",
        '"a/4.wav,sad,s1,1', 'a/5.wav,""sad"",s1,1",sad,s1,1',
    )  # fmt: skip
    files = dict.fromkeys((f"a/{n}.wav" for n in range(1, 5)), WAV)
    folder = lay(tmp_path / "hindi", files | {"iitkgp_sehsc.csv": "\n".join(lines)})
    found = rows(folder, "iitkgp_sehsc")
    assert sorted(found.index[found["status"] == "ok"]) == ["a/1.wav", "a/3.wav"]
    assert set(found.loc[["a/1.wav", "a/3.wav"], "speaker"]) == {"s1"}
    said = {
        "iitkgp_sehsc.csv:3": "leads out of the corpus", "iitkgp_sehsc.csv:4": "leads out of the corpus",
        "iitkgp_sehsc.csv:5": "header is repeated here", "iitkgp_sehsc.csv:7": "no path",
        "iitkgp_sehsc.csv:6": "5 cells, and the header has 4",
        "iitkgp_sehsc.csv:13": "the path continues on the next line",
        "a/4.wav": "2 entries claim it (a/4.wav), and differ in emotion, label",
    }  # fmt: skip
    assert set(said) == set(found.index[found["status"] == "failed"])
    for name, words in said.items():
        assert words in found.loc[name, "reason"]
    assert not found["reason"].str.contains("root:x", na=False).any()
    assert set(found.index[found["status"] == "skipped"]) == {"a/2.wav"}


def test_two_tables_or_one_speaker_in_two_ways_are_refused(tmp_path):
    text = "path,emotion,speaker,session\na.wav,anger,s1,1\nb.wav,sad,S1,1\n"
    folder = lay(tmp_path / "hindi", {"iitkgp_sehsc.csv": text, "a.wav": WAV, "b.wav": WAV})
    with pytest.raises(SarangiError, match=r"speaker 's1' \(line 2\) and 'S1' \(line 3\) seem to be one"):
        rows(folder, "iitkgp_sehsc")
    lay(folder, {"old/IITKGP_sehsc.csv": text.replace("sad", "fear")})
    with pytest.raises(SarangiError, match=r"2 times \(iitkgp_sehsc.csv, old/IITKGP_sehsc.csv\), and these"):
        rows(folder, "iitkgp_sehsc")


IEMOCAP_WAV = "Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_M001.wav"
IEMOCAP_TXT = "Session1/dialog/{}/Ses01F_impro01.txt"


@pytest.mark.parametrize(
    ("corpus", "files"),
    [
        ("ravdess", {"Actor_02/03-01-05-01-01-01-02.wav": WAV}),
        ("urdu_latif", {"Angry/SM1_F1_A01.wav": WAV}),
        ("shemo", {"F03S02.wav": WAV, "shemo.json": '{"F03S02": {"transcript": "a"}}'}),
        ("punjabi_rasa", {
            "train/sad/audio/PAN_F_SAD_00001.wav": WAV,
            "train/sad/metadata.txt": "PAN_F_SAD_00001.wav|a|sad",
        }),
        ("iemocap", {
            IEMOCAP_WAV: WAV,
            IEMOCAP_TXT.format("EmoEvaluation"): "[0.1 - 0.2]\tSes01F_impro01_M001\tang\t[2]\n",
            IEMOCAP_TXT.format("transcriptions"): "Ses01F_impro01_M001 [0.1-0.2]: a\n",
        }),
        ("urdu_sindhi", {
            "Feats - Urdu/eGeMAPS funcs/Matfiles/Anger_0001.mat": b"1",
            "Feats - Urdu/IS09Emotion funcs/Matfiles/Anger_0001.mat": b"2",
        }),
    ],
)  # fmt: skip
@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_the_names_of_a_published_layout_are_known_in_any_case(case, corpus, files, tmp_path):
    published = rows(lay(tmp_path / "published", files), corpus)
    written = rows(lay(tmp_path / "written", {case(path): data for path, data in files.items()}), corpus)
    if corpus == "punjabi_rasa":  # how the publisher writes the name of a file is not known
        written.index = written.index.str.replace(case("PAN_F_SAD"), "PAN_F_SAD")
    pd.testing.assert_frame_equal(written.drop(columns="file"), published.drop(columns="file"))
    assert set(written["status"]) == {"ok"}


@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_the_names_of_meld_are_known_in_any_case(case, clip, tmp_path):
    lines = "1,Hm,Ross ,joy,positive,0,0,1,1,0,1\n2,Hm,Joey,joy,positive,../1,0,1,1,0,1\n"
    files = {"train_sent_emo.csv": HEADER + lines, "train_splits/dia0_utt0.mp4": clip}
    folder = lay(tmp_path / "meld", {case(path): data for path, data in files.items()})
    found = rows(folder, "meld")
    assert facts(found, "train_splits/dia0_utt0.mp4", "status", "speaker") == ("ok", "Ross")
    (other,) = found.index.drop("train_splits/dia0_utt0.mp4")
    assert "no numbers as Dialogue_ID" in found.loc[other, "reason"]


def matlab(**variables):
    file = io.BytesIO()
    savemat(file, variables)
    return file.getvalue()


def vectors(name, language="Urdu", count=88):
    """The files of one clip in two feature sets."""
    place = f"Feats - {language}/{{}} funcs/Matfiles/{name}.mat"
    return {
        place.format("eGeMAPS"): matlab(Feats=np.arange(count, dtype=float)[None], other=np.zeros((200, 1))),
        place.format("IS09Emotion"): matlab(values=np.arange(384.0)[:, None], few=np.zeros(3)),
    }


def test_urdu_sindhi_is_read_from_its_vectors_and_a_bad_one_fails_alone(tmp_path):
    files = vectors("Anger_0001") | vectors("Sarcasm_0002", "Sindhi") | vectors("Neutral_0003", count=87)
    files |= vectors("Boredom_0004") | vectors("Sadness_0005", "Pashto") | {"odd.mat": b"x"}
    files |= vectors("Happiness_0006") | vectors("Happiness_0007") | vectors("Happiness_0008")
    place = "Feats - Urdu/eGeMAPS funcs/Matfiles/Happiness_000{}.mat"
    files[place.format(6)] = b"no MATLAB file"
    files[place.format(7)] = matlab(Feats=np.full((1, 88), np.nan))
    del files[place.format(8)]
    folder = lay(tmp_path / "features", files)
    found = rows(folder, "urdu_sindhi")
    assert facts(found, "Urdu/Anger_0001", "emotion", "language", "speaker", "duration_s", "status") == (
        "angry", "ur", None, None, "ok",
    )  # fmt: skip
    assert facts(found, "Sindhi/Sarcasm_0002", "emotion", "language", "group") == (
        "sarcasm", "sd", "urdu_sindhi/Sindhi/Sarcasm_0002",
    )  # fmt: skip
    for name, words in (
        ("Urdu/Boredom_0004", "emotion Boredom is unknown; expected one of Anger"),
        ("Pashto/Sadness_0005", "language Pashto is unknown"),
        ("odd.mat", "name does not follow"),
    ):
        assert words in found.loc[name, "reason"]
    manifest_, output = tmp_path / "manifest.parquet", tmp_path / "features.parquet"
    published_features(folder, "urdu_sindhi", manifest_, 0, "eGeMAPSv02", to(output))
    table = store.read(output).set_index("utterance_id").rename(lambda name: name.split("/", 1)[1])
    assert len(table) == len(found)
    names = [column for column in table if column not in ("status", "reason")]
    assert table.loc["Urdu/Anger_0001", names].tolist() == list(range(88))
    for name, words in (
        ("Urdu/Neutral_0003", "87 values; eGeMAPSv02 has 88"),
        ("Urdu/Happiness_0006", "not a MATLAB file that can be read"),
        ("Urdu/Happiness_0007", "88 of 88 values are NaN or infinite"),
        ("Urdu/Happiness_0008", "there is no file"),
    ):
        assert table.loc[name, "status"] == "failed"
        assert words in table.loc[name, "reason"]
    published_features(folder, "urdu_sindhi", manifest_, 0, "IS09", to(output))
    assert store.read(output).iloc[:, 3:].shape[1] == 384
    with Source(folder) as source:
        place = found.loc["Urdu/Anger_0001", "file"]
        with pytest.raises(RecordingError, match=r"no emobase is published; there is eGeMAPSv02"):
            load("urdu_sindhi").features(source, place, "emobase")


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_no_bytes_named_mat_raise_another_error(data):
    start = matlab(Feats=np.zeros((1, 88)))
    for broken in (data, start[:-40] + data, start[:128] + data):
        with contextlib.suppress(RecordingError):
            load("urdu_sindhi").vector(broken)


HEADER = (
    "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime\n"
)


def test_meld_keys_clips_by_part_and_mends_the_text(tmp_path):
    folder = lay(
        tmp_path / "meld",
        {
            "train_sent_emo.csv": HEADER + '1,"It\x92s, you know",Ross,joy,positive,0,0,1,1,"0","1"\n'
            "2,What?,Joey,surprise,negative,125,3,1,1,0,1\n3,Hm,Joey,boredom,neutral,0,1,1,1,0,1\n",
            "test_sent_emo.csv": HEADER + "1,Hey,Ross,anger,negative,0,0,1,1,0,1\n",
            "train_splits/dia0_utt0.mp4": b"", "train_splits/dia0_utt1.mp4": b"",
            "train_splits/dia9_utt9.mp4": b"", "output_repeated_splits_test/dia0_utt0.mp4": b"",
        },
    )  # fmt: skip
    with Source(folder) as source:
        found = {utterance.path: utterance for utterance in load("meld").utterances(source)}
    assert len(found) == 5
    first = found["train_splits/dia0_utt0.mp4"]
    assert (first.emotion, first.speaker, first.group, first.part) == ("happy", "Ross", "train_dia0", "train")
    assert first.text == "It’s, you know"
    assert found["output_repeated_splits_test/dia0_utt0.mp4"].group == "test_dia0"
    assert found["train_splits/dia125_utt3.mp4"].where == "train_sent_emo.csv:3"
    assert "train_sent_emo.csv:4: emotion 'boredom' is unknown" in found["train_splits/dia0_utt1.mp4"].reason
    assert found["train_splits/dia9_utt9.mp4"].status == "skipped"
    (folder / "test_sent_emo.csv").write_text("Utterance,Speaker\n")
    with (
        Source(folder) as source,
        pytest.raises(SarangiError, match="no column Emotion, Dialogue_ID, Utterance_ID"),
    ):
        list(load("meld").utterances(source))


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """The bytes of a video of a second: a black picture and a tone in stereo."""
    folder = tmp_path_factory.mktemp("clip")
    (folder / "tone.wav").write_bytes(sound(1.0, rate=44_100, channels=2, frequency=440))
    picture = ["-f", "lavfi", "-i", "color=size=64x64:rate=10:duration=1"]
    command = [get_ffmpeg_exe(), *picture, "-i", folder / "tone.wav", "-c:a", "aac", folder / "clip.mp4"]
    subprocess.run(command, check=True, capture_output=True)
    return (folder / "clip.mp4").read_bytes()


def test_the_sound_of_a_video_goes_into_manifest_and_audio(clip, tmp_path):
    names = [f"train_splits/dia0_utt{n}.mp4" for n in range(3)]
    table = HEADER + "".join(f"{n},Hm,Ross,joy,positive,0,{n},1,1,0,1\n" for n in range(3))
    contents = [clip, clip[: len(clip) // 2], b"no video"]
    folder = lay(tmp_path / "meld", dict(zip(names, contents, strict=True)) | {"train_sent_emo.csv": table})
    found = rows(folder, "meld")
    assert facts(found, names[0], "status", "sample_rate", "channels") == ("ok", 44_100, 2)
    assert found.loc[names[0], "duration_s"] == pytest.approx(1, abs=0.1)
    resample(folder, tmp_path / "manifest.parquet", 0, to(tmp_path / "a"), to(tmp_path / "l"))
    audio = store.read(tmp_path / "a").set_index("utterance_id")
    levels = store.read(tmp_path / "l").set_index("utterance_id")
    for name in names[1:]:
        # its words are as good as those of the others
        assert found.loc[name, "status"] == "ok"
        assert "not a video that can be read" in found.loc[name, "no_sound"]
        assert audio.loc[f"meld/{name}", "status"] == "failed"
        assert audio.loc[f"meld/{name}", "reason"] == found.loc[name, "no_sound"]
        assert levels.loc[f"meld/{name}", "cause"] == "not a video that can be read"
    signal = decode(audio.loc[f"meld/{names[0]}", "audio"]["bytes"])
    assert len(signal) == pytest.approx(16_000, rel=0.1)
    middle = signal[4_000:12_000]
    assert np.argmax(np.abs(np.fft.rfft(middle))) * 2 == 440
    assert audio.loc[f"meld/{names[0]}", "reason"] == "mixed down from 2 channels"


def test_the_real_table_of_meld_is_read_whole():
    with Source(real("meld")) as source:
        found = list(load("meld").utterances(source))
    parts = Counter(utterance.part for utterance in found)
    assert parts == {"train": 9989, "validation": 1109, "test": 2610}
    assert {utterance.status for utterance in found} == {"ok"}  # without a film
    labels = Counter((utterance.part, utterance.label) for utterance in found)
    order = ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise")
    # Poria et al. (2019), Table 3
    assert [labels["train", label] for label in order] == [1109, 271, 268, 1743, 4710, 683, 1205]
    assert [labels["validation", label] for label in order] == [153, 22, 40, 163, 470, 111, 150]
    assert [labels["test", label] for label in order] == [345, 68, 50, 402, 1256, 208, 281]
    assert not any("\x80" <= letter < "\xa0" for utterance in found for letter in utterance.text)


def test_an_unknown_type_of_element_in_a_mat_file_fails_alone_and_ends_no_process(tmp_path):
    good, bad = matlab(Feats=np.arange(88.0)[None]), bytearray(matlab(Feats=np.arange(88.0)[None]))
    place = bad.index(np.arange(88.0).tobytes()) - 8
    bad[place : place + 4] = b"\xff\xff\0\0"  # SciPy 1.17.1 looks it up outside of its table: SIGSEGV
    folder = lay(
        tmp_path / "corpus",
        {
            f"Feats - Urdu/eGeMAPS funcs/Matfiles/Sadness_000{n}.mat": bytes(b)
            for n, b in ((1, bad), (2, good))
        },
    )
    rows(folder, "urdu_sindhi")
    features = tmp_path / "features.parquet"
    published_features(folder, "urdu_sindhi", tmp_path / "manifest.parquet", 0, "eGeMAPSv02", to(features))
    table = store.read(features)
    assert list(table["status"]) == ["failed", "ok"]
    assert "type 65535" in table["reason"].iloc[0]


def test_a_mat_file_that_opens_to_any_size_is_refused():
    file = io.BytesIO()
    savemat(file, {"Feats": np.zeros((1, 2**22))}, do_compression=True)
    with pytest.raises(RecordingError, match="open to"):
        load("urdu_sindhi").vector(file.getvalue())


@given(
    values=st.lists(st.floats(-1e30, 1e30), min_size=1, max_size=20),
    form=st.sampled_from(["4", "5"]),
    kind=st.sampled_from(["f8", "f4", ">f8"]),
    compressed=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_vectors_are_those_that_scipy_wrote(values, form, kind, compressed):
    file = io.BytesIO()
    written = np.array(values).astype(kind)[:, None]
    savemat(
        file, {"a": np.arange(3.0), "Feats": written}, format=form, do_compression=compressed and form == "5"
    )
    found = load("urdu_sindhi").vector(file.getvalue())
    assert np.array_equal(found, written.reshape(-1).astype(np.float32))


def test_a_carriage_return_within_a_line_of_a_table_is_no_other_error(tmp_path):
    head = "path,emotion,speaker,session\n"
    folder = lay(
        tmp_path / "c", {"iitkgp_sehsc.csv": head + "a.wav,an\rger,1,1\nb.wav,sad,1,1\n", "b.wav": WAV}
    )
    table = rows(folder, "iitkgp_sehsc")
    assert facts(table, "b.wav", "status") == ("ok",)


def test_a_cell_longer_than_csv_reads_is_refused_with_file_and_line(tmp_path):
    text = f"path,emotion,speaker,session\na.wav,{'x' * 200_000},1,1\n"
    folder = lay(tmp_path / "c", {"iitkgp_sehsc.csv": text, "a.wav": WAV})
    with pytest.raises(SarangiError, match=r"iitkgp_sehsc\.csv:2: not a table that can be read"):
        rows(folder, "iitkgp_sehsc")


def test_half_a_pair_of_surrogates_in_a_transcript_is_replaced(tmp_path):
    folder = lay(tmp_path / "c", {"shemo.json": r'{"F03S02": {"transcript": "\ud800a"}}', "F03S02.wav": WAV})
    assert facts(rows(folder, "shemo"), "F03S02.wav", "status", "text") == ("ok", "\ufffda")


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a": ' * 100_000, "9" * 5000, "\ufeff[1]"])
def test_json_that_is_none_or_too_deep_names_the_file_of_transcripts(text, tmp_path):
    folder = lay(tmp_path / "c", {"shemo.json": text, "F03S02.wav": WAV})
    with pytest.raises(SarangiError, match=r"shemo\.json: expected names"):
        rows(folder, "shemo")


def test_an_ellipsis_of_windows_does_not_cut_a_transcript_of_iemocap(tmp_path):
    name = "Ses01F_impro01_F000"
    label = f"[0.0 - 1.0]\t{name}\tang\t[2.5, 2.5, 2.5]\n"
    folder = lay(
        tmp_path / "c",
        {
            f"Session1/sentences/wav/Ses01F_impro01/{name}.wav": WAV,
            "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt": label,
            "Session1/dialog/transcriptions/Ses01F_impro01.txt": f"{name} [0.0-1.0]: Well\x85 no.\r\n".encode(
                "latin-1"
            ),
        },
    )
    table = rows(folder, "iemocap")
    assert table["text"].iloc[0] == "Well\x85 no."


def test_text_that_is_no_utf_8_is_refused_with_its_line(tmp_path):
    folder = lay(tmp_path / "c", {"iitkgp_sehsc.csv": b"path,emotion,speaker,session\na.wav,\xe9,1,1\n"})
    with pytest.raises(SarangiError, match=r"iitkgp_sehsc\.csv: line 2: expected text in utf-8"):
        rows(folder, "iitkgp_sehsc")


def test_meld_reads_sound_that_was_taken_out_and_says_so_beside_the_video(tmp_path):
    """Of any suffix, in any case; what is not in a folder of the layout keeps its row."""
    table = HEADER + "".join(f"{n},Hm,Ross,joy,positive,0,{n},1,1,0,1\n" for n in range(4))
    numbers = ("0_utt0.wav", "0_utt1.flac", "0_utt2.wav", "0_utt2.mp4", "0_utt3.WAV", "8_utt8.wav")
    names = [f"dia{number}" for number in numbers]
    files = {f"train_splits/{name}": WAV for name in names} | {"elsewhere/dia0_utt0.wav": WAV}
    folder = lay(tmp_path / "meld", files | {"train_sent_emo.csv": table})
    with Source(folder) as source:
        found = {utterance.path: utterance for utterance in load("meld").utterances(source)}
    read = [found[f"train_splits/dia0_utt{n}.mp4"] for n in range(4)]
    assert [u.file.split("/")[1] for u in read] == [names[0], names[1], names[3], names[4]]
    assert {u.status for u in read} == {"ok"}
    assert read[2].reason == ".mp4 is read, and not train_splits/dia0_utt2.wav"
    others = [found[path] for path in ("train_splits/dia8_utt8.mp4", "elsewhere/dia0_utt0.mp4")]
    assert [u.status for u in others] == ["skipped", "skipped"]
    assert [u.cause[:15] for u in others] == ["no table lists ", "is not in a fol"]
    assert len(found) == 6


@pytest.mark.parametrize(
    ("corpus", "name", "words"),
    [
        ("urdu_latif", "Sad/SM١_F1_S01.wav", "name does not follow"),
        ("urdu_latif", "Sad/\u017fM1_F1_S01.wav", "name does not follow"),
        ("ravdess", "Actor_٠١/03-01-01-01-01-01-٠١.wav", "name does not follow"),
        ("ravdess", "Actor_25/03-01-01-01-01-01-25.wav", "actor 25 is unknown"),
        (
            "iemocap", "Session2/sentences/wav/Ses01M_x/Ses01M_x_M000.wav",
            "is in Session2, but its name says session 1",
        ),
        ("iemocap", "Session2/sentences/wav/Ses02M_x/Ses02M_x_M000.wav", "there is no file Session2/dialog"),
        ("iemocap", "wav/Ses02M_x_M000.wav", "name does not follow"),
    ],
)  # fmt: skip
def test_a_recording_whose_speaker_nobody_can_be_sure_of_fails_alone(corpus, name, words, tmp_path):
    folder = laid(tmp_path / "c", SMALLEST[corpus] | {name: WAV})
    found = listed(folder, tmp_path, corpus)
    assert sorted(found["status"]) == ["failed", "ok"]
    assert words in found.loc[found["status"] == "failed", "reason"].iloc[0]


def test_a_zero_before_a_speaker_of_urdu_makes_no_other_speaker(tmp_path):
    names = ("Sad/SF1_F1_S01.wav", "Angry/SF01_F2_A01.wav", "Happy/SF04_F1_H01.wav")
    found = listed(laid(tmp_path / "c", dict.fromkeys(names, WAV)), tmp_path)
    assert set(found["group"]) == {"SF1+SF4"}
    assert "urdu_latif/Angry/SF1_F2_A01.wav" in found.index


def test_transcripts_of_shemo_are_known_in_any_case_and_two_of_a_clip_are_none(tmp_path):
    text = (
        b'{"f03s02.wav": {"transcript": "a"}, "M01A01": {"transcript": "b"}, "M01A01": {"transcript": "c"}}'
    )
    files = {"F03S02.wav": WAV, "M01A01.wav": sound(seed=1), "shemo.json": text}
    found = listed(laid(tmp_path / "c", files), tmp_path, "shemo")
    assert list(found["text"].dropna()) == ["a"]
    assert found["reason"].iloc[1] == "2 transcripts, none of which is read"


@pytest.mark.parametrize(
    ("row", "words"),
    [("s1,S1\na/2.wav,sad,s2,s01", "session 'S1' .* seem to be one"), ("NaN,1", "no speaker")],
)
def test_sessions_in_two_spellings_and_speakers_that_are_nobody_are_refused(row, words, tmp_path):
    files = {
        "a/1.wav": WAV,
        "a/2.wav": WAV,
        "iitkgp_sehsc.csv": f"path,emotion,speaker,session\na/1.wav,sad,{row}\n".encode(),
    }
    with pytest.raises(SarangiError, match=words):
        listed(laid(tmp_path / "c", files), tmp_path, "iitkgp_sehsc")


def test_a_workbook_in_place_of_the_table_is_named(tmp_path):
    with pytest.raises(SarangiError, match=r"save iitkgp_sehsc.xlsx as CSV"):
        listed(laid(tmp_path / "c", {"a/1.wav": WAV, "iitkgp_sehsc.xlsx": b"PK"}), tmp_path, "iitkgp_sehsc")
