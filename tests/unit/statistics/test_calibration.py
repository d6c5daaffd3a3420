"""What calibration errors are to be compared with."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sarangi.statistics.calibration import calibration, calibration_error, calibration_error_if_calibrated


def drawn(clips, seed, sharp, calibrated=True, repeats=400):
    """The calibrations of probabilities, summed over clips, where these are true in each of many repeats."""
    generator = np.random.default_rng(seed)
    probabilities = generator.dirichlet(np.full(4, sharp), clips)
    stated = probabilities if calibrated else np.eye(4)[probabilities.argmax(1)] * 0.7 + 0.3 / 4
    numbers = generator.random((repeats, clips, 1))
    truths = (numbers > probabilities.cumsum(1)).sum(2).clip(max=3)
    return np.stack([calibration(truth, stated).sum(0) for truth in truths])


@given(st.integers(20, 200), st.integers(0, 1000), st.sampled_from([0.1, 0.5, 2.0]))
def test_it_is_the_mean_error_of_models_whose_probabilities_are_true(clips, seed, sharp):
    sums = drawn(clips, seed, sharp, repeats=150)
    errors, expected = calibration_error(sums), calibration_error_if_calibrated(sums)
    assert np.ptp(expected) == 0
    noise = errors.std() / np.sqrt(len(errors))
    assert expected[0] == pytest.approx(errors.mean(), rel=0.12, abs=4 * noise)
    assert expected[0] > 0


def test_overconfidence_is_more_than_that_and_one_clip_exact():
    sums = drawn(400, 3, 1.0, calibrated=False, repeats=20)
    assert (calibration_error(sums) > 3 * calibration_error_if_calibrated(sums)).all()
    # of one clip in a bin: right with probability c, then 1 - c off; else c off
    one = calibration(np.array([0]), np.array([[0.9, 0.1, 0, 0]])).sum(0)
    assert calibration_error_if_calibrated(one) == pytest.approx(2 * 0.9 * 0.1)
    assert calibration_error_if_calibrated(calibration(np.array([0]), np.eye(4)[:1]).sum(0)) == 0
