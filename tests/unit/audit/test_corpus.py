"""Checks of a corpus."""

import krippendorff
import numpy as np
import pandas as pd
import pytest
from support.places import MADE_BY_TEST, to
from support.small_manifests import LOSO, made_manifest

from sarangi.audio.near_duplicates import NEAR_DUPLICATES
from sarangi.audit.advice import findings
from sarangi.audit.corpus import corpus_audit
from sarangi.audit.protocol import nearest_emotion, protocol_audit
from sarangi.audit.rows import Audited, Voted
from sarangi.base import store
from sarangi.base.manifest_rows import MANIFEST, manifest_schema
from sarangi.base.vote_rows import VOTES


def test_a_number_tells_the_emotions_it_separates_and_survives_equal_ones():
    train = pd.Series([1.0, 1.1, 5.0, 5.1])
    emotion = pd.Series(["sad", "sad", "angry", "angry"])
    assert list(nearest_emotion(train, emotion, pd.Series([0.9, 6.0]))) == ["sad", "angry"]
    same = nearest_emotion(pd.Series([2.0] * 4), emotion, pd.Series([2.0]))
    assert same[0] in ("sad", "angry")


@pytest.mark.parametrize(("failed", "skipped", "verdict"), [(0, 0, "ok"), (2, 0, "warning"), (2, 5, "fatal")])
def test_more_than_a_tenth_of_what_belongs_to_a_corpus_failed_is_fatal(failed, skipped, verdict, tmp_path):
    path = made_manifest(tmp_path / "m.parquet", failed=failed)
    rows = store.read(path).assign(copies=0)
    rows.loc[:skipped, "status"] = ["skipped"] * skipped + ["ok"]
    rows.loc[rows["status"] == "failed", "reason"] = [f"t.csv:{n}: unknown" for n in range(failed)]
    rows.loc[rows["status"] == "failed", "cause"] = "unknown emotion 'x'"
    rows.loc[10, "copies"] = 1
    store.write(path, rows.astype({"cause": object}), MANIFEST, MADE_BY_TEST)
    corpus_audit(Audited(path), {}, to(tmp_path / "a.parquet"))
    found = store.read(tmp_path / "a.parquet").set_index("check")
    row = found.loc["failed"]
    told = f"{failed} of {24 - skipped} failed: {failed} unknown emotion 'x'" if failed else ""
    assert (row["value"], row["verdict"], row["detail"]) == (failed, verdict, told)
    assert (found.loc["copied", "value"], found.loc["copied", "verdict"]) == (1, "note")


def test_utterances_without_recordings_that_are_the_same_are_pairs(tmp_path):
    path = made_manifest(tmp_path / "m.parquet")
    rows = store.read(path).assign(sha256=[f"{n}" for n in range(len(store.read(path)))])
    rows.loc[1:3, "sha256"] = "same"
    rows.loc[1:3, "group"] = "g"
    rows.loc[1:3, "speaker"] = "s"
    rows.loc[1:3, "emotion"] = ["sad", "sad", "angry"]
    store.write(path, rows.astype({"sha256": object}), MANIFEST, MADE_BY_TEST)
    corpus_audit(Audited(path), {}, to(tmp_path / "a.parquet"))
    found = store.read(tmp_path / "a.parquet").set_index("check").loc["near_duplicate"]
    assert list(found["verdict"]) == ["warning", "fatal"]
    assert found["detail"].iloc[1] == "the same byte for byte, labelled sad and angry"


def test_segments_of_one_recording_are_no_copies_of_each_other(tmp_path):
    path = made_manifest(tmp_path / "m.parquet")
    rows = store.read(path)
    rows = rows.assign(sha256=[f"{n}" for n in range(len(rows))])
    rows.loc[0:3, "sha256"] = "same"
    rows.loc[0:1, ["start", "end"]] = [[0.0, 2.0], [1.0, 3.0]]
    store.write(path, rows.astype({"sha256": object}), MANIFEST, MADE_BY_TEST)
    names = list(rows["utterance_id"])
    columns = {"similarity": 1.0, "offset_s": 0.0, "overlap_s": 1.0, "landmarks": 9}
    pairs = [{"first": names[0], "second": names[1]}, {"first": names[2], "second": names[3]}]
    frame = pd.DataFrame([pair | columns for pair in pairs])
    store.write(tmp_path / "pairs.parquet", frame, NEAR_DUPLICATES, MADE_BY_TEST)
    corpus_audit(Audited(path, (), tmp_path / "pairs.parquet"), {}, to(tmp_path / "a.parquet"))
    found = store.read(tmp_path / "a.parquet").set_index("check")
    first, second = found.loc["near_duplicate", "detail"]
    assert first.startswith("1.00 s shared, as segments of one recording")
    assert second.startswith("1.00 s shared, byte for byte")
    assert found.loc["near_duplicates", "detail"].startswith("1 byte for byte")


