"""Votes: every one is ok, skipped or failed with a reason, and a clip without agreement keeps its row."""

import json

import pandas as pd
import pytest
import yaml
from support.configuration import SCHEMA
from support.places import ROOT, to
from support.recordings import sound
from support.small_corpora import laid

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.vote_shares import soft_labels
from sarangi.corpora.manifest import VotesOfLayout, manifest
from sarangi.corpora.table_corpus import VotesOfTable, table_manifest
from sarangi.corpora.table_settings import TableSettings
from sarangi.corpora.targets import target_of
from sarangi.corpora.vote_formats import msp_podcast
from sarangi.corpora.vote_settings import TargetSettings, VoteSettings
from sarangi.corpora.votes import UNKNOWN_CLIP, Vote
from sarangi.study.checking import check
from sarangi.study.table_corpora import settings_of
from sarangi.study.vote_inputs import settings_of_votes, table_of_votes

NAMES = [f"s{speaker}/{clip}.wav" for speaker in (1, 2) for clip in range(3)]
SOUNDS = dict(zip(NAMES, [sound(0.1, seed=seed) for seed in range(6)], strict=True))
LABELS = ["file,emotion,speaker", *(f"{name},neutral,{name[:2]}" for name in NAMES)]
PLAIN = TableSettings("delimited", {}, {}, [], "en", [])
ROWS = VoteSettings("rows", {}, {}, ["frustration"])


def made(tmp_path, votes, settings=ROWS, labels=LABELS, name="votes.csv", table=PLAIN):
    """The manifest by path, and the votes, of a corpus with a table of votes (lines, or the text itself)."""
    audio = laid(tmp_path / "wavs", SOUNDS)
    (tmp_path / "labels.csv").write_text("\n".join(labels) + "\n", encoding="utf-8")
    own = None
    if votes is not None:
        own = tmp_path / name
        own.write_text(votes if isinstance(votes, str) else "\n".join(votes) + "\n", encoding="utf-8")
    outputs = to(tmp_path / "m.parquet"), to(tmp_path / "v.parquet")
    table_manifest(
        audio, tmp_path / "labels.csv", "my", table, 1, outputs[0], VotesOfTable(settings, own, outputs[1])
    )
    found = store.read(tmp_path / "m.parquet")
    read = store.read(tmp_path / "v.parquet")
    return found.set_index(found["utterance_id"].str.removeprefix("my/")), read


def causes(votes):
    return dict(votes[votes["status"] == store.FAILED]["cause"].value_counts())


def test_votes_of_a_table_are_counted_whatever_is_wrong_with_them(tmp_path):
    lines = [
        "file,annotator,label",
        "s1/0.wav,a,anger", "s1/0.wav,b,Anger", "s1/0.wav,c,frustration",
        # another spelling of the path, as people write it
        "0.wav,z,anger", "nowhere.wav,a,sad",
        "s1/1.wav,a,angyr", "s1/1.wav,,sad", "s1/1.wav,b,", ",b,sad",
        # twice in other words, and in the same words
        "s1/2.wav,a,sad", "s1/2.wav,a,happy", "s1/2.wav,b,sad", "s1/2.wav,b,sad",
        "s2/0.wav,me,sad",
    ]  # fmt: skip
    found, votes = made(tmp_path, lines, ROWS._replace(self_reports=["Me"]))
    assert (found["status"] == "ok").all() and set(found["emotion"]) == {"neutral"}  # labels as they were
    assert causes(votes) == {
        "votes for a clip that the corpus does not have": 2, "unknown label 'angyr'": 1, "no annotator": 1,
        "no label": 1, "a row that cannot be read": 1, "an annotator twice on a clip": 2,
    }  # fmt: skip
    assert len(votes) == len(lines) - 1
    assert votes["utterance_id"].is_monotonic_increasing
    skipped = votes[votes["status"] == store.SKIPPED]
    assert sorted(skipped["cause"]) == ["a self-report", "repeated in the same words"]
    why = votes.loc[votes["cause"] == "unknown label 'angyr'", "reason"].item()
    assert "votes.csv:7" in why and "votes.others" in why
    own = votes[(votes["utterance_id"] == "my/s1/0.wav") & (votes["status"] == "ok")]
    assert list(own["emotion"].fillna("-")) == ["angry", "angry", "-"]


