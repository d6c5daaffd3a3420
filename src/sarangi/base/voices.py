"""Groups that are guessed: whose voice each utterance is, in a protocol that holds pseudo-speakers apart."""

from pathlib import Path

import pandas as pd

from sarangi.base import store
from sarangi.base.segments import recording_of

PSEUDO_SPEAKER = "pseudo_speaker"
"""Column of pseudo-speakers, and of a protocol that groups by them."""


def voices_in(protocol: Path) -> "pd.Series[str] | None":
    """Return the pseudo-speaker of each utterance of a protocol, or None where it does not group by them.

    Returns
    -------
    series of text, indexed by utterance_id
        Without utterances that have none.
    """
    if PSEUDO_SPEAKER not in store.columns(protocol):
        return None
    rows = store.read(protocol, ["utterance_id", PSEUDO_SPEAKER]).dropna().drop_duplicates("utterance_id")
    return rows.set_index("utterance_id")[PSEUDO_SPEAKER]


def grouped(utterances: pd.DataFrame, voices: "pd.Series[str] | None") -> pd.DataFrame:
    """Return utterances with their pseudo-speaker as group, wherever the manifest knows of no group.

    A group that is known stays: it is what shares a voice in truth, so what is measured is measured over it.

    Parameters
    ----------
    utterances : data frame of utterance_id and group
        Of the manifest, where an utterance of which no group is known is a group by itself, or its recording.
    voices
        Of :func:`voices_in`; with None nothing changes.
    """
    if voices is None:
        return utterances
    ids, groups = utterances["utterance_id"], utterances["group"].astype(object)
    unknown = groups.eq(ids.map(recording_of))
    guessed = ids.map(voices)
    return utterances.assign(group=groups.where(~(unknown & guessed.notna()), guessed))
