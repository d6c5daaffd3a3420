"""What the published study says, judged by its own parts and by scores."""

from pathlib import Path

import pandas as pd
import pytest
from support.claims import (
    ERRATA,
    FILE,
    SCHEMA,
    changed,
    everything,
    judged,
    ours,  # noqa: F401  (fixtures)
)
from support.places import MADE_BY_TEST

from sarangi.base import store
from sarangi.base.fault_kinds import (
    ARITHMETIC,
    BESIDE,
    ELSEWHERE,
    IMPRECISE,
    LABEL,
    NOT_INTERPRETABLE,
    UNKNOWN,
)
from sarangi.base.finding_rows import sources_in
from sarangi.base.missing import WEIGHTS, Missing
from sarangi.base.score_rows import SCORES
from sarangi.base.verdicts import DIFFERS, REPRODUCED, UNTESTABLE
from sarangi.published import faults
from sarangi.published.accusations import disclosure_of
from sarangi.published.records import of_finding
from sarangi.study.claims_file import read_claims

SAID = {
    # by number of the entry, what rules say against which claims; None, where the entry says it
    1: {
        "gap_urdu_to_sindhi": "its parts give -29.65; -30.99 is the gap of IS10",
        "gap_sindhi_to_urdu": "its parts give -29.04; -32.89 is the gap of IS10",
    },
    2: {
        "compare_is10_last_to_sindhi": "ComParE 0.2146; by the study's own gap it holds: ComParE 0.3427",
        "compare_is10_last_to_urdu": "Prosody 0.2089; by the study's own gap it holds: IS10 0.3289",
        "thirty_points_everywhere": "run from 5.53 to 34.51, mean 23.57; by the study's own gap it does not "
        "hold, either: 19 of 30 lie within 5 of 30 percentage points: they run from 13.09 to 34.53, mean "
        "26.19",
    },
    3: {"urdu_to_punjabi.uar": "with each clip once the interval is 0.17 times as wide"},
    4: {"ravdess_si_audio_xlsr.wf1": "as wf1 and as uar", "uf1_called_uar": "as uf1 and as uar"},
    5: {
        "urdu_within_show.uar_SM2": "over angry alone it is 0.929",
        "urdu_within_show.uar_SM4": "over angry alone it is 0.125",
        "punjabi_to_urdu.uar_SM4": "over angry alone it is 0.625",
    },
    6: {"training_ratio": "on both sides: 24.4; training and validation clips on both sides: 24.1"},
    7: {"negative_transfer": "0 of 30 lie below the chance of 0.1429: they are 1.30 to 1.91 times as high"},
    8: {"groups_called_shows": None},
    9: {"egemaps_worst_within_sindhi": "eGeMAPS 0.4915, Prosody 0.3760", "title_of_rasa": None},
    10: {
        "urdu_within_show.uar": None,
        "urdu_within_show.chance": "the ceiling is 0.75 and uniform guessing gives 0.1875, not 0.25",
        "urdu_below_chance": "0.103 or less with p = 0.18; Jeffreys' interval is [0.092, 0.290]",
    },
    11: {"text_tells_neutral": None},
    12: {
        "xlsr_over_wav2vec2": "parameters 315 million against 95 million, frozen layers 10 of 24 against 8",
        "xlsr_beats_wav2vec2": "epochs 20 against 30",
    },
    13: {"size_explains_asymmetry": "frozen layers 10 of 24 against 16 of 24, dropout 0.2 against 0.3"},
    14: {"robust_over_seeds": "sad 961, happy 961, angry 927 of 962"},
    15: {"checkpoint_on_validation": None},
    16: {"arousal_biased": None},
    17: {
        "sindhi_over_syed": "7 against 6; not the same protocol: 5-fold against held-out test; 0.5699 is the "
        "best of 15 configurations",
        "urdu_over_syed": "7 against 6",
    },
    18: {"fusion_gains_more_unseen": "0.7 points apart, with a standard error of 5.2"},
    19: {
        "leakage_premium_multimodal": "not the same clips: 288 against 240",
        "leakage_premium_audio": "not the same clips: 288 against 240",
    },
}
KINDS = dict.fromkeys((1, 2, 3), ARITHMETIC) | dict.fromkeys(range(4, 10), LABEL)
KINDS |= dict.fromkeys(range(10, 16), NOT_INTERPRETABLE) | dict.fromkeys(range(16, 20), IMPRECISE)
"""The list of the basis: 19 entries of four kinds."""
BESIDE_CLAIM = {
    "ravdess_si_text.wf1", "ravdess_si_text.uf1", "ravdess_si_text.accuracy", "punjabi_within_single.wf1",
    "text_beats_fusion_on_meld", "meld_text_over_fusion", "punjabi_to_urdu.uar",
    "punjabi_to_urdu_clears_chance",
}  # fmt: skip
SAID_ELSEWHERE = {"punjabi_within.wf1", "urdu_to_punjabi.uar_over_runs", "urdu_within_random.wf1"}
LAST = "lowest: {of: {rows: urdu_sindhi_transfer, metric: uar, where: {test: sindhi}}, group: features, are: "


