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
    where = f"protocol {name} on {corpus}"
    tests = KINDS[settings["kind"]](usable, settings, where)
    folds = []
    for fold, test in enumerate(tests):
        part = pd.Series(TRAIN, index=usable["utterance_id"])
        part.iloc[test] = TEST
        if "validation" in settings:
            rest = np.setdiff1d(np.arange(len(usable)), test)
            part.iloc[rest[validation(usable.iloc[rest], settings, f"{where}, fold {fold}")]] = VALIDATION
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
            f"{where}: groups {', '.join(shared[:5])} stand on both sides of a fold, "
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


def stratified_group_kfold(usable: pd.DataFrame, settings: dict, where: str) -> list[np.ndarray]:
    """Return the positions of the test utterances of each fold: groups whole, emotions in proportion.

    Raises
    ------
    SarangiError
        If an emotion has fewer groups than there are folds: it would be missing from a test part.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    groups = usable.groupby("emotion")["group"].nunique()
    if groups.min() < settings["folds"]:
        raise SarangiError(
            f"{where}: {groups.idxmin()} has {groups.min()} groups, fewer than the {settings['folds']} "
            "folds; choose fewer folds"
        )
    splitter = StratifiedGroupKFold(settings["folds"], shuffle=True, random_state=settings["seed"])
    return [test for _, test in splitter.split(usable, usable["emotion"], usable["group"])]


def validation(rest: pd.DataFrame, settings: dict, where: str) -> np.ndarray:
    """Return the positions, among what is not tested, of about a share ``validation`` to validate on.

    Groups stay whole unless the protocol leaks; the emotions are kept in proportion.
    """
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    kind = StratifiedKFold if settings["leaks"] else StratifiedGroupKFold
    counted = rest["emotion"] if settings["leaks"] else rest.drop_duplicates(["emotion", "group"])["emotion"]
    rarest = counted.value_counts().min()
    # the share cannot be smaller than one utterance of an emotion, or one group
    commonest = rest["emotion"].value_counts().max()
    units = rarest if settings["leaks"] else min(rest["group"].nunique(), commonest)
    parts = min(max(2, round(1 / settings["validation"])), units)
    if parts < 2 or rarest < 2:
        unit = "utterances" if settings["leaks"] else "groups"
        raise SarangiError(
            f"{where}: too few {unit} of an emotion to cut a validation part; choose fewer folds"
        )
    splitter = kind(parts, shuffle=True, random_state=settings["seed"])
    return next(splitter.split(rest, rest["emotion"], rest["group"]))[1]


def leave_one_group_out(usable: pd.DataFrame, settings: dict, where: str) -> list[np.ndarray]:
    """Return the positions of each group's utterances: a fold a group, in sorted order."""
    if usable["group"].nunique() < 2:
        raise SarangiError(f"{where}: {usable['group'].nunique()} group; leaving one out needs two or more")
    from sklearn.model_selection import LeaveOneGroupOut

    return [test for _, test in LeaveOneGroupOut().split(usable, groups=usable["group"])]


KINDS = {
    "stratified_kfold": stratified_kfold,
    "stratified_group_kfold": stratified_group_kfold,
    "leave_one_group_out": leave_one_group_out,
}
