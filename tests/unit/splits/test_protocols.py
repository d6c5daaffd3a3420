"""Protocols: which utterances train, validate and test."""

import json
import os

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.audits import LEAVE_ONE_OUT, RANDOM5
from support.places import MADE_BY_TEST, to
from support.small_manifests import EMOTIONS, LOSO, RANDOM, made_manifest

from sarangi.audit.protocol import protocol_audit
from sarangi.audit.rows import Audited
from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.manifest_rows import MANIFEST
from sarangi.base.parts import why_not_made
from sarangi.models.baselines import baseline
from sarangi.splits.kinds import emobox
from sarangi.splits.protocols import protocol, split


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


def split_with(path, settings, folder=None):
    """The rows of a protocol with what the manifest says of them."""
    output = path.with_name("p.parquet")
    protocol(path, "p", settings, to(output), folder)
    if why := why_not_made(store.read(output)):
        raise SarangiError(why)
    known = store.read(path, ["utterance_id", "speaker", "gender", "text"])
    return store.read(output).merge(known, on="utterance_id")


def test_publishers_parts_and_their_absence(tmp_path):
    path = people(tmp_path)
    table = split_with(path, {"kind": "publisher", "validation": 0.25, "seed": 1, "leaks": False})
    assert set(table.loc[table["part"] == "test", "speaker"]) == {"s0", "s1"}
    assert table.loc[table["part"] == "validation", "speaker"].nunique() == 1
    rows = store.read(path).assign(part=None).to_dict("records")
    with pytest.raises(
        SarangiError, match=r"its publisher gives made/s0/angry00\.wav no part; expected one of"
    ):
        split_with(made(tmp_path / "none.parquet", rows), {"kind": "publisher", "leaks": False})


def test_named_speakers_are_held_out_and_an_unknown_one_is_named(tmp_path):
    settings = {"kind": "held_out", "by": "speaker", "test": [["s0"], ["s1", "s2"]], "leaks": False}
    path = people(tmp_path)
    table = split_with(path, settings | {"validate": [["s3"], ["s4"]]})
    for fold, test, validate in ((0, {"s0"}, {"s3"}), (1, {"s1", "s2"}, {"s4"})):
        rows = table[table["fold"] == fold]
        assert set(rows.loc[rows["part"] == "test", "speaker"]) == test
        assert set(rows.loc[rows["part"] == "validation", "speaker"]) == validate
    with pytest.raises(SarangiError, match="no speaker s9 in the corpus; it has s0, s1"):
        split_with(path, settings | {"test": [["s9"]]})


def test_gender_and_text_can_be_held_out(tmp_path):
    path = people(tmp_path)
    by_gender = LEAVE_ONE_OUT | {"by": "gender"}
    table = split_with(path, by_gender)
    assert table[table["part"] == "test"].groupby("fold")["gender"].unique().map(list).tolist() == [
        ["female"],
        ["male"],
    ]
    by_text = {"kind": "leave_one_group_out", "by": "text", "leaks": False}
    with pytest.raises(SarangiError, match="groups s0, s1, s2, s3, s4 are in both training and test"):
        split_with(path, by_text)
    table = split_with(path, by_text | {"leaks": True})
    assert table.groupby(["fold", "text"])["part"].nunique().max() == 1
    nameless = made(tmp_path / "none.parquet", store.read(path).assign(gender=None).to_dict("records"))
    with pytest.raises(SarangiError, match="48 of 48 utterances have no gender, the first is made/s0"):
        split_with(nameless, by_gender)


def test_a_protocol_of_some_emotions_is_split_and_audited_over_those(tmp_path):
    rows = store.read(people(tmp_path)).to_dict("records")
    calm = [{**row, "utterance_id": row["utterance_id"] + "c", "emotion": "calm"} for row in rows[:4]]
    path = made(tmp_path / "three.parquet", sorted([*rows, *calm], key=lambda row: row["utterance_id"]))
    settings_ = RANDOM5 | {"folds": 2, "emotions": ["angry", "sad"]}
    found = split_with(path, settings_)
    assert set(found.loc[found["part"] == "unused", "utterance_id"]) == {row["utterance_id"] for row in calm}
    protocol_audit(Audited(path), "two", settings_, None, to(tmp_path / "a.parquet"))
    checks = store.read(tmp_path / "a.parquet").set_index("check")["value"]
    assert (checks["missing_class"], checks["uar_ceiling"], checks["uar_chance"]) == (0, 1, 0.5)
    with pytest.raises(SarangiError, match=r"no utterance of emotion bored; there is angry, calm, sad"):
        split_with(path, RANDOM5 | {"emotions": ["angry", "bored"]})


