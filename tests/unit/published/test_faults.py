"""Faults of the print: numbers that its own rows cannot give."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.claims import FILE, changed

from sarangi.published import faults


@pytest.mark.parametrize(
    ("old", "new", "claim"),
    [
        ("value: +6.9", "value: +7.1", "fusion_over_audio_unseen_actors"),
        ("value: 0.7333", "value: 0.8333", "meld_text.uf1"),
        ("recall_sad: 0.10", "recall_sad: 0.40", "punjabi_to_urdu_single.uar"),
        ("value: 0.2734", "value: 0.2736", "best_urdu_to_sindhi"),
    ],
)
def test_a_number_that_its_parts_cannot_give_is_faulty(old, new, claim, tmp_path):
    records = changed(FILE.read_text(), old, new, tmp_path)
    assert faults.faults(claim, records)


decimals = st.integers(-9999, 9999).map(lambda n: n / 10_000)


@given(decimals, decimals, st.integers(1, 3), st.integers(1, 3))
def test_rounding_alone_never_makes_a_difference_faulty(a, b, printed, computed):
    parts = {
        name: {"kind": "number", "value": f"{value:.{printed}f}"} for name, value in (("a", a), ("b", b))
    }
    said = {
        "kind": "derived",
        "value": f"{a - b:+.{computed}f}",
        "unit": "",
        "compute": {"difference": ["a", "b"]},
    }
    assert faults.differs_from_parts(said, parts) is None
    far = said | {"value": f"{a - b + 3:.{computed}f}"}
    assert faults.differs_from_parts(far, parts)


supports = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 40), min_size=2).filter(
    lambda s: sum(s.values()) > 0
)


def numbers_of(values, counts):
    """Records of numbers of one experiment by metric."""
    return {
        metric: {
            "kind": "number", "experiment": "x", "metric": metric, "value": value,
            "facts": {"supports": counts},
        }
        for metric, value in values.items()
    }  # fmt: skip


@given(supports, st.data())
def test_a_constant_predictor_is_recognised_by_its_scores(counts, data):
    said = data.draw(st.sampled_from([name for name, count in counts.items() if count]))
    scores = faults.constant_scores(counts, said)
    beside = {name: f"{float(value):.3f}" for name, value in scores.items()}
    records = numbers_of(beside, counts)
    assert faults.constant_predictor(records["wf1"], records)
    n = sum(counts.values())
    assert scores["accuracy"] == Fraction(counts[said], n)
    alone = numbers_of({"wf1": beside["wf1"]}, counts)
    assert faults.constant_predictor(alone["wf1"], alone) is None


def test_constant_scores_are_scikit_learns():
    from sklearn.metrics import f1_score

    counts = {"a": 5, "b": 3, "c": 2}
    true = [name for name, count in counts.items() for _ in range(count)]
    scores = faults.constant_scores(counts, "a")
    for metric, average in (("wf1", "weighted"), ("uf1", "macro")):
        expected = f1_score(true, ["a"] * 10, average=average, zero_division=0)
        assert float(scores[metric]) == pytest.approx(expected)


@given(supports)
def test_the_ceiling_is_one_only_where_no_emotion_is_absent(counts):
    ceiling, chance = faults.ceiling_and_chance(counts)
    assert chance * len(counts) == ceiling <= 1
    assert (
        (ceiling < 1)
        == (0 in counts.values())
        == bool(faults.absent_class(numbers_of({"chance": "1.5"}, counts)["chance"], {}))
    )
