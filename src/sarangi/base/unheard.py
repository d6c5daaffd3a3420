"""Utterances whose words are known and whose sound is not, for who needs sound."""

import pandas as pd

from sarangi.base import store


def as_recordings(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of a manifest as who needs their sound has them: what has none failed, for that reason.

    Parameters
    ----------
    rows : data frame of status, reason and no_sound
        ``cause`` stays: the manifest has it of what has no sound, too.
    """
    silent = (rows["status"] == store.OK) & rows["no_sound"].notna()
    if not silent.any():
        return rows
    rows = rows.astype({"reason": object})
    rows.loc[silent, "reason"] = rows.loc[silent, "no_sound"]
    rows.loc[silent, "status"] = store.FAILED
    return rows