def test_one_emotion_or_too_few_groups_end_in_one_message_that_counts_what_failed(tmp_path):
    rows = store.read(people(tmp_path)).to_dict("records")
    lost = {"status": "failed", "reason": "a.csv:3: emotion 'x' is unknown", "cause": "unknown emotion 'x'"}
    one = [{**row, **(lost if row["emotion"] == "sad" else {})} for row in rows]
    path = made(tmp_path / "one.parquet", one)
    told = "24 usable utterances of angry; expected two.*24 of 48 failed: 24 unknown emotion 'x'"
    with pytest.raises(SarangiError, match=told):
        split_with(path, LEAVE_ONE_OUT)
    protocol_audit(Audited(path), "p", LEAVE_ONE_OUT, None, to(tmp_path / "a.parquet"))
    checks = store.read(tmp_path / "a.parquet").set_index("check")
    assert list(checks.loc[["failed", "folds"], "verdict"]) == ["fatal", "fatal"]
    few = [{**row, **(lost if row["speaker"] > "s1" else {})} for row in rows]
    five = {"kind": "stratified_group_kfold", "folds": 5, "seed": 1, "leaks": False}
    with pytest.raises(SarangiError, match=r"2 groups, fewer than the 5 folds.*32 of 48 failed: 32 unknown"):
        split_with(made(tmp_path / "few.parquet", few), five)


def test_a_corpus_of_two_languages_is_split_within_one_and_across(tmp_path):
    rows = store.read(people(tmp_path)).to_dict("records")
    path = made(
        tmp_path / "two.parquet",
        [{**row, "language": "ur" if row["speaker"] < "s3" else "sd"} for row in rows],
    )
    within = split_with(
        path, {"kind": "stratified_kfold", "folds": 2, "seed": 1, "leaks": True, "language": "ur"}
    )
    assert set(within.loc[within["part"] == "unused", "speaker"]) == {"s3", "s4", "s5"}
    baseline(
        path, {"p": tmp_path / "p.parquet"}, {"o": {"protocol": "p", "kind": "constant"}}, 1,
        {"o": to(tmp_path / "o.parquet")},
    )  # fmt: skip
    answers = store.read(tmp_path / "o.parquet").groupby("status")["reason"].agg(["size", "first"])
    assert answers.loc["ok", "size"] == answers.loc["skipped", "size"] == 24
    assert answers.loc["skipped", "first"] == "in no part of the protocol"
    across = split_with(path, {"kind": "held_out", "by": "language", "test": [["sd"]], "leaks": False})
    assert set(across.loc[across["part"] == "test", "speaker"]) == {"s3", "s4", "s5"}
    assert not (across["part"] == "unused").any()
    with pytest.raises(SarangiError, match="no utterance of language fa; there is sd, ur"):
        split_with(path, LEAVE_ONE_OUT | {"language": "fa"})


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
            file.write_text("\n".join([*lines, json.dumps({"wav": f"elsewhere_{part}.wav"})]))
    settings = {"kind": "emobox", "folds": 2, "leaks": False}
    protocol(path, "p", settings, to(tmp_path / "o.parquet"), folder)
    table = store.read(tmp_path / "o.parquet")
    assert sorted(table.loc[(table["fold"] == 1) & (table["part"] == "test"), "utterance_id"]) == sorted(
        names[8:16]
    )
    both = folder / "fold_2/made_valid_fold_2.jsonl"
    both.write_text(json.dumps({"wav": f"elsewhere/{names[0]}"}))
    with pytest.raises(SarangiError, match=r"made_valid_fold_2\.jsonl:1: \S+ is validation and train"):
        split_with(path, settings, folder)
    both.unlink()
    (folder / "fold_2/made_test_fold_2.jsonl").write_text('{"wav": 1}')
    with pytest.raises(SarangiError, match=r"made_test_fold_2\.jsonl:1: expected an object with wav"):
        split_with(path, settings, folder)


@pytest.mark.parametrize("settings_", [RANDOM, LOSO], ids=lambda s: s["kind"])
def test_each_usable_utterance_is_tested_once(settings_, tmp_path):
    manifest = made_manifest(tmp_path / "m.parquet", failed=2)
    protocol(manifest, "p", settings_, to(tmp_path / "p.parquet"))
    table = store.read(tmp_path / "p.parquet")
    assert (table["part"] == "test").groupby(table["utterance_id"]).sum().tolist() == [1] * 22 + [0] * 2
    assert set(table.loc[table["reason"] == "broken", "part"]) == {"unused"}
    assert table["leaks"].any() == settings_["leaks"]


