"""Which marks a score bears."""

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from sarangi.base import marks, store
from sarangi.base.auditing import FAILED_UTTERANCES, FATAL, FEW_GROUPS, MISSING_CLASS, NEAR_DUPLICATES_ACROSS
from sarangi.base.failures import too_many
from sarangi.base.parts import TEST
from sarangi.base.segments import recording_of
from sarangi.base.voices import voices_in

AUDITED = {
    MISSING_CLASS: marks.CLASS_MISSING,
    NEAR_DUPLICATES_ACROSS: marks.NEAR_DUPLICATES,
    FAILED_UTTERANCES: marks.MANY_FAILED,
}
"""Fatal findings of the audit about a protocol, and the marks of its scores."""


class SplitFiles(NamedTuple):
    """What is to be predicted: the manifest of a corpus; its protocol and the audit of that, if any."""

    manifest: Path
    protocol: Path | None = None
    audit: Path | None = None


def marks_of(table: pd.DataFrame, tested: SplitFiles, untrained: bool) -> list[str]:
    """Return what a reader must know before believing scores.

    Parameters
    ----------
    table
        Of :func:`sarangi.scoring.answers.answers`.
    tested
        What was to be predicted.
    untrained
        Whether the weights of an encoder are random.
    """
    held = []
    if tested.protocol is not None and store.read(tested.protocol, ["leaks"])["leaks"].any():
        held.append(marks.GROUPS_SHARED)
    if tested.protocol is not None and voices_in(tested.protocol) is not None:
        held.append(marks.GROUPS_GUESSED)
    if tested.audit is not None:
        audited = store.read(tested.audit)
        fatal = set(audited.loc[audited["verdict"] == FATAL, "check"])
        held += [mark for check, mark in AUDITED.items() if check in fatal]
    if tested.protocol is None and _many_failed(table, tested.manifest):
        held.append(marks.MANY_FAILED)
    if table["group"].nunique() < FEW_GROUPS:
        held.append(marks.DESCRIPTIVE)
    if table["group"].eq(table["utterance_id"].map(recording_of)).all():
        held.append(marks.TOO_NARROW)
    if untrained:
        held.append(marks.UNTRAINED)
    if _incomplete(table, tested):
        held.append(marks.PREDICTIONS_MISSING)
    return held


def _many_failed(table: pd.DataFrame, manifest: Path) -> bool:
    """Whether too much of a corpus, of which a transfer asks for all, failed in its manifest or later."""
    rows = store.read(manifest, ["utterance_id", "status", "emotion"])
    asked = rows[(rows["status"] == store.OK) & rows["emotion"].isin(table["emotion"])]
    answered = int(asked["utterance_id"].isin(table["utterance_id"]).sum())
    failed = int((rows["status"] == store.FAILED).sum()) + len(asked) - answered
    return too_many(failed, answered)


def _incomplete(table: pd.DataFrame, tested: SplitFiles) -> bool:
    """Whether some run lacks the prediction of an utterance that it should have."""
    if tested.protocol is not None:
        parts = store.read(tested.protocol, ["utterance_id", "status", "fold", "part"])
        wanted, unit = parts[parts["part"] == TEST], ["fold", "utterance_id"]
        runs = table["seed"].nunique()
    else:
        parts = store.read(tested.manifest, ["utterance_id", "status", "emotion"])
        # an emotion that the model does not know is none to be predicted
        wanted, unit = parts[parts["emotion"].isin(table["emotion"])], ["utterance_id"]
        runs = len(table[["seed", "fold"]].drop_duplicates())
    wanted = wanted[wanted["status"] == store.OK]
    return len(wanted[unit].merge(table[unit], on=unit)) < runs * len(wanted)
