"""On which side of a number an interval lies, if it can say so."""

import math
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.places import ROOT

from sarangi.base.auditing import FEW_GROUPS
from sarangi.base.outcomes import Outcome, outcome

OTHER = {Outcome.ABOVE: Outcome.BELOW, Outcome.BELOW: Outcome.ABOVE, Outcome.UNDECIDED: Outcome.UNDECIDED}


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(-1, 1), st.integers(0, 30))
def test_an_outcome_is_decided_only_where_the_interval_leaves_it_and_groups_are_enough(
    low, width, against, groups
):
    high = low + width
    found = outcome(low, high, against, groups)
    assert (found == Outcome.UNDECIDED) == (low <= against <= high or groups < FEW_GROUPS)
    assert outcome(-high, -low, -against, groups) == OTHER[found]


def test_without_an_interval_nothing_is_decided():
    assert outcome(math.nan, math.nan, 0.25, 20) == Outcome.UNDECIDED
    # a score that no draw changes is where it is
    assert outcome(1, 1, 0.25, 20) == Outcome.ABOVE


@pytest.fixture
def errors_of_tests(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(ROOT / "benchmarks"), *sys.path])
    import errors_of_tests

    return errors_of_tests


def test_models_at_chance_are_seldom_called_above_or_below_it(errors_of_tests):
    for groups in (2, 4, 10):
        said = errors_of_tests.sentences(groups, studies=300, draws=300, seed=3)
        bound = 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)
        assert max(said["rule"], said["interval"]) <= bound, groups
        assert said["rule"] == 0 or groups >= FEW_GROUPS
    # percentiles of two groups would be wrong more often than not
    assert errors_of_tests.sentences(2, 100, 300, 3)["percentiles"] > 0.3


def test_the_interval_of_a_calibration_error_holds_that_of_a_calibrated_model(errors_of_tests):
    assert errors_of_tests.calibrated(8, 100, 50, 4)["interval"] >= 0.9


def test_models_that_are_alike_seldom_have_a_small_p_in_their_family(errors_of_tests):
    assert errors_of_tests.permutation(8, 300, 200, 5) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)
    alike = errors_of_tests.families(8, 60, 200, 5)
    assert alike["Tarone-Holm, false"] <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 60)
    planted = errors_of_tests.families(8, 20, 200, 5, better=0.8)
    assert planted["Holm, found"] == 0 < 0.5 < planted["Tarone-Holm, found"]