@pytest.mark.parametrize(
    "settings_",
    [
        RANDOM | {"validation": 0.2},
        LOSO | {"validation": 0.3, "validation_by": "utterance", "seed": 1, "at_most": {"train": 9}},
        {"kind": "stratified_group_kfold", "folds": 3, "seed": 2, "validation": 0.2, "leaks": False},
        {"kind": "held_out", "test": [["S1"], ["S0", "S4"]], "validate": [["S2"], ["S3"]], "leaks": False},
        {"kind": "random", "test": 0.2, "seed": 3, "stratified": False, "leaks": True},
        RANDOM | {"emotions": ["angry", "sad"]},
    ],
    ids=lambda s: s["kind"],
)
def test_how_a_manifest_is_held_changes_no_fold(settings_, tmp_path):
    manifest = made_manifest(tmp_path / "m.parquet", speakers=9, failed=3)
    protocol(manifest, "p", settings_, to(tmp_path / "p.parquet"))
    found, whole = store.read(tmp_path / "p.parquet"), split(store.read(manifest), "p", settings_)
    assert (found["part"] == "test").any()
    for column in found:
        assert found[column].tolist() == pytest.approx(whole[column].tolist(), nan_ok=True), column


@pytest.mark.parametrize("leaks", [True, False])
@pytest.mark.parametrize("speakers", [4, 9])
def test_validation_is_cut_from_what_is_not_tested_and_keeps_groups_whole(leaks, speakers, tmp_path):
    manifest = made_manifest(tmp_path / "m.parquet", speakers=speakers)
    kind = "stratified_kfold" if leaks else "stratified_group_kfold"
    split = {"kind": kind, "folds": 2, "seed": 1, "validation": 0.2, "leaks": leaks}
    protocol(manifest, "p", split, to(tmp_path / "p.parquet"))
    table = store.read(tmp_path / "p.parquet").merge(
        store.read(manifest, ["utterance_id", "group", "emotion"])
    )
    for _, fold in table.groupby("fold"):
        parts = {part: rows for part, rows in fold.groupby("part")}
        assert set(parts) == {"train", "validation", "test"}
        assert set(parts["train"]["emotion"]) == set(EMOTIONS)
        if not leaks:
            assert fold.groupby("group")["part"].nunique().max() == 1


def test_a_part_is_cut_down_with_the_emotions_in_proportion(tmp_path):
    manifest = made_manifest(tmp_path / "m.parquet", speakers=12, clips=12)
    settings_ = LOSO | {"validation": 0.3, "validation_by": "utterance", "seed": 1}
    whole = split(store.read(manifest), "p", settings_)
    cut = split(store.read(manifest), "p", settings_ | {"at_most": {"train": 30, "validation": 900}})
    emotion = store.read(manifest).set_index("utterance_id")["emotion"]
    for fold, rows in cut.groupby("fold"):
        counts = rows["part"].value_counts()
        before = whole.loc[whole["fold"] == fold, "part"].value_counts()
        assert counts["train"] == 30 < before["train"]
        assert counts["unused"] == before["train"] - 30
        assert (counts["test"], counts["validation"]) == (before["test"], before["validation"])
        train = rows.loc[rows["part"] == "train", "utterance_id"]
        assert set(emotion[train].value_counts()) == {10}
    other = split(store.read(manifest), "p", settings_ | {"at_most": {"train": 30}, "seed": 2})
    assert not (other["part"] == cut["part"]).all()
    with pytest.raises(SarangiError, match=r"fold 0: at_most 2 of .* utterances"):
        split(store.read(manifest), "p", settings_ | {"at_most": {"train": 2}})


def test_a_protocol_that_leaks_without_saying_so_is_refused(tmp_path):
    manifest = made_manifest(tmp_path / "m.parquet")
    with pytest.raises(SarangiError, match=r"groups S0, S1, S2, S3 are in both training and .*leaks: true"):
        split(store.read(manifest), "p", RANDOM | {"leaks": False})


@pytest.mark.parametrize(
    ("settings_", "speakers", "message"),
    [
        (RANDOM | {"folds": 9}, 4, "7 utterances, fewer than the 9 folds"),
        (LOSO, 1, "1 group; leaving one out"),
    ],
)
def test_a_protocol_that_cannot_be_says_why(settings_, speakers, message, tmp_path):
    manifest = made_manifest(tmp_path / "m.parquet", speakers=speakers, failed=1)
    protocol(manifest, "p", settings_, to(tmp_path / "p.parquet"))
    table = store.read(tmp_path / "p.parquet")
    assert set(zip(table["part"], table["status"], strict=True)) == {("unused", "failed")}
    assert table["utterance_id"].tolist() == store.read(manifest)["utterance_id"].tolist()
    assert table["reason"].str.contains(message).all()


