"""The choice of C within the training part."""

import numpy as np
from support.classical_corpus import one_thread_of_blas  # noqa: F401  (fixtures)

from sarangi.models.choosing import choose
from sarangi.models.classifier import load


def test_inner_folds_keep_groups_whole_where_they_can_and_the_smallest_c_wins_a_tie():
    # a column for each group says its emotion: it helps only where a group is on both sides
    groups = np.array([f"g{n}" for n in range(6)] * 6)
    emotions = np.array(["angry", "happy"] * 18, dtype=object)
    settings_ = {"kind": "logistic", "C": [10, 1e-3], "inner_folds": 5, "max_iter": 500}
    columns = (groups[:, None] == np.unique(groups)).astype(float)
    c, mean = choose(load(settings_), columns, emotions, groups)
    assert (c, mean) == (1e-3, 0.5)
    # groups of an emotion alone cannot be held out, so that clips are, and the columns help
    alone = np.where(emotions == "angry", "g0", "g1")
    assert choose(load(settings_), columns, emotions, alone)[1] == 1
