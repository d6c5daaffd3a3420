"""Acoustic features by openSMILE: the functionals of one of its sets, under its own names.

Sets go by openSMILE's names: ``eGeMAPSv02`` (88 features; Eyben et al. 2016), ``ComParE_2016`` (6,373;
Schuller et al. 2016), ``IS09`` (384; Schuller et al. 2009), ``IS10`` (1,582; Schuller et al. 2010,
openSMILE's ``compat`` variant).
"""

import warnings
from functools import cache

import numpy as np
import opensmile
from opensmile.core.lib import OpenSmileException

from sarangi.base.errors import SarangiError

# extract() finds the one utterance that this concerns
warnings.filterwarnings("ignore", "Segment too short, filling with NaN", UserWarning)


class OpenSmile:
    """openSMILE set up for the functionals of a feature set; it releases the interpreter's lock.

    Parameters
    ----------
    feature_set
        Name in ``opensmile.FeatureSet``.
    """

    def __init__(self, feature_set: str) -> None:
        self._smile = opensmile.Smile(
            opensmile.FeatureSet.__members__[feature_set], opensmile.FeatureLevel.Functionals
        )
        self.names: list[str] = self._smile.feature_names

    def extract(self, signal: np.ndarray, rate: int) -> tuple[np.ndarray, str | None]:
        """Return the features of a signal, and why they cannot be used: see ``sarangi.features.registry``.

        openSMILE takes the signal as 16 bit, cut towards 0.
        """
        try:
            values = self._smile(signal, rate).reshape(-1)
        except OpenSmileException as error:
            return np.full(len(self.names), np.nan, dtype=np.float32), f"openSMILE stops ({error})"
        bad = np.flatnonzero(~np.isfinite(values))
        if len(bad) == len(values):
            return values, f"too short for openSMILE ({len(signal) / rate:.3f} s)"
        if len(bad):
            first = self.names[bad[0]]
            return values, f"openSMILE gives NaN or infinity for {len(bad)} features, first {first}"
        return values, None


@cache
def extractor(feature_set: str) -> OpenSmile:
    """Return openSMILE set up for a feature set.

    Raises
    ------
    SarangiError
        If openSMILE has no such set.
    """
    sets = opensmile.FeatureSet.__members__
    if feature_set not in sets:
        raise SarangiError(f"openSMILE has no feature set {feature_set}; it has {', '.join(sets)}")
    return OpenSmile(feature_set)
