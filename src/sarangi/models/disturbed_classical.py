"""Classical models tested again on the same clips under other conditions."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sarangi.base import store
from sarangi.base.store import Output
from sarangi.models.fold_matrices import OWN
from sarangi.models.predictions import Fold, Parts, Unfit, disturbed_schema
from sarangi.models.training import Training, train
from sarangi.models.vectors import CorpusFiles, Vectors


class TestedAgain(Vectors):
    """The features of a corpus under another condition: each fold tests its own test part with them."""

    def tested(self, fold: Fold) -> pd.DataFrame:
        """Return what a fold tests, where it has features."""
        usable = set(self.usable["utterance_id"])
        return fold.test[fold.test["utterance_id"].isin(usable)]


def disturbed_classical(
    corpus: CorpusFiles,
    protocol: Path,
    conditions: Mapping[str, Sequence[Path]],
    settings: Mapping[str, Any],
    output: Output,
    threads: int = 1,
) -> None:
    """Train a classifier in each fold as ever, and predict the fold's test part under each condition.

    Parameters
    ----------
    corpus
        With the features that are trained on.
    protocol
        Table of the corpus.
    conditions
        By name, the shards of the same feature set under it.
    settings
        Of :func:`sarangi.models.training.model_of`.
    output
        Parquet file to write, of :func:`sarangi.models.predictions.disturbed_schema`, a row a condition,
        test utterance, fold and seed.  What has no features under a condition has failed, with the reason.
    threads
        As for :func:`sarangi.models.classical.classical`.

    Raises
    ------
    SarangiError
        If the features under a condition have other names.
    """
    own = Vectors(corpus)
    others = {name: TestedAgain(CorpusFiles(corpus.manifest, shards)) for name, shards in conditions.items()}
    for other in others.values():
        own.refuse_other_features(other)
    parts = Parts(own.rows, protocol, own.present)
    counted = {emotion: emotion for emotion in parts.emotions}
    experiment = {"settings": settings, "tests": list(others)}
    answers = train(
        Training(parts, own, others, str(protocol), threads),
        {"": experiment},
        dict.fromkeys((OWN, *others), counted),
    )
    folds = {fold.number: fold for fold in parts.folds()}
    tables = []
    for name, other in others.items():
        for (number, seed), answer in answers["", name].items():
            test = folds[number].test[["utterance_id", "emotion"]].join(other.present, on="utterance_id")
            ok = test["status"] == store.OK
            table = test.assign(condition=name, fold=number, predicted=None)
            table["seed"] = pd.array([seed] * len(table), dtype="Int32")
            if isinstance(answer, Unfit):
                table.loc[ok, ["status", "reason"]] = [store.FAILED, str(answer)]
            else:
                table.loc[ok, "predicted"] = answer
            tables.append(table)
    schema = disturbed_schema(parts.emotions)
    whole = pd.concat(tables) if tables else pd.DataFrame()
    whole = whole.reindex(columns=schema.names)
    output.write(whole.sort_values(["condition", "utterance_id", "fold", "seed"], ignore_index=True), schema)
