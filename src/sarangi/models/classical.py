"""Classical models on acoustic features.

One job serves every experiment of a corpus and a feature set, so that a fold is scaled once and its
products of features with features, which a support vector machine needs and which cost nearly all of
its time, are computed once.
"""

import itertools
import logging
import math
import threading
import warnings
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.progress import progress
from sarangi.models.predictions import (
    Fold,
    Parts,
    Unfit,
    as_counted,
    shared_emotions,
    skip_foreign,
    write_transfer,
)
from sarangi.statistics.confusions import confusion, uar

log = logging.getLogger("sarangi")

OWN = ""  # the fold's own test part, beside the names of other corpora
KERNELS = ("svm_rbf", "svm_linear")
SLOWEST_FIRST = ("random_forest", "mlp", "logistic", *KERNELS)
HELD_BACK = 0.1  # of the training part, by scikit-learn's perceptron for its early stopping


def classical(
    manifest: Path,
    protocols: dict[str, Path],
    features: Sequence[Path],
    experiments: dict[str, dict],
    elsewhere: dict[str, tuple[Path, Sequence[Path]]],
    output: dict[str, Path],
    provenance: dict,
    threads: int = 1,
    label_map: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Train classifiers on each fold's training part; predict its test part, and other corpora.

    A fold that cannot train a classifier has its test utterances failed with the reason, and does not
    stop the others.  Memory holds the predictions of one protocol, the features of all corpora, and of
    at most ``threads`` folds the scaled features and two square matrices over the training part, all
    float64.

    Parameters
    ----------
    manifest
        Of the corpus.
    protocols
        Tables of the corpus by the name of the protocol.
    features
        The corpus's shards of the feature set.
    experiments
        By name: ``protocol``; ``settings``, the classifier; and ``tests``, other corpora that each of
        its models is tested on as a whole.  Settings are

        ``kind``
            ``svm_rbf``, ``svm_linear``, ``random_forest``, ``mlp`` or ``logistic``.
        ``C`` (``svm_rbf``, ``svm_linear``, ``logistic``)
            A number, or several to choose from by :func:`choose`.
        ``inner_folds``
            Where there are several.
        ``gamma`` (``svm_rbf``)
            ``scale``, 1 / (features × variance of the scaled training part), or ``auto``, 1 / features.
        ``class_weight``
            ``balanced``, or None (the default); an ``mlp`` knows none.
        ``trees`` (``random_forest``); ``hidden`` and ``early_stopping`` (``mlp``)
            Number of trees; widths of the hidden layers, whether a tenth of the training part decides
            when to stop.
        ``max_iter`` (``mlp``, ``logistic``)
            Iterations at most.
        ``seeds`` (``random_forest``, ``mlp``)
            A model and a row of predictions for each.
        ``scaling``
            ``training`` (the default): everything by mean and deviation of the training part.  ``each``:
            what is tested by its own, for which no label is needed but all test utterances at once.
        ``alignment``
            Absent, or ``coral``, see :func:`coral`: a model for each test corpus, which sees its
            features and no label.
    elsewhere
        By the name of another corpus its manifest and its shards of the same feature set.
    output
        Parquet files to write, of :func:`sarangi.models.predictions.predictions_schema`: ``<experiment>`` has
        each test utterance of each fold, ``<experiment>_to_<corpus>`` each utterance of the other
        corpus for each fold; each of both for each seed.
    provenance
        Passed to the store.
    threads
        Models trained at once, and trees of a forest; the bytes do not depend on it.
    label_map
        By emotion, the one that it counts as when another corpus is tested, in what a model answers and
        in that corpus alike.

    Raises
    ------
    SarangiError
        If no classifier of any experiment can be trained in any fold though a protocol was made, if
        another corpus shares fewer than two emotions with a protocol, or if its features have other names.
    """
    own = Vectors(manifest, features)
    needed = sorted({test for entry in experiments.values() for test in entry.get("tests", ())})
    others = {name: Vectors(*elsewhere[name], label_map) for name in needed}
    for other in others.values():
        own.refuse_other_features(other)
    problems: dict[Path, str] = {}
    trained = made = False
    for name, path in protocols.items():
        chosen = {key: entry for key, entry in experiments.items() if entry["protocol"] == name}
        if not chosen:
            continue
        parts = Parts(own.rows, path, own.present)
        made |= parts.unmade is None
        sides = {
            test: {}
            if parts.unmade
            else shared_emotions(parts.emotions, others[test].rows, others[test].manifest, label_map)
            for entry in chosen.values()
            for test in entry.get("tests", ())
        }
        answers = _train(parts, own, others, chosen, sides, str(path), threads)
        if not any(answers.values()):
            reasons = [f": {reason}" for reason in own.present["reason"].dropna()[:1]]
            problems[path] = parts.unmade or "".join(["no test utterance has features", *reasons])
        for (experiment, side), found in answers.items():
            if side == OWN:
                parts.write(found, output[experiment], provenance)
            elif not found:
                nothing = {(0, None): Unfit(problems[path])}
                there = others[side].listed
                write_transfer(there, [], nothing, output[f"{experiment}_to_{side}"], provenance)
            else:
                shared = list(dict.fromkeys(sides[side].values()))
                rows = skip_foreign(others[side].listed, shared)
                write_transfer(rows, shared, found, output[f"{experiment}_to_{side}"], provenance)
        for answer in itertools.chain.from_iterable(found.values() for found in answers.values()):
            if isinstance(answer, Unfit):
                problems.setdefault(path, str(answer))
            else:
                trained = True
    if not trained and made:
        path, problem = next(iter(problems.items()))
        raise SarangiError(
            f"{path}: no classifier could be trained in any fold; {problem}. Give the protocol training "
            "parts of two emotions or more, and see which utterances failed in the manifest and the features."
        )


class Vectors:
    """The features of a corpus.

    Parameters
    ----------
    manifest, features
        Table of the corpus, and its shards of a feature set.
    label_map
        By emotion, the one that it counts as here.

    Attributes
    ----------
    rows : data frame of utterance_id, speaker, group, emotion and status
        Of the manifest.
    present : data frame of status and reason, indexed by utterance_id
        Of the features.
    listed, usable : data frames of utterance_id, emotion, status and reason
        The whole corpus in the manifest's order, and what is ok of it.
    """

    def __init__(
        self, manifest: Path, features: Sequence[Path], label_map: Mapping[str, str] = MappingProxyType({})
    ):
        self.manifest = manifest
        columns = ["utterance_id", "speaker", "group", "emotion", "status"]
        self.rows = as_counted(store.read(manifest, columns), label_map)
        table = pd.concat([store.read(shard) for shard in features]).set_index("utterance_id")
        self.present = table[["status", "reason"]].copy()
        numbers = table.drop(columns=["status", "reason"])
        self.names = list(numbers.columns)
        self._place = pd.Series(np.arange(len(table)), index=table.index)
        # as they are stored, float32: only the rows of a fold are widened
        self._values = np.ascontiguousarray(numbers.to_numpy())
        self.listed = self.rows[["utterance_id", "emotion"]].join(self.present, on="utterance_id")
        self.usable = self.listed[self.listed["status"] == store.OK]

    def of(self, utterance_ids: pd.Series) -> np.ndarray:
        """Return the features of utterances, float64 of shape (utterances, features), each in one piece."""
        return self._values[self._place.loc[utterance_ids]].astype(np.float64, order="C")

    def whole(self) -> np.ndarray:
        """Return the features of all usable utterances, as :meth:`of`."""
        return self.of(self.usable["utterance_id"])

    def refuse_other_features(self, other: "Vectors") -> None:
        """Raise a SarangiError where another corpus has other features, or in another order."""
        if other.names != self.names:
            raise SarangiError(
                f"{other.manifest}: its features are not those of {self.manifest} "
                f"({len(other.names)} and {len(self.names)}); extract both with the same feature set"
            )


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

    def inputs(self, settings: dict, aim: str, side: str | None = None) -> np.ndarray:
        """Return what a classifier is trained on, or tested on where ``side`` names what is tested.

        Parameters
        ----------
        settings
            Of the classifier.
        aim
            The side whose features the training part is aligned with, if the settings say so.
        side
            ``OWN`` or another corpus; None for the training part.

        Returns
        -------
        array of float64
            Scaled features of shape (utterances, features); for a support vector machine the values of
            its kernel, of shape (utterances, training utterances).
        """
        if settings["kind"] not in KERNELS:
            return self._features(settings, aim, side)
        if settings["kind"] == "svm_linear":
            return self._products(settings, aim, side)
        key = ("rbf", settings["gamma"], *_view(settings, aim, side))
        return self._once(key, lambda: self._rbf(settings, aim, side))

    def known(self, side: str, emotions: Collection[str]) -> np.ndarray:
        """Return which usable utterances of another corpus have one of the emotions, booleans."""
        return self._others[side].usable["emotion"].isin(emotions).to_numpy()

    def _once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        with self._lock:
            if key not in self._made:
                self._made[key] = make()
            return self._made[key]

    def _scaled(self) -> tuple[StandardScaler, np.ndarray]:
        raw = self._own.of(self.fold.train["utterance_id"])
        scaler = StandardScaler().fit(raw)
        return scaler, scaler.transform(raw, copy=False)

    def _features(self, settings: dict, aim: str, side: str | None) -> np.ndarray:
        """Return scaled features; they are shared, and not to be written to."""
        scaler, train = self._once("scaled", self._scaled)
        if side is None and not settings.get("alignment"):
            return train
        if side is None:
            key = ("aligned", *_view(settings, aim, side))
            return self._once(key, lambda: coral(train, self._features(settings, aim, aim)))
        how = settings.get("scaling", "training")

        def scaled() -> np.ndarray:
            raw = self._own.of(self.fold.test["utterance_id"]) if side == OWN else self._others[side].whole()
            by = scaler if how == "training" else StandardScaler().fit(raw)
            return by.transform(raw, copy=False)

        return self._once(("tested", side, how), scaled)

    def _products(self, settings: dict, aim: str, side: str | None) -> np.ndarray:
        train = self._features(settings, aim, None)
        key = ("products", *_view(settings, aim, side))
        return self._once(key, lambda: self._features(settings, aim, side) @ train.T)

    def _rbf(self, settings: dict, aim: str, side: str | None) -> np.ndarray:
        train = self._features(settings, aim, None)
        columns = self._products(settings, aim, None).diagonal()
        gamma = 1 / train.shape[1]
        if settings["gamma"] == "scale":
            # the variance of all values; their squares are summed up already
            variance = columns.sum() / train.size - train.mean() ** 2
            # where all features are constant, as scikit-learn has it
            gamma = 1 / (train.shape[1] * variance) if variance else 1.0
        rows = columns
        if side is not None:
            tested = self._features(settings, aim, side)
            rows = np.einsum("ij,ij->i", tested, tested)
        distances = self._products(settings, aim, side) * -2.0
        distances += rows[:, None]
        distances += columns
        np.maximum(distances, 0, out=distances)
        distances *= -gamma
        return np.exp(distances, out=distances)


def _view(settings: dict, aim: str, side: str | None) -> tuple:
    """Return what features of a side depend on, so that classifiers share them where they can."""
    aligned = bool(settings.get("alignment"))
    how = settings.get("scaling", "training") if aligned or side is not None else None
    return side, how, aim if aligned else None


def coral(train: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Return training features whose covariance is that of the test features (CORAL).

    Sun, Feng and Saenko (2016), Return of frustratingly easy domain adaptation, AAAI, algorithm 1: with
    C = covariance + identity of each side, the training features are multiplied by C_train^(-1/2) and
    C_test^(1/2).  Means are left as they are; the paper's sides have mean 0, as ``scaling: each`` gives.

    Parameters
    ----------
    train, test : arrays of shape (clips, d) and (other clips, d)
        Standardised features.

    Returns
    -------
    array of shape (clips, d), float64
    """
    return _times_power(_times_power(train, train, -0.5), test, 0.5)


def _times_power(rows: np.ndarray, features: np.ndarray, power: float) -> np.ndarray:
    """Return ``rows`` times a power of (covariance of ``features`` + identity)."""
    clips, width = features.shape
    centred = (features - features.mean(0)) / math.sqrt(max(clips - 1, 1))
    if width <= clips:
        values, vectors = np.linalg.eigh(centred.T @ centred)
        return rows @ ((vectors * (1 + values.clip(0)) ** power) @ vectors.T)
    # the same through the clips' own products: with the singular values s and left vectors U of the
    # centred features X, (X'X + 1)^p = 1 + X'U ((1 + s^2)^p - 1) / s^2 U'X
    values, vectors = np.linalg.eigh(centred @ centred.T)
    values = values.clip(0)
    tiny = values < 1e-12
    change = np.where(tiny, power, np.expm1(power * np.log1p(values)) / np.where(tiny, 1, values))
    return rows + ((rows @ centred.T @ vectors) * change) @ (vectors.T @ centred)


def choose(
    settings: dict, inputs: np.ndarray, emotions: np.ndarray, groups: np.ndarray
) -> tuple[float, float]:
    """Choose the C of a classifier within the training part of a fold.

    The inner folds keep groups whole, as many folds as ``inner_folds`` says or the emotion with the
    fewest groups allows; where an emotion has one group only, they keep the emotions in proportion and
    part groups.  Features are scaled, and a kernel's gamma is set, by the whole training part: that
    takes no label, and lets every inner fold use the same kernel.

    Parameters
    ----------
    settings
        ``C``, the values to choose from, ``inner_folds`` and the rest of the classifier.
    inputs
        Of the training part, from :meth:`FoldMatrices.inputs`.
    emotions, groups : arrays of shape (utterances,)
        Of the training part.

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
    classes = sorted(set(emotions))
    inner = [
        (train, test)
        for train, test in _inner_folds(settings["inner_folds"], emotions, groups)
        if len(set(emotions[train])) > 1
    ]
    if not inner:
        raise Unfit(f"C cannot be chosen from {len(emotions)} training utterances of {len(classes)} emotions")
    best, highest = math.nan, -math.inf
    for c in sorted(settings["C"]):
        found = []
        for train, test in inner:
            square = settings["kind"] in KERNELS
            model = _estimator(settings, c, None, 1)
            model.fit(inputs[np.ix_(train, train)] if square else inputs[train], emotions[train])
            answer = model.predict(inputs[np.ix_(test, train)] if square else inputs[test])
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


def _train(
    parts: Parts,
    own: Vectors,
    others: Mapping[str, Vectors],
    experiments: Mapping[str, dict],
    shared: Mapping[str, Mapping[str, str]],
    where: str,
    threads: int,
) -> dict[tuple[str, str], dict]:
    """Return the answers of every experiment of a protocol on each of its sides, by both."""
    tasks = []
    for experiment, entry in experiments.items():
        sides = {OWN: {emotion: emotion for emotion in parts.emotions}}
        sides |= {test: shared[test] for test in entry.get("tests", ())}
        for seed in entry["settings"].get("seeds", [None]):
            tasks.append((experiment, entry["settings"], seed, sides))
    answers: dict[tuple[str, str], dict] = {
        (experiment, side): {} for experiment, _, _, sides in tasks for side in sides
    }
    # the longest first, so that no thread is left with one at the end
    queue = sorted(tasks, key=lambda task: SLOWEST_FIRST.index(task[1]["kind"]))
    # filters are the process's, so they are set here and not in the threads; both are told otherwise
    with warnings.catch_warnings(), ThreadPoolExecutor(threads) as pool:
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        started = []
        for fold in parts.folds():
            # a fold's matrices live from its first task to its last: nothing else holds them
            matrices = FoldMatrices(fold, own, others)
            name = f"{where}, fold {fold.number}"
            futures = [pool.submit(_answers, matrices, *task, name, threads) for task in queue]
            started.append((fold.number, futures))
            del matrices
        try:
            for fold, futures in progress(started, len(started), where):
                for (experiment, _, seed, _), future in zip(queue, futures, strict=True):
                    for side, answer in future.result().items():
                        answers[experiment, side][fold, seed] = answer
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return answers


def _answers(
    matrices: FoldMatrices,
    experiment: str,
    settings: dict,
    seed: int | None,
    sides: Mapping[str, Mapping[str, str]],
    where: str,
    threads: int,
) -> dict[str, Sequence[str] | Unfit]:
    """Return what a classifier answers on each side, or why nothing.

    Of each side are given the emotions that may be answered, with what each counts as.
    """
    train = matrices.fold.train
    emotions, groups = (train[column].to_numpy(dtype=object) for column in ("emotion", "group"))
    found: dict[str, Sequence[str] | Unfit] = {}
    model = None
    for side, counted in sides.items():
        try:
            # a model serves every side unless its training part is aligned with one
            if model is None or settings.get("alignment"):
                _refuse_unfit(settings, emotions, matrices.fold.number)
                inputs = matrices.inputs(settings, side)
                model = _fitted(settings, seed, inputs, emotions, groups, f"{where}, {experiment}", threads)
            tested = matrices.inputs(settings, side, side)
            # emotions that the model does not know were scaled and aligned with, and are not answered
            if side != OWN:
                tested = tested[matrices.known(side, set(counted.values()))]
            answers = _predicted(model, tested, list(counted))
            found[side] = np.array([counted[answer] for answer in answers], dtype=object)
        except Unfit as problem:
            found[side] = problem
    return found


def _refuse_unfit(settings: dict, emotions: np.ndarray, fold: int) -> None:
    """Raise Unfit where a classifier cannot be trained on utterances of these emotions."""
    counts = pd.Series(emotions).value_counts().sort_index()
    part = f"the training part of fold {fold}"
    if len(counts) < 2:
        there = f"{counts.index[0]} only" if len(counts) else "no usable utterance"
        raise Unfit(f"{part} has {there}; a classifier needs two emotions or more")
    if settings["kind"] == "mlp" and settings["early_stopping"]:
        if counts.min() < 2:
            raise Unfit(
                f"{part} has one utterance of {counts.idxmin()}; early stopping needs two of each emotion"
            )
        held = math.ceil(HELD_BACK * len(emotions))
        if held < len(counts):
            raise Unfit(
                f"{part} has {len(emotions)} utterances; early stopping would hold back {held}, "
                f"fewer than its {len(counts)} emotions"
            )


def _fitted(
    settings: dict,
    seed: int | None,
    inputs: np.ndarray,
    emotions: np.ndarray,
    groups: np.ndarray,
    where: str,
    threads: int,
) -> ClassifierMixin:
    c = settings.get("C")
    if isinstance(c, Sequence):
        c, mean = choose(settings, inputs, emotions, groups)
        log.info("%s: C = %g of %s, UAR %.3f in inner folds", where, c, settings["C"], mean)
    model = _estimator(settings, c, seed, threads).fit(inputs, emotions)
    if "max_iter" in settings and np.max(model.n_iter_) >= settings["max_iter"]:
        log.warning("%s: stopped at %d iterations before it converged", where, settings["max_iter"])
    if isinstance(model, RandomForestClassifier):
        # the trees' votes are added up in the order in which threads end
        model.n_jobs = 1
    return model


def _predicted(model: ClassifierMixin, inputs: np.ndarray, allowed: list[str]) -> np.ndarray:
    """Return the most likely of the allowed emotions, array of shape (utterances,)."""
    known = np.isin(model.classes_, allowed)
    if known.sum() < 2:
        raise Unfit("the training part has fewer than two of the emotions that are tested")
    if known.all():
        return model.predict(inputs)
    if isinstance(model, SVC):
        # the votes of those pairs alone that stand between two allowed emotions
        scores = np.zeros((len(inputs), len(known)))
        pairs = itertools.combinations(range(len(known)), 2)
        for (one, other), value in zip(pairs, model.decision_function(inputs).T, strict=True):
            if known[one] and known[other]:
                scores[:, one] += value > 0
                scores[:, other] += value <= 0
    else:
        scores = model.predict_proba(inputs)
    return model.classes_[known][scores[:, known].argmax(axis=1)]


def _estimator(settings: dict, c: float | None, seed: int | None, threads: int) -> ClassifierMixin:
    """Return an untrained classifier; a support vector machine takes the values of its kernel."""
    weights = settings.get("class_weight")
    match settings["kind"]:
        case "svm_rbf" | "svm_linear":
            return SVC(C=c, kernel="precomputed", class_weight=weights, decision_function_shape="ovo")
        case "random_forest":
            return RandomForestClassifier(
                settings["trees"], class_weight=weights, random_state=seed, n_jobs=threads
            )
        case "mlp":
            return MLPClassifier(
                tuple(settings["hidden"]),
                early_stopping=settings["early_stopping"],
                max_iter=settings["max_iter"],
                random_state=seed,
            )
        case "logistic":
            return LogisticRegression(C=c, class_weight=weights, max_iter=settings["max_iter"])
    raise ValueError(f"no classifier {settings['kind']}")
