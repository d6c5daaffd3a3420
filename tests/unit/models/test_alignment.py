"""CORAL: the formula of its paper."""

import numpy as np
import pytest
from support.classical_corpus import one_thread_of_blas  # noqa: F401  (fixtures)

from sarangi.models.alignment import coral


@pytest.mark.parametrize(("clips", "others", "width"), [(40, 25, 12), (30, 20, 50), (30, 60, 45)])
def test_coral_is_the_formula_of_its_paper(clips, others, width):
    draw = np.random.default_rng(clips)
    train = draw.normal(size=(clips, width)) @ draw.normal(size=(width, width)) / width
    test = draw.normal(size=(others, width)) * draw.uniform(0.2, 3, width)
    train[:, 3] = test[:, 3] = 0

    def power(features, exponent):
        values, vectors = np.linalg.eigh(np.cov(features.T) + np.eye(width))
        return vectors @ np.diag(values**exponent) @ vectors.T

    aligned = coral(train, test)
    assert np.allclose(aligned, train @ power(train, -0.5) @ power(test, 0.5), atol=1e-10)
    # covariance of the training side is that of the test side + identity, where its own outweighs one
    loud = 1e3 * draw.normal(size=(4 * width, width))
    wanted = np.cov(test.T) + np.eye(width)
    assert np.allclose(np.cov(coral(loud, test).T), wanted, atol=1e-4)
