"""Protocols by name, near-duplicates and the audit, on made and on real recordings."""

import json

import numpy as np
import pandas as pd
import pytest
from conftest import MADE_BY_TEST, REAL, real, to
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate, correlation_lags

from sarangi.audio.flac import encode
from sarangi.audio.near_duplicates import HOP, RATE, emphasised, near_duplicates, similarity
from sarangi.audio.resampling import AUDIO, resample
from sarangi.audit.corpus import corpus_audit
from sarangi.audit.protocol import nearest_emotion, protocol_audit
from sarangi.audit.rows import Audited
from sarangi.audit.whole import whole_audit
from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.manifest_rows import MANIFEST
from sarangi.base.parts import why_not_made
from sarangi.corpora.manifest import manifest
from sarangi.corpora.registry import load
from sarangi.models.baselines import baseline
from sarangi.splits.protocols import protocol

RANDOM5 = {"kind": "stratified_kfold", "folds": 5, "seed": 42, "leaks": True}
LOSO = {"kind": "leave_one_group_out", "leaks": False}
STUDY = {
    "kind": "held_out", "by": "speaker", "test": [["SM2"], ["SM3"], ["SM4"]],
    "validation": 0.1, "validation_by": "utterance", "seed": [42, 123, 2024], "leaks": False,
}  # fmt: skip


def made(path, rows):
    """A manifest of the given rows; what they leave out is plain."""
    frame = pd.DataFrame(rows)
    plain = {"corpus": "made", "language": "en", "status": "ok", "shard": 0, "sha256": "", "duration_s": 1.0}
    for column in MANIFEST.names:
        if column not in frame:
            frame[column] = plain.get(column)
    frame["file"] = frame["utterance_id"]
    store.write(path, frame.astype({"sample_rate": "Int32", "channels": "Int32"}), MANIFEST, MADE_BY_TEST)
    return path


def people(tmp_path, speakers=6):
    """Each speaker says two texts in two emotions, twice; half of the recordings are of part test."""
    rows = [
        {
            "utterance_id": f"made/s{speaker}/{emotion}{text}{take}.wav",
            "speaker": f"s{speaker}",
            "group": f"s{speaker}",
            "gender": "female" if speaker % 2 else "male",
            "emotion": emotion,
            "text": f"text {text}",
            "part": "test" if speaker < 2 else "train",
        }
        for speaker in range(speakers)
        for emotion in ("angry", "sad")
        for text in range(2)
        for take in range(2)
    ]
    return made(tmp_path / "m.parquet", rows)


def split(path, settings, folder=None):
    """The rows of a protocol with what the manifest says of them."""
    output = path.with_name("p.parquet")
    protocol(path, "p", settings, to(output), folder)
    if why := why_not_made(store.read(output)):
        raise SarangiError(why)
    known = store.read(path, ["utterance_id", "speaker", "gender", "text"])
    return store.read(output).merge(known, on="utterance_id")


# -- protocols --------------------------------------------------------------------------------


def test_publishers_parts_and_their_absence(tmp_path):
    path = people(tmp_path)
    table = split(path, {"kind": "publisher", "validation": 0.25, "seed": 1, "leaks": False})
    assert set(table.loc[table["part"] == "test", "speaker"]) == {"s0", "s1"}
    assert table.loc[table["part"] == "validation", "speaker"].nunique() == 1
    rows = store.read(path).assign(part=None).to_dict("records")
    with pytest.raises(
        SarangiError, match=r"its publisher gives made/s0/angry00\.wav no part; expected one of"
    ):
        split(made(tmp_path / "none.parquet", rows), {"kind": "publisher", "leaks": False})


