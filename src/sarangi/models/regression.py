"""Classical models of ratings on acoustic features; one job serves all of a regressor."""

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sarangi.base.errors import SarangiError
from sarangi.base.progress import progress
from sarangi.base.score_id import ScoreId
from sarangi.base.store import Output
from sarangi.models.classifier import FEATURES
from sarangi.models.fold_matrices import OWN, FoldMatrices, Preparation
from sarangi.models.predictions import Fold, Parts, Unfit
from sarangi.models.rated import Values, ratings_in, write_rated, write_rated_runs
from sarangi.models.regressor import Kind, load
from sarangi.models.vectors import CorpusFiles, Vectors

log = logging.getLogger("sarangi")

Run = dict[str, Values]
"""By what is tested (OWN, or another corpus)."""


class _Task(NamedTuple):
    """An experiment with a seed, the sides that it is tested on, and the ratings that it learns."""

    experiment: str
    regressor: Kind
    preparation: Preparation
    seed: int | None
    sides: tuple[str, ...]
    dimensions: tuple[str, ...]


def regression(
    corpus: CorpusFiles,
    protocols: Mapping[str, Path],
    experiments: Mapping[str, Mapping[str, Any]],
    output: Mapping[ScoreId, Output],
    others: Mapping[str, CorpusFiles],
    threads: int = 1,
) -> None:
    """Train regressors on each fold's training part; predict ratings of its test part, and of other corpora.

    Features are scaled by the training part.  Each dimension has a model of its own, trained on the
    utterances that are rated in it, whose ratings are centred and scaled by their mean and deviation (1/n)
    there.  Predictions are back on the manifest's scale, and are not cut at its ends.  A fold whose training
    part has fewer than two different ratings of a dimension has its test utterances failed in it.

    Parameters
    ----------
    corpus, protocols, threads
        As for :func:`sarangi.models.classical.classical`.
    experiments
        By name: ``protocol``; ``settings``, those of an entry of ``regressors`` with ``scaling`` where it is
        not the usual one; ``dimensions``; and ``tests``, other corpora that are tested as a whole.
    output
        Parquet files to write, of :data:`sarangi.base.dimension_rows.RATED_PREDICTIONS`.
    others
        The other corpora by name, rated on the same scales.

    Raises
    ------
    SarangiError
        If nothing can be trained in any fold of any protocol, though one was made.
    """
    own = Vectors(corpus)
    elsewhere = {name: Vectors(files) for name, files in others.items()}
    for other in elsewhere.values():
        own.refuse_other_features(other)
    made, problem = False, None
    trained = False
    for name, path in protocols.items():
        parts = Parts(own.rows, path, own.present)
        made |= parts.unmade is None
        for experiment, entry in experiments.items():
            if entry["protocol"] != name:
                continue
            ratings = ratings_in(corpus.manifest, entry["dimensions"])
            answers = _trained(parts, own, elsewhere, ratings, experiment, entry, threads)
            sides = (OWN, *entry.get("tests", ()))
            for side in sides:
                of_side = {run: values[side] for run, values in answers.items()}
                to = output[ScoreId(experiment, side or None)]
                if side == OWN:
                    write_rated(parts, ratings, of_side, to)
                else:
                    there = ratings_in(others[side].manifest, entry["dimensions"])
                    none = dict.fromkeys(entry["dimensions"], Unfit(parts.unmade or "nothing to train on"))
                    write_rated_runs(elsewhere[side].listed, there, of_side or {(0, None): none}, to)
            each = [value for values in answers.values() for value in values[OWN].values()]
            trained |= any(not isinstance(value, Unfit) for value in each)
            problem = problem or next((str(value) for value in each if isinstance(value, Unfit)), None)
    if made and not trained:
        raise SarangiError(
            f"{corpus.manifest}: no regressor could be trained in any fold; "
            f"{problem or 'no utterance is usable'}. See in the audit how many utterances are rated, and "
            "correct `dimensions` of the corpus."
        )


def _trained(
    parts: Parts,
    own: Vectors,
    others: Mapping[str, Vectors],
    ratings: pd.DataFrame,
    experiment: str,
    entry: Mapping[str, Any],
    threads: int,
) -> dict[tuple[int, int | None], Run]:
    """Return by fold and seed what each side is answered."""
    settings = entry["settings"]
    kind = load(settings)
    wanted = Preparation(kind.takes, settings.get("gamma"), settings.get("scaling", "training"))
    tasks = [
        _Task(experiment, kind, wanted, seed, (OWN, *entry.get("tests", ())), tuple(ratings.columns))
        for seed in settings.get("seeds", [None])
    ]

    def of_fold(fold: Fold) -> list[tuple[tuple[int, int | None], Run]]:
        matrices = FoldMatrices(fold, own, others)
        known = ratings.reindex(fold.train["utterance_id"])
        return [((fold.number, task.seed), _answers(matrices, task, known, threads)) for task in tasks]

    folds = parts.folds()
    with ThreadPoolExecutor(threads) as pool:
        found = [run for runs in progress(pool.map(of_fold, folds), len(folds), experiment) for run in runs]
    # as the folds are, whatever was ready first
    return dict(found)


def _answers(matrices: FoldMatrices, task: _Task, known: pd.DataFrame, threads: int) -> Run:
    """Return the predicted ratings of each side, or why not; ``known`` are those of the training part."""
    found: dict[str, dict[str, np.ndarray | Unfit]] = {side: {} for side in task.sides}
    for name in task.dimensions:
        values = known[name].to_numpy(np.float64)
        rated = np.flatnonzero(np.isfinite(values))
        values = values[rated]
        if len(values) < 2 or np.ptp(values) == 0:
            part = f"the training part of fold {matrices.fold.number}"
            there = f"{len(values)} rated, all alike" if len(values) else "none rated"
            for side in task.sides:
                found[side][name] = Unfit(f"{part} has {there} in {name}; a regressor needs two ratings")
            continue
        mean, deviation = values.mean(), values.std()
        kernel = task.regressor.takes != FEATURES
        inputs = matrices.inputs(task.preparation, OWN)[rated]
        inputs = inputs[:, rated] if kernel else inputs
        model = task.regressor.estimator(task.seed, threads)
        model = task.regressor.fitted(model, inputs, (values - mean) / deviation)
        for side in task.sides:
            tested = matrices.inputs(task.preparation, OWN, side)
            tested = tested[:, rated] if kernel else tested
            found[side][name] = model.predict(tested) * deviation + mean if len(tested) else np.empty(0)
    return dict(found)
