"""What a kind of classifier is, and the kinds by name.

A kind is a module of :mod:`sarangi.models.classifiers` with a class ``Classifier``, a :class:`Kind`.
"""

import importlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin

FEATURES, LINEAR, RBF = "features", "linear", "rbf"


class Kind(ABC):
    """A classifier with its settings.

    Parameters
    ----------
    settings
        Of an entry of ``classifiers`` in the configuration, whose schema says which each kind has.
    """

    takes = FEATURES
    """What it is trained and tested on: scaled features, or the values of a kernel between clips."""
    states = True
    """Whether it states probabilities."""
    cost = 1
    """How long training takes beside other kinds; the longest are begun first."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = settings

    @abstractmethod
    def estimator(self, c: float | None, seed: int | None, threads: int) -> ClassifierMixin:
        """Return an untrained classifier.

        Parameters
        ----------
        c
            ``C`` of the settings, or of several the chosen one; None for a kind without.
        seed
            Of a kind that draws at random; else None.
        threads
            That it may use.
        """

    def fitted(self, model: ClassifierMixin, inputs: np.ndarray, emotions: np.ndarray) -> ClassifierMixin:
        """Return the classifier trained on inputs of shape (clips, features or clips)."""
        return model.fit(inputs, emotions)

    def of_places(self, inputs: np.ndarray, clips: np.ndarray, trained: np.ndarray) -> np.ndarray:
        """Return the inputs of some clips, for a model that is trained on some clips of the training part.

        Parameters
        ----------
        inputs
            Of shape (clips, features), or (clips, training clips) for a kernel.
        clips, trained
            Places in the first axis, and in the training part.
        """
        return inputs[clips] if self.takes == FEATURES else inputs[np.ix_(clips, trained)]

    def why_unfit(self, emotions: np.ndarray, part: str) -> str | None:
        """Return why it cannot be trained on utterances of two emotions or more; ``part`` names them."""
        return None

    def scores(self, model: ClassifierMixin, inputs: np.ndarray, allowed: np.ndarray) -> np.ndarray:
        """Return what speaks for each emotion, where some are not allowed.

        Parameters
        ----------
        model
            A trained classifier.
        inputs
            Of shape (clips, features or training clips).
        allowed : array of bool of shape (emotions,)
            In the order of the model's classes; two at least are.

        Returns
        -------
        array of shape (clips, emotions)
        """
        return model.predict_proba(inputs)


def load(settings: Mapping[str, Any]) -> Kind:
    """Return the classifier of its ``kind``; the configuration has checked that it exists."""
    return importlib.import_module(f"sarangi.models.classifiers.{settings['kind']}").Classifier(settings)
