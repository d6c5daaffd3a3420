"""Training classifiers in the folds of a protocol, several at once."""

import logging
import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.base import ClassifierMixin
from sklearn.exceptions import ConvergenceWarning

from sarangi.base.progress import progress
from sarangi.models.balance import DRAWN, LOGIT_ADJUSTMENT, drawn_alike, log_shares
from sarangi.models.choosing import choose
from sarangi.models.classifier import Kind, load
from sarangi.models.fold_matrices import OWN, FoldMatrices, Preparation
from sarangi.models.predictions import Parts, Unfit
from sarangi.models.projection import SEEDED
from sarangi.models.vectors import Vectors

log = logging.getLogger("sarangi")

Answer = Sequence[str] | Unfit
"""Predicted emotions of what is tested, or why there are none."""


class Model(NamedTuple):
    """A classifier, and how features are prepared for it."""

    classifier: Kind
    preparation: Preparation


def model_of(settings: Mapping[str, Any]) -> Model:
    """Return the model that settings describe.

    Parameters
    ----------
    settings
        ``kind``, and what goes with it (see the schema of the configuration: ``C``, a number or several to
        choose from, ``inner_folds`` where there are several, ``gamma``, ``class_weight``, ``balance``,
        ``seeds``, …); ``scaling``, ``alignment`` (``coral``) and ``project_out``, where they are not the
        usual ones: see :class:`sarangi.models.fold_matrices.Preparation`.
    """
    classifier = load(settings)
    return Model(
        classifier,
        Preparation(
            classifier.takes,
            settings.get("gamma"),
            settings.get("scaling", "training"),
            bool(settings.get("alignment")),
            settings.get("project_out"),
        ),
    )


@dataclass(frozen=True)
class Training:
    """The folds of a protocol, and what models are trained and tested on in them.

    ``where`` names the protocol in messages, ``threads`` is the number of models trained at once.
    """

    parts: Parts
    own: Vectors
    others: Mapping[str, Vectors]
    where: str
    threads: int


class Task(NamedTuple):
    """A model to train in each fold, for an experiment and, of a kind that draws, a seed.

    ``counted`` has for each side to test on the emotions that may be answered, with what each counts as.
    """

    experiment: str
    model: Model
    seed: int | None
    counted: Mapping[str, Mapping[str, str]]


def train(
    training: Training, experiments: Mapping[str, Mapping[str, Any]], counted: Mapping[str, Mapping[str, str]]
) -> dict[tuple[str, str], dict[tuple[int, int | None], Answer]]:
    """Return the answers of every experiment of a protocol on each of its sides, by both.

    Parameters
    ----------
    training
        The folds.
    experiments
        As for :func:`sarangi.models.classical.classical`.
    counted
        For each side the emotions that may be answered there, with what each counts as.
    """
    tasks = []
    for experiment, entry in experiments.items():
        model = model_of(entry["settings"])
        sides = {side: counted[side] for side in (OWN, *entry.get("tests", ()))}
        for seed in entry["settings"].get("seeds", [None]):
            tasks.append(Task(experiment, _drawing(model, seed), seed, sides))
    answers: dict[tuple[str, str], dict] = {
        (task.experiment, side): {} for task in tasks for side in task.counted
    }
    # the longest first, so that no thread is left with one at the end
    queue = sorted(tasks, key=lambda task: -task.model.classifier.cost)
    # filters are the process's, so they are set here and not in the threads; both are told otherwise
    with warnings.catch_warnings(), ThreadPoolExecutor(training.threads) as pool:
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        started = []
        for fold in training.parts.folds():
            # a fold's matrices live from its first task to its last: nothing else holds them
            matrices = FoldMatrices(fold, training.own, training.others)
            name = f"{training.where}, fold {fold.number}"
            futures = [pool.submit(_answers, matrices, task, name, training.threads) for task in queue]
            started.append((fold.number, futures))
            del matrices
        try:
            for fold, futures in progress(started, len(started), training.where):
                for task, future in zip(queue, futures, strict=True):
                    for side, answer in future.result().items():
                        answers[task.experiment, side][fold, task.seed] = answer
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return answers


def _drawing(model: Model, seed: int | None) -> Model:
    """Return a model whose features are prepared with its seed, where that draws."""
    wanted = model.preparation
    return model._replace(preparation=wanted._replace(seed=seed)) if wanted.projected in SEEDED else model


