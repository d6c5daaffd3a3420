"""What the published study says, judged by its own parts and by scores."""

from pathlib import Path

import pandas as pd
import pytest
from support.claims import (
    FILE,
    SCHEMA,
    changed,
    everything,
    judged,
    ours,  # noqa: F401  (fixtures)
)
from support.places import MADE_BY_TEST

from sarangi.base import store
from sarangi.base.fault_kinds import ARITHMETIC, UNKNOWN, kinds_in
from sarangi.base.finding_rows import sources_in
from sarangi.base.missing import WEIGHTS, Missing
from sarangi.base.score_rows import SCORES
from sarangi.base.verdicts import DIFFERS, REPRODUCED, UNTESTABLE
from sarangi.published import faults
from sarangi.published.records import of_finding
from sarangi.study.claims_file import read_claims

FAULTS = {
    # constant predictor
    "ravdess_si_text.wf1": "always says calm",
    "ravdess_si_text.uf1": "always says calm",
    "ravdess_si_text.accuracy": "always says calm",
    # two metrics' names
    "uf1_called_uar": "as uf1 and as uar",
    "ravdess_si_audio_xlsr.wf1": "as wf1 and as uar",
    # sides of other class counts
    "sindhi_over_syed": "7 against 6",
    "urdu_over_syed": "7 against 6",
    # misprinted gaps
    "gap_urdu_to_sindhi": "its parts give -29.65; -30.99 is the gap of IS10",
    "gap_sindhi_to_urdu": "its parts give -29.04; -32.89 is the gap of IS10",
    # a range as an interval
    "punjabi_within.wf1": "smallest and the largest of 3 seeds",
    # clips counted once a seed
    "punjabi_within.uar": "962 test clips counted 3 times",
    "urdu_to_punjabi.uar": "962 test clips counted 3 times",
    # an emotion without test clips
    "urdu_within_show.uar": "the ceiling is 0.75 and uniform guessing gives 0.1875",
    "urdu_within_show.chance": "uniform guessing gives 0.1875, not 0.25",
    "punjabi_to_urdu.uar": "rests on 2 of 2 happy clips",
    # validation clips counted as training clips
    "training_ratio": "its parts give 24.39",
}
CONTRADICTIONS = {
    "compare_is10_last_to_sindhi": "IS10 0.2600, IS09",
    "compare_is10_last_to_urdu": "Prosody 0.2089",
    "thirty_points_everywhere": "run from 5.53 to 34.51, mean 23.57",
}
LAST = "lowest: {of: {rows: urdu_sindhi_transfer, metric: uar, where: {test: sindhi}}, group: features, are: "


def test_without_any_score_the_known_errata_come_out_and_all_else_cannot_be_tested(ours, tmp_path):
    table = everything(ours, tmp_path)
    assert len(table) == len(ours)
    against = table[table["fault"].notna()]
    assert set(against.index) == set(FAULTS) | set(CONTRADICTIONS)
    for name, words in (FAULTS | CONTRADICTIONS).items():
        assert words in table.loc[name, "fault_why"], name
    for name in CONTRADICTIONS:
        assert kinds_in(table.loc[name, "fault"]) == [ARITHMETIC]
    assert set(against["disclosed"]) == {UNKNOWN}
    # what is said against a claim is no verdict on it
    assert table["verdict"].str.match(rf"{UNTESTABLE}: \w").all()
    assert table["ours"].isna().all()
    assert table.loc["gap_urdu_to_sindhi", "recomputed"] == pytest.approx(-29.65)


def test_the_claims_of_a_finding_say_the_same_without_the_others(ours):
    for name in {record["finding"] for record in ours.values()}:
        part = of_finding(ours, name)
        for claim in part["claims"]:
            assert faults.faults(claim, part["records"]) == faults.faults(claim, ours)


@pytest.mark.parametrize(
    ("old", "new", "claim"),
    [
        ("value: -30.99", "value: -29.65", "gap_urdu_to_sindhi"),
        ("value: '27'", "value: '24'", "training_ratio"),
        ("value: '7804'", "value: '8672'", "training_ratio"),
        ("wf1: 0.031", "wf1: 0.131", "ravdess_si_text.accuracy"),
        ("0.9876]", "0.9676]", None),
        ("n: 2886\n", "n: 962\n", "punjabi_within.uar"),
        ("stated_chance: 0.1667", "stated_chance: 0.1429", None),
        ("{value: 0.773, also_named: [uar]}", "0.773", "ravdess_si_audio_xlsr.wf1"),
        ("neutral: 8, sad: 0", "neutral: 8, sad: 1", "urdu_within_show.uar"),
        (LAST + "[ComParE, IS10]", LAST + "[ComParE, Prosody]", "compare_is10_last_to_sindhi"),
        ("near: '30'\n        within: '5'", "near: '20'\n        within: '15'", "thirty_points_everywhere"),
    ],
)
def test_a_mended_part_leaves_nothing_to_say(old, new, claim, tmp_path):
    records = changed(FILE.read_text(), old, new, tmp_path)
    table = everything(records, tmp_path)
    bad = table[table["fault"].notna()]
    if claim is None:
        assert not bad["fault_why"].equals(
            everything(read_claims(FILE, SCHEMA), tmp_path)["fault_why"].dropna()
        )
    else:
        assert claim not in bad.index


