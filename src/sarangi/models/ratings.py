"""Ratings on a scale, such as arousal, as what a network answers.

A network has an output a dimension, on a scale of its own: the ends of the dimension's are at -1 and 1, so
that one that has learnt nothing answers the middle.  Concordance is the same on both.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor
from transformers import EvalPrediction

from sarangi.base.dimension_rows import DIMENSION
from sarangi.base.errors import SarangiError
from sarangi.base.parts import TRAIN, VALIDATION
from sarangi.models.concordance import concordance
from sarangi.models.utterances import Utterances

Scales = Mapping[str, tuple[float, float]]
"""The ends of the manifest's scale by dimension, in the order of a network's outputs."""

MEAN_CCC = "ccc"
"""The mean over dimensions of the validation part's concordance, by which the best epoch is chosen."""


def scaled(ratings: npt.NDArray[np.float64], scales: Scales) -> npt.NDArray[np.float64]:
    """Return ratings, of shape (clips, dimensions), as a network answers them."""
    low, high = np.array(list(scales.values())).T
    return (2 * ratings - low - high) / (high - low)


class RatedUtterances(Utterances):
    """Inputs and ratings of some utterances.

    Parameters
    ----------
    table
        As of :class:`~sarangi.models.utterances.Utterances`, with the manifest's columns of the dimensions.
    scales
        Of the dimensions.
    inputs
        As there.
    """

    def __init__(
        self, table: pd.DataFrame, scales: Scales, inputs: Mapping[str, Callable[[str], Tensor]]
    ) -> None:
        self._scales = scales
        super().__init__(table, list(scales), inputs)

    def _labels(self, table: pd.DataFrame, names: Sequence[str]) -> list[list[float]]:
        ratings: list[list[float]] = scaled(values_in(table, self._scales), self._scales).tolist()
        return ratings


def values_in(table: pd.DataFrame, scales: Scales) -> npt.NDArray[np.float64]:
    """Return the ratings of utterances, float64 of shape (utterances, dimensions); NaN where missing."""
    return table[columns_of(scales)].to_numpy(dtype=np.float64)


def by_dimension(table: pd.DataFrame, scales: Scales) -> pd.DataFrame:
    """Return the ratings of utterances, indexed by utterance_id, a column a dimension by its name."""
    found: pd.DataFrame = table.set_index("utterance_id")[columns_of(scales)].astype(np.float64)
    return found.set_axis(list(scales), axis=1)


def columns_of(dimensions: Sequence[str] | Scales) -> list[str]:
    """Return the manifest's columns of dimensions."""
    return [DIMENSION + name for name in dimensions]


def measured_ratings(result: EvalPrediction, dimensions: Sequence[str]) -> dict[str, float]:
    """Return the concordance of a part by ``ccc_<dimension>``, and their mean as :data:`MEAN_CCC`."""
    outputs, ratings = (
        torch.from_numpy(np.asarray(part, dtype=np.float64))
        for part in (result.predictions, result.label_ids)
    )
    each = concordance(outputs, ratings)
    named = zip(dimensions, each.tolist(), strict=True)
    return {MEAN_CCC: each.mean().item(), **{f"{MEAN_CCC}_{name}": value for name, value in named}}


def with_ratings(parts: Mapping[str, pd.DataFrame], scales: Scales, where: str) -> dict[str, pd.DataFrame]:
    """Return the parts of a split; those that train and validate without utterances that have no rating.

    Parameters
    ----------
    parts
        Data frames with the manifest's columns of the dimensions.
    scales
        Of the dimensions.
    where
        The fold, for messages.

    Raises
    ------
    SarangiError
        If one of those has fewer than two different ratings of a dimension: none can be learnt from it, and
        no epoch chosen.
    """
    found = dict(parts)
    for part in (TRAIN, VALIDATION):
        table = parts[part]
        has_any = ~np.isnan(values_in(table, scales)).all(1)
        found[part] = table[has_any].reset_index(drop=True)
        for name in scales:
            if found[part][DIMENSION + name].nunique() < 2:
                raise SarangiError(
                    f"{where}: fewer than two different ratings of {name} in the {part} part; choose another "
                    "protocol, or remove the dimension from the model"
                )
    return found


def rated_answers(outputs: npt.NDArray[np.float32], scales: Scales) -> dict[str, npt.NDArray[np.float64]]:
    """Return what a network answers by dimension, each of shape (clips,) on the manifest's scale.

    An answer may lie beyond the ends of the scale: it is not cut.

    Parameters
    ----------
    outputs : array of shape (clips, dimensions)
        Of the network.
    scales
        Of the dimensions.
    """
    low, high = np.array(list(scales.values())).T
    answers = (outputs.astype(np.float64) * (high - low) + low + high) / 2
    return dict(zip(scales, answers.T, strict=True))
