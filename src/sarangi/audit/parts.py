"""Parts of a corpus's speakers: how many speak in each, and what else they differ in.

A difference between the scores of two genders says little of gender where each has sessions, sample rates or
emotions of its own.
"""

from collections.abc import Iterator

import pandas as pd

from sarangi.audit.rows import Row, listed
from sarangi.base.auditing import FEW_GROUPS, NOTE, OK, PART_CONFOUNDED, SPEAKERS_OF_PART, WARNING
from sarangi.base.fairness_rows import AGE, GENDER, LANGUAGE

ATTRIBUTES = (GENDER, AGE, LANGUAGE)
BESIDE = {
    "session": "sessions",
    "part": "publisher's parts",
    "sample_rate": "sample rates",
    "channels": "channels",
}
"""Columns of the manifest that should not tell the attributes, and what their values are called."""


def parts_of_speakers(usable: pd.DataFrame) -> Iterator[Row]:
    """Yield what hangs together with gender, age and language, where a corpus states two of one.

    Parameters
    ----------
    usable
        Rows of a manifest that are ok, of :data:`sarangi.audit.rows.COLUMNS`.
    """
    for attribute in ATTRIBUTES:
        known = usable[usable[attribute].notna()]
        if known[attribute].nunique() < 2:
            continue
        for value, clips in known.groupby(attribute):
            count = clips["group"].nunique()
            few = count < FEW_GROUPS
            words = f"under {FEW_GROUPS}: its scores describe these speakers only" if few else ""
            yield SPEAKERS_OF_PART, f"{attribute} {value}", count, WARNING if few else OK, words
        for column, called in BESIDE.items():
            row = _told(known[known[column].notna()], attribute, column, called)
            if row is not None:
                yield row
        emotions = known.groupby(attribute)["emotion"].agg(set)
        alone = sorted(set.union(*emotions) - set.intersection(*emotions))
        if alone:
            words = f"only some have {listed(alone)}: they are compared over the other emotions"
            yield PART_CONFOUNDED, f"{attribute} by emotion", len(alone), NOTE, words


def _told(known: pd.DataFrame, attribute: str, column: str, called: str) -> Row | None:
    """Return a warning if each value of a column has one value of an attribute, and several speakers."""
    values = known.groupby(column)[attribute].nunique()
    # what each speaker has for himself tells who speaks, and so everything about him
    if len(values) < 2 or (values > 1).any() or known[attribute].nunique() < 2:
        return None
    if (known.groupby(column)["group"].nunique() == 1).all():
        return None
    words = (
        f"each of the {len(values)} {called} has one {attribute}: a difference may be one between {called}"
    )
    return PART_CONFOUNDED, f"{attribute} by {column}", len(values), WARNING, words
