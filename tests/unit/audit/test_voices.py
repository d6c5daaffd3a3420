"""The audit of voices: a voice on both sides of a protocol, whatever its name is."""

import numpy as np
import pandas as pd
import pytest
from support.audits import LEAVE_ONE_OUT, RANDOM5
from support.places import to
from support.voices import clips, corpus

from sarangi.audit.advice import findings
from sarangi.audit.voices import voice_audit
from sarangi.base import store
from sarangi.speakers.embedded import with_embeddings
from sarangi.speakers.pseudo_speakers import pseudo_speakers
from sarangi.speakers.single_voices import single_voices
from sarangi.speakers.voice_thresholds import thresholds_in, voice_thresholds
from sarangi.splits.guessed import Guess
from sarangi.splits.protocols import protocol

EMBEDDINGS, WHO = clips(6, 24, 0.2, seed=6)


def audited(tmp_path, who=WHO, calibrated=True, **columns):
    """The findings of the audit of three protocols, by check and subject, and the files that it read."""
    known = tmp_path / "known"
    known.mkdir()
    manifest, shards = corpus(known, *clips(6, 24, 0.2, seed=7))
    voice_thresholds(manifest, shards, "known", 1, to(tmp_path / "t.parquet"))
    manifest, shards = corpus(tmp_path, EMBEDDINGS, who, **columns)
    single_voices(manifest, shards, tmp_path / "t.parquet", 1, to(tmp_path / "v.parquet"))
    protocols = {"random5": RANDOM5, "loso": LEAVE_ONE_OUT}
    for name, entry in protocols.items():
        protocol(manifest, name, entry, to(tmp_path / f"{name}.parquet"))
    pseudo_speakers(manifest, shards, 0.5, None, to(tmp_path / "w.parquet"))
    protocols["lovo"] = LEAVE_ONE_OUT | {"pseudo_speakers": "w"}
    split = to(tmp_path / "lovo.parquet")
    protocol(manifest, "lovo", protocols["lovo"], split, guess=Guess(tmp_path / "w.parquet"))
    voice_audit(
        manifest,
        shards,
        tmp_path / "v.parquet" if calibrated else None,
        tmp_path / "t.parquet" if calibrated else None,
        {name: tmp_path / f"{name}.parquet" for name in protocols},
        to(tmp_path / "audit.parquet"),
    )
    rows = findings(store.read(tmp_path / "audit.parquet"), ["random5"])
    return {(row.check, row.subject): row for row in rows}, manifest, shards


def test_random_folds_share_voices_and_held_out_speakers_do_not(tmp_path):
    found, manifest, shards = audited(tmp_path)
    assert found["known_voices", "random5"].value == 1
    assert found["shared_voices", "random5"].value > 0.95
    assert found["shared_voices", "random5"].verdict == "warning"
    assert found["shared_voices", "random5"].by_design  # so configured: it is no fault of the corpus
    assert found["known_voices", "loso"].value == 0
    assert found["shared_voices", "loso"].value < 0.1
    assert found["shared_voices", "loso"].verdict == "ok"
    # clusters of the same embeddings are apart by these, so nothing is said to be well
    assert found["shared_voices", "lovo"].value < 0.1
    assert found["shared_voices", "lovo"].verdict == "note"
    assert "is not heard here" in found["shared_voices", "lovo"].detail
    assert found["speakers_alike", ""].value == 0

    # the same, said otherwise
    nearer = thresholds_in(tmp_path / "t.parquet")["nearest_clip"].threshold
    table, embeddings = with_embeddings(manifest, shards)
    near = []
    for _, fold in store.read(tmp_path / "random5.parquet").groupby("fold"):
        part = fold.set_index("utterance_id")["part"][table["utterance_id"]].to_numpy()
        apart = 1 - embeddings[part == "test"] @ embeddings[part == "train"].T
        near += list(apart.min(1) < nearer)
    assert found["near_voices", "random5"].value == pytest.approx(np.mean(near))


def test_a_voice_that_trains_under_another_name_is_found_where_the_names_say_nothing(tmp_path):
    who = WHO.copy()
    who[(WHO == 0) & (np.arange(len(WHO)) % 2 == 0)] = 6
    found, *_ = audited(tmp_path, who)
    assert found["known_voices", "loso"].value == 0
    assert found["shared_voices", "loso"].value == pytest.approx(1 / 6, abs=0.06)
    assert found["shared_voices", "loso"].verdict == "warning"
    pair = found["two_speakers_alike", "S0 S6"]
    assert pair.verdict == "warning"
    assert "give them one group" in pair.todo


def test_speakers_of_one_group_may_be_one_voice(tmp_path):
    who = np.where((WHO == 0) & (np.arange(len(WHO)) % 2 == 0), 6, WHO)
    group = pd.Series(who).replace(6, 0).map("S{}".format).to_numpy()
    found, *_ = audited(tmp_path, who, group=group)
    assert found["two_speakers_alike", "S0 S6"].verdict == "note"
    assert found["shared_voices", "loso"].verdict == "ok"


def test_a_corpus_that_names_nobody_has_its_genders_asked_of(tmp_path):
    gender = np.where(WHO < 3, "female", "male").astype(object)
    found, *_ = audited(tmp_path, named=False, gender=gender)
    assert ("known_voices", "loso") not in found
    assert ("speakers_alike", "") not in found
    assert found["shared_voices", "random5"].value > 0.95
    assert found["one_voice", "female"].detail.startswith("one voice is rejected; two voices from ")
    assert found["genders_alike", "female male"].verdict == "ok"


def test_a_threshold_that_is_stated_has_no_errors_to_tell_and_says_so(tmp_path):
    found, *_ = audited(tmp_path, calibrated=False)
    assert list(found) == [("voices", "")]
    row = found["voices", ""]
    assert (row.verdict, np.isnan(row.value)) == ("note", True)
    assert "name a corpus with known speakers under calibration" in row.todo
