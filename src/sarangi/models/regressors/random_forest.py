"""A random forest (Breiman 2001) of regression trees."""

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.ensemble import RandomForestRegressor

from sarangi.models.regressor import Kind


class Regressor(Kind):
    """A random forest of ``trees``."""

    def estimator(self, seed: int | None, threads: int) -> RegressorMixin:
        """Return an untrained one."""
        return RandomForestRegressor(self.settings["trees"], random_state=seed, n_jobs=threads)

    def fitted(self, model: RegressorMixin, inputs: np.ndarray, ratings: np.ndarray) -> RegressorMixin:
        """Return it trained; it predicts on one thread."""
        model = model.fit(inputs, ratings)
        # the trees' predictions are added up in the order in which threads end
        model.n_jobs = 1
        return model
