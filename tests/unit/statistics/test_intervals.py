"""Intervals over groups and trainings: closed forms, an independent package, simulated studies."""

import math
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats
from support.places import ROOT

from sarangi.statistics.intervals import Runs, errors_of, logit, student
from sarangi.statistics.metrics import mean_metrics, weighed

CLASSES = 4


def runs_of(confusions, seeds=None, folds=None, pooled=True, crossed=False):
    """Runs of confusions of shape (N, groups, K, K); seeds 0, 1, … of one fold unless told."""
    seeds = np.arange(len(confusions)) if seeds is None else np.asarray(seeds)
    folds = np.zeros(len(confusions), int) if folds is None else np.asarray(folds)
    return Runs(confusions, confusions.sum(-1), seeds, folds, pooled, crossed)


def drawn(runs, groups, clips, seed=0, right=0.6):
    """Confusions of runs; groups have ``clips`` clips, or as many as each is told."""
    generator = np.random.default_rng(seed)
    counts = np.broadcast_to(clips, groups)
    truth = generator.multinomial(counts, np.full(CLASSES, 1 / CLASSES))
    rate = np.clip(right + generator.normal(0, 0.1, (1, groups, 1)), 0.05, 0.95)
    rate = np.clip(rate + generator.normal(0, 0.04, (runs, 1, 1)), 0.05, 0.95)
    hits = generator.binomial(truth, np.broadcast_to(rate, (runs, groups, CLASSES)))
    found = np.zeros((runs, groups, CLASSES, CLASSES))
    for c in range(CLASSES):
        found[:, :, c, c] = hits[..., c]
        found[:, :, c, (c + 1) % CLASSES] = truth[:, c] - hits[..., c]
    return found


def accuracies(confusions):
    return np.trace(confusions, axis1=-2, axis2=-1) / confusions.sum((-1, -2))


def test_accuracy_of_equal_groups_has_the_two_way_error_in_closed_form():
    confusions = drawn(runs=3, groups=12, clips=40)
    found = errors_of([runs_of(confusions)], mean_metrics, weighed)["accuracy"]
    rates = accuracies(confusions)
    apart = rates - rates.mean(0)
    v_groups = rates.mean(0).var(ddof=1) / 12
    v_seeds = rates.mean(1).var(ddof=1) / 3
    both = (apart**2).sum() / (3 * 2) / 12**2
    assert v_seeds > both
    assert found.se_groups == pytest.approx(math.sqrt(v_groups))
    assert found.sd_seeds == pytest.approx(rates.mean(1).std(ddof=1))
    assert found.se == pytest.approx(math.sqrt(v_groups + v_seeds - both), rel=1e-5)
    expected = found.se**4 / (v_groups**2 / 11 + (v_seeds - both) ** 2 / 2)
    assert found.df == pytest.approx(expected, rel=1e-4)
    half = stats.t.ppf(0.975, found.df) * found.se
    assert student(0.1, found, 0.95) == pytest.approx((0.1 - half, 0.1 + half))
    value = rates.mean()
    ends = special.logit(value) + np.array([-half, half]) / (value * (1 - value))
    assert logit(value, found, 0.95) == pytest.approx(tuple(special.expit(ends)))


def test_groups_of_unlike_size_are_left_out_and_count_as_many_as_they_are_worth():
    sizes = np.array([200, 100, 40, 20, 10, 10, 8, 8])
    confusions = drawn(runs=1, groups=8, clips=sizes)
    found = errors_of([runs_of(confusions, seeds=[-1])], mean_metrics, weighed)["accuracy"]
    hits = np.trace(confusions[0], axis1=-2, axis2=-1)
    without = (hits.sum() - hits) / (sizes.sum() - sizes)
    assert found.se_groups == pytest.approx(math.sqrt(7 / 8 * ((without - without.mean()) ** 2).sum()))
    assert (found.se, found.seeds) == (found.se_groups, 1)
    assert math.isnan(found.sd_seeds)
    assert found.df == pytest.approx(sizes.sum() ** 2 / (sizes**2).sum() - 1)
    assert found.df < 4


def test_a_training_of_its_own_for_each_group_is_counted_once():
    """In leave-one-group-out the groups' own scores vary by their trainings, too."""
    seeds, groups = 3, 9
    confusions = np.zeros((seeds * groups, groups, CLASSES, CLASSES))
    each = drawn(runs=seeds, groups=groups, clips=30)
    for seed in range(seeds):
        confusions[seed * groups + np.arange(groups), np.arange(groups)] = each[seed]
    folds, of_seed = np.tile(np.arange(groups), seeds), np.repeat(np.arange(seeds), groups)
    nested = errors_of([runs_of(confusions, of_seed, folds)], mean_metrics, weighed)["uar"]
    assert nested.se == pytest.approx(nested.se_groups)
    crossed = errors_of([runs_of(each)], mean_metrics, weighed)["uar"]
    assert crossed.se > crossed.se_groups == pytest.approx(nested.se_groups)
    assert crossed.df < nested.df


