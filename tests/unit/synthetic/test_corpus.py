"""The stand-ins: the layout of each corpus, every emotion, its traps, and the same bytes each time."""

import re

import numpy as np
import pytest
from support.places import to

from sarangi.audio.resampling import to_mono_16k
from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.corpora.layouts.meld import PARTS
from sarangi.corpora.manifest import manifest
from sarangi.corpora.registry import load
from sarangi.sources.source import Source
from sarangi.study.entries import STAND_INS
from sarangi.synthetic.corpus import in_proportion, layout, synthetic_corpus

SMALL = {
    "iemocap": (4, 1), "iitkgp_sehsc": (2, 1), "meld": (4, 1), "punjabi_rasa": (2, 8), "ravdess": (2, 1),
    "shemo": (4, 8), "urdu_latif": (8, 2), "urdu_sindhi": (2, 1),
}  # fmt: skip
RATES = {
    "iemocap": 16_000, "iitkgp_sehsc": 16_000, "meld": 16_000, "punjabi_rasa": 48_000, "ravdess": 48_000,
    "shemo": 44_100, "urdu_latif": 44_100,
}  # fmt: skip


def spoken(corpus, output, workers):
    speakers, clips = SMALL[corpus]
    synthetic_corpus(corpus, {"speakers": speakers, "clips": clips, "seed": 4}, output, workers)
    return output


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a function that makes the small stand-in of a corpus once, and reads its manifest."""
    folder, rows = tmp_path_factory.mktemp("made"), {}

    def of(corpus):
        if corpus not in rows:
            source = spoken(corpus, folder / f"{corpus}.zip", workers=2)
            manifest(source, corpus, 1, to(folder / "manifest.parquet"))
            table = store.read(folder / "manifest.parquet").set_index("utterance_id")
            rows[corpus] = source, table.rename(lambda name: name.removeprefix(f"{corpus}/"))
        return rows[corpus]

    return of


@pytest.mark.parametrize("corpus", STAND_INS)
def test_a_stand_in_is_the_same_bytes_each_time_and_has_every_emotion(corpus, made, tmp_path):
    source, rows = made(corpus)
    assert source.read_bytes() == spoken(corpus, tmp_path / "again.zip", workers=1).read_bytes()
    usable = rows[rows["status"] == "ok"]
    assert set(usable["emotion"]) == set(load(corpus).EMOTIONS.values())
    nameless = corpus in ("punjabi_rasa", "urdu_sindhi")
    assert usable["speaker"].nunique() == (0 if nameless else SMALL[corpus][0])
    assert set(usable["sample_rate"].dropna()) == ({RATES[corpus]} if corpus in RATES else set())


def test_emotions_differ_as_they_should(made):
    heard = {}
    with Source(made("ravdess")[0]) as source:
        for utterance in load("ravdess").utterances(source):
            signal = to_mono_16k(source.read(utterance.file))[0].astype(float) / 32768
            heard.setdefault(utterance.emotion, []).append((len(signal), np.sqrt((signal**2).mean())))
    length = {emotion: np.mean([n for n, _ in clips]) for emotion, clips in heard.items()}
    loudness = {emotion: np.mean([rms for _, rms in clips]) for emotion, clips in heard.items()}
    assert length["sad"] > length["neutral"] > length["fearful"]
    assert loudness["angry"] > loudness["neutral"] > loudness["sad"]


def test_emotions_are_as_skewed_as_their_publisher_says():
    assert in_proportion({"neutral": 1160, "angry": 1042, "fearful": 32}, 10) == {
        "neutral": 10, "angry": 9, "fearful": 2,
    }  # fmt: skip


def test_shemo_has_transcripts_and_a_rare_emotion_has_two_speakers(made):
    rows = made("shemo")[1]
    assert rows["text"].notna().all()
    assert rows["emotion"].value_counts().idxmax() == "neutral"
    assert rows.loc[rows["emotion"] == "fearful", "speaker"].nunique() == 2
    assert set(rows["gender"]) == {"female", "male"}


def test_punjabi_rasa_has_transcripts_parts_and_genders_and_is_mostly_neutral(made):
    rows = made("punjabi_rasa")[1]
    assert rows["text"].notna().all()
    for _, part in rows.groupby("part"):
        assert part.groupby("emotion")["gender"].nunique().to_dict() == dict.fromkeys(
            ("angry", "happy", "neutral", "sad"), 2
        )
    assert (rows.loc[rows["part"] == "train", "emotion"] == "neutral").mean() > 0.5
    assert rows["duration_s"].between(2, 15).all()


def test_iemocap_names_the_talker_and_has_labels_outside_the_classes(made):
    source, rows = made("iemocap")
    assert set(rows.loc[rows["status"] == "skipped", "label"]) == {"fru", "xxx"}
    assert set(rows["status"]) == {"ok", "skipped"}
    assert {"exc", "hap"} <= set(rows["label"])
    assert rows["text"].notna().all()
    # both talk in a dialogue that bears the letter of one
    assert set(rows.index.str.extract(r"Ses\d\d([FM])_", expand=False)) == {"F"}
    assert set(rows["speaker"]) == {"Ses01F", "Ses01M", "Ses02F", "Ses02M"}
    with Source(source) as opened:
        assert [path for path in opened.paths(".wav") if "/dialog/wav/" in path]
        raters = [path for path in opened.paths(".txt") if "/EmoEvaluation/Categorical/" in path]
        assert len(raters) == 2
    assert not rows.index.str.contains("dialog/wav").any()


@pytest.mark.parametrize("speakers", [5, 12])
def test_iemocap_has_two_speakers_in_each_of_five_sessions_at_most(speakers, tmp_path):
    with pytest.raises(SarangiError, match=f"2 speakers in each of 5 sessions at most; {speakers}"):
        list(layout("iemocap").clips(speakers=speakers, clips=1, seed=4))


def test_urdu_sindhi_has_five_sets_of_features_in_two_languages(made):
    source, rows = made("urdu_sindhi")
    assert rows.groupby("language")["emotion"].nunique().to_dict() == {"sd": 7, "ur": 7}
    module = load("urdu_sindhi")
    lengths = {"ComParE": 6373, "IS09Emotion": 384, "IS10Paraling": 1582, "Prosody": 35, "eGeMAPS": 88}
    with Source(source) as opened:
        for name, length in lengths.items():
            data = opened.read(f"Feats - Sindhi/{name} funcs/Matfiles/Sarcasm_0001.mat")
            assert data.startswith(b"MATLAB 5.0 MAT-file, synthetic")
            vector = module.vector(data)
            assert (vector.shape, np.isfinite(vector).all()) == ((length,), True)


def test_iitkgp_sehsc_has_a_recording_that_the_table_leaves_out(made):
    rows = made("iitkgp_sehsc")[1]
    left_out = rows[rows["status"] != "ok"]
    assert list(left_out.index) == ["wav/01_rehearsal.wav"]
    assert "iitkgp_sehsc.csv does not list it" in left_out["reason"].iloc[0]
    assert (rows["label"] == "sarcastic").sum() == 2
    assert set(rows.loc[rows["status"] == "ok", "session"]) == {"1"}


def test_meld_has_its_traps(made):
    source, rows = made("meld")
    assert (rows["status"] == "ok").all()  # by words and labels
    usable = rows[rows["no_sound"].isna()]
    missing = rows[rows["no_sound"].notna()]
    assert sorted(missing.index) == ["dev_splits_complete/dia2_utt2.mp4", "train_splits/dia0_utt2.mp4"]
    assert missing["no_sound"].str.endswith("lists it, and there is no such recording").all()
    assert rows.loc["output_repeated_splits_test/dia0_utt4.mp4", "duration_s"] == pytest.approx(305, abs=0.1)
    short = usable[usable["duration_s"] < 0.5]
    assert set(short["part"]) == {"train", "validation", "test"}
    parts = {part: of for part, of in usable.groupby("part")}
    names = {part: set(of.index.str.rsplit("/", n=1).str[-1]) for part, of in parts.items()}
    assert names["test"] <= names["train"] | {"dia0_utt2.mp4"}
    for of in parts.values():
        counts = of["emotion"].value_counts()
        assert (len(counts), counts.idxmax()) == (7, "neutral")
    assert set(parts["test"]["speaker"]) & set(parts["train"]["speaker"])
    assert set(parts["test"]["text"]) & set(parts["train"]["text"])
    assert usable.groupby("group").size().max() > 1
    # the tables have codes of Windows-1252, the manifest characters
    with Source(source) as opened:
        said = {part: opened.text(table) for part, (table, _) in PARTS.items()}
    mangled = [part for part, text in said.items() if re.search("[\x80-\x9f]", text)]
    assert mangled == ["train", "test"]
    assert not rows["text"].str.contains("[\x80-\x9f]").any()
    assert rows["text"].str.contains("’").any()
