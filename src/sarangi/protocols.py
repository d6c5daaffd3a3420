"""Protocols: which utterances train, validate and test, fold by fold."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from sarangi import store
from sarangi.errors import SarangiError

TRAIN, VALIDATION, TEST, UNUSED = "train", "validation", "test", "unused"

PROTOCOL = pa.schema(
    [
        pa.field("utterance_id", pa.string(), nullable=False),
        pa.field("fold", pa.int32(), nullable=False),
        pa.field("part", pa.string(), nullable=False),
        # a test utterance whose group stands in the training part of the fold too
        pa.field("leaks", pa.bool_(), nullable=False),
        *store.STATUS,
    ]
)


def protocol(manifest: Path, name: str, settings: dict, output: Path, provenance: dict) -> None:
    """Write the folds of a protocol on a corpus, one row an utterance and fold.

    Parameters
    ----------
    manifest
        Manifest of the corpus; what is not ok there is in no part, and keeps its reason.
    name
        Name of the protocol in the configuration, for messages.
    settings
        Its entry: ``kind``, the numbers of that kind, and ``leaks``.
    output
        Parquet file to write, of schema :data:`PROTOCOL`.
    provenance
        Passed to the store.

    Raises
    ------
    SarangiError
        If the corpus cannot be split so, or a group stands on two sides of a fold and the
        entry does not say ``leaks: true``.
    """
    utterances = store.read(manifest, ["utterance_id", "group", "emotion", "status", "reason"])
    usable = utterances[utterances["status"] == store.OK].reset_index(drop=True)
    corpus = utterances["utterance_id"].iloc[0].split("/")[0]
    tests = KINDS[settings["kind"]](usable, settings, f"protocol {name} on {corpus}")
    folds = []
    for fold, test in enumerate(tests):
        part = pd.Series(TRAIN, index=usable["utterance_id"])
        part.iloc[test] = TEST
        folds.append(
            utterances[["utterance_id", "status", "reason"]].assign(
                fold=fold, part=utterances["utterance_id"].map(part).fillna(UNUSED)
            )
        )
    table = pd.concat(folds, ignore_index=True)
    group = table["utterance_id"].map(utterances.set_index("utterance_id")["group"])
    trained = set(zip(table["fold"], group.where(table["part"] == TRAIN), strict=True))
    sides = pd.Series(zip(table["fold"], group, strict=True)).isin(trained)
    table["leaks"] = (table["part"] == TEST) & sides
    shared = sorted(set(group[table["leaks"]]))
    if shared and not settings["leaks"]:
        raise SarangiError(
            f"protocol {name} on {corpus}: groups {', '.join(shared[:5])} stand on both sides of a fold, "
            "so the scores would be too good. Choose a protocol that holds groups out, or state "
            "`leaks: true` in its entry to have its scores marked."
        )
    store.write(output, table, PROTOCOL, provenance)


def stratified_kfold(usable: pd.DataFrame, settings: dict, where: str) -> list[np.ndarray]:
    """Return the positions of the test utterances of each fold, the emotions kept in proportion."""
    # imported where it is used: most jobs need only the names of this module, and it takes 2 s
    from sklearn.model_selection import StratifiedKFold

    smallest = usable["emotion"].value_counts()
    if smallest.min() < settings["folds"]:
        raise SarangiError(
            f"{where}: {smallest.idxmin()} has {smallest.min()} utterances, fewer than the "
            f"{settings['folds']} folds; choose fewer folds"
        )
    splitter = StratifiedKFold(settings["folds"], shuffle=True, random_state=settings["seed"])
    return [test for _, test in splitter.split(usable, usable["emotion"])]


def leave_one_group_out(usable: pd.DataFrame, settings: dict, where: str) -> list[np.ndarray]:
    """Return the positions of each group's utterances: a fold a group, in sorted order."""
    if usable["group"].nunique() < 2:
        raise SarangiError(f"{where}: {usable['group'].nunique()} group; leaving one out needs two or more")
    from sklearn.model_selection import LeaveOneGroupOut

    return [test for _, test in LeaveOneGroupOut().split(usable, groups=usable["group"])]


KINDS = {"stratified_kfold": stratified_kfold, "leave_one_group_out": leave_one_group_out}
