"""A multilayer perceptron."""

import math

import numpy as np
import pandas as pd
from sklearn.base import ClassifierMixin
from sklearn.neural_network import MLPClassifier

from sarangi.models.classifier import Kind

HELD_BACK = 0.1  # of the training part, by scikit-learn for early stopping


class Classifier(Kind):
    """A perceptron of ``hidden`` layers; with ``early_stopping`` a tenth of its part says when to stop."""

    cost = 4

    def estimator(self, c: float | None, seed: int | None, threads: int) -> ClassifierMixin:
        """Return an untrained one."""
        return MLPClassifier(
            tuple(self.settings["hidden"]),
            early_stopping=self.settings["early_stopping"],
            max_iter=self.settings["max_iter"],
            random_state=seed,
        )

    def why_unfit(self, emotions: np.ndarray, part: str) -> str | None:
        """Return why early stopping has too few utterances; None where it has enough."""
        if not self.settings["early_stopping"]:
            return None
        counts = pd.Series(emotions).value_counts().sort_index()
        if counts.min() < 2:
            return f"{part} has one utterance of {counts.idxmin()}; early stopping needs two of each emotion"
        held = math.ceil(HELD_BACK * len(emotions))
        if held < len(counts):
            return (
                f"{part} has {len(emotions)} utterances; early stopping would hold back {held}, "
                f"fewer than its {len(counts)} emotions"
            )
        return None
