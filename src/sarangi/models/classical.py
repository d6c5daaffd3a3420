"""Classical models on acoustic features.

One job serves every experiment of a classifier on a corpus and a feature set, so that a fold is scaled once
and its products of features with features, which a support vector machine needs and which cost nearly all of
its time, are computed once.
"""

import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from sarangi.base.errors import SarangiError
from sarangi.base.score_id import ScoreId
from sarangi.base.store import Output
from sarangi.models.fold_matrices import OWN
from sarangi.models.predictions import (
    Answers,
    Parts,
    Refused,
    Unfit,
    shared_emotions,
    skip_foreign,
    write_transfer,
)
from sarangi.models.training import Training, train
from sarangi.models.vectors import CorpusFiles, Vectors


class Transfers(NamedTuple):
    """What models are tested on beside their own corpus."""

    corpora: Mapping[str, CorpusFiles] = MappingProxyType({})
    """By name, with the same feature set."""
    label_map: Mapping[str, str] = MappingProxyType({})
    """By emotion, the one that it counts as there, in what a model answers and in that corpus alike."""


def classical(
    corpus: CorpusFiles,
    protocols: Mapping[str, Path],
    experiments: Mapping[str, Mapping[str, Any]],
    output: Mapping[ScoreId, Output],
    transfers: Transfers = Transfers(),  # noqa: B008 (it cannot change)
    threads: int = 1,
) -> None:
    """Train classifiers on each fold's training part; predict its test part, and other corpora.

    A fold that cannot train a classifier has its test utterances failed with the reason, and does not
    stop the others; so has one that is refused, as where emotion is nested in the speaker and the speaker
    is to be projected out.  Memory holds the predictions of one protocol, the features of all corpora, and
    of at most ``threads`` folds the scaled features, once for each way to project them, and two square
    matrices over the training part for each, all float64.

    Parameters
    ----------
    corpus
        That the models are trained on.
    protocols
        Tables of the corpus by the name of the protocol.
    experiments
        By name: ``protocol``; ``settings``, those of :func:`sarangi.models.training.model_of`; and ``tests``,
        other corpora that each of its models is tested on as a whole.
    output
        Parquet files to write, of :func:`sarangi.models.predictions.predictions_schema`: that of an
        experiment has each test utterance of each fold, that of a transfer each utterance of the other corpus
        for each fold; each of both for each seed.
    transfers
        The other corpora.
    threads
        Models trained at once, and trees of a forest; the bytes do not depend on it.

    Raises
    ------
    SarangiError
        If no classifier of any experiment can be trained in any fold, and none was refused, though a protocol
        was made, if another corpus shares fewer than two emotions with a protocol, or if its features have
        other names.
    """
    own = Vectors(corpus)
    needed = sorted({test for entry in experiments.values() for test in entry.get("tests", ())})
    others = {name: Vectors(transfers.corpora[name], transfers.label_map) for name in needed}
    for other in others.values():
        own.refuse_other_features(other)
    problems: dict[Path, str] = {}
    done = made = False
    for name, path in protocols.items():
        chosen = {key: entry for key, entry in experiments.items() if entry["protocol"] == name}
        if not chosen:
            continue
        parts = Parts(own.rows, path, own.present)
        made |= parts.unmade is None
        counted = _counted(parts, chosen, others, transfers.label_map)
        answers = train(Training(parts, own, others, str(path), threads), chosen, counted)
        if not any(answers.values()):
            problems[path] = parts.unmade or _without_features(own)
        for (experiment, side), of_side in answers.items():
            to = output[ScoreId(experiment, side or None)]
            if side == OWN:
                parts.write(of_side, to)
            elif of_side:
                emotions = list(dict.fromkeys(counted[side].values()))
                write_transfer(skip_foreign(others[side].listed, emotions), emotions, of_side, to)
            else:
                write_transfer(others[side].listed, [], {(0, None): Unfit(problems[path])}, to)
        for answer in _each(answers.values()):
            if isinstance(answer, Unfit) and not isinstance(answer, Refused):
                problems.setdefault(path, str(answer))
            else:
                done = True
    if not done and made:
        path, problem = next(iter(problems.items()))
        raise SarangiError(
            f"{path}: no classifier could be trained in any fold; {problem}. Give the protocol training "
            "parts of two emotions or more, and see which utterances failed in the manifest and the features."
        )


def _counted(
    parts: Parts,
    experiments: Mapping[str, Mapping[str, Any]],
    others: Mapping[str, Vectors],
    label_map: Mapping[str, str],
) -> dict[str, Mapping[str, str]]:
    """Return for each side the emotions that may be answered there, with what each counts as."""
    tests = {test for entry in experiments.values() for test in entry.get("tests", ())}
    there: dict[str, Mapping[str, str]] = {
        test: {}
        if parts.unmade
        else shared_emotions(parts.emotions, others[test].rows, others[test].manifest, label_map)
        for test in sorted(tests)
    }
    return {OWN: {emotion: emotion for emotion in parts.emotions}, **there}


def _without_features(own: Vectors) -> str:
    reasons = [f": {reason}" for reason in own.present["reason"].dropna()[:1]]
    return "".join(["no test utterance has features", *reasons])


def _each(answers: Iterable[Answers]) -> Iterable[Any]:
    return itertools.chain.from_iterable(of_side.values() for of_side in answers)