def test_votes_that_fit_several_recordings_are_refused(tmp_path):
    with pytest.raises(SarangiError, match=r"votes for 0\.wav fit several rows .* name each recording"):
        made(tmp_path, ["file,annotator,label", "0.wav,a,sad"], labels=[*LABELS[:1], LABELS[1], LABELS[4]])


def test_a_table_of_votes_without_a_column_is_refused_with_the_nearest(tmp_path):
    with pytest.raises(SarangiError, match=r"no column 'annotator'; did you mean Anotator\?"):
        made(tmp_path, ["file,Anotator,label", "s1/0.wav,a,sad"])


def test_segments_have_votes_of_their_own(tmp_path):
    labels = [f"{LABELS[0]},start,end", "s1/0.wav,neutral,s1,0,0.04", "s1/0.wav,neutral,s1,0.05,0.09"]
    lines = ["file,annotator,label,start,end", "s1/0.wav,a,sad,0,0.04", "s1/0.wav,a,happy,0.05,0.09"]
    target = TargetSettings("plurality")
    found, votes = made(tmp_path, lines, ROWS._replace(target=target), labels)
    assert list(found.loc[found["status"] == "ok", "emotion"]) == ["sad", "happy"]
    assert causes(votes) == {}
    with pytest.raises(SarangiError, match="segments by start and end"):
        made(tmp_path, ["file,annotator,label", "s1/0.wav,a,sad"], labels=labels)


def test_single_ratings_are_numbers(tmp_path):
    lines = ["file,annotator,act", "s1/0.wav,a,3", 's1/0.wav,b,"4,5"', "s1/0.wav,c,high", "s1/1.wav,a,"]
    _, votes = made(tmp_path, lines, ROWS._replace(dimensions={"arousal": "act"}))
    assert causes(votes) == {"arousal is not a number": 1}
    assert list(votes.loc[votes["status"] == "ok", "rating"]) == [3.0, 4.5]


@pytest.mark.parametrize(
    ("kind", "cells", "cause", "words"),
    [
        ("counts", "3,-1,0", "a negative number", "labels.csv:2: n_sad is -1"),
        ("counts", "3,x,0", "not a number", "n_sad is 'x', expected a number"),
        ("counts", "3,inf,0", "not a number", "n_sad is 'inf'"),
        ("counts", "3,1.5,0", "not a whole number", "expected a whole number of votes"),
        ("shares", "0.3,0.3,0.3", "shares whose sum is not 1", "have the sum 0.9, expected 1"),
    ],
)
def test_counts_and_shares_that_cannot_be(tmp_path, kind, cells, cause, words):
    found, votes = made(tmp_path, None, *columns_of(kind, cells))
    assert causes(votes) == {cause: 1} and words in votes["reason"].iloc[0]
    # the target then has no vote
    assert found.loc["s1/0.wav", "cause"] == "no vote" and words in found.loc["s1/0.wav", "reason"]


def test_counts_and_shares_are_weights(tmp_path):
    _, votes = made(tmp_path, None, *columns_of("counts", "3,,1"))
    votes = votes[votes["utterance_id"] == "my/s1/0.wav"]
    assert list(votes["weight"]) == [3.0, 1.0] and list(votes["emotion"].fillna("-")) == ["angry", "-"]
    assert votes["annotator"].isna().all()
    found, votes = made(tmp_path, None, *columns_of("shares", '0.334,0.330,"0,333"'))
    assert list(soft_labels(tmp_path / "v.parquet", ["sad", "angry"]).iloc[0]) == pytest.approx(
        [1 / 2, 1 / 2], abs=4e-3
    )
    assert found.loc["s1/0.wav", "emotion"] == "angry"
    with pytest.raises(SarangiError, match=r"no column 'n_sda' for the votes for sad; did you mean n_sad\?"):
        settings, labels = columns_of("counts", "1,1,1")
        made(tmp_path, None, settings._replace(columns={**settings.columns, "sad": "n_sda"}), labels)


