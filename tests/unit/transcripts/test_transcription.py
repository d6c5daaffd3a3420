"""Whisper on batches of clips, and error rates: small networks with random weights, and stand-ins."""

import shutil
import unicodedata

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.places import MADE_BY_TEST, ROOT, real, to
from support.small_whisper import checkpoint, corpus, engine, noise, run  # noqa: F401  (fixtures)

from sarangi.audio.resampling import resample
from sarangi.base import store
from sarangi.base.manifest_rows import MANIFEST
from sarangi.corpora.manifest import manifest
from sarangi.sources.small_weights import unpacked_whisper
from sarangi.transcripts.error_rates import error_rates, normalised
from sarangi.transcripts.openai_whisper import OpenAIWhisper, log_mels
from sarangi.transcripts.transcription import batches, windows


def test_transcripts_have_a_row_an_utterance_in_order_whatever_the_batch(checkpoint, corpus, tmp_path):
    found = run(corpus, tmp_path, checkpoint=checkpoint)
    other = run(corpus, tmp_path, checkpoint=checkpoint, batch=7, output="other.parquet")
    assert found["text"].equals(other["text"])
    manifest = store.read(corpus / "m.parquet")
    assert found["utterance_id"].tolist() == manifest["utterance_id"].tolist()
    assert found.loc[3, ["status", "reason"]].tolist() == ["failed", "broken"]
    assert pd.isna(found.loc[3, "text"])
    assert found.loc[5, "reason"].startswith("mono of 2 channels")
    ok = found[found["status"] == "ok"]
    assert ok["language"].equals(manifest["language"][ok.index])
    assert ok["wer"].notna().equals(manifest["text"][ok.index].notna())
    assert ok["avg_logprob"].between(-20, 0, inclusive="neither").all()
    assert ok["reason"].notna()[ok["text"].eq("")].all()
    # random weights are sure of nothing, and the table says so
    failed = ok["failed_check"].notna()
    assert failed.any()
    assert failed.equals(ok["reason"].fillna("").str.endswith("in every try"))
    assert (ok["tries"][failed] == 6).all()


def test_batches_are_of_one_language_and_sorted_by_length(corpus):
    rows = list(store.rows(corpus / "a.parquet"))
    language = store.read(corpus / "m.parquet").set_index("utterance_id")["language"].to_dict()
    found = list(batches(rows, language, 5))
    assert [len(batch) for _, batch in found] == [5, 5, 2, 5, 5, 1]
    for spoken in ("en", "ur"):
        sizes = [len(row["audio"]["bytes"]) for lang, batch in found if lang == spoken for row in batch]
        assert np.corrcoef(sizes, np.arange(len(sizes)))[0, 1] > 0.9
        assert {
            language[row["utterance_id"]] for lang, batch in found if lang == spoken for row in batch
        } == {spoken}
    assert [lang for lang, _ in batches(rows, {}, 100)] == [None]
    assert [len(window) for window in windows(range(7), 3)] == [3, 3, 1]


