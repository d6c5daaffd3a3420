"""Corrections of p."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sarangi.statistics.corrections import benjamini_yekutieli, holm, tarone_holm


def test_holm_by_hand_and_never_smaller_than_p():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
    assert holm([0.9, 0.8]) == [1.0, 1.0]


SHARES = st.floats(0.0001, 1)


@given(st.lists(st.tuples(SHARES, SHARES), max_size=30))
def test_what_holm_finds_is_found_without_tests_that_could_not_be_as_small(pairs):
    p, smallest = [max(pair) for pair in pairs], [min(pair) for pair in pairs]
    corrected = tarone_holm(p, smallest)
    assert np.less_equal(corrected, np.add(holm(p), 1e-12)).all()
    assert np.greater_equal(corrected, np.array(p) - 1e-12).all()
    assert tarone_holm(p, [0.0] * len(p)) == holm(p)
    # a larger p has no smaller corrected one
    assert np.all(np.diff(np.array(corrected)[np.argsort(p, kind="stable")]) >= 0)


def test_a_planted_difference_is_found_in_a_family_of_comparisons_that_cannot_be_found():
    p, smallest = [0.0005, *[0.3] * 400], [0.0005, *[0.125] * 400]
    assert min(holm(p)) > 0.2
    assert tarone_holm(p, smallest)[:2] == [0.0005, 1]
    # one that is small enough counts
    assert tarone_holm([0.01, 0.2, 0.3], [0.001, 0.01, 0.02]) == pytest.approx([0.02, 0.4, 0.4])
    with pytest.raises(ValueError, match="one for each"):
        tarone_holm([0.1], [])


def test_under_no_difference_a_family_of_sign_tests_is_rejected_at_5_per_cent_at_most():
    """Families of exact sign tests on unlike numbers of groups: Holm is right too, and finds less."""
    generator = np.random.default_rng(7)
    groups = np.tile([3, 4, 5, 6, 8, 12, 20], 6)
    smallest = 2.0 ** (1 - groups)
    tables = {m: np.array([stats.binomtest(k, m).pvalue for k in range(m + 1)]) for m in set(groups)}
    families = 4000
    errors, found = np.zeros(2), np.zeros(2)
    for _ in range(families):
        p = np.array([tables[m][generator.binomial(m, 0.5)] for m in groups])
        errors += [min(tarone_holm(p, smallest)) < 0.05, min(holm(p)) < 0.05]
        p[6] = tables[20][generator.binomial(20, 0.9)]
        found += [tarone_holm(p, smallest)[6] < 0.05, holm(p)[6] < 0.05]
    assert errors[0] / families < 0.05 + 3 * np.sqrt(0.05 * 0.95 / families)
    assert found[0] > found[1]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_benjamini_and_yekutielis_correction_is_scipys(p):
    assert benjamini_yekutieli(p) == pytest.approx(stats.false_discovery_control(p, method="by"))
    assert benjamini_yekutieli([]) == []
