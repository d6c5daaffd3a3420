"""Support vector regression with a linear kernel."""

from sklearn.base import RegressorMixin
from sklearn.svm import SVR

from sarangi.models.classifier import LINEAR
from sarangi.models.regressor import Kind


class Regressor(Kind):
    """Support vector regression on the values of its kernel."""

    takes = LINEAR

    def estimator(self, seed: int | None, threads: int) -> RegressorMixin:
        """Return an untrained one."""
        return SVR(kernel="precomputed", C=self.settings["C"], epsilon=self.settings["epsilon"])
