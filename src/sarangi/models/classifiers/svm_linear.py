"""A support vector machine with a linear kernel."""

import itertools

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.svm import SVC

from sarangi.models.classifier import LINEAR, Kind


class Classifier(Kind):
    """A support vector machine on the values of its kernel."""

    takes = LINEAR
    states = False

    def estimator(self, c: float | None, seed: int | None, threads: int) -> ClassifierMixin:
        """Return an untrained one."""
        weights = self.settings.get("class_weight")
        return SVC(C=c, kernel="precomputed", class_weight=weights, decision_function_shape="ovo")

    def scores(self, model: ClassifierMixin, inputs: np.ndarray, allowed: np.ndarray) -> np.ndarray:
        """Return the votes of those pairs alone that stand between two allowed emotions."""
        votes = np.zeros((len(inputs), len(allowed)))
        pairs = itertools.combinations(range(len(allowed)), 2)
        for (one, other), value in zip(pairs, model.decision_function(inputs).T, strict=True):
            if allowed[one] and allowed[other]:
                votes[:, one] += value > 0
                votes[:, other] += value <= 0
        return votes