def test_named_speakers_are_held_out_and_an_unknown_one_is_named(tmp_path):
    settings = {"kind": "held_out", "by": "speaker", "test": [["s0"], ["s1", "s2"]], "leaks": False}
    path = people(tmp_path)
    table = split(path, settings | {"validate": [["s3"], ["s4"]]})
    for fold, test, validate in ((0, {"s0"}, {"s3"}), (1, {"s1", "s2"}, {"s4"})):
        rows = table[table["fold"] == fold]
        assert set(rows.loc[rows["part"] == "test", "speaker"]) == test
        assert set(rows.loc[rows["part"] == "validation", "speaker"]) == validate
    with pytest.raises(SarangiError, match="no speaker s9 in the corpus; it has s0, s1"):
        split(path, settings | {"test": [["s9"]]})


def test_gender_and_text_can_be_held_out(tmp_path):
    path = people(tmp_path)
    by_gender = LOSO | {"by": "gender"}
    table = split(path, by_gender)
    assert table[table["part"] == "test"].groupby("fold")["gender"].unique().map(list).tolist() == [
        ["female"],
        ["male"],
    ]
    by_text = {"kind": "leave_one_group_out", "by": "text", "leaks": False}
    with pytest.raises(SarangiError, match="groups s0, s1, s2, s3, s4 stand on both sides"):
        split(path, by_text)
    table = split(path, by_text | {"leaks": True})
    assert table.groupby(["fold", "text"])["part"].nunique().max() == 1
    nameless = made(tmp_path / "none.parquet", store.read(path).assign(gender=None).to_dict("records"))
    with pytest.raises(SarangiError, match="48 of 48 utterances have no gender, the first is made/s0"):
        split(nameless, by_gender)


def test_a_protocol_of_some_emotions_is_split_and_audited_over_those(tmp_path):
    rows = store.read(people(tmp_path)).to_dict("records")
    calm = [{**row, "utterance_id": row["utterance_id"] + "c", "emotion": "calm"} for row in rows[:4]]
    path = made(tmp_path / "three.parquet", sorted([*rows, *calm], key=lambda row: row["utterance_id"]))
    settings_ = RANDOM5 | {"folds": 2, "emotions": ["angry", "sad"]}
    found = split(path, settings_)
    assert set(found.loc[found["part"] == "unused", "utterance_id"]) == {row["utterance_id"] for row in calm}
    protocol_audit(Audited(path), "two", settings_, None, to(tmp_path / "a.parquet"))
    checks = store.read(tmp_path / "a.parquet").set_index("check")["value"]
    assert (checks["missing_class"], checks["uar_ceiling"], checks["uar_chance"]) == (0, 1, 0.5)
    with pytest.raises(SarangiError, match=r"no utterance of emotion bored; there is angry, calm, sad"):
        split(path, RANDOM5 | {"emotions": ["angry", "bored"]})


def test_a_corpus_of_two_languages_is_split_within_one_and_across(tmp_path):
    rows = store.read(people(tmp_path)).to_dict("records")
    path = made(
        tmp_path / "two.parquet",
        [{**row, "language": "ur" if row["speaker"] < "s3" else "sd"} for row in rows],
    )
    within = split(path, {"kind": "stratified_kfold", "folds": 2, "seed": 1, "leaks": True, "language": "ur"})
    assert set(within.loc[within["part"] == "unused", "speaker"]) == {"s3", "s4", "s5"}
    baseline(
        path, {"p": tmp_path / "p.parquet"}, {"o": {"protocol": "p", "kind": "constant"}}, 1,
        {"o": to(tmp_path / "o.parquet")},
    )  # fmt: skip
    answers = store.read(tmp_path / "o.parquet").groupby("status")["reason"].agg(["size", "first"])
    assert answers.loc["ok", "size"] == answers.loc["skipped", "size"] == 24
    assert answers.loc["skipped", "first"] == "in no part of the protocol"
    across = split(path, {"kind": "held_out", "by": "language", "test": [["sd"]], "leaks": False})
    assert set(across.loc[across["part"] == "test", "speaker"]) == {"s3", "s4", "s5"}
    assert not (across["part"] == "unused").any()
    with pytest.raises(SarangiError, match="no utterance of language fa; there is sd, ur"):
        split(path, LOSO | {"language": "fa"})