def columns_of(kind, cells):
    columns = {"angry": "n_angry", "sad": "n_sad", "frustration": "n_fru"}
    target = TargetSettings("plurality")
    labels = [
        "file,emotion,speaker,n_angry,n_sad,n_fru",
        f"s1/0.wav,neutral,s1,{cells}",
        "s1/1.wav,neutral,s1,1,0,0",
    ]
    return VoteSettings(kind, columns, {}, ["frustration"], target=target), labels


MSP = [
    "FileName,Workers,EmoClass_Major,EmoClass_Second,EmoAct,EmoVal,EmoDom",
    'MSP-PODCAST_0001_0008.wav,WORKER00000325,Angry,"Angry,Annoyed",6,2,5',
    'MSP-PODCAST_0001_0008.wav,WORKER00000311,Contempt,"Contempt",5,3,5',
    'MSP-PODCAST_0001_0008.wav,WORKER00000299,Other-tired of it,"Other",5,3,4',
]


def test_msp_podcasts_single_annotations_are_read_in_each_published_form(tmp_path):
    """Written to what is published about the files, which are licensed: none was seen."""
    detail = ["FileName,EmoDetail"]
    workers = {}
    for line in MSP[1:]:
        file, worker, primary, rest = line.split(",", 3)
        second, act, val, dom = rest.rsplit(",", 3)
        plain = second.strip('"')
        detail.append(f'{file},"{worker}; {primary}; {plain}; A:{act}.0; V:{val}.0; D:{dom}.0;"')
        said = {
            "EmoClass_Major": primary,
            "EmoClass_Second": plain,
            "EmoAct": act,
            "EmoDom": dom,
            "EmoVal": val,
        }
        workers[worker] = said
    forms = {
        "labels_detailed.csv": MSP,
        "detail.csv": detail,
        "labels_detailed.json": json.dumps({"MSP-PODCAST_0001_0008.wav": workers}),
    }
    settings = ROWS._replace(kind="msp_podcast", target=TargetSettings("plurality", "first"))
    labels = ["FileName,EmoClass", "MSP-PODCAST_0001_0008.wav,X"]
    table = PLAIN._replace(columns={"file": "FileName", "emotion": "EmoClass"}, words_alone=False)
    SOUNDS["MSP-PODCAST_0001_0008.wav"] = SOUNDS[NAMES[0]]
    seen = []
    try:
        for name, text in forms.items():
            found, votes = made(tmp_path, text, settings, labels, name, table)
            assert causes(votes) == {}
            assert found.loc["MSP-PODCAST_0001_0008.wav", "emotion"] == "angry"
            assert "tied" in found.loc["MSP-PODCAST_0001_0008.wav", "reason"]
            seen.append(votes.drop(columns="label"))
    finally:
        del SOUNDS["MSP-PODCAST_0001_0008.wav"]
    for other in seen[1:]:
        pd.testing.assert_frame_equal(other, seen[0])
    emotions = seen[0][seen[0]["dimension"].isna()].set_index("annotator")["emotion"]
    assert dict(emotions.fillna("-")) == {
        "WORKER00000299": "-", "WORKER00000311": "contempt", "WORKER00000325": "angry",
    }  # fmt: skip
    rated = seen[0].dropna(subset="rating").set_index(["annotator", "dimension"])["rating"]
    assert rated["WORKER00000325", "arousal"] == 6 and rated["WORKER00000299", "dominance"] == 4


