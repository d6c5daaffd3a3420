"""An annotator beside a model: both against the others, on the same clips; and distances to shares."""

import math

import numpy as np
import pandas as pd
import pytest
from support.places import MADE_BY_TEST

from sarangi.base import store
from sarangi.base.marks import INFINITE, NO_OTHERS
from sarangi.base.vote_rows import VOTES
from sarangi.scoring.human import human_rows

EMOTIONS = ["angry", "happy", "sad"]


def voted(path, votes):
    """A file of votes: (clip, annotator, {label: weight}), with labels of no emotion."""
    known = (*EMOTIONS, "bored")
    rows = [
        {
            "utterance_id": clip,
            "annotator": who,
            "emotion": label if label in known else None,
            "label": label,
            "weight": w,
        }
        for clip, who, said in votes
        for label, w in said.items()
    ]
    blank = dict.fromkeys(VOTES.names) | {"status": store.OK}
    store.write(path, pd.DataFrame([blank | row for row in rows], columns=VOTES.names), VOTES, MADE_BY_TEST)
    return path


def answered(answers, seed=-1):
    """Answers: (clip, group, fold, probabilities)."""
    rows = [
        {"utterance_id": clip, "group": group, "fold": fold, "seed": seed, "emotion": EMOTIONS[0],
         "predicted": EMOTIONS[int(np.argmax(p))], **dict(zip((f"p_{e}" for e in EMOTIONS), p, strict=True))}
        for clip, group, fold, p in answers
    ]  # fmt: skip
    return pd.DataFrame(rows)


def of(table, votes, crossed=False):
    rows = human_rows(table, EMOTIONS, votes, 0.95, crossed=crossed)
    return {(row["reference"], row["metric"]): row for row in rows}


def test_by_hand(tmp_path):
    votes = voted(tmp_path / "v.parquet", [
        # a and b agree; c says another thing: of c's vote the others are angry, of a's and b's they are tied
        ("1", "a", {"angry": 1}), ("1", "b", {"angry": 1}), ("1", "c", {"sad": 1}),
        # two labels share a vote: others of e and f are sad 1.5 and happy 0.5
        ("2", "d", {"happy": 0.5, "sad": 0.5}), ("2", "e", {"sad": 1}), ("2", "f", {"sad": 1}),
        # most of the others of g and h say what the study does not use
        ("3", "g", {"fru": 1}), ("3", "h", {"happy": 1}), ("3", "i", {"fru": 1}),
        ("4", "a", {"sad": 1}),
        # of a clip that the model does not answer
        ("5", "a", {"sad": 1}), ("5", "b", {"sad": 1}),
    ])  # fmt: skip
    table = answered([
        ("1", "s1", 0, (0.7, 0.2, 0.1)), ("2", "s1", 0, (0.2, 0.6, 0.2)),
        ("3", "s2", 1, (0.1, 0.8, 0.1)), ("4", "s2", 1, (0.1, 0.1, 0.8)),
    ])  # fmt: skip
    rows = of(table, votes)
    accuracy = rows["others", "accuracy"]
    # clip 1: one vote, which is wrong. Clip 2: d right by half, e and f right
    assert accuracy["human"] == pytest.approx((0 + 2.5 / 3) / 2)
    assert accuracy["value"] == pytest.approx(1 / 2)
    assert accuracy["difference"] == pytest.approx(1 / 2 - 2.5 / 6)
    assert (accuracy["n"], accuracy["votes"], accuracy["groups"]) == (2, 4, 1)  # not the parts of d's
    # ties: a and b on clip 1, g and i on clip 3; outside: h on clip 3; alone: clip 4
    assert (accuracy["ties"], accuracy["outside"], accuracy["alone"]) == (4, 1, 1)
    uar = rows["others", "uar"]
    assert (uar["value"], uar["human"]) == pytest.approx((0.5, 2.5 / 6))
    entropy = rows["shares", "cross_entropy"]
    shares = {"1": (2 / 3, 0, 1 / 3), "2": (0, 1 / 6, 5 / 6), "3": (0, 1, 0), "4": (0, 0, 1)}
    stated = table.set_index("utterance_id")[[f"p_{e}" for e in EMOTIONS]]
    each = [-sum(s * math.log(p) for s, p in zip(shares[c], stated.loc[c], strict=True)) for c in shares]
    assert entropy["value"] == pytest.approx(np.mean(each))
    assert 0 < entropy["low"] < entropy["value"] < entropy["high"]
    least = [-sum(s * math.log(s) for s in row if s) for row in shares.values()]
    assert entropy["best"] == pytest.approx(np.mean(least))
    distance = rows["shares", "js_distance"]
    assert distance["value"] == pytest.approx(np.mean([js(shares[c], stated.loc[c]) for c in shares]))
    assert np.isnan(distance["human"])


