"""Intervals: drawn over groups, compared with closed forms and scipy."""

import numpy as np
import pandas as pd
import pytest
from support.drawn_groups import FOUR_EMOTIONS, bootstrapped, made, reference

from sarangi.scoring.answers import clip_patterns
from sarangi.statistics import metrics
from sarangi.statistics.resampling import draw_clips, intervals, percentiles, resampled


@pytest.mark.parametrize("seeds", [(0,), (0, 1, 2)])
def test_draws_as_a_matrix_product_equal_a_loop_over_resampled_clips(seeds):
    table = made(clips=160, seeds=seeds)
    found, drawn = bootstrapped(table)
    assert (drawn.sum(1) == 10).all()
    clips = {group: rows for group, rows in table.groupby("group")}
    for draw, taken in enumerate(drawn[:20]):
        again = pd.concat(
            [clips[g] for g, times in zip(sorted(clips), taken, strict=True) for _ in range(times)]
        )
        each = pd.DataFrame([reference(rows) for _, rows in again.groupby("seed")]).mean()
        for metric, values in found.items():
            assert values[draw] == pytest.approx(each[metric]), metric
    low, high = intervals(found, 10, 0.95)["uar"]
    # the percentiles of Student's t with 9 degrees of freedom, further out by sqrt(10 / 9)
    from scipy import stats

    tail = stats.norm.cdf(stats.t.ppf(0.025, 9) * np.sqrt(10 / 9))
    assert (low, high) == pytest.approx(tuple(np.quantile(found["uar"], [tail, 1 - tail])))


def test_the_interval_of_a_mean_is_students_in_closed_form():
    """Accuracy of groups of one size is the mean over groups, whose t interval is known."""
    from scipy import stats

    table = made(clips=4000, groups=40, right=0.5)
    found, _ = bootstrapped(table, draws=20_000)
    rates = (table["emotion"] == table["predicted"]).groupby(table["group"]).mean()
    expected = stats.t.interval(0.95, 39, rates.mean(), stats.sem(rates))
    assert intervals(found, 40, 0.95)["accuracy"] == pytest.approx(expected, abs=0.003)


def test_plain_percentiles_are_scipys_bootstrap():
    from scipy import stats

    table = made(clips=400, groups=400, right=0.5)
    right = (table["emotion"] == table["predicted"]).to_numpy(float)
    patterns, times = clip_patterns(table, ["seed"], FOUR_EMOTIONS)
    held = np.ones((1, 4), dtype=bool)
    drawn = draw_clips(times, 20_000, 1)
    assert (drawn.sum(1) == 400).all()
    found = resampled(patterns, drawn, lambda c: metrics.mean_metrics(c, held))
    theirs = stats.bootstrap(
        (right,), np.mean, n_resamples=20_000, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    assert percentiles(found, 0.95)["accuracy"] == pytest.approx(tuple(theirs), abs=0.006)


def test_a_constant_predictor_has_no_spread_even_where_draws_empty_a_fold_of_classes():
    """Groups have one emotion each, as the speakers of URDU: draws leave folds with few classes."""
    emotion = [FOUR_EMOTIONS[g % 4] for g in range(16) for _ in range(5)]
    table = pd.DataFrame(
        {
            "utterance_id": [f"u{n}" for n in range(80)], "group": np.repeat(np.arange(16), 5),
            "fold": np.repeat(np.arange(16) // 4 % 2, 5), "emotion": emotion, "predicted": "sad", "seed": 0,
        }
    ).assign(**dict.fromkeys((f"p_{e}" for e in FOUR_EMOTIONS), np.nan))  # fmt: skip
    for repeat in (["seed"], ["seed", "fold"]):
        found, _ = bootstrapped(table, repeat, draws=2000)
        assert intervals(found, 16, 0.95)["uar"] == pytest.approx((0.25, 0.25))
        # a draw without a class says nothing of the macro average over four
        assert 0 < np.isnan(found["uar"]).mean() < 0.1
        assert np.array_equal(np.isnan(found["uf1"]), np.isnan(found["uar"]))
