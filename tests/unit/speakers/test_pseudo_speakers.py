"""Pseudo-speakers of a corpus."""

import numpy as np
from support.places import to
from support.voices import clips, corpus

from sarangi.base import store
from sarangi.speakers.pseudo_speakers import pseudo_speakers


def made(tmp_path, within=None, **changed):
    embeddings, who = clips(speakers=4, each=5, spread=0.15, seed=7)
    manifest, shards = corpus(tmp_path, embeddings, who, **changed)
    pseudo_speakers(manifest, shards, 0.4, within, to(tmp_path / "p.parquet"))
    return store.read(tmp_path / "p.parquet"), who


def test_each_voice_has_a_name_and_a_clip_without_embedding_its_reason(tmp_path):
    found, who = made(tmp_path, named=False)
    assert list(found["utterance_id"]) == [f"made/{n:03}.wav" for n in range(20)]
    assert list(found["pseudo_speaker"][:-1]) == [f"voice_{speaker:04}" for speaker in who[:-1]]
    assert found["confidence"][:-1].between(0.5, 1).all()
    last = found.iloc[-1]
    assert (last["status"], last["reason"]) == ("failed", "no sound")
    assert last[["pseudo_speaker", "confidence"]].isna().all()


def test_clips_of_two_genders_are_never_one_voice_and_unknown_ones_are_a_part_by_themselves(tmp_path):
    gender = np.array((["female", "male", None, "female", "male"] * 4), object)
    found, who = made(tmp_path, within="gender", gender=gender)
    voices = found["pseudo_speaker"][:-1]
    assert voices.nunique() == 3 * 4
    known = [f"{speaker} {g}" for speaker, g in zip(who[:-1], gender[:-1], strict=True)]
    assert voices.groupby(known).nunique().max() == 1