BLOCK = """% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]

[6.2901 - 8.2357]\tSes01F_impro01_F000\tneu\t[2.5000, 2.5000, 2.5000]
C-E2:\tNeutral;\t()
C-E3:\tNeutral; Anger;\t()
C-E4:\tAnger; Frustration;\t(angry, then loud)
C-F1:\tHappiness;\t()
A-E3:\tval 3; act 2; dom  3;\t()
A-E4:\tval 2; act ; dom  3;\t()
A-F1:\tval 3; act 2; dom  1;\t()

[10.0100 - 11.3925]\tSes01F_impro01_F001\txxx\t[2.5000, 2.5000, 2.5000]
C-E2:\tHappiness;\t()
C-E3:\tExcited;\t()
C-E4:\tFrustration;\t()
C-E4:\tSadness;\t()

[12.0000 - 13.0000]\tSes01F_impro01_F002\tsad\t[2.5000, 2.5000, 2.5000]
C-E2:\tSadness;\t()
C-E3:\tAnger;\t()
C-E4:\tRage;\t()
"""


def test_names_that_stand_twice_in_json_and_half_characters_are_seen(tmp_path):
    told = '{{"EmoClass_Major": "{}"}}'
    path = tmp_path / "labels_detailed.json"
    path.write_text(
        f'{{"a.wav": {{"W1": {told.format("Angry")}, "W1": {told.format("Sad")}, '
        f'"W2\\ud800": {told.format("Happy")}}}, "b.wav": {{"W1": {told.format("Sad")}}}, '
        f'"b.wav": {{"W1": {told.format("Sad")}}}}}',
        encoding="utf-8",
    )
    rows = list(msp_podcast.read(path, ROWS))
    assert [row.annotator for row in rows] == ["W1", "W1", "W2\ufffd", "W1", "W1"]
    assert len({row.where for row in rows}) == len(rows)  # so that an annotator's two votes are told apart


def iemocap(tmp_path, target=None):
    files = {"Session1/dialog/EmoEvaluation/Ses01F_impro01.txt": BLOCK.encode()}
    names = [f"Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_F00{n}.wav" for n in range(3)]
    folder = laid(tmp_path / "iemocap", files | dict(zip(names, SOUNDS.values(), strict=False)))
    settings = VoteSettings("layout", {}, {}, [], target=target)
    outputs = to(tmp_path / "m.parquet"), to(tmp_path / "v.parquet")
    manifest(folder, "iemocap", 1, outputs[0], votes=VotesOfLayout(settings, outputs[1]))
    return store.read(tmp_path / "m.parquet"), store.read(tmp_path / "v.parquet")


def test_iemocaps_lines_are_votes_and_those_of_the_actors_are_none(tmp_path):
    found, votes = iemocap(tmp_path)
    assert list(found["status"]) == ["ok", "skipped", "ok"]  # by its own labels
    assert causes(votes) == {"an annotator twice on a clip": 2, "unknown label 'Rage'": 1}
    first = votes[votes["utterance_id"].str.contains("F000") & (votes["status"] == "ok")]
    told = first[first["dimension"].isna()]
    assert list(zip(told["annotator"], told["label"], told["weight"], strict=True)) == [
        ("E2", "Neutral", 1.0), ("E3", "Anger", 0.5), ("E3", "Neutral", 0.5),
        ("E4", "Anger", 0.5), ("E4", "Frustration", 0.5),
    ]  # fmt: skip
    rated = first[first["dimension"].notna()]
    assert dict(zip(rated["annotator"] + rated["dimension"], rated["rating"], strict=True)) == {
        "E3valence": 3, "E3arousal": 2, "E3dominance": 3, "E4valence": 2, "E4dominance": 3,
    }  # fmt: skip
    selves = votes[votes["annotator"] == "F1"]
    assert len(selves) == 4 and set(selves["cause"]) == {"a self-report"}


