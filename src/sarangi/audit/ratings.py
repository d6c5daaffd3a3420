"""Ratings on a scale: how many there are, why others are not, and what they vary by."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pandas as pd

from sarangi.audit.rows import Row, listed
from sarangi.base.auditing import NOTE, OK, RATED, RATING_SPREAD, SPEAKERS_RATED_ALIKE, SPEAKERS_TELL, WARNING
from sarangi.base.dimension_rows import DIMENSION, PROBLEMS, UNRATED


def ratings_of_corpus(usable: pd.DataFrame) -> Iterator[Row]:
    """Yield what is to be known of each rating before a model learns it; nothing of a corpus without.

    Parameters
    ----------
    usable
        Rows of a manifest that are ok, of :data:`sarangi.audit.rows.COLUMNS` and its columns of ratings.
    """
    for column in (name for name in usable.columns if name.startswith(DIMENSION)):
        name = column.removeprefix(DIMENSION)
        causes = Counter(usable[UNRATED + name].dropna())
        words = ", ".join(f"{causes[problem]} {problem}" for problem in PROBLEMS if causes[problem])
        rated = usable[usable[column].notna()]
        yield RATED, name, len(rated), WARNING if words else OK, words
        if rated.empty:
            continue
        lowest, mean, highest = (getattr(rated[column], what)() for what in ("min", "mean", "max"))
        deviation = float(rated[column].std(ddof=0)) if lowest < highest else 0.0
        words = f"mean {mean:.3g}, from {lowest:.3g} to {highest:.3g}"
        if deviation == 0:
            words += ": all alike, so there is nothing to learn and nothing to score"
        yield RATING_SPREAD, name, deviation, OK if deviation else WARNING, words
        if deviation:
            yield from _of_speakers(rated, column, name)


def _of_speakers(rated: pd.DataFrame, column: str, name: str) -> Iterator[Row]:
    known = rated[rated["speaker"].notna()]
    if known.empty:
        return
    by_speaker = known.groupby("speaker")[column]
    alike = by_speaker.nunique()
    alone = sorted(alike.index[alike == 1])
    words = f"each rated alike throughout: {listed(alone)}" if alone else ""
    yield SPEAKERS_RATED_ALIKE, name, len(alone), WARNING if alone else OK, words
    between = float(by_speaker.transform("mean").var(ddof=0)) / float(known[column].var(ddof=0))
    spreads = by_speaker.std(ddof=0)
    words = (
        f"standard deviation of a speaker's own ratings from {spreads.min():.3g} ({spreads.idxmin()}) to "
        f"{spreads.max():.3g} ({spreads.idxmax()})"
    )
    yield SPEAKERS_TELL, name, between if np.isfinite(between) else np.nan, NOTE, words
