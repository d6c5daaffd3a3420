"""Choosing the penalty of a classifier within the training part of a fold."""

import math

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from sarangi.models.balance import DRAWN, drawn_alike
from sarangi.models.classifier import Kind
from sarangi.models.predictions import Unfit
from sarangi.statistics.confusions import confusion, uar


def choose(
    classifier: Kind, inputs: np.ndarray, emotions: np.ndarray, groups: np.ndarray, seed: int = 0
) -> tuple[float, float]:
    """Choose the C of a classifier within the training part of a fold.

    The inner folds keep groups whole, as many folds as ``inner_folds`` says or the emotion with the
    fewest groups allows; where an emotion has one group only, they keep the emotions in proportion and
    part groups.  Features are scaled, and a kernel's gamma is set, by the whole training part: that
    takes no label, and lets every inner fold use the same kernel.

    Parameters
    ----------
    classifier
        Whose settings have ``C``, the values to choose from, and ``inner_folds``.
    inputs
        Of the training part, from :meth:`sarangi.models.fold_matrices.FoldMatrices.inputs`.
    emotions, groups : arrays of shape (utterances,)
        Of the training part.
    seed
        Of the clips that are drawn in the training part of each inner fold, where ``balance`` asks for it.

    Returns
    -------
    C
        That of the highest mean UAR over inner folds; of several the smallest.
    mean
        Its UAR.

    Raises
    ------
    Unfit
        If no inner fold has two emotions to train on.
    """
    settings = classifier.settings
    classes = sorted(set(emotions))
    inner = [
        (train, test)
        for train, test in _inner_folds(settings["inner_folds"], emotions, groups)
        if len(set(emotions[train])) > 1
    ]
    if not inner:
        raise Unfit(f"C cannot be chosen from {len(emotions)} training utterances of {len(classes)} emotions")
    if settings.get("balance") in DRAWN:
        inner = [
            (train[drawn_alike(emotions[train], settings["balance"], seed)], test) for train, test in inner
        ]
    best, highest = math.nan, -math.inf
    for c in sorted(settings["C"]):
        found = []
        for train, test in inner:
            model = classifier.estimator(c, None, 1)
            model.fit(classifier.of_places(inputs, train, train), emotions[train])
            answer = model.predict(classifier.of_places(inputs, test, train))
            found.append(uar(confusion(emotions[test], answer, classes)))
        mean = float(np.mean(found))
        # equal confusions may differ in the last digit
        if mean > highest + 1e-9:
            best, highest = c, mean
    return best, highest


def _inner_folds(folds: int, emotions: np.ndarray, groups: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    fewest = int(pd.Series(groups).groupby(emotions).nunique().min())
    if fewest > 1:
        return list(StratifiedGroupKFold(min(folds, fewest)).split(emotions, emotions, groups))
    most = int(pd.Series(emotions).value_counts().max())
    return list(StratifiedKFold(min(folds, most)).split(emotions, emotions)) if most > 1 else []
