"""Names that mislead about voices, found; and one voice a gender, for which there are no pseudo-speakers."""

import numpy as np
import pytest
from support.places import to
from support.voices import clips, corpus

from sarangi.base import store
from sarangi.base.single_voices import one_voice_each
from sarangi.speakers.single_voices import single_voices
from sarangi.speakers.voice_thresholds import voice_thresholds

VOICES = 6
EMBEDDINGS, WHO = clips(VOICES, 24, 0.2, seed=6)


def asked(tmp_path, who=WHO, kept=WHO >= 0, **columns):
    """The answers of a corpus of some clips that have these names, by thresholds of another corpus."""
    for name in ("known", "asked"):
        (tmp_path / name).mkdir()
    manifest, shards = corpus(tmp_path / "known", *clips(VOICES, 24, 0.2, seed=7))
    voice_thresholds(manifest, shards, "known", 1, to(tmp_path / "t.parquet"))
    columns = {name: values[kept] if name == "gender" else values for name, values in columns.items()}
    manifest, shards = corpus(tmp_path / "asked", EMBEDDINGS[kept], who[kept], **columns)
    single_voices(manifest, shards, tmp_path / "t.parquet", 1, to(tmp_path / "v.parquet"))
    return store.read(tmp_path / "v.parquet").set_index(["question", "unit"]).sort_index()


def test_two_names_of_one_voice_and_one_name_of_two_are_found_and_no_others(tmp_path):
    who = WHO.copy()
    who[(WHO == 0) & (np.arange(len(WHO)) % 3 == 0)] = 6  # a third of a voice has a name of its own
    who[WHO == 2] = 1  # two voices have one name
    found = asked(tmp_path, who)
    pairs, names = found.loc["two_names", "speaker"], found.loc["one_name", "speaker"]
    assert pairs.loc[pairs["one_voice"] == True, ["first", "second"]].values.tolist() == [["S0", "S6"]]  # noqa: E712
    assert len(pairs) == 15
    assert names.loc[names["one_voice"] == False, "first"].tolist() == ["S1"]  # noqa: E712
    few = names[names["one_voice"].isna()]
    assert few[["first", "clips", "reason"]].values.tolist() == [["S6", 8, "fewer than 10 clips"]]


def gender(*voices):
    return np.where(np.isin(WHO, voices), "female", "male").astype(object)


@pytest.mark.parametrize("named", [False, True])
def test_one_voice_a_gender_forbids_pseudo_speakers(tmp_path, named):
    found = asked(tmp_path, kept=WHO < 2, named=named, gender=gender(0))
    assert found.loc[[("one_name", "gender")], "one_voice"].tolist() == [True, True]
    assert found.loc[[("two_names", "gender")], "one_voice"].tolist() == [False]
    words = one_voice_each(tmp_path / "v.parquet")
    assert words.startswith("one voice is not rejected for female (0.")
    assert words.endswith("leave one gender out instead")


def test_a_gender_of_several_voices_lets_them_be_told(tmp_path):
    found = asked(tmp_path, named=False, gender=gender(0))
    assert found.loc[[("one_name", "gender")], "one_voice"].tolist() == [True, False]
    assert one_voice_each(tmp_path / "v.parquet") is None
    assert (found["speakers"] == 0).all()


def test_a_corpus_without_genders_is_asked_of_as_a_whole(tmp_path):
    found = asked(tmp_path, named=False)
    assert found.index.tolist() == [("one_name", "corpus")]
    assert found[["first", "one_voice", "clips"]].values.tolist() == [["", False, len(WHO) - 1]]


def test_known_speakers_count_for_more_than_their_sound(tmp_path):
    """Two speakers whose voices the threshold cannot tell are two speakers all the same."""
    found = asked(tmp_path, np.where(np.arange(len(WHO)) % 2, 6, WHO), kept=WHO == 0)
    assert found.loc[[("one_name", "corpus")], "one_voice"].tolist() == [True]
    assert one_voice_each(tmp_path / "v.parquet") is None