def test_a_random_split_has_its_shares_and_follows_its_seed(tmp_path):
    path = people(tmp_path, speakers=25)
    settings = {"kind": "random", "test": 0.2, "validation": 0.1, "stratified": True, "leaks": True}
    parts = []
    for seed in (1, 1, 2):
        protocol(path, "p", settings | {"seed": seed}, to(tmp_path / "o.parquet"))
        parts.append(store.read(tmp_path / "o.parquet")["part"])
    assert parts[0].value_counts().to_dict() == {"train": 140, "test": 40, "validation": 20}
    assert parts[0].equals(parts[1])
    assert not parts[0].equals(parts[2])


def test_an_emobox_folder_is_read_and_a_broken_line_is_named(tmp_path):
    path, folder = people(tmp_path), tmp_path / "emobox"
    unique = [
        {**row, "utterance_id": row["utterance_id"].replace("/s", "/x").replace(".wav", f"{n}.wav")}
        for n, row in enumerate(store.read(path).to_dict("records"))
    ]
    path, names = made(tmp_path / "u.parquet", unique), [row["utterance_id"] for row in unique]
    for fold in (1, 2):
        (folder / f"fold_{fold}").mkdir(parents=True)
        tested = names[:8] if fold == 1 else names[8:16]
        for part, members in (("test", tested), ("train", [n for n in names if n not in tested])):
            lines = [json.dumps({"key": n, "wav": f"downloads/{n}"}) for n in members]
            file = folder / f"fold_{fold}/made_{part}_fold_{fold}.jsonl"
            file.write_text("\n".join([*lines, json.dumps({"wav": "elsewhere.wav"})]))
    settings = {"kind": "emobox", "folds": 2, "leaks": False}
    protocol(path, "p", settings, to(tmp_path / "o.parquet"), folder)
    table = store.read(tmp_path / "o.parquet")
    assert sorted(table.loc[(table["fold"] == 1) & (table["part"] == "test"), "utterance_id"]) == sorted(
        names[8:16]
    )
    (folder / "fold_2/made_test_fold_2.jsonl").write_text('{"wav": 1}')
    with pytest.raises(SarangiError, match=r"made_test_fold_2\.jsonl:1: expected an object with wav"):
        split(path, settings, folder)


# -- near-duplicates --------------------------------------------------------------------------


def noisy_voice(seed, seconds):
    """Something like speech: bursts of harmonics whose pitch and colour change five times a second."""
    draw = np.random.default_rng(seed)
    pieces = []
    for _ in range(round(5 * seconds)):
        time = np.arange(3200) / 16_000
        pitch, colour = draw.uniform(80, 300), draw.uniform(0, 1, 20)
        harmonics = [c * np.sin(2 * np.pi * pitch * (k + 1) * time) for k, c in enumerate(colour)]
        pieces.append(sum(harmonics) * np.hanning(3200))
    signal = np.concatenate(pieces) + draw.normal(0, 0.05, 3200 * len(pieces))
    return 0.5 * signal / np.abs(signal).max()


def written(path, signals):
    with store.Writer(path, AUDIO, MADE_BY_TEST, row_group=3) as writer:
        for name, signal in sorted(signals.items()):
            flac = encode(np.rint(signal * 32767).astype(np.int16))
            writer.add(
                {"utterance_id": name, "audio": {"bytes": flac, "path": name}, "status": "ok", "reason": None}
            )
    return path