def scored(path, experiment, values, corpus="ravdess", mark="", width=0.02, n=240):
    rows = [
        {
            "experiment": experiment, "corpus": corpus, "protocol": "p", "model": "m", "test": corpus,
            "slice": "pooled", "metric": metric, "value": value, "low": value - width,
            "high": value + width, "n": n, "groups": 4, "seeds": 1, "chance": 0.125, "classes": "a b",
            "mark": mark,
        }
        for metric, value in values.items()
    ]  # fmt: skip
    store.write(path, pd.DataFrame(rows, columns=SCORES.names), SCORES, MADE_BY_TEST)
    return path


@pytest.fixture
def made(tmp_path):
    audio = scored(
        tmp_path / "a.parquet", "ravdess_speakers_21_24_audio", {"wf1": 0.65, "uf1": 0.5, "accuracy": 0.6672}
    )
    fusion = scored(tmp_path / "f.parquet", "ravdess_speakers_21_24_multimodal", {"wf1": 0.735})
    return [audio, fusion]  # fmt: skip


def test_scores_reproduce_or_differ_by_the_rule(ours, made, tmp_path):
    table = judged(ours, "finding_0", tmp_path, made)
    verdicts = table["verdict"]
    assert verdicts["ravdess_si_audio.wf1"] == REPRODUCED
    assert "0.659 lies in our interval [0.6300, 0.6700]" in table.loc["ravdess_si_audio.wf1", "why"]
    assert verdicts["ravdess_si_audio.uf1"] == DIFFERS
    assert verdicts["ravdess_si_audio.accuracy"] == REPRODUCED
    gain = table.loc["fusion_over_audio_unseen_actors"]
    assert (gain["verdict"], gain["ours"]) == (REPRODUCED, pytest.approx(8.5))
    # the widths of two estimates made apart, added in squares
    assert gain["high"] - gain["ours"] == pytest.approx(100 * (2 * 0.02**2) ** 0.5)
    assert [Path(file).name for file in sources_in(gain["sources"])] == ["a.parquet", "f.parquet"]
    assert verdicts["ravdess_si_audio.f1_neutral"].startswith(f"{UNTESTABLE}: f1_neutral in the scores of")
    assert verdicts["ravdess_si_text.wf1"].startswith(UNTESTABLE)


def test_by_rounding_alone_an_interval_does_not_help(tmp_path, made):
    records = changed(FILE.read_text(), "agreement: interval", "agreement: rounding", tmp_path)
    verdicts = judged(records, "finding_0", tmp_path, made)["verdict"]
    assert verdicts["ravdess_si_audio.wf1"] == DIFFERS
    assert verdicts["ravdess_si_audio.accuracy"] == REPRODUCED


def test_a_statement_is_checked_in_our_rows(ours, tmp_path):
    for f1, verdict in ((0.5, DIFFERS), (0.2, REPRODUCED)):
        values = {"audio": f1, "multimodal": 0.4}
        scores = [
            scored(tmp_path / f"{model}.parquet", f"ravdess_speakers_21_24_{model}", {"f1_neutral": value})
            for model, value in values.items()
        ]
        table = judged(ours, "finding_0", tmp_path, scores)
        assert table.loc["fusion_keeps_neutral", "verdict"] == verdict


@pytest.mark.parametrize(
    ("synthetic", "mark", "missing"),
    [
        (["ravdess"], "", "synthetic speech"),
        ([], "descriptive interval; untrained weights", "untrained weights"),
        (["ravdess"], "untrained weights", "synthetic speech and untrained weights"),
    ],
)
def test_synthetic_speech_and_untrained_weights_are_compared_with_nothing(
    synthetic, mark, missing, ours, tmp_path
):
    name = "ravdess_speakers_21_24_audio"
    scores = [scored(tmp_path / "a.parquet", name, {"wf1": 0.659, "uar": 0.6}, mark=mark)]
    table = judged(ours, "finding_0", tmp_path, scores, synthetic=synthetic, experiments=[name])
    for claim in ("ravdess_si_audio.wf1", f"UAR of {name}"):
        assert table.loc[claim, "verdict"] == f"{UNTESTABLE}: {missing}"
    assert table.loc["ravdess_si_audio.wf1", "ours"] == 0.659
    assert not set(table["verdict"]) & {REPRODUCED, DIFFERS}


def test_a_score_of_another_test_part_is_compared_with_nothing(ours, tmp_path):
    values = {"wf1": 0.659}
    for n, expected in ((239, REPRODUCED), (120, f"{UNTESTABLE}: the published test part of 240 clips")):
        path = scored(tmp_path / "a.parquet", "ravdess_speakers_21_24_audio", values, n=n)
        table = judged(ours, "finding_0", tmp_path, [path])
        assert table.loc["ravdess_si_audio.wf1", "verdict"].startswith(expected)


def test_what_is_missing_is_named(ours, tmp_path):
    missing = {"ravdess_speakers_21_24_audio": [Missing(WEIGHTS, "wav2vec2_base", "fetch them")]}
    table = judged(ours, "finding_0", tmp_path, missing=missing)
    row = table.loc["ravdess_si_audio.wf1"]
    assert row["verdict"] == f"{UNTESTABLE}: weights of wav2vec2_base"
    assert row["why"] == "waits for weights of wav2vec2_base: fetch them"
    assert "a run at a learning rate of 1e-4" in table.loc["lr_1e4_diverges", "verdict"]
