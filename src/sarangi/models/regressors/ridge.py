"""Ridge regression."""

from sklearn.base import RegressorMixin
from sklearn.linear_model import Ridge

from sarangi.models.regressor import Kind


class Regressor(Kind):
    """Linear regression with a penalty ``alpha`` of its squared weights."""

    def estimator(self, seed: int | None, threads: int) -> RegressorMixin:
        """Return an untrained one."""
        # the solver is named, since the default one depends on the shape of the features
        return Ridge(alpha=self.settings["alpha"], solver="svd")
