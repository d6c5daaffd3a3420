"""Bounds hold for every confusion matrix, and are reached where the module says so."""

from itertools import product

import numpy as np
import pytest

from sarangi.consistency.bounds import (
    Span,
    accuracy_of_wf1,
    bounds,
    mean_of_shares,
    possible_hits,
    wf1_of_accuracy,
)
from sarangi.consistency.cells import grid_of
from sarangi.consistency.tables import table_of
from sarangi.statistics.confusions import accuracy, uar, uf1, wf1


def row(text):
    header, cells = zip(*(part.split("=") for part in text.split()), strict=True)
    return table_of(grid_of(f"system,{','.join(header)}\nours,{','.join(cells)}\n", "t.csv")).rows[0]


@pytest.fixture(scope="module")
def every_matrix():
    """All confusion matrices of 7 clips in three classes: 3, 3 and 1."""
    answers = [[(a, b, n - a - b) for a in range(n + 1) for b in range(n + 1 - a)] for n in (3, 3, 1)]
    return np.array(list(product(*answers)))


def test_accuracy_bounds_wf1_and_the_reverse(every_matrix):
    a, w = accuracy(every_matrix), wf1(every_matrix)
    low, high = np.array([wf1_of_accuracy(Span(each, each)) for each in a]).T
    assert (low - 1e-12 <= w).all()
    assert (w <= high + 1e-12).all()
    assert np.isclose(w, high).any()
    back = np.array([accuracy_of_wf1(Span(each, each)) for each in w])
    assert ((back[:, 0] - 1e-12 <= a) & (a <= back[:, 1] + 1e-12)).all()
    constant = np.array([[5, 0], [3, 0]])
    assert wf1_of_accuracy(Span(5 / 8, 5 / 8)).low == pytest.approx(wf1(constant))


def test_uar_bounds_uf1(every_matrix):
    u, f = uar(every_matrix), uf1(every_matrix)
    assert (f <= 2 * u / (1 + u) + 1e-12).all()
    assert (f >= accuracy(every_matrix) / 3 - 1e-12).all()


def test_hits_bound_uar_exactly(every_matrix):
    """The smallest and the largest UAR of each number of right answers."""
    right, each = np.trace(every_matrix, axis1=1, axis2=2), uar(every_matrix)
    for count in range(8):
        ends = mean_of_shares(Span(count, count), [3, 3, 1])
        values = each[right == count]
        assert values.max() == pytest.approx(ends.high / 3)
        assert values.min() >= ends.low / 3 - 1e-12
    assert each[right == 6].min() == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        ("accuracy=0.50 wf1=0.70", "WF1 0.70 does not fit accuracy 0.50, which allows WF1 from 0.3"),
        ("uar=0.40 uf1=0.60", "UF1 0.60 does not fit UAR 0.40"),
        ("accuracy=0.205 uar=0.99 support_a=10 support_b=90", "UAR 0.99 does not fit accuracy 0.205"),
        ("wf1=0.900 uf1=0.300 support_a=50 support_b=50", "UF1 0.300 does not fit WF1 0.900"),
        ("wf1=0.10 uar=0.90 support_a=50 support_b=50", "UAR 0.90 does not fit WF1 0.10"),
        ("uar=0.55 support_a=2 support_b=2", "no numbers of right answers give this"),
        ("uar=0.50 recall_a=1.00 support_a=2 support_b=3 accuracy=0.60", "no numbers of right answers"),
    ],
)
def test_what_no_matrix_gives_is_named(printed, text):
    assert text in "\n".join(finding.text for finding in bounds(row(printed)))


def test_means_over_runs_have_the_bounds_that_are_convex_alone():
    assert list(bounds(row("accuracy=0.50 wf1=0.70 seeds=3")))
    assert not list(bounds(row("uar=0.55 support_a=2 support_b=2 seeds=3")))


def test_possible_hits_are_those_of_the_published_pool():
    """0.103 over four classes stands for 32 of 78 angry clips, or 22 and one of 8 neutral ones."""
    names, hits = possible_hits(row("uar=0.103 support_a=78 support_b=2 support_c=8 support_d=0"), [4])
    assert names == ["a", "b", "c"]
    assert [32, 0, 0] in hits.tolist()
    assert np.allclose((hits / [78, 2, 8]).sum(1) / 4, 0.103, atol=0.0005 + 1e-9)
