"""The extractors of acoustic features, by name.

An extractor is a module of :mod:`sarangi.features.extractors` with a function ``extractor``, whose parameters
are the settings that an entry of ``feature_sets`` may have, and which returns an :class:`Extractor`.
"""

import importlib
import inspect
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from sarangi.base.errors import SarangiError

if TYPE_CHECKING:
    import numpy as np


class Extractor(Protocol):
    """What computes the features of a signal; any number of threads may share it."""

    names: Sequence[str]
    """Of the features, in their order: the columns of the tables."""

    def extract(self, signal: "np.ndarray", rate: int) -> "tuple[np.ndarray, str | None]":
        """Return the features of one signal, and why they cannot be used if they cannot.

        Parameters
        ----------
        signal : float32 array of shape (samples,)
            Sound in [-1, 1); there may be no sample.
        rate
            Samples a second.

        Returns
        -------
        values : float32 array of shape (features,)
        problem : str or None
            Such as that the sound is too short; the utterance then fails with it.
        """


def load(name: str, settings: Mapping[str, Any]) -> Extractor:
    """Return an extractor; the configuration has checked that its module exists.

    Raises
    ------
    SarangiError
        If it takes other settings.
    """
    make = importlib.import_module(f"sarangi.features.extractors.{name}").extractor
    try:
        inspect.signature(make).bind(**settings)
    except TypeError as error:
        takes = ", ".join(inspect.signature(make).parameters) or "none"
        raise SarangiError(
            f"settings of a feature set by {name}: {error}; it takes {takes}. Correct its entry of "
            "feature_sets"
        ) from error
    return make(**settings)