def test_the_list_is_that_of_the_basis(ours):
    entries = ERRATA["entries"]
    assert {entry["number"]: entry["kind"] for entry in entries} == KINDS
    assert {entry["number"]: set(entry["claims"]) for entry in entries} == {
        n: set(s) for n, s in SAID.items()
    }
    assert {entry["number"] for entry in entries if entry["disclosed"] != "nowhere"} == {4, 10, 11, 16, 17}


def test_without_any_score_all_is_said_and_nothing_can_be_tested(ours, tmp_path):
    table = everything(ours, tmp_path)
    assert len(table) == len(ours)
    against = table[table["fault"].notna()]
    assert set(against.index) == {name for said in SAID.values() for name in said}
    for number, said in SAID.items():
        entry = next(entry for entry in ERRATA["entries"] if entry["number"] == number)
        for name, words in said.items():
            # one kind a claim, and in words no stronger: the rule's, or those of the entry
            assert against.loc[name, "fault"] == KINDS[number], name
            assert (words or entry["statement"]) in against.loc[name, "fault_why"], name
            assert against.loc[name, "disclosed"] == str(disclosure_of(entry)), name
    # what is said against a claim is no verdict on it
    assert table["verdict"].str.match(rf"{UNTESTABLE}: \w").all()
    assert table["ours"].isna().all()
    assert table.loc["gap_urdu_to_sindhi", "recomputed"] == pytest.approx(-29.65)


def test_what_the_study_says_itself_is_not_said_against_it(ours, tmp_path):
    table = everything(ours, tmp_path)
    itself = table[table["says_itself"].notna()]
    assert set(itself.index) == BESIDE_CLAIM | SAID_ELSEWHERE
    assert itself["fault"].isna().all() and itself["fault_why"].isna().all()
    places = itself["disclosed"].str.partition(":")[0]
    assert set(places[list(BESIDE_CLAIM)]) == {BESIDE} and set(places[list(SAID_ELSEWHERE)]) == {ELSEWHERE}
    # rules found it, and say so where nothing is known of a disclosure
    unknown = everything(ours, tmp_path, {})
    rule = ["ravdess_si_text.wf1", "punjabi_within.wf1", "punjabi_to_urdu.uar"]
    assert set(unknown.loc[rule, "disclosed"]) == {UNKNOWN} and unknown.loc[rule, "fault"].notna().all()


def test_the_claims_of_a_finding_say_the_same_without_the_others(ours):
    for name in {record["finding"] for record in ours.values()}:
        part = of_finding(ours, name)
        for claim in part["claims"]:
            assert faults.faults(claim, part["records"]) == faults.faults(claim, ours)


@pytest.mark.parametrize(
    ("old", "new", "claim"),
    [
        ("value: -30.99", "value: -29.65", "gap_urdu_to_sindhi"),
        (
            "ratio: [punjabi_within.training_and_validation",
            "ratio: [punjabi_within.training",
            None,
        ),
        ("wf1: 0.031", "wf1: 0.131", "ravdess_si_text.accuracy"),
        ("0.9876]", "0.9676]", None),
        ("high: 0.272, n: 2886}", "high: 0.272, n: 962}", "urdu_to_punjabi.uar"),
        ("SM2: [[26, 2, 0, 0]", "SM2: [[28, 0, 0, 0]", "urdu_within_show.uar_SM2"),
        (
            "s1: [[0, 95, 0, 0], [0, 102, 0, 0], [0, 669, 0, 1]",
            "s1: [[0, 0, 0, 95], [0, 0, 0, 102], [0, 0, 0, 670]",
            None,
        ),
        (
            "training clips: '7804', frozen layers: 10 of 24",
            "training clips: '7804', frozen layers: 16 of 24",
            None,
        ),
        ("wf1: 0.728", "wf1: 0.828", "fusion_gains_more_unseen"),
        ("[urdu, sindhi, Prosody, mlp, 0.1885", "[urdu, sindhi, Prosody, mlp, 0.0885", None),
        ("stated_chance: 0.1667", "stated_chance: 0.1429", None),
        ("{value: 0.773, also_named: [uar]}", "0.773", "ravdess_si_audio_xlsr.wf1"),
        ("neutral: 8, sad: 0", "neutral: 8, sad: 1", "urdu_within_show.chance"),
        (LAST + "[ComParE, IS10]", LAST + "[ComParE, Prosody]", "compare_is10_last_to_sindhi"),
        ("near: '30'\n        within: '5'", "near: '20'\n        within: '15'", "thirty_points_everywhere"),
    ],
)
def test_a_mended_part_leaves_nothing_to_say(old, new, claim, tmp_path):
    records = changed(FILE.read_text(), old, new, tmp_path)
    unchanged = read_claims(FILE, SCHEMA)
    before = {name: faults.faults(name, unchanged) for name in unchanged}
    after = {name: faults.faults(name, records) for name in records}
    assert after != before
    if claim is not None:
        assert before[claim] and not after[claim]


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
