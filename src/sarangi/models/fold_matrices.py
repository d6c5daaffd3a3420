"""What classifiers are trained and tested on in a fold: scaled features, or the values of a kernel."""

import logging
import threading
from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Any, NamedTuple

import numpy as np
from sklearn.preprocessing import StandardScaler

from sarangi.models.alignment import coral
from sarangi.models.classifier import FEATURES, LINEAR, RBF
from sarangi.models.predictions import Fold
from sarangi.models.projection import (
    RANDOM,
    SPEAKER,
    random_directions,
    refuse_nested,
    shuffled_directions,
    speaker_directions,
    without,
)
from sarangi.models.vectors import Vectors

log = logging.getLogger("sarangi")

OWN = ""  # the fold's own test part, beside the names of other corpora


class Preparation(NamedTuple):
    """How features are prepared for a classifier."""

    takes: str
    """See :attr:`sarangi.models.classifier.Kind.takes`."""
    gamma: str | None = None
    """Of a radial basis function: ``scale``, 1 / (features × variance of the scaled training part), or
    ``auto``, 1 / features."""
    scaling: str = "training"
    """``training``: everything by mean and deviation of the training part.  ``each``: what is tested by its
    own, for which no label is needed but all test utterances at once."""
    aligned: bool = False
    """Whether by :func:`sarangi.models.alignment.coral`: then there is a model for each test corpus, which
    sees its features and no label."""
    projected: str | None = None
    """What is projected out of scaled features: the directions that tell the ``speaker`` in the training
    part, or as many that tell ``shuffled`` speakers, or as many at ``random``.  Not of aligned ones."""
    seed: int | None = None
    """Of the last two."""


class FoldMatrices:
    """The scaled features and kernels of a fold, each computed once, when a model first asks.

    Parameters
    ----------
    fold
        Of a protocol on ``own``.
    own, others
        Features of the corpus, and of other corpora by name.
    """

    def __init__(self, fold: Fold, own: Vectors, others: Mapping[str, Vectors]):
        self.fold = fold
        self._own, self._others = own, others
        self._made: dict[Hashable, Any] = {}
        self._lock = threading.RLock()

    def inputs(self, wanted: Preparation, aim: str, side: str | None = None) -> np.ndarray:
        """Return what a classifier is trained on, or tested on where ``side`` names what is tested.

        Parameters
        ----------
        wanted
            By the classifier.
        aim
            The side whose features the training part is aligned with, if that is wanted.
        side
            ``OWN`` or another corpus; None for the training part.

        Returns
        -------
        array of float64
            Scaled features of shape (utterances, features); for a support vector machine the values of
            its kernel, of shape (utterances, training utterances).
        """
        if wanted.takes == FEATURES:
            return self._features(wanted, aim, side)
        if wanted.takes == LINEAR:
            return self._products(wanted, aim, side)
        key = (RBF, wanted.gamma, *_view(wanted, aim, side))
        return self._once(key, lambda: self._rbf(wanted, aim, side))

    def known(self, side: str, emotions: Collection[str]) -> np.ndarray:
        """Return which usable utterances of another corpus have one of the emotions, booleans."""
        return self._others[side].tested(self.fold)["emotion"].isin(emotions).to_numpy()

    def _raw(self, side: str | None) -> np.ndarray:
        """Return the features of what the fold tests of another side."""
        other = self._others[str(side)]
        return other.of(other.tested(self.fold)["utterance_id"])

    def _once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        with self._lock:
            if key not in self._made:
                self._made[key] = make()
            return self._made[key]

    def _scaled(self) -> tuple[StandardScaler, np.ndarray]:
        raw = self._own.of(self.fold.train["utterance_id"])
        scaler = StandardScaler().fit(raw)
        return scaler, scaler.transform(raw, copy=False)

    def _features(self, wanted: Preparation, aim: str, side: str | None) -> np.ndarray:
        """Return scaled features; they are shared, and not to be written to."""
        if wanted.projected is None:
            return self._scaled_features(wanted, aim, side)
        plain = wanted._replace(projected=None, seed=None)

        def projected() -> np.ndarray:
            directions = self._directions(wanted.projected, wanted.seed)
            return without(self._scaled_features(plain, aim, side), directions)

        return self._once(("projected", *_view(wanted, aim, side)), projected)

    def _directions(self, projected: str | None, seed: int | None) -> np.ndarray:
        """Return what is projected out: found on the training part, and on nothing that is tested."""
        found = self._once("speaker directions", self._speaker_directions)
        if projected == SPEAKER or seed is None:
            return found
        if projected == RANDOM:
            return random_directions(len(found), found.shape[1], seed)
        _, train = self._once("scaled", self._scaled)
        key = ("shuffled directions", seed)
        return self._once(key, lambda: shuffled_directions(len(found), train, self.fold.train, seed))

    def _speaker_directions(self) -> np.ndarray:
        rows = self.fold.train
        refuse_nested(rows, f"the training part of fold {self.fold.number}")
        _, train = self._once("scaled", self._scaled)
        found = speaker_directions(train, rows)
        log.info(
            "fold %d: %d of %d directions tell %d speakers",
            self.fold.number, *found.shape, rows["speaker"].nunique(),
        )  # fmt: skip
        return found

    def _scaled_features(self, wanted: Preparation, aim: str, side: str | None) -> np.ndarray:
        scaler, train = self._once("scaled", self._scaled)
        if side is None and not wanted.aligned:
            return train
        if side is None:
            key = ("aligned", *_view(wanted, aim, side))
            return self._once(key, lambda: coral(train, self._scaled_features(wanted, aim, aim)))
        how = wanted.scaling

        def scaled() -> np.ndarray:
            raw = self._own.of(self.fold.test["utterance_id"]) if side == OWN else self._raw(side)
            by = scaler if how == "training" else StandardScaler().fit(raw)
            return by.transform(raw, copy=False)

        return self._once(("tested", side, how), scaled)

    def _products(self, wanted: Preparation, aim: str, side: str | None) -> np.ndarray:
        train = self._features(wanted, aim, None)
        key = ("products", *_view(wanted, aim, side))
        return self._once(key, lambda: self._features(wanted, aim, side) @ train.T)

    def _rbf(self, wanted: Preparation, aim: str, side: str | None) -> np.ndarray:
        train = self._features(wanted, aim, None)
        columns = self._products(wanted, aim, None).diagonal()
        gamma = 1 / train.shape[1]
        if wanted.gamma == "scale":
            # the variance of all values; their squares are summed up already
            variance = columns.sum() / train.size - train.mean() ** 2
            # where all features are constant, as scikit-learn has it
            gamma = 1 / (train.shape[1] * variance) if variance else 1.0
        rows = columns
        if side is not None:
            tested = self._features(wanted, aim, side)
            rows = np.einsum("ij,ij->i", tested, tested)
        distances = self._products(wanted, aim, side) * -2.0
        distances += rows[:, None]
        distances += columns
        np.maximum(distances, 0, out=distances)
        distances *= -gamma
        return np.exp(distances, out=distances)


def _view(wanted: Preparation, aim: str, side: str | None) -> tuple:
    """Return what features of a side depend on, so that classifiers share them where they can."""
    how = wanted.scaling if wanted.aligned or side is not None else None
    return side, how, aim if wanted.aligned else None, wanted.projected, wanted.seed
