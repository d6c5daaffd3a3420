"""Counts of runs and their exact bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sarangi.base.verdicts import FAILS, HOLDS, UNDECIDED
from sarangi.statistics.seed_counts import clopper_pearson, share_of_runs


@given(st.integers(1, 40), st.data(), st.sampled_from([0.9, 0.95, 0.99]))
def test_the_bounds_are_scipys(of, data, confidence):
    count = data.draw(st.integers(0, of))
    theirs = stats.binomtest(count, of).proportion_ci(confidence, method="exact")
    assert clopper_pearson(count, of, confidence) == (
        pytest.approx(theirs.low, abs=1e-9),
        pytest.approx(theirs.high, abs=1e-9),
    )


@given(st.integers(1, 40), st.data())
def test_a_share_holds_where_the_sign_test_rejects_half(of, data):
    count = data.draw(st.integers(0, of))
    said = share_of_runs(count, of)
    above, below = (stats.binomtest(count, of, 0.5, side).pvalue for side in ("greater", "less"))
    assert said.kind == (HOLDS if above < 0.05 else FAILS if below < 0.05 else UNDECIDED)


def test_five_runs_decide_only_if_they_agree_and_four_never_do():
    assert [share_of_runs(seen, 5).kind for seen in range(6)] == [FAILS, *[UNDECIDED] * 4, HOLDS]
    assert {share_of_runs(seen, 4).kind for seen in range(5)} == {UNDECIDED}
    for seen, of in ((0, 0), (-1, 3), (4, 3)):
        with pytest.raises(ValueError, match="expected a count"):
            share_of_runs(seen, of)
