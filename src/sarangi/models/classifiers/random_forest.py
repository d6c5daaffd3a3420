"""A random forest (Breiman 2001)."""

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.ensemble import RandomForestClassifier

from sarangi.models.classifier import Kind


class Classifier(Kind):
    """A random forest of ``trees``."""

    cost = 5

    def estimator(self, c: float | None, seed: int | None, threads: int) -> ClassifierMixin:
        """Return an untrained one."""
        return RandomForestClassifier(
            self.settings["trees"],
            class_weight=self.settings.get("class_weight"),
            random_state=seed,
            n_jobs=threads,
        )

    def fitted(self, model: ClassifierMixin, inputs: np.ndarray, emotions: np.ndarray) -> ClassifierMixin:
        """Return it trained; it predicts on one thread."""
        model = model.fit(inputs, emotions)
        # the trees' votes are added up in the order in which threads end
        model.n_jobs = 1
        return model
