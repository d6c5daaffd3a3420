"""Protocols that hold pseudo-speakers apart, and what is said of their groups."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.places import MADE_BY_TEST, to
from support.small_manifests import made_manifest

from sarangi.audit.protocol import protocol_audit
from sarangi.audit.rows import Audited
from sarangi.base import marks, store
from sarangi.base.bootstrap import BootstrapSettings
from sarangi.base.manifest_rows import MANIFEST
from sarangi.base.marks import marks_in
from sarangi.base.parts import TEST, TRAIN, UNUSED, VALIDATION, why_not_made
from sarangi.base.scored import Scored
from sarangi.base.single_voices import SINGLE_VOICES
from sarangi.base.voices import grouped, voices_in
from sarangi.models.baselines import baseline
from sarangi.models.predictions import Parts
from sarangi.scoring.scores import scores
from sarangi.speakers.pseudo_speakers import PSEUDO_SPEAKERS
from sarangi.splits.guessed import Guess
from sarangi.splits.protocols import GUESSED, protocol

LEAVE_ONE_OUT = {"kind": "leave_one_group_out", "pseudo_speakers": "voices", "leaks": False}
GROUPED = {**LEAVE_ONE_OUT, "kind": "stratified_group_kfold", "folds": 2, "seed": 1}


def said(folder, manifest, voices, lost=()):
    """A file of pseudo-speakers, in the order of the manifest; some utterances have none."""
    ids = store.read(manifest, ["utterance_id"])["utterance_id"]
    table = pd.DataFrame(
        {"utterance_id": ids, "status": "ok", "reason": None, "pseudo_speaker": voices, "confidence": 0.1}
    )
    table.loc[list(lost), ["status", "reason", "pseudo_speaker"]] = ["failed", "0.1 s is too short", None]
    path = folder / "voices.parquet"
    store.write(path, table, PSEUDO_SPEAKERS, MADE_BY_TEST)
    return path


def nameless(manifest):
    """The manifest without speakers, so that each utterance is a group by itself."""
    rows = store.read(manifest)
    rows = rows.assign(speaker=None, group=rows["utterance_id"])
    store.write(manifest, rows, MANIFEST, MADE_BY_TEST)
    return manifest


@settings(max_examples=15, deadline=None)
@given(
    voices=st.lists(st.integers(0, 5), min_size=24, max_size=24),
    lost=st.sets(st.integers(0, 23), max_size=3),
    wanted=st.sampled_from([LEAVE_ONE_OUT, GROUPED, GROUPED | {"validation": 0.5}]),
)
def test_no_voice_is_on_both_sides_and_what_has_none_has_failed(tmp_path_factory, voices, lost, wanted):
    folder = tmp_path_factory.mktemp("g")
    manifest = made_manifest(folder / "m.parquet")
    names = np.array([f"voice_{v}" for v in voices], object)
    path = folder / "p.parquet"
    protocol(manifest, "p", wanted, to(path), guess=Guess(said(folder, manifest, names, sorted(lost))))
    table = store.read(path)
    failed = table[table["utterance_id"].isin(store.read(manifest)["utterance_id"].iloc[sorted(lost)])]
    assert (failed["part"] == UNUSED).all() and (failed["status"] == "failed").all()
    if why := why_not_made(table):
        assert "pseudo-speaker" in why or "emotion" in why or "nothing would" in why
        return
    assert failed["reason"].eq("no pseudo-speaker: 0.1 s is too short").all()
    for _, fold in table.groupby("fold"):
        used = fold[fold["part"] != UNUSED]
        assert used.groupby("pseudo_speaker")["part"].nunique().max() == 1
        assert len(fold) == 24 and set(fold["part"]) >= {TEST, TRAIN}
        if "validation" in wanted:
            assert VALIDATION in set(fold["part"])
        # a known speaker in training and test is a leak all the same
        speaker = fold["utterance_id"].str[:7]
        seen = set(speaker[fold["part"].isin([TRAIN, VALIDATION])])
        assert (fold["leaks"] == ((fold["part"] == TEST) & speaker.isin(seen))).all()
    tested = table[table["part"] == TEST]
    assert tested["utterance_id"].is_unique and len(tested) == 24 - len(lost)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (
            LEAVE_ONE_OUT,
            "1 pseudo-speaker; leaving one out needs two or more. voices tells too few voices apart",
        ),
        (
            GROUPED,
            "angry has 1 pseudo-speakers, fewer than the 2 folds; choose fewer folds. voices tells too few",
        ),
    ],
)
def test_one_voice_alone_is_an_error_that_says_what_can_be_done(tmp_path, wanted, message):
    manifest = nameless(made_manifest(tmp_path / "m.parquet"))
    protocol(
        manifest, "p", wanted, to(tmp_path / "p.parquet"), guess=Guess(said(tmp_path, manifest, "voice_0000"))
    )
    table = store.read(tmp_path / "p.parquet")
    assert message in why_not_made(table) and "leave one gender out" in why_not_made(table)
    assert list(table.columns) == GUESSED.names


def test_where_each_gender_may_be_one_voice_nothing_is_held_apart(tmp_path):
    """As Rasa describes itself; clusters would part the emotions of one voice."""
    manifest = nameless(made_manifest(tmp_path / "m.parquet"))
    rows = [
        dict.fromkeys(SINGLE_VOICES.names)
        | {"question": "one_name", "unit": "gender", "first": gender, "distance": 0.2, "threshold": 0.39}
        | {"one_voice": True, "clips": 12, "speakers": 0}
        for gender in ("female", "male")
    ]
    store.write(tmp_path / "v.parquet", pd.DataFrame(rows), SINGLE_VOICES, MADE_BY_TEST)
    guess = Guess(said(tmp_path, manifest, np.repeat(["a", "b", "c"], 8)), tmp_path / "v.parquet")
    protocol(manifest, "p", LEAVE_ONE_OUT, to(tmp_path / "p.parquet"), guess=guess)
    why = why_not_made(store.read(tmp_path / "p.parquet"))
    assert why.startswith(
        "cannot be made: protocol p on made: one voice is not rejected for female (0.200, two"
    )
    protocol_audit(Audited(manifest), "p", LEAVE_ONE_OUT, None, to(tmp_path / "a.parquet"), guess)
    found = store.read(tmp_path / "a.parquet").set_index("check")
    assert found.loc["folds", "verdict"] == "fatal" and "leave one gender out" in found.loc["folds", "detail"]


def test_all_that_reads_groups_reads_voices_where_no_group_is_known(tmp_path):
    known = made_manifest(tmp_path / "known.parquet")
    unknown = nameless(made_manifest(tmp_path / "unknown.parquet"))
    voices = np.repeat(["voice_0", "voice_1", "voice_2"], 8)
    for manifest, groups in ((known, {"S0", "S1", "S2", "S3"}), (unknown, {"voice_0", "voice_1", "voice_2"})):
        path, audit = tmp_path / "p.parquet", tmp_path / "a.parquet"
        file = Guess(said(tmp_path, manifest, voices, [0, 1, 2]))
        protocol(manifest, "p", LEAVE_ONE_OUT, to(path), guess=file)
        rows = store.read(manifest)
        assert set(grouped(rows.iloc[3:], voices_in(path))["group"]) == groups
        parts = Parts(rows, path, rows.set_index("utterance_id")[["status", "reason"]])
        assert {group for fold in parts.folds() for group in fold.test["group"]} == groups
        baseline(
            manifest,
            {"p": path},
            {"o": {"protocol": "p", "kind": "constant"}},
            1,
            {"o": to(tmp_path / "o.parquet")},
        )
        predicted = store.read(tmp_path / "o.parquet").set_index("utterance_id")
        lost = predicted.loc[rows["utterance_id"].iloc[:3]]
        assert lost["reason"].eq("no pseudo-speaker: 0.1 s is too short").all() and len(predicted) == 24
        protocol_audit(Audited(manifest), "p", LEAVE_ONE_OUT, None, to(audit), file)
        found = store.read(audit).set_index("check")
        assert found.loc["guessed_groups", "value"] == 3 and found.loc["failed", "value"] == 3
        # where voice_1 is tested, S1 and S2 have clips of others in training
        assert found.loc["shared_groups", "value"] == (0 if manifest == unknown else 2)
        assert found.loc["tested_groups", "value"] == len(groups)
        files = {"scores": to(tmp_path / "s.parquet"), "confusions": to(tmp_path / "c.parquet")}
        scored = Scored("o", "made", "p", "constant", "made", False, False, [str(tmp_path / "o.parquet")],
                        str(manifest), str(path), str(audit))  # fmt: skip
        scores(scored, BootstrapSettings(draws=20, seed=1, confidence=0.95), files)
        row = store.read(tmp_path / "s.parquet", metric="uar", slice="pooled").iloc[0]
        held = marks_in(row["mark"])
        assert row["groups"] == len(groups) and row["n"] == 21
        assert marks.GROUPS_GUESSED in held and marks.TOO_NARROW not in held
        assert (marks.GROUPS_SHARED in held) == (manifest == known)
        # more than a tenth has no voice, so what is scored is not the corpus
        assert found.loc["failed", "verdict"] == "fatal"