def test_an_emotion_of_one_utterance_or_one_speaker_is_a_warning(tmp_path):
    path = made_manifest(tmp_path / "m.parquet")
    rows = store.read(path)
    first = rows["group"] == rows["group"].iloc[0]
    rows.loc[rows.index[first][:2], "emotion"] = "خوشی"
    rows.loc[rows.index[-1], "emotion"] = "bored"
    store.write(path, rows, MANIFEST, MADE_BY_TEST)
    corpus_audit(Audited(path), {}, to(tmp_path / "a.parquet"))
    found = store.read(tmp_path / "a.parquet").set_index(["check", "subject"])
    assert found.loc[("emotion", "bored"), ["value", "verdict"]].tolist() == [1, "warning"]
    assert found.loc[("emotion", "خوشی"), ["value", "verdict"]].tolist() == [2, "note"]
    row = found.loc[("groups_of_emotion", "خوشی")]
    assert (row["verdict"], row["detail"]) == ("warning", "no split by groups can train on it and test on it")


def test_what_cannot_be_checked_without_sound_is_a_row_and_no_number(tmp_path):
    path = made_manifest(tmp_path / "m.parquet")
    corpus_audit(Audited(path), {}, to(tmp_path / "a.parquet"))
    row = store.read(tmp_path / "a.parquet").set_index("check").loc["sound"]
    assert row["verdict"] == "note" and row["detail"].startswith("not checked: no recordings, so nothing")
    protocol_audit(Audited(path), "loso", LOSO, None, to(tmp_path / "p.parquet"))
    found = store.read(tmp_path / "p.parquet").set_index("check")
    for check in ("near_duplicates_across", "duration_uar", "loudness_uar"):
        assert pd.isna(found.loc[check, "value"])
        assert tuple(found.loc[check, ["verdict", "detail"]]) == ("note", "not checked: no recordings")
    assert found.loc["constant_uar", "value"] > 0
    advised = {row.check: row.todo for row in findings(found.reset_index(), ["loso"])}
    assert advised["near_duplicates_across"] == advised["duration_uar"] != advised["shared_groups"]
    assert advised["duration_uar"].startswith("nothing for models of words")


def test_ratings_are_counted_and_what_a_speaker_tells_of_them_is_said(tmp_path):
    path = made_manifest(tmp_path / "m.parquet")
    rows = store.read(path)
    place = rows["speaker"].str[1].astype(int)
    rows = rows.assign(dimension_arousal=place + 0.0, unrated_arousal=None)
    rows.loc[[1, 2], ["dimension_arousal", "unrated_arousal"]] = [None, "out of scale"]
    rows.loc[3, ["dimension_arousal", "unrated_arousal"]] = [None, "missing"]
    rows = rows.assign(dimension_flat=2.0, unrated_flat=None, dimension_own=range(24), unrated_own=None)
    schema = manifest_schema(dimensions=("arousal", "flat", "own"))
    store.write(path, rows.astype({"unrated_arousal": object}), schema, MADE_BY_TEST)
    corpus_audit(Audited(path), {}, to(tmp_path / "a.parquet"))
    found = store.read(tmp_path / "a.parquet").set_index(["check", "subject"])
    row = found.loc[("rated", "arousal")]
    assert (row["value"], row["verdict"], row["detail"]) == (21, "warning", "1 missing, 2 out of scale")
    assert found.loc[("rated", "own"), "verdict"] == "ok"
    constant = found.loc[("rating_spread", "flat")]
    assert (constant["value"], constant["verdict"]) == (0, "warning")
    assert "all alike, so there is nothing to learn" in constant["detail"]
    # each speaker has one rating, which tells all; of the other dimension most is between speakers
    assert found.loc[("rating_between_speakers", "arousal"), "value"] == pytest.approx(1)
    assert found.loc[("speakers_rated_alike", "arousal"), "value"] == 4
    own = rows["dimension_own"].groupby(rows["speaker"]).transform("mean").var(ddof=0)
    expected = own / rows["dimension_own"].var(ddof=0)
    assert found.loc[("rating_between_speakers", "own"), "value"] == pytest.approx(expected)
    assert ("rating_between_speakers", "flat") not in found.index