@pytest.mark.parametrize(
    ("rule", "ties", "expected"),
    [
        # 1.5 of 3 votes are no majority; Rage cannot be used, so that the third clip is tied
        ("majority", "skip", ["no majority of the votes", "happy", "no majority of the votes"]),
        ("plurality", "skip", ["neutral", "happy", "the votes are tied"]),
        ("plurality", "first", ["neutral", "happy", "angry"]),
        ("soft", "skip", ["neutral", "happy", "angry"]),
    ],
)
def test_targets_of_iemocap_follow_its_votes(tmp_path, rule, ties, expected):
    found, _ = iemocap(tmp_path, TargetSettings(rule, ties))
    assert list(found["emotion"].fillna(found["cause"])) == expected
    assert list(found["status"]) == ["skipped" if " " in each else "ok" for each in expected]
    assert list(found["label"]) == ["neu", "xxx", "sad"]  # as the corpus writes it


def test_a_majority_is_more_than_half_and_other_labels_count():
    def decided(rule, *weights, ties="skip"):
        votes = [Vote("t:1", "a", emotion=e, label=label, weight=w) for e, label, w in weights]
        target = target_of(votes, TargetSettings(rule, ties))
        return target.emotion or (target.status, target.cause)

    third = 1 / 3
    assert decided("majority", ("sad", "s", 2), ("happy", "h", 1)) == "sad"
    assert decided("majority", ("sad", "s", third), ("happy", "h", third), ("sad", "t", third)) == "sad"
    assert decided("majority", (None, "fru", 2), ("sad", "s", 1)) == ("skipped", "voted 'fru'")
    assert decided("plurality", (None, "fru", 1), ("sad", "s", 1)) == ("skipped", "the votes are tied")
    assert decided("plurality", (None, "fru", 1), ("sad", "s", 1), ties="first") == "sad"
    assert decided("soft", (None, "fru", 2), ("sad", "s", 1)) == "sad"
    assert decided("soft", (None, "fru", 2)) == ("skipped", "voted 'fru'")
    assert decided("majority") == ("failed", "no vote")


def test_the_example_of_the_docs(tmp_path, monkeypatch):
    """The entry, the table of votes and what becomes of them, as docs/annotators.md has them."""
    page = (ROOT / "docs/annotators.md").read_text(encoding="utf-8")
    entry, lines = (page.split(f"```{kind}\n")[1].split("```")[0] for kind in ("yaml", "csv"))
    stated = [
        row.split("|")[1:-1] for row in page.split("|---|---|---|---|\n")[1].split("\n\n")[0].splitlines()
    ]
    clips = [row[0].strip() for row in stated]
    labels = ["file,emotion,speaker", *(f"{clip},neutral,{clip[0]}" for clip in clips)]
    audio = laid(tmp_path / "wavs", {clip: sound(0.1, seed=n) for n, clip in enumerate(clips)})
    (audio / "labels.csv").write_text("\n".join(labels) + "\n")
    (audio / "votes.csv").write_text(lines)
    monkeypatch.chdir(audio)
    whole = yaml.safe_load(entry) | {"experiments": []}
    whole["experiments"] = [{"corpora": ["interviews"], "protocols": ["loso"], "models": ["egemaps_svm"]}]
    study = check(whole, SCHEMA, [])
    corpus = study.config["corpora"]["interviews"]
    outputs = to(tmp_path / "m.parquet"), to(tmp_path / "v.parquet")
    votes = VotesOfTable(settings_of_votes(corpus), audio / table_of_votes(corpus)[0], outputs[1])
    table_manifest(audio, study.tables["interviews"], "interviews", settings_of(corpus), 1, outputs[0], votes)
    found = store.read(tmp_path / "m.parquet").set_index("file").loc[clips, ["emotion", "status", "cause"]]
    assert [[name, *row] for name, row in zip(clips, found.fillna("").to_numpy().tolist(), strict=True)] == [
        [cell.strip() for cell in row] for row in stated
    ]
    assert causes(store.read(tmp_path / "v.parquet")) == {
        "unknown label 'sadd'": 1, "an annotator twice on a clip": 2, UNKNOWN_CLIP: 1,
    }  # fmt: skip