def js(p, q):
    """The square root of Lin's (1991) divergence in bits."""

    def bits(values):
        return -sum(v * math.log2(v) for v in values if v > 0)

    return math.sqrt(bits([(a + b) / 2 for a, b in zip(p, q, strict=True)]) - (bits(p) + bits(q)) / 2)


def simulated(tmp_path, seed, annotators=4, speakers=12, clips=8, wrong=0.35):
    draw = np.random.default_rng(seed)
    votes, answers = [], []
    for speaker in range(speakers):
        for clip in range(clips):
            name, truth = f"{speaker}_{clip}", int(draw.integers(3))
            for who in range(draw.integers(1, annotators + 1)):
                label = truth if draw.random() > wrong else int(draw.integers(4))
                votes.append((name, f"a{who}", {[*EMOTIONS, "fru"][label]: 1.0}))
            p = draw.dirichlet(np.where(np.arange(3) == truth, 3.0, 0.8))
            answers.append((name, f"s{speaker}", speaker % 3, p))
    return answered(answers), voted(tmp_path / "v.parquet", votes), votes


@pytest.mark.parametrize("seed", range(3))
def test_an_independent_count_gives_the_same(tmp_path, seed):
    table, file, votes = simulated(tmp_path, seed)
    of_clips = {}
    for clip, _, said in votes:
        of_clips.setdefault(clip, []).append(next(iter(said)))
    hits, ties, distances = {"model": [], "human": []}, 0, {"model": [], "human": []}
    for _, row in table.iterrows():
        said = of_clips[row["utterance_id"]]
        own = {"model": [], "human": []}
        apart = {"model": [], "human": []}
        for number, vote in enumerate(said):
            rest = said[:number] + said[number + 1 :]
            counts = {label: rest.count(label) for label in rest}
            most = [label for label, count in counts.items() if count == max(counts.values())]
            ties += len(most) > 1
            if len(most) == 1 and most[0] in EMOTIONS:
                own["human"].append(vote == most[0])
                own["model"].append(row["predicted"] == most[0])
            within = [rest.count(e) for e in EMOTIONS]
            if sum(within) and vote in EMOTIONS:
                others = [count / sum(within) for count in within]
                apart["human"].append(js([vote == e for e in EMOTIONS], others))
                apart["model"].append(js([row[f"p_{e}"] for e in EMOTIONS], others))
        for side in ("model", "human"):
            hits[side] += [np.mean(own[side])] if own[side] else []
            distances[side] += [np.mean(apart[side])] if apart[side] else []
    rows = of(table, file)
    for side, column in (("model", "value"), ("human", "human")):
        assert rows["others", "accuracy"][column] == pytest.approx(np.mean(hits[side]))
        assert rows["others", "js_distance"][column] == pytest.approx(np.mean(distances[side]))
    assert rows["others", "accuracy"]["ties"] == ties
    assert rows["others", "accuracy"]["n"] == len(hits["human"])
    for row in rows.values():
        assert row["low"] < row["value"] < row["high"]
    # of the same clips, so that the difference varies less than two of other clips would
    both = rows["others", "accuracy"]
    assert both["difference_low"] < both["difference"] < both["difference_high"]
    assert both["difference"] == pytest.approx(both["value"] - both["human"])


