"""How a model fares on parts of the speakers, and what is said where nothing can be compared."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sarangi.base.fairness_rows import FairnessSettings
from sarangi.base.marks import DESCRIPTIVE, NOT_PARTED, ONE_GROUP
from sarangi.scoring.fairness import fairness_rows, in_bands

EMOTIONS = ["angry", "happy", "sad"]
SETTINGS = FairnessSettings(("gender",), (30, 45, 60))


def answered(speakers, right, clips=6, seeds=(-1,), emotions=EMOTIONS, draw=None):
    """Answers of speakers (name to gender); each clip is right with the chance of its gender."""
    draw = draw or np.random.default_rng(1)
    rows = []
    for seed in seeds:
        for fold, (speaker, gender) in enumerate(speakers.items()):
            for clip in range(clips * len(emotions)):
                emotion = emotions[clip % len(emotions)]
                hit = draw.random() < right[gender]
                predicted = emotion if hit else EMOTIONS[(EMOTIONS.index(emotion) + 1) % 3]
                rows.append((f"{speaker}_{clip}", speaker, gender, emotion, predicted, seed, fold))
    columns = ["utterance_id", "group", "gender", "emotion", "predicted", "seed", "fold"]
    return pd.DataFrame(rows, columns=columns)


def of(table, settings=SETTINGS, crossed=False):
    rows = list(fairness_rows(table, EMOTIONS, settings, 0.95, crossed=crossed))
    return {(row["attribute"], row["first"], row["second"], row["metric"]): row for row in rows}


def people(women, men):
    return {f"w{n}": "female" for n in range(women)} | {f"m{n}": "male" for n in range(men)}


def test_a_difference_is_of_recalls_over_the_emotions_that_both_have():
    table = answered(people(10, 9), {"female": 0.9, "male": 0.6})
    table = table[(table["gender"] == "female") | (table["emotion"] != "sad")]
    found = of(table)
    assert {key[3] for key in found} == {"uar", "recall_angry", "recall_happy"}
    row = found["gender", "female", "male", "uar"]
    both = table[table["emotion"] != "sad"]
    right = (both["emotion"] == both["predicted"]).groupby([both["gender"], both["emotion"]]).mean()
    expected = right.groupby("gender").mean()
    assert row["value_first"] == pytest.approx(expected["female"])
    assert row["value"] == pytest.approx(expected["female"] - expected["male"])
    assert (row["classes"], row["groups_first"], row["groups_second"]) == ("angry happy", 10, 9)
    assert row["n_first"] == 120
    assert row["low"] < row["value"] < row["high"]
    assert row["mark"] == ""


def test_few_speakers_are_marked_and_one_has_no_interval():
    few = of(answered(people(7, 20), {"female": 0.5, "male": 1.0}))["gender", "female", "male", "uar"]
    assert few["mark"] == DESCRIPTIVE
    assert np.isfinite([few["low"], few["high"]]).all()
    # all that varies is the side of few speakers
    assert few["df"] == pytest.approx(6)
    one = of(answered(people(1, 20), {"female": 0.9, "male": 0.6}))["gender", "female", "male", "uar"]
    assert one["mark"] == ONE_GROUP
    assert np.isfinite(one["value"])
    assert np.isnan([one["low"], one["high"], one["se"], one["df"]]).all()


def test_what_cannot_be_compared_has_a_row_that_says_so():
    table = answered(people(4, 0), {"female": 0.9}).assign(age=None, language="urd")
    table.loc[table["group"] == "w0", "language"] = "pan"
    table = table[(table["language"] == "urd") | (table["emotion"] == "sad")]
    table = table[(table["language"] == "pan") | (table["emotion"] != "sad")]
    table.loc[table["group"] == "w1", "gender"] = None
    rows = of(table, FairnessSettings(("gender", "age", "language"), (30,)))
    gender, age = (rows[name, None, None, "uar"] for name in ("gender", "age"))
    assert (gender["mark"], gender["unknown"]) == (NOT_PARTED, 12)
    assert (age["mark"], age["unknown"]) == (NOT_PARTED, table["utterance_id"].nunique())
    language = rows["language", "pan", "urd", "uar"]  # no emotion is in both
    assert (language["mark"], language["classes"]) == (NOT_PARTED, "")
    assert np.isnan(language["value"])


def test_a_speaker_of_both_parts_is_paired_with_himself():
    # speakers differ by far more than their two languages do, by the same from each to each
    rows = []
    for speaker in range(12):
        for language, more in (("pan", 1), ("urd", 0)):
            for clip in range(20):
                hit = clip < 3 + speaker + more
                name = f"{speaker}_{language}_{clip}"
                rows.append((name, str(speaker), language, "angry", "angry" if hit else "sad", -1, speaker))
    columns = ["utterance_id", "group", "language", "emotion", "predicted", "seed", "fold"]
    table = pd.DataFrame(rows, columns=columns)
    by_language = FairnessSettings(("language",), ())
    row = of(table, by_language)["language", "pan", "urd", "uar"]
    assert row["groups_both"] == 12
    assert row["value"] == pytest.approx(0.05)
    assert row["se"] == pytest.approx(0, abs=1e-9)
    apart = table.assign(group=table["group"] + table["language"])
    assert of(apart, by_language)["language", "pan", "urd", "uar"]["se"] > 0.05


def test_trainings_that_err_on_one_part_alone_widen_the_interval():
    table = answered(people(12, 12), {"female": 0.8, "male": 0.8}, seeds=(1, 2, 3)).assign(fold=0)
    bad = (table["seed"] == 3) & (table["gender"] == "male")
    worse = table.copy()
    worse.loc[bad, "predicted"] = "angry"
    se = [of(each, crossed=True)["gender", "female", "male", "uar"]["se"] for each in (table, worse)]
    assert se[1] > 4 * se[0]


@settings(max_examples=10)
@given(st.integers(0, 10_000))
def test_sides_changed_over_turn_the_sign_alone(seed):
    table = answered(people(9, 8), {"female": 0.8, "male": 0.6}, draw=np.random.default_rng(seed))
    turned = table.assign(gender=table["gender"].map({"female": "male", "male": "female"}))
    one, other = (of(each)["gender", "female", "male", "uar"] for each in (table, turned))
    assert one["value"] == pytest.approx(-other["value"])
    assert (one["low"], one["high"]) == pytest.approx((-other["high"], -other["low"]))


def test_ages_are_parted_into_bands_and_other_texts_stay():
    ages = pd.Series(["29", "30", "44.5", "45", "71", "adult", None])
    assert in_bands(ages, (30, 45, 60)).tolist()[:6] == [
        "under 30", "30 to 44", "30 to 44", "45 to 59", "60 and over", "adult",
    ]  # fmt: skip
    assert in_bands(ages, (30, 45, 60)).isna().tolist() == [False] * 6 + [True]
    table = answered(people(2, 2), {"female": 0.8, "male": 0.8})
    table["age"] = table["group"].map({"w0": "61", "w1": "20", "m0": "35", "m1": "22"})
    found = of(table, FairnessSettings(("age",), (30, 60)))
    pairs = [key[1:3] for key in found if key[3] == "uar"]
    assert pairs == [("under 30", "30 to 59"), ("under 30", "60 and over"), ("30 to 59", "60 and over")]
