"""Student's t and Satterthwaite's degrees of freedom."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sarangi.statistics.student import quantile, satterthwaite, upper_tail


@given(st.floats(0.01, 0.99), st.one_of(st.floats(1, 200), st.just(math.inf)))
def test_quantile_and_tail_are_scipys_and_the_normals_without_end(p, df):
    theirs = stats.norm() if math.isinf(df) else stats.t(df)
    assert float(quantile(p, df)) == pytest.approx(theirs.ppf(p), rel=1e-6, abs=1e-9)
    assert float(upper_tail(theirs.ppf(p), df)) == pytest.approx(1 - p, rel=1e-6)


def test_arrays_go_elementwise():
    assert quantile(0.975, np.array([4, np.inf])) == pytest.approx([2.77645, 1.95996], rel=1e-5)


@given(st.lists(st.tuples(st.floats(1e-6, 1), st.integers(1, 50)), min_size=1, max_size=4))
def test_satterthwaites_degrees_lie_between_the_fewest_and_the_sum(terms):
    variance, df = satterthwaite(*terms)
    assert variance == pytest.approx(sum(v for v, _ in terms))
    each = [d for _, d in terms]
    assert min(each) - 1e-9 <= df <= sum(each) + 1e-9


def test_what_is_not_estimated_takes_no_degrees_of_freedom():
    assert satterthwaite((0.5, math.inf), (0.0, 3)) == (0.5, math.inf)
    assert satterthwaite((0.0, 4)) == (0.0, math.inf)