def test_a_model_that_answers_as_an_annotator_does_reaches_what_annotators_reach(tmp_path):
    # two annotators: each is held against the other, so a model that says what one says is as good as both
    draw = np.random.default_rng(3)
    said = draw.integers(3, size=(40, 2))
    votes = [
        (str(n), f"a{who}", {EMOTIONS[label]: 1})
        for n, row in enumerate(said)
        for who, label in enumerate(row)
    ]
    same = [n for n, row in enumerate(said) if row[0] == row[1]]
    table = answered([(str(n), f"s{n % 10}", 0, np.eye(3)[said[n, 0]]) for n in range(40)])
    row = of(table, voted(tmp_path / "v.parquet", votes))["others", "accuracy"]
    assert row["human"] == pytest.approx(len(same) / 40)
    # held against itself, too, in one half of the votes
    assert row["value"] == pytest.approx((1 + len(same) / 40) / 2)


def test_counts_are_votes_of_nobody_in_particular_and_shares_are_no_votes(tmp_path):
    table = answered([(str(n), f"s{n}", 0, (0.5, 0.3, 0.2)) for n in range(3)])
    counts = [(str(n), None, {"angry": 2, "sad": 1}) for n in range(3)]
    named = [
        (str(n), who, {label: 1})
        for n in range(3)
        for who, label in (("a", "angry"), ("b", "angry"), ("c", "sad"))
    ]
    rows = [of(table, voted(tmp_path / f"{n}.parquet", votes)) for n, votes in enumerate((counts, named))]
    for key in rows[0]:
        one, other = ({name: value for name, value in row[key].items()} for row in rows)
        pd.testing.assert_series_equal(pd.Series(one), pd.Series(other))
    shares = voted(tmp_path / "s.parquet", [(str(n), None, {"angry": 0.6, "sad": 0.4}) for n in range(3)])
    found = of(table, shares)
    assert found["others", "uar"]["mark"] == NO_OTHERS and found["others", "uar"]["alone"] == 3
    assert np.isfinite(found["shares", "cross_entropy"]["value"])


def test_a_probability_of_0_for_what_somebody_votes_for_has_no_cross_entropy(tmp_path):
    table = answered([("1", "s1", 0, (1, 0, 0)), ("2", "s2", 0, (1, 0, 0))])
    found = of(table, voted(tmp_path / "v.parquet", [("1", "a", {"angry": 1}), ("2", "a", {"sad": 1})]))
    assert found["shares", "cross_entropy"]["mark"] == INFINITE
    assert np.isnan(found["shares", "cross_entropy"]["value"])
    assert found["shares", "js_distance"]["value"] == pytest.approx(0.5)


def test_seeds_and_transfers_are_averaged_and_the_annotators_counted_once(tmp_path):
    table, file, _ = simulated(tmp_path, 5)
    one = of(table, file)["others", "uar"]
    draw = np.random.default_rng(0)
    other = table.assign(seed=2, predicted=draw.permutation(table["predicted"]))
    both = pd.concat([table.assign(seed=1), other])
    row = of(both, file)["others", "uar"]
    assert (row["human"], row["n"], row["votes"]) == (one["human"], one["n"], one["votes"])
    second = of(other, file)["others", "uar"]
    assert row["value"] == pytest.approx((one["value"] + second["value"]) / 2)
    # every run tests all clips
    crossed = of(pd.concat([table.assign(seed=1, fold=0), other.assign(seed=1, fold=1)]), file, crossed=True)
    assert crossed["others", "uar"]["human"] == pytest.approx(one["human"])
    assert crossed["others", "uar"]["value"] == pytest.approx(row["value"])