def test_overlapping_cuts_are_found_with_their_offset_and_others_are_not(tmp_path, monkeypatch):
    whole = noisy_voice(0, 6)
    signals = {f"c{n:02}": noisy_voice(n, 3) for n in range(1, 12)}
    signals |= {"a": whole[:48_000], "b": 0.3 * whole[24_000:72_000], "c_twin": signals["c01"]}
    shards = [
        written(tmp_path / "0", dict(list(signals.items())[:7])),
        written(tmp_path / "1", dict(list(signals.items())[7:])),
    ]
    near_duplicates(shards, to(tmp_path / "n.parquet"))
    found = store.read(tmp_path / "n.parquet")
    assert list(zip(found["first"], found["second"], strict=True)) == [("a", "b"), ("c01", "c_twin")]
    assert found["similarity"].min() > 0.97
    assert found["offset_s"].tolist() == pytest.approx([-1.5, 0], abs=1e-3)
    assert found["overlap_s"].tolist() == pytest.approx([1.5, 3], abs=1e-2)
    # however many parts the landmarks stand in
    monkeypatch.setattr("sarangi.audio.near_duplicates.CLIPS_A_PART", 1)
    near_duplicates(shards, to(tmp_path / "parted.parquet"))
    assert (tmp_path / "parted.parquet").read_bytes() == (tmp_path / "n.parquet").read_bytes()


@given(
    lag=st.integers(-15_000, 15_000),
    wrong=st.integers(-HOP, HOP),
    lengths=st.tuples(*[st.integers(1, 20_000)] * 2),
)
@settings(max_examples=40, deadline=None)
def test_similarity_is_the_highest_correlation_near_the_lag(lag, wrong, lengths):
    whole = emphasised(noisy_voice(1, 8).astype(np.float32))
    one, other = whole[20_000 : 20_000 + lengths[0]], whole[20_000 - lag : 20_000 - lag + lengths[1]]
    value, offset, overlap = similarity(one, other, lag + wrong)
    back = similarity(other, one, -lag - wrong)
    lags = correlation_lags(len(other), len(one))
    near = np.abs(lags - lag - wrong) <= HOP
    if not near.any():
        assert (value, overlap) == (0, 0)
        return
    heights = np.abs(correlate(other.astype(float), one.astype(float), method="fft"))[near]
    assert round(offset * RATE) in lags[near]
    at = heights[lags[near] == round(offset * RATE)][0]
    assert at == pytest.approx(heights.max(), rel=1e-4, abs=1e-4)
    assert 0 <= value <= 1
    if overlap > 0.5:
        assert value == pytest.approx(1, abs=1e-5)
        assert (back[0], -back[1]) == pytest.approx((value, offset))


def test_similarity_of_silence_and_of_what_does_not_overlap_is_zero():
    one, other = (emphasised(noisy_voice(n, 2).astype(np.float32)) for n in (1, 2))
    assert similarity(one, other, 0)[0] < 0.6
    assert similarity(one, np.zeros(100, np.float32), 0)[0] == 0
    assert similarity(one, other, len(other) + HOP + 1)[0] == 0


# -- audit ------------------------------------------------------------------------------------


def test_a_number_tells_the_emotions_it_separates_and_survives_equal_ones():
    train = pd.Series([1.0, 1.1, 5.0, 5.1])
    emotion = pd.Series(["sad", "sad", "angry", "angry"])
    assert list(nearest_emotion(train, emotion, pd.Series([0.9, 6.0]))) == ["sad", "angry"]
    same = nearest_emotion(pd.Series([2.0] * 4), emotion, pd.Series([2.0]))
    assert same[0] in ("sad", "angry")


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
    whole_audit(audits, to(tmp_path / "audit.parquet"), tmp_path / "audit.csv")
    return store.read(tmp_path / "audit.parquet").set_index(["check", "subject"]).sort_index()


def test_the_audit_of_the_real_urdu_corpus_finds_what_is_known(tmp_path):
    emobox = {"kind": "emobox", "folder": str(REAL / "emobox/urdu"), "folds": 1, "leaks": True}
    protocols = {"random5": RANDOM5, "loso": LOSO, "study": STUDY, "emobox": emobox}
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
    protocols = {"loso": LOSO, "emobox": emobox, "speakers_21_22": held_out}
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