def test_votes_of_annotators_are_counted_and_their_agreement_has_an_interval(tmp_path):
    path = made_manifest(tmp_path / "m.parquet", speakers=9, failed=1)
    ids = list(store.read(path)["utterance_id"])
    draw = np.random.default_rng(1)
    votes = []
    for n, name in enumerate(ids[:-2]):
        for who in "abc"[: 1 if n < 4 else 3]:
            right = draw.random() < 0.8
            label = ["angry", "happy", "sad"][(n % 3 if right else draw.integers(3))]
            votes.append(
                {"utterance_id": name, "annotator": who, "emotion": label, "label": label, "weight": 1.0}
            )
            rated = {"utterance_id": name, "annotator": who, "dimension": "arousal", "weight": 1.0}
            votes.append(rated | {"label": "3", "rating": float(n % 5 + right)})
    # one who says two things, one that nobody can use, and one of the talker
    votes[8] |= {"weight": 0.5}
    votes.append(votes[8] | {"emotion": None, "label": "frustration"})
    lost = {
        "utterance_id": "made/x",
        "annotator": "a",
        "status": "failed",
        "reason": "v:1: x",
        "cause": "unknown",
    }
    votes += [lost, lost | {"utterance_id": ids[9], "status": "skipped", "cause": "a self-report"}]
    blank = dict.fromkeys(VOTES.names) | {"status": "ok"}
    frame = pd.DataFrame([blank | vote for vote in votes], columns=VOTES.names)
    store.write(tmp_path / "v.parquet", frame, VOTES, MADE_BY_TEST)
    corpus_audit(Audited(path, votes=Voted(tmp_path / "v.parquet", 0.95)), {}, to(tmp_path / "a.parquet"))
    audited = store.read(tmp_path / "a.parquet")
    found = audited.set_index("check")
    assert found.loc["votes_failed", ["value", "verdict", "detail"]].to_list() == [1, "warning", "1 unknown"]
    assert found.loc["votes_left_out", "detail"] == "1 a self-report"
    assert (found.loc["votes", "value"], found.loc["votes", "detail"]) == (149, "by 3 annotators")
    assert found.loc["clips_voted_once", "value"] == 4
    # the last of all failed, and belongs to no count
    assert found.loc["clips_without_votes", ["value", "verdict"]].to_list() == [1, "warning"]
    alpha = audited[audited["check"] == "agreement"].set_index("subject")
    assert sorted(alpha.index) == ["arousal, interval", "arousal, ordinal", "emotions"]
    assert "95% interval" in alpha.loc["emotions", "detail"] and "9 groups" in alpha.loc["emotions", "detail"]
    assert "1 votes for several labels left out" in alpha.loc["emotions", "detail"]
    # by the package, from the votes as a table of annotators by clips
    single = frame[frame["emotion"].notna() & (frame["weight"] == 1)]
    table = single.pivot(index="annotator", columns="utterance_id", values="emotion")
    codes = table.replace({"angry": 0, "happy": 1, "sad": 2}).to_numpy(float)
    expected = krippendorff.alpha(codes, level_of_measurement="nominal")
    assert alpha.loc["emotions", "value"] == pytest.approx(expected)
    shares = frame.assign(annotator=None, weight=0.5)
    store.write(tmp_path / "v.parquet", shares[shares["dimension"].isna()], VOTES, MADE_BY_TEST)
    corpus_audit(Audited(path, votes=Voted(tmp_path / "v.parquet", 0.95)), {}, to(tmp_path / "a.parquet"))
    row = store.read(tmp_path / "a.parquet").set_index("check").loc["agreement"]
    assert np.isnan(row["value"]) and "shares of votes" in row["detail"]
