"""Tasks whose labels the maintainer keeps: what is withheld of them."""

from collections.abc import Iterable, Mapping, Set

import pandas as pd
import pyarrow as pa

from sarangi.base.errors import SarangiError
from sarangi.base.parts import TEST, TRAIN, VALIDATION

LABELS = ["emotion", "label"]
HIDDEN = pa.schema(
    [
        *(
            pa.field(name, pa.string(), nullable=False)
            for name in ("bench", "version", "task", "utterance_id")
        ),
        *(pa.field(name, pa.string()) for name in LABELS),
    ]
)
"""The rows of ``results/bench/<name>.hidden.parquet``, which is not published."""


def hidden_in(task: str, folds: pd.DataFrame) -> set[str]:
    """Return the utterances of a task whose labels can be withheld: those that are tested.

    Raises
    ------
    SarangiError
        If some of them train or validate in a fold: then their labels must be known.
    """
    tested = set(folds.loc[folds["part"] == TEST, "utterance_id"])
    learnt = set(folds.loc[folds["part"].isin([TRAIN, VALIDATION]), "utterance_id"])
    if both := tested & learnt:
        raise SarangiError(
            f"{task}: its labels cannot be hidden, since {len(both)} of its {len(tested)} test clips train "
            "or validate in another fold; take a protocol that never trains on what it tests, or "
            "remove hidden"
        )
    return tested


def refuse_shown(hidden: Mapping[str, Set[str]], shown: Mapping[str, Set[str]]) -> None:
    """Raise where a label that one task hides is in another one that shows it.

    Parameters
    ----------
    hidden, shown
        Utterances by task: of tasks that hide them, and of those that publish their labels.
    """
    for task, names in hidden.items():
        for other, published in shown.items():
            if both := sorted(names & published):
                raise SarangiError(
                    f"{task} hides labels that {other} publishes ({both[0]} and {len(both) - 1} more): hide "
                    "both, or neither"
                )


def without_labels(table: pd.DataFrame, hidden: Iterable[str]) -> pd.DataFrame:
    """Return rows of utterances in which the emotion and label of some are null."""
    columns = [name for name in LABELS if name in table]
    where = table["utterance_id"].isin(set(hidden))
    return table.assign(**{name: table[name].astype(object).mask(where, None) for name in columns})