def test_folds_of_another_name_and_text_that_is_no_utf_8_are_told(tmp_path):
    usable = pd.DataFrame({"utterance_id": ["c/a.wav", "c/b.wav"]})
    (tmp_path / "fold_x").mkdir()
    (tmp_path / "fold_1").mkdir()
    (tmp_path / "fold_1/c_train_fold_1.jsonl").write_text(
        '{"wav": "a.wav", "text": "a\u2028b"}\n', encoding="utf-8"
    )
    (parts,) = emobox(usable, {"folder": tmp_path}, "here")
    assert list(parts) == ["train", "unused"]
    (tmp_path / "fold_1/c_test_fold_1.jsonl").write_bytes(b'{"wav": "b.wav"}\n\xff\n')
    with pytest.raises(
        SarangiError,
        match=r"c_test_fold_1\.jsonl: expected one JSON object per "
        r"line \(line 2",
    ):
        list(emobox(usable, {"folder": tmp_path}, "here"))


def test_what_cannot_be_listed_or_read_in_a_folder_of_folds_is_named(tmp_path):
    usable = pd.DataFrame({"utterance_id": ["c/a.wav", "c/b.wav"]})
    (tmp_path / "folds/fold_1").mkdir(parents=True)
    (tmp_path / "folds/fold_1/c_train_fold_1.jsonl").write_text('{"wav": "a.wav"}\n')
    test = tmp_path / "folds/fold_1/c_test_fold_1.jsonl"
    os.mkfifo(test)
    with pytest.raises(SarangiError, match=r"fold_1/c_test_fold_1\.jsonl is a named pipe"):
        list(emobox(usable, {"folder": tmp_path / "folds"}, "here"))
    test.unlink()
    test.symlink_to("unmounted")
    with pytest.raises(SarangiError, match=r"is a link to unmounted, which is not there"):
        list(emobox(usable, {"folder": tmp_path / "folds"}, "here"))


# -- folds matched to those that hold groups out -----------------------------------------------

HELD_OUT = {
    "leave one group out": {"kind": "leave_one_group_out"},
    "grouped, with a validation part": {
        "kind": "stratified_group_kfold", "folds": 2, "seed": 1, "validation": 0.3,
    },
    "one gender out, some of the rest trains": {
        "kind": "leave_one_group_out", "by": "gender", "seed": 1, "validation": 0.2,
        "validation_by": "utterance", "at_most": {"train": 6},
    },
    "named groups held out": {"kind": "held_out", "test": [["g0"], ["g1"]], "validate": [["g2"], ["g3"]]},
}  # fmt: skip


@st.composite
def uneven(draw):
    """Utterances of four groups or more that each have some of every emotion, in unlike numbers."""
    groups = draw(st.integers(4, 7))
    counts = draw(
        st.lists(st.lists(st.integers(2, 5), min_size=3, max_size=3), min_size=groups, max_size=groups)
    )
    rows = [
        {"utterance_id": f"made/g{group}/{emotion}{n}", "group": f"g{group}", "gender": "fm"[group % 2],
         "emotion": emotion}
        for group, each in enumerate(counts)
        for emotion, count in zip(("angry", "happy", "sad"), each, strict=True)
        for n in range(count)
    ]  # fmt: skip
    skipped = {"utterance_id": "made/none", "status": "skipped", "reason": "no label", "cause": "no label"}
    return pd.DataFrame([*rows, skipped]).assign(
        corpus="made", language="en", part=None, status=lambda frame: frame["status"].fillna("ok")
    )


@pytest.mark.parametrize("kind", HELD_OUT)
@given(utterances=uneven(), seed=st.integers(0, 2**31))
@settings(max_examples=8, deadline=None)
def test_matched_folds_differ_from_held_out_ones_in_the_groups_alone(kind, utterances, seed):
    held_out = HELD_OUT[kind] | {"leaks": False}
    apart = split(utterances, "apart", held_out)
    entry = HELD_OUT[kind] | {"leaks": True, "matched": seed}
    matched = split(utterances, "matched", entry)
    emotion = utterances.set_index("utterance_id")["emotion"]

    def sizes(folds):
        return folds.groupby(["fold", "part", folds["utterance_id"].map(emotion)], observed=True).size()

    pd.testing.assert_series_equal(sizes(matched), sizes(apart))
    pd.testing.assert_frame_equal(split(utterances, "matched", entry), matched)
    # as often as without it each utterance is tested: once where every group is
    tests, before = ((f["part"] == "test").groupby(f["utterance_id"]).sum() for f in (matched, apart))
    assert sorted(tests) == sorted(before)
    if kind != "named groups held out":
        assert tests.drop("made/none").eq(1).all()
    assert matched["leaks"].any()
    assert not apart["leaks"].any()
    assert (matched.loc[matched["utterance_id"] == "made/none", "part"] == "unused").all()