def test_a_transfer_has_the_variance_of_its_folds():
    confusions = drawn(runs=6, groups=10, clips=40)
    of_folds = runs_of(confusions, [0, 0, 0, 1, 1, 1], [0, 1, 2] * 2, pooled=False, crossed=True)
    of_means = runs_of((confusions[:3] + confusions[3:]) / 2, [0, 1, 2])
    found = [errors_of([runs], mean_metrics, weighed)["accuracy"] for runs in (of_folds, of_means)]
    assert found[0].se == pytest.approx(found[1].se)
    assert found[0].df == pytest.approx(found[1].df)


def test_both_sides_of_a_difference_add_their_trainings_and_leave_out_the_same_groups():
    one, other = drawn(3, 12, 40, seed=1), drawn(5, 12, 40, seed=1, right=0.5)
    single = [errors_of([runs_of(side)], mean_metrics, weighed)["accuracy"] for side in (one, other)]
    found = errors_of([runs_of(one), runs_of(other)], mean_metrics, weighed)["accuracy"]
    rates = accuracies(one).mean(0) - accuracies(other).mean(0)
    assert found.se_groups == pytest.approx(rates.std(ddof=1) / math.sqrt(12))
    trained = [error.se**2 - error.se_groups**2 for error in single]
    assert found.se**2 == pytest.approx(found.se_groups**2 + sum(trained), rel=1e-5)
    assert found.seeds == 3
    assert found.sd_seeds**2 / 3 == pytest.approx(single[0].sd_seeds ** 2 / 3 + single[1].sd_seeds ** 2 / 5)
    # one training of a side says nothing of what others would do; a side that draws nothing adds nothing
    once = errors_of([runs_of(one), runs_of(other[:1])], mean_metrics, weighed)["accuracy"]
    assert math.isnan(once.sd_seeds)
    fixed = errors_of([runs_of(one), runs_of(other[:1], seeds=[-1])], mean_metrics, weighed)["accuracy"]
    assert fixed.sd_seeds == pytest.approx(single[0].sd_seeds)
    same = errors_of([runs_of(one[:1]), runs_of(one[:1])], mean_metrics, weighed)["uar"]
    assert same.se == 0


@given(seed=st.integers(0, 10_000), groups=st.integers(2, 9), runs=st.integers(1, 3))
@settings(deadline=None, max_examples=30)
def test_an_interval_holds_its_score_within_its_range_whatever_the_order_of_groups(seed, groups, runs):
    generator = np.random.default_rng(seed)
    confusions = drawn(runs, groups, generator.integers(1, 30, groups), seed, right=generator.uniform(0.2, 1))
    turned = confusions[:, generator.permutation(groups)]
    found, again = (errors_of([runs_of(c)], mean_metrics, weighed) for c in (confusions, turned))
    side = runs_of(confusions)
    for name, value in mean_metrics(side.total, side.held).items():
        assert found[name] == pytest.approx(again[name], rel=1e-6, abs=1e-12, nan_ok=True), name
        low, high = logit(float(value), found[name], 0.95)
        assert 0 <= low <= value + 1e-12
        assert value - 1e-12 <= high <= 1
        assert found[name].df >= 1
        assert found[name].se >= found[name].se_groups


def test_one_group_has_no_interval():
    found = errors_of([runs_of(drawn(2, 1, 40))], mean_metrics, weighed)["uar"]
    assert all(
        math.isnan(number) for number in (found.se_groups, found.se, found.df, *logit(0.5, found, 0.95))
    )


ORACLE = {"accuracy": (0.6470, 0.6880), "uar": (0.6470, 0.6880)}


def test_independent_clips_give_the_interval_of_ferrer_and_riera():
    """Their package ``confidence_intervals`` 0.0.3 draws clips again: right where each is a group of its own.

    The values are those of its ``evaluate_with_conf_int`` without conditions, with 4,000 draws after
    ``numpy.random.seed(0)``.  With conditions it draws the clips of a drawn group again, too, which counts
    their noise twice.
    """
    generator = np.random.default_rng(5)
    rate = generator.beta(6, 3, 100)
    truth = np.tile(np.arange(CLASSES), (100, 5))
    right = generator.random((100, 20)) < rate[:, None]
    predicted = np.where(right, truth, (truth + generator.integers(1, CLASSES, (100, 20))) % CLASSES)
    confusions = np.zeros((1, truth.size, CLASSES, CLASSES))
    confusions[0, np.arange(truth.size), truth.ravel(), predicted.ravel()] = 1
    side = runs_of(confusions, seeds=[-1])
    values, errors = mean_metrics(side.total, side.held), errors_of([side], mean_metrics, weighed)
    for name, theirs in ORACLE.items():
        assert logit(float(values[name]), errors[name], 0.95) == pytest.approx(theirs, abs=0.002), name


@pytest.mark.parametrize(
    ("case", "groups", "before"),
    [({"sizes": 1.5, "recall": "high"}, 20, 0.92), ({"models": 2}, 20, 0.9)],
    ids=["unlike groups, high recalls", "difference"],
)
def test_intervals_hold_the_score_of_other_groups_and_trainings_as_often_as_they_say(case, groups, before):
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import coverage_of_intervals as simulated

    found = simulated.coverage(simulated.Case(**case), groups, seeds=3, count=300, draws=200)
    for name in simulated.SHOWN:
        assert 0.92 <= found[name][0] <= 0.99, name
    # percentiles of groups alone do not
    assert found["before"][0] < before