def test_a_killed_run_goes_on_behind_its_last_batch_and_ends_in_the_same_bytes(
    checkpoint, corpus, tmp_path, monkeypatch
):
    run(corpus, tmp_path, checkpoint=checkpoint, output="whole.parquet")
    heard = []
    hear = OpenAIWhisper.hear

    def killed_at_the_fourth(self, signals, language, names):
        if len(heard) == 3:
            raise KeyboardInterrupt
        heard.append(tuple(names))
        return hear(self, signals, language, names)

    monkeypatch.setattr(OpenAIWhisper, "hear", killed_at_the_fourth)
    with pytest.raises(KeyboardInterrupt):
        run(corpus, tmp_path, checkpoint=checkpoint)
    pieces = sorted((tmp_path / "unfinished").glob("*/*.parquet"))
    assert len(pieces) == 3
    pieces[1].write_bytes(b"")  # a power cut
    (tmp_path / "unfinished/of_other_parameters").mkdir()

    def counted(self, signals, language, names):
        heard.append(tuple(names))
        return hear(self, signals, language, names)

    monkeypatch.setattr(OpenAIWhisper, "hear", counted)
    run(corpus, tmp_path, checkpoint=checkpoint)
    assert (tmp_path / "t.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()
    assert sorted(heard) == sorted([*set(heard), heard[1]])  # the cut one twice, all others once


def test_the_language_is_guessed_where_the_configuration_says_so(checkpoint, corpus, tmp_path, engine):
    found = run(corpus, tmp_path, checkpoint=checkpoint, language="detect").set_index("utterance_id")
    row = next(store.rows(corpus / "a.parquet"))
    from sarangi.audio.flac import decode

    _, probabilities = engine.model.detect_language(log_mels([decode(row["audio"]["bytes"])], 80, 3000)[0])
    assert found.loc[row["utterance_id"], "language"] == max(probabilities, key=probabilities.get)
    # so it is where nobody has stated one
    apart = tmp_path / "unstated"
    shutil.copytree(corpus, apart)
    table = store.read(apart / "m.parquet").assign(language=None)
    store.write(apart / "m.parquet", table, MANIFEST, MADE_BY_TEST)
    unstated = run(apart, tmp_path, checkpoint=checkpoint, output="unstated.parquet").set_index(
        "utterance_id"
    )
    assert unstated[["language", "text"]].equals(found[["language", "text"]])


@pytest.mark.parametrize(
    "signal",
    [np.zeros(1600, np.float32), np.zeros(48_000, np.float32), noise(0.1), noise(3), noise(305)],
    ids=["0.1 s of silence", "silence", "0.1 s", "noise", "305 s"],
)
def test_odd_sound_ends_in_a_row(engine, signal):
    (heard,) = engine.hear([signal], "fa", ["odd"])
    assert isinstance(heard.text, str)
    assert heard.language == "fa"


def test_english_is_compared_after_whispers_normaliser():
    found = error_rates("Kids are talking, by the door!", "kids are talking by the door", "en")
    assert found == {"wer": 0, "cer": 0, "words": 6, "characters": 28}
    assert error_rates("colour", "color", "en")["wer"] == 0
    assert set(error_rates(None, "x", "en").values()) == set(error_rates("…", "x", "ur").values()) == {None}


@pytest.mark.parametrize(
    ("said", "heard", "wer"),
    [
        ("آج موسم", "آج", 0.5),
        ("يه كتاب", "یه کتاب؟", 0.0),  # the letters of an Arabic keyboard
        ("می\u200cروم", "می روم", 0.0),
        ("مُحَمَّد", "محمد", 0.0),
        ("۱۲", "12", 0.0),
        ("किताब मेज़ पर", "किताब मेज पर।", 1 / 3),  # a nukta is a letter's, not punctuation
        ("किताब", "कताब", 1.0),
        ("ਬਾਗ਼", "ਬਾਗ\u0a3c", 0.0),  # one letter, composed and not
        ("Straße", "STRASSE", 0.0),
    ],
)
def test_other_scripts_are_compared_by_letters_and_vowel_signs(said, heard, wer):
    assert error_rates(said, heard, "hi")["wer"] == pytest.approx(wer)


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing_and_leaves_no_punctuation(text):
    once = normalised(text, "ur")
    assert normalised(once, "ur") == once
    assert not any(unicodedata.category(character)[0] in "PSC" for character in once)


def test_whispers_other_normaliser_would_take_vowels_away():
    from whisper.normalizers import BasicTextNormalizer

    assert BasicTextNormalizer()("कि") == BasicTextNormalizer()("के")
    assert error_rates("कि", "के", "hi")["wer"] == 1


@pytest.mark.parametrize("name", ["urdu_latif", "ravdess"])
def test_real_recordings_go_through_though_the_demos_whisper_does_not_know_their_sentences(name, tmp_path):
    source = real(name)
    for file in sorted(source.rglob("*.wav"))[::30]:
        place = tmp_path / "corpus" / file.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(file)
    corpus, rows = tmp_path / "corpus", tmp_path / "m.parquet"
    manifest(corpus, name, 1, to(rows))
    resample(corpus, rows, 0, to(tmp_path / "a.parquet"), to(tmp_path / "l.parquet"))
    unpacked_whisper(ROOT / "demo/weights/tiny_whisper.safetensors", tmp_path / "demo.pt")
    found = run(tmp_path, tmp_path, checkpoint=tmp_path / "demo.pt", tokens=60, batch=8)
    assert len(found) > 10
    assert set(found["status"]) == {"ok"}
    assert set(found["language"]) == {"ur" if name == "urdu_latif" else "en"}
    assert found["reason"].notna()[found["text"] == ""].all()
    assert found["wer"].notna().all() == (name == "ravdess")
