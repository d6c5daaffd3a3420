"""Verdicts of a study that has many claims."""

import numpy as np
import pytest
from scipy import stats

from sarangi.base.verdicts import DIFFERS, REPRODUCED, SHIFTED, UNDECIDED
from sarangi.statistics.families import family
from sarangi.statistics.replication import Judgement, kinds, p_values


def judged(kind, p_differs, p_shifted):
    return Judgement(kind, 0.1, 0.01, 0.03, p_differs, p_shifted)


def test_what_remains_after_correction_by_hand():
    claims = [
        judged(DIFFERS, 1e-6, 1e-9),
        judged(DIFFERS, 0.04, 1e-4),  # no longer differs, and is still shifted
        judged(SHIFTED, 0.5, 0.04),
        judged(REPRODUCED, 1.0, 1e-8),
        judged(UNDECIDED, 0.9, 0.6),
    ]
    whole = family(claims)
    assert whole.kinds == (DIFFERS, SHIFTED, UNDECIDED, REPRODUCED, UNDECIDED)
    assert whole[3:] == (5, 1, 1, 1, 2, 2, 1, 0.25)
    theirs = stats.false_discovery_control([c.p_differs for c in claims], method="by")
    assert whole.p_differs == pytest.approx(theirs)
    assert family([]).judged == 0


def test_of_what_is_found_few_are_true_though_claims_share_their_error():
    draw, se, wrong, alone = np.random.default_rng(8), 0.01, [], []
    for _ in range(400):
        shift = np.where(np.arange(30) < 10, 0.12, 0.0)
        d = shift + se * (draw.normal(size=30) + draw.normal()) / np.sqrt(2)
        said, (p_differs, p_shifted) = kinds(d, se, np.inf, 0.005), p_values(d, se, np.inf, 0.005)
        whole = family([judged(str(k), *ps) for k, *ps in zip(said, p_differs, p_shifted, strict=True)])
        found = np.isin(whole.kinds, [DIFFERS, SHIFTED])
        assert found[:10].all()
        wrong.append(found[10:].sum() / found.sum())
        alone.append(np.isin(said[10:], [DIFFERS, SHIFTED]).mean())
    assert np.mean(wrong) <= 0.05
    assert np.mean(alone) == pytest.approx(0.05, abs=0.01)  # what by_chance says
