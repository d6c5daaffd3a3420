"""Half-widths and power that are predicted, against those of simulated studies."""

import numpy as np
import pytest

from sarangi.statistics.metrics import mean_metrics
from sarangi.statistics.planning import Spread, groups_needed, half_width, influences, power, spread
from sarangi.statistics.resampling import draw_groups, intervals, resampled

CLASSES, CLIPS, STUDIES, DRAWS = 4, 24, 150, 400


def simulated(generator, groups, sd):
    """Speakers with their own probability of a right answer, in two models that share half of it."""
    shared = generator.normal(0, sd, groups)
    truth = np.tile(np.arange(CLASSES), CLIPS // CLASSES)
    models = []
    for level in (0.60, 0.55):
        p = np.clip(level + shared + generator.normal(0, sd, groups), 0.02, 0.98)
        right = generator.random((groups, CLIPS)) < p[:, None]
        other = (truth + generator.integers(1, CLASSES, (groups, CLIPS))) % CLASSES
        models.append((right, np.where(right, truth, other)))
    return truth, models


def confusions(truth, predicted):
    groups = len(predicted)
    counts = np.zeros((1, groups, CLASSES, CLASSES))
    for group in range(groups):
        np.add.at(counts[0, group], (truth, predicted[group]), 1)
    return counts


@pytest.mark.parametrize(("groups", "sd"), [(6, 0.1), (20, 0.1), (20, 0.0)])
def test_the_predicted_half_width_is_that_of_simulated_studies(groups, sd):
    generator = np.random.default_rng(groups)
    drawn = draw_groups(groups, DRAWS, 1)
    held = np.ones((1, CLASSES), bool)
    widths, estimates = {"uar": [], "difference": []}, {"uar": [], "difference": []}
    for _ in range(STUDIES):
        truth, models = simulated(generator, groups, sd)
        counts = [confusions(truth, predicted) for _, predicted in models]

        def scored(sums):
            one, two = (mean_metrics(sums[:, n : n + 1], held)["uar"] for n in (0, 1))
            return {"uar": one, "difference": one - two}

        for name, (low, high) in intervals(
            resampled(np.concatenate(counts), drawn, scored), groups, 0.95
        ).items():
            widths[name].append((high - low) / 2)
        classes, of = np.tile(truth, groups), np.repeat(np.arange(groups), CLIPS)
        moved = [influences(classes, right.ravel().astype(float)) for right, _ in models]
        estimates["uar"].append(spread(0.6, moved[0], of))
        estimates["difference"].append(spread(0.05, moved[0] - moved[1], of))
    within = 0.6 * 0.4 - 2 * sd**2, 0.6 * 0.4 + 0.55 * 0.45 - 4 * sd**2
    for name, between, clip in (("uar", 2 * sd**2, within[0]), ("difference", 2 * sd**2, within[1])):
        true = Spread(0, between, clip, groups, groups * CLIPS)
        seen = np.mean(widths[name])
        assert half_width(true, groups, CLIPS) == pytest.approx(seen, rel=0.15)
        # and so it is from what such studies estimate
        mean = Spread(0, *np.mean([(e.between, e.within) for e in estimates[name]], axis=0), groups, 0)
        assert half_width(mean, groups, CLIPS) == pytest.approx(seen, rel=0.15)


def test_the_power_is_the_share_of_simulated_studies_that_find_the_difference():
    from scipy import stats

    of = Spread(0, 0.01, 0.5, 0, 0)
    generator = np.random.default_rng(1)
    for groups in (5, 15):
        deviation = np.sqrt(of.between + of.within / 40)
        studies = generator.normal(0.1, deviation, (4000, groups))
        share = (stats.ttest_1samp(studies, 0, axis=1).pvalue < 0.05).mean()
        assert power(of, groups, 40, 0.1) == pytest.approx(share, abs=0.025)
    needed = groups_needed(of, 40, 0.1)
    assert power(of, needed, 40, 0.1) >= 0.8 > power(of, needed - 1, 40, 0.1)
    assert groups_needed(of, 40, 1e-9) is None
    assert power(Spread(0, 0, 0, 0, 0), 5, 10, 0.1) == power(of, 20, 40, 9.0) == 1


def test_speakers_of_unlike_sizes_that_lack_emotions_have_the_variance_of_their_influence():
    """Each group's clips are of one class and all alike: nothing varies within, and everything between."""
    groups = np.repeat(np.arange(4), [1, 2, 3, 4])
    classes = np.where(groups < 2, 0, 1)
    right = np.isin(groups, [0, 2]).astype(float)
    moved = influences(classes, right)
    assert moved.mean() == pytest.approx(0)
    estimate = spread(0.4, moved, groups)
    assert estimate.within == pytest.approx(0)
    assert estimate.between > 0.1
    with pytest.raises(ValueError, match="4 clips of 4 groups"):
        spread(0, moved[:4], np.arange(4))
