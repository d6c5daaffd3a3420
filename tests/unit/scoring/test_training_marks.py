"""Marks of how often a model was trained."""

import pytest
from support.drawn_groups import made

from sarangi.base.marks import TRAINED_ONCE, TRAINED_TWICE
from sarangi.scoring.training_marks import marks_of_trainings


@pytest.mark.parametrize(
    ("seeds", "folds", "crossed", "expected"),
    [
        ((-1,), 2, False, []),
        ((-1,), 2, True, []),
        ((7,), 2, False, [TRAINED_ONCE]),
        ((7, 8), 2, False, [TRAINED_TWICE]),
        ((7, 8, 9), 2, False, []),
        # a transfer of two folds has two runs for each seed
        ((7,), 1, True, [TRAINED_ONCE]),
        ((7,), 2, True, [TRAINED_TWICE]),
        ((7, 8), 2, True, []),
        # every group has a training of its own, so that groups hold what trainings vary by
        ((7,), 10, False, []),
    ],
)
def test_few_trainings_are_marked_where_the_model_draws(seeds, folds, crossed, expected):
    table = made(clips=60, groups=10, seeds=(0,), folds=folds)
    table = table.loc[table.index.repeat(len(seeds))].assign(seed=list(seeds) * 60)
    assert marks_of_trainings(table, crossed=crossed) == expected
