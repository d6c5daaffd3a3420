"""What a kind of regressor is, and the kinds by name.

A kind is a module of :mod:`sarangi.models.regressors` with a class ``Regressor``, a :class:`Kind`.
"""

import importlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.base import RegressorMixin

from sarangi.models.classifier import FEATURES


class Kind(ABC):
    """A regressor with its settings.

    Parameters
    ----------
    settings
        Of an entry of ``regressors`` in the configuration, whose schema says which each kind has.
    """

    takes = FEATURES
    """What it is trained and tested on: scaled features, or the values of a kernel between clips."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = settings

    @abstractmethod
    def estimator(self, seed: int | None, threads: int) -> RegressorMixin:
        """Return an untrained regressor.

        Parameters
        ----------
        seed
            Of a kind that draws at random; else None.
        threads
            That it may use.
        """

    def fitted(self, model: RegressorMixin, inputs: np.ndarray, ratings: np.ndarray) -> RegressorMixin:
        """Return the regressor trained on inputs of shape (clips, features or clips)."""
        return model.fit(inputs, ratings)


def load(settings: Mapping[str, Any]) -> Kind:
    """Return the regressor of its ``kind``; the configuration has checked that it exists."""
    return importlib.import_module(f"sarangi.models.regressors.{settings['kind']}").Regressor(settings)
