"""Corpora of words: what is read without a recording, and what is said of what cannot be heard."""

import pytest
from support.manifests import listed
from support.places import to
from support.recordings import sound, zipped
from support.small_corpora import SMALLEST, laid

from sarangi.audio.resampling import resample
from sarangi.audit.lost import lost
from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.corpora.words_alone import is_of_words_alone

OF_WORDS = ["language", "speaker", "group", "session", "gender", "emotion", "label", "text", "part", "shard"]
HEADER = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID\n"
TABLE = HEADER + "".join(f"{n},Hm {n},Ross,joy,positive,0,{n}\n" for n in range(5))
EVALUATION = "Session{n}/dialog/EmoEvaluation/Ses0{n}F_script01_1.txt"
SAID = "Session{n}/dialog/transcriptions/Ses0{n}F_script01_1.txt"
IEMOCAP = {
    path.format(n=n): "".join(
        line.format(f"Ses0{n}F_script01_1_{talker}", label)
        for talker, label in (("F000", "ang"), ("M000", "fru"))
    ).encode()
    for n in (1, 2)
    for path, line in (
        (EVALUATION, "[6.29 - 8.23]\t{}\t{}\t[2.5, 2.5, 2.5]\n"),
        (SAID, "{} [006.29-008.23]: Oh.\n"),
    )
}


def test_the_tables_of_meld_are_a_corpus_of_words_whatever_its_films_are(tmp_path):
    tables = {"train_sent_emo.csv": TABLE.encode()}
    alone = laid(tmp_path / "tables", tables)
    clips = {f"train_splits/dia0_utt{n}.wav": data for n, data in enumerate((sound(0.5), b"RIFF", b""))}
    clips["train_splits/dia0_utt4.wav"] = sound(0.5)
    whole = laid(tmp_path / "whole", tables | clips | {"copy/train_splits/dia0_utt0.wav": sound(0.6)})
    without, beside = listed(alone, tmp_path, "meld"), listed(whole, tmp_path, "meld")
    assert (without["status"] == "ok").all() and without["text"].notna().all()
    assert without["cause"].tolist() == ["no such recording"] * 5
    assert without["no_sound"].iloc[1] == "train_sent_emo.csv:3 lists it, and there is no such recording"
    assert (beside["status"] == "ok").all()
    assert without[OF_WORDS].equals(beside[OF_WORDS])
    assert beside["no_sound"].isna().tolist() == [False] * 4 + [True]
    assert "are not the same byte for byte; keep the published one" in beside["no_sound"].iloc[0]


def test_what_has_no_sound_fails_for_who_hears_it_and_is_counted_where_others_have_some(tmp_path):
    tables = {"train_sent_emo.csv": TABLE.encode()}
    folder = laid(tmp_path / "meld", tables | {"train_splits/dia0_utt0.wav": sound(0.5)})
    found = listed(folder, tmp_path, "meld")
    assert found["no_sound"].isna().tolist() == [True] + [False] * 4
    resample(folder, tmp_path / "manifest.parquet", 0, to(tmp_path / "audio"), to(tmp_path / "levels"))
    for made in ("audio", "levels"):
        rows = store.read(tmp_path / made)
        assert rows["status"].tolist() == ["ok"] + ["failed"] * 4
        assert rows["reason"].tolist()[1:] == found["no_sound"].tolist()[1:]
    assert set(rows["cause"].dropna()) == {"no such recording"}
    places = {"meld": (tmp_path / "none", tmp_path / "manifest.parquet")}
    assert lost(places) == ["meld: 4 of 5 failed: 4 no such recording"]
    (folder / "train_splits/dia0_utt0.wav").unlink()
    listed(folder, tmp_path, "meld")
    assert lost(places) == []


def test_sound_that_no_table_names_is_no_corpus_of_words(tmp_path):
    """Films under other names are a fault of the copy, and not films that nobody has."""
    tables = {"train_sent_emo.csv": TABLE.encode()}
    folder = laid(tmp_path / "meld", tables | {"train/dia0_utt0.wav": sound(0.5)})
    with pytest.raises(SarangiError, match=r"5 of 5 failed: 5 no such recording; .* remove its sound, too"):
        listed(folder, tmp_path, "meld")


def test_the_texts_of_iemocap_say_what_its_recordings_do(tmp_path):
    path = "Session{n}/sentences/wav/Ses0{n}F_script01_1/Ses0{n}F_script01_1_{who}.wav"
    waves = {path.format(n=n, who=who): sound(0.5, seed=n) for n in (1, 2) for who in ("F000", "M000")}
    without = listed(laid(tmp_path / "texts", IEMOCAP), tmp_path, "iemocap")
    beside = listed(laid(tmp_path / "whole", IEMOCAP | waves), tmp_path, "iemocap")
    assert list(without.index) == [f"iemocap/{name}" for name in sorted(waves)]
    assert without["status"].tolist() == beside["status"].tolist() == ["ok", "skipped"] * 2
    assert without[OF_WORDS].equals(beside[OF_WORDS])
    ok = without["status"] == "ok"
    assert (
        without.loc[ok, "no_sound"].iloc[1].startswith("Session2/dialog/EmoEvaluation/Ses02F_script01_1.txt")
    )
    assert without["text"].tolist() == ["Oh."] * 4
    assert beside["no_sound"].isna().all()


def test_a_folder_or_an_archive_without_sound_is_of_words_alone(tmp_path):
    files = SMALLEST["meld"]
    tables = {name: data for name, data in files.items() if name.endswith(".csv")}
    assert is_of_words_alone(laid(tmp_path / "tables", tables))
    assert not is_of_words_alone(laid(tmp_path / "whole", files))
    assert is_of_words_alone(zipped(tmp_path / "tables.zip", list(tables.items())))
    assert not is_of_words_alone(zipped(tmp_path / "whole.zip", list(files.items())))
    # nobody knows of what a download will bring, nor of what cannot be opened
    (tmp_path / "broken.zip").write_bytes(b"PK")
    assert not is_of_words_alone(tmp_path / "broken.zip") and not is_of_words_alone(tmp_path / "none")
