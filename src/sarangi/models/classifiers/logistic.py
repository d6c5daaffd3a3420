"""Multinomial logistic regression."""

from sklearn.base import ClassifierMixin
from sklearn.linear_model import LogisticRegression

from sarangi.models.classifier import Kind


class Classifier(Kind):
    """Logistic regression of at most ``max_iter`` iterations."""

    cost = 3

    def estimator(self, c: float | None, seed: int | None, threads: int) -> ClassifierMixin:
        """Return an untrained one."""
        return LogisticRegression(
            C=c, class_weight=self.settings.get("class_weight"), max_iter=self.settings["max_iter"]
        )
