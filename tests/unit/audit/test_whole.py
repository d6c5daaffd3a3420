"""The whole audit: what it finds in the real corpora."""

import pytest
from support.audits import LEAVE_ONE_OUT, RANDOM5
from support.places import REAL, real, to

from sarangi.audio.near_duplicates import near_duplicates
from sarangi.audio.resampling import resample
from sarangi.audit.corpus import corpus_audit
from sarangi.audit.protocol import protocol_audit
from sarangi.audit.rows import Audited
from sarangi.audit.whole import whole_audit
from sarangi.base import store
from sarangi.corpora.manifest import manifest
from sarangi.corpora.registry import load

STUDY = {
    "kind": "held_out", "by": "speaker", "test": [["SM2"], ["SM3"], ["SM4"]],
    "validation": 0.1, "validation_by": "utterance", "seed": [42, 123, 2024], "leaks": False,
}  # fmt: skip


def audited(corpus, protocols, tmp_path, folders=None):
    """The audit of a real corpus, by check and subject."""
    source, table = real(corpus), tmp_path / "manifest.parquet"
    manifest(source, corpus, 1, to(table))
    sound, levels, pairs = (tmp_path / f"{name}.parquet" for name in ("audio", "levels", "pairs"))
    resample(source, table, 0, to(sound), to(levels))
    near_duplicates([sound], to(pairs))
    audits = [tmp_path / "corpus_audit.parquet", *(tmp_path / f"{name}_audit.parquet" for name in protocols)]
    audited = Audited(table, [levels], pairs)
    corpus_audit(audited, load(corpus).PROMISES, to(audits[0]))
    for (name, entry), audit in zip(protocols.items(), audits[1:], strict=True):
        folder = (folders or {}).get(name)
        protocol_audit(audited, name, entry, folder, to(audit))
    whole_audit(audits, [], to(tmp_path / "audit.parquet"), tmp_path / "audit.csv")
    return store.read(tmp_path / "audit.parquet").set_index(["check", "subject"]).sort_index()


def test_the_audit_of_the_real_urdu_corpus_finds_what_is_known(tmp_path):
    emobox = {"kind": "emobox", "folder": str(REAL / "emobox/urdu"), "folds": 1, "leaks": True}
    protocols = {"random5": RANDOM5, "loso": LEAVE_ONE_OUT, "study": STUDY, "emobox": emobox}
    found = audited("urdu_latif", protocols, tmp_path, {"emobox": REAL / "emobox/urdu"})
    value = found["value"]
    assert value["utterances", ""] == 400
    assert (value["speakers", ""], found["verdict"]["speakers", ""]) == (29, "warning")  # the README says 38
    assert value["speakers_with_one_emotion", ""] == 26
    assert value["speaker_only_uar", "random5"] == pytest.approx(0.96, abs=0.02)
    assert (value["constant_uar", "loso"], value["speaker_only_uar", "loso"]) == (0.25, 0.25)
    pairs = found.loc["near_duplicate"]
    assert len(pairs) == 10
    assert pairs["value"].min() >= 0.93
    across = pairs[pairs["detail"].str.contains("SF1 and SF4")]
    assert [[name.rsplit("/", 1)[1] for name in subject.split()] for subject in across.index] == [
        ["SF1_F4_H04.wav", "SF4_F3_H019.wav"], ["SF1_F4_H04.wav", "SF4_F4_H020.wav"],
    ]  # fmt: skip
    assert found["detail"]["missing_class", "study"] == "tested: angry 78, happy 2, neutral 8, sad 0"
    assert (value["missing_class", "study"], found["verdict"]["missing_class", "study"]) == (1, "fatal")
    assert (value["uar_ceiling", "study"], value["uar_chance", "study"]) == (0.75, 0.1875)
    assert (value["uar_ceiling", "loso"], value["uar_chance", "loso"]) == (1, 0.25)
    assert value["shared_speakers", "emobox"] == 18
    assert "18 of 19 in the test part" in found["detail"]["shared_speakers", "emobox"]
    assert found["verdict"]["shared_groups", "emobox"] == "fatal"
    assert (value["shared_groups", "loso"], value["near_duplicates_across", "loso"]) == (0, 0)
    assert value["near_duplicates_across", "random5"] > 0


def test_the_audit_of_the_real_ravdess_finds_twins_and_stereo(tmp_path):
    emobox = {"kind": "emobox", "folder": str(REAL / "emobox/ravdess"), "folds": 6, "leaks": False}
    held_out = {"kind": "held_out", "by": "speaker", "test": [["21", "22"]], "leaks": False}
    protocols = {"loso": LEAVE_ONE_OUT, "emobox": emobox, "speakers_21_22": held_out}
    found = audited("ravdess", protocols, tmp_path, {"emobox": REAL / "emobox/ravdess"})
    assert found["verdict"]["folds", "speakers_21_22"] == "fatal"  # those actors are not here
    assert "no speaker 21, 22 in the corpus" in found["detail"]["folds", "speakers_21_22"]
    assert found["value"]["folds", "loso"] == 8
    twins = found.loc["near_duplicate"]
    assert list(twins.index) == [
        "ravdess/Actor_07/03-01-03-01-02-01-07.wav ravdess/Actor_07/03-01-03-01-02-02-07.wav"
    ]
    assert "byte for byte" in twins["detail"].iloc[0]
    stereo = found.loc[("stereo", "")]
    assert stereo["value"] == 5
    assert all(f"Actor_{actor}/" in stereo["detail"] for actor in ("01", "05", "20"))
    assert found["value"]["shared_groups", "emobox"] == 0
    assert found["verdict"]["utterances", ""] == "warning"  # 364 of 1,440