def _answers(matrices: FoldMatrices, task: Task, where: str, threads: int) -> dict[str, Answer]:
    """Return what a classifier answers on each side, or why nothing."""
    fold, (classifier, wanted) = matrices.fold, task.model
    answers: dict[str, Answer] = {}
    model = None
    for side, counted in task.counted.items():
        try:
            # a model serves every side unless its training part is aligned with one
            if model is None or wanted.aligned:
                _refuse_unfit(classifier, fold.train["emotion"].to_numpy(dtype=object), fold.number)
                inputs = matrices.inputs(wanted, side)
                model = _fitted(task, inputs, fold.train, f"{where}, {task.experiment}", threads)
            tested = matrices.inputs(wanted, side, side)
            # emotions that the model does not know were scaled and aligned with, and are not answered
            if side != OWN:
                tested = tested[matrices.known(side, set(counted.values()))]
            predicted = _predicted(classifier, model, tested, list(counted))
            answers[side] = np.array([counted[answer] for answer in predicted], dtype=object)
        except Unfit as problem:
            answers[side] = problem
    return answers


def _refuse_unfit(classifier: Kind, emotions: np.ndarray, fold: int) -> None:
    """Raise Unfit where a classifier cannot be trained on utterances of these emotions."""
    part = f"the training part of fold {fold}"
    present = sorted(set(emotions))
    if len(present) < 2:
        there = f"{present[0]} only" if present else "no usable utterance"
        raise Unfit(f"{part} has {there}; a classifier needs two emotions or more")
    problem = classifier.why_unfit(emotions, part)
    if problem:
        raise Unfit(problem)


class Fitted(NamedTuple):
    """A trained classifier.

    Parameters
    ----------
    model
        As scikit-learn has it.
    places : array, optional
        Of the training utterances that it was trained on, where they were drawn; else all.
    shares : array of shape (emotions,), optional
        Logarithms of the emotions' shares of the training part, where scores are moved by them.
    """

    model: ClassifierMixin
    places: np.ndarray | None = None
    shares: np.ndarray | None = None


def _fitted(task: Task, inputs: np.ndarray, rows: pd.DataFrame, where: str, threads: int) -> Fitted:
    """Return a classifier trained on the inputs of rows of emotion and group."""
    classifier = task.model.classifier
    settings = classifier.settings
    emotions, groups = (rows[column].to_numpy(dtype=object) for column in ("emotion", "group"))
    c, method, places = settings.get("C"), settings.get("balance"), None
    draws = task.seed or 0
    if isinstance(c, Sequence):
        c, mean = choose(classifier, inputs, emotions, groups, draws)
        log.info("%s: C = %g of %s, UAR %.3f in inner folds", where, c, settings["C"], mean)
    if method in DRAWN:
        places = drawn_alike(emotions, method, draws)
        inputs, emotions = classifier.of_places(inputs, places, places), emotions[places]
    model = classifier.fitted(classifier.estimator(c, task.seed, threads), inputs, emotions)
    if "max_iter" in settings and np.max(model.n_iter_) >= settings["max_iter"]:
        log.warning("%s: stopped at %d iterations before it converged", where, settings["max_iter"])
    shares = log_shares(emotions, model.classes_) if method == LOGIT_ADJUSTMENT else None
    return Fitted(model, places, shares)


def _predicted(classifier: Kind, fitted: Fitted, inputs: np.ndarray, emotions: list[str]) -> np.ndarray:
    """Return the most likely of the allowed emotions, array of shape (utterances,)."""
    model = fitted.model
    allowed = np.isin(model.classes_, emotions)
    if allowed.sum() < 2:
        raise Unfit("the training part has fewer than two of the emotions that are tested")
    if fitted.places is not None:
        inputs = classifier.of_places(inputs, np.arange(len(inputs)), fitted.places)
    if fitted.shares is not None:
        with np.errstate(divide="ignore"):  # a probability of 0 stays the least of all
            scores = np.log(model.predict_proba(inputs)) - fitted.shares
    elif allowed.all():
        return model.predict(inputs)
    else:
        scores = classifier.scores(model, inputs, allowed)
    return model.classes_[allowed][scores[:, allowed].argmax(axis=1)]
