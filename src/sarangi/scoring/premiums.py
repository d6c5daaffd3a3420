"""Premiums: what folds with groups in training and test add to a score.

Of folds matched to those that hold groups out, the difference is leakage; of random folds it is that of
other sizes and class counts, too.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sarangi.base.auditing import FEW_GROUPS
from sarangi.base.bootstrap import BootstrapSettings
from sarangi.base.marks import DESCRIPTIVE, SIDES_DIFFER, UNPREDICTED, joined
from sarangi.base.premium_rows import PREMIUMS
from sarangi.base.scored import PremiumPair
from sarangi.base.store import Output
from sarangi.scoring.answers import answers, runs_of
from sarangi.scoring.paired import paired_differences
from sarangi.scoring.training_marks import marks_of_trainings
from sarangi.statistics.metrics import UAR


def premiums(
    pairs: Sequence[PremiumPair], manifests: Mapping[str, Path], settings: BootstrapSettings, output: Output
) -> None:
    """Write what groups in training and test add to a score: the same model on the same utterances.

    Both scores are as they are reported, and take the same draws of groups.  A pair of which one side
    predicts nothing, or that shares no utterance, has no value and is marked.

    Parameters
    ----------
    pairs
        Of experiments, with groups shared (in folds that are matched, or random) and apart.
    manifests
        By corpus.
    settings
        Of the bootstrap.
    output
        Parquet file to write, of schema :data:`PREMIUMS`.

    Raises
    ------
    SarangiError
        As :func:`sarangi.scoring.answers.answers`.
    """
    rows = [row for pair in pairs for row in premium(pair, manifests[pair.corpus], settings)]
    output.write(pd.DataFrame(rows, columns=PREMIUMS.names), PREMIUMS)


def premium(pair: PremiumPair, manifest: Path, settings: BootstrapSettings) -> list[dict[str, Any]]:
    """Return the rows of a pair, one a metric, of the columns of :data:`PREMIUMS`.

    Parameters
    ----------
    pair
        Whose sides are compared.
    manifest
        Of the corpus.
    settings
        Of the bootstrap.
    """
    sides = (pair.shared, pair.apart)
    names = {"corpus": pair.corpus, "model": pair.model, "folds": pair.folds}
    names |= {"shared": pair.shared.experiment, "apart": pair.apart.experiment}
    (one, emotions), (other, others) = (
        answers(side.predictions, manifest, side.experiment, protocol=pair.protocol_file) for side in sides
    )
    predicted = [set(table["utterance_id"]) for table in (one, other)]
    both, either = predicted[0] & predicted[1], predicted[0] | predicted[1]
    if not both or emotions != others:
        blank = {"metric": UAR.name, "n": 0, "groups": 0, "mark": UNPREDICTED}
        return [dict.fromkeys(PREMIUMS.names) | names | blank]
    tables = [table[table["utterance_id"].isin(both)] for table in (one, other)]
    runs = [
        runs_of(table, emotions, pooled=not side.mean_of_folds, crossed=False)[0]
        for table, side in zip(tables, sides, strict=True)
    ]
    groups = tables[0]["group"].nunique()
    marks = [DESCRIPTIVE] if groups < FEW_GROUPS else []
    marks += [SIDES_DIFFER] if both != either else []
    marks += [mark for table in tables for mark in marks_of_trainings(table, crossed=False)]
    shown = names | {"n": len(both), "groups": groups, "mark": joined(marks)}
    return [
        shown | {"metric": metric} | difference._asdict()
        for metric, difference in paired_differences(runs, settings).items()
    ]
