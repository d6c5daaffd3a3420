"""What annotators say, before their votes become one label: how many they are, and how far they agree."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pandas as pd

from sarangi.audit.rows import Row, Voted
from sarangi.base import store
from sarangi.base.auditing import (
    AGREEMENT,
    NOTE,
    OK,
    SELF_REPORTS,
    UNVOTED,
    VOTED_ONCE,
    VOTES,
    VOTES_FAILED,
    WARNING,
    WITHOUT_MAJORITY,
)
from sarangi.base.failures import counted
from sarangi.statistics.annotator_agreement import INTERVAL, NOMINAL, ORDINAL, Level, agreement

TENTATIVE = 0.667
"""The least alpha that Krippendorff (2004, Content Analysis, 241) draws tentative conclusions from."""
LARGEST_DOMAIN = 200
"""Different ratings of a dimension up to which agreement is computed: its memory grows with their square."""
ALIKE = 1e-9


def agreement_rows(whole: pd.DataFrame, voted: Voted) -> Iterator[Row]:
    """Yield what annotators say of a corpus.

    Parameters
    ----------
    whole
        The rows of its manifest.
    voted
        Its votes, and how sure intervals are to be.
    """
    votes = store.read(voted.file)
    failed = votes[votes["status"] == store.FAILED]
    detail = counted(Counter(failed["cause"])) if len(failed) else ""
    yield VOTES_FAILED, "", len(failed), WARNING if len(failed) else OK, detail
    skipped = votes[votes["status"] == store.SKIPPED]
    detail = counted(Counter(skipped["cause"])) if len(skipped) else ""
    yield SELF_REPORTS, "", len(skipped), NOTE if len(skipped) else OK, detail
    usable = votes[votes["status"] == store.OK].merge(whole[["utterance_id", "group"]], on="utterance_id")
    rated = usable["dimension"].notna()
    yield from _of_emotions(usable[~rated], whole, voted.confidence)
    for dimension, ratings in usable[rated].groupby("dimension"):
        yield from _of_ratings(str(dimension), ratings, voted.confidence)


def _of_emotions(votes: pd.DataFrame, whole: pd.DataFrame, confidence: float) -> Iterator[Row]:
    """Yield what is said of emotions; a label that is not one of the study's is a value of its own."""
    votes = votes.assign(value=votes["emotion"].fillna(votes["label"]))
    known = votes["annotator"].nunique()
    yield VOTES, "", len(votes), NOTE, f"by {known} annotators" if known else "annotators are not named"
    belonging = whole[whole["status"] != store.FAILED]
    unvoted = belonging[~belonging["utterance_id"].isin(votes["utterance_id"])]
    yield UNVOTED, "", len(unvoted), WARNING if len(unvoted) else OK, ""
    weights = votes.groupby(["utterance_id", "value"])["weight"].sum()
    totals = weights.groupby("utterance_id").sum()
    split = (weights.groupby("utterance_id").max() <= totals / 2 + ALIKE).sum()
    words = f"{split / len(totals):.0%} of the clips with votes" if len(totals) else ""
    yield WITHOUT_MAJORITY, "", split, NOTE if split else OK, words
    if votes["annotator"].isna().any() and (votes["weight"] % 1 > ALIKE).any():
        why = "not computed: the corpus states shares of votes, and not how many there are"
        yield AGREEMENT, "emotions", np.nan, NOTE, why
        return
    once = (totals <= 1 + ALIKE).sum()
    yield VOTED_ONCE, "", once, NOTE if once else OK, "they say nothing of agreement" if once else ""
    # one who gives a clip several labels has no one value
    of_one = votes.groupby(["utterance_id", "annotator"], dropna=False)["value"].transform("nunique") == 1
    several = votes[~of_one & votes["annotator"].notna()]
    single = votes[of_one | votes["annotator"].isna()]
    left_out = len(several[["utterance_id", "annotator"]].drop_duplicates())
    yield _row("emotions", single, NOMINAL, confidence, f"{left_out} votes for several labels left out")


def _of_ratings(dimension: str, ratings: pd.DataFrame, confidence: float) -> Iterator[Row]:
    if ratings["rating"].nunique() > LARGEST_DOMAIN:
        why = f"not computed: more than {LARGEST_DOMAIN} different ratings"
        yield AGREEMENT, dimension, np.nan, NOTE, why
        return
    for level in (ORDINAL, INTERVAL):
        rated = ratings.assign(value=ratings["rating"])
        yield _row(f"{dimension}, {level}", rated, level, confidence, "")


def _row(subject: str, votes: pd.DataFrame, level: Level, confidence: float, beside: str) -> Row:
    """Return the row of alpha of votes with a column ``value``."""
    counts = votes.groupby(["utterance_id", "value"])["weight"].sum().unstack(fill_value=0)
    numbers = np.rint(counts.to_numpy(np.float64)).astype(np.int64)
    values = counts.columns.to_numpy()
    domain = np.arange(float(len(values))) if level == NOMINAL else values.astype(np.float64)
    group = votes.drop_duplicates("utterance_id").set_index("utterance_id")["group"]
    places = pd.factorize(group.loc[counts.index], sort=True)[0]
    found = agreement(numbers, domain, places, level, confidence)
    told = [
        f"{found.units} clips with two votes or more, {found.groups} groups",
        *([beside] if beside else []),
    ]
    if np.isnan(found.alpha):
        return (
            AGREEMENT,
            subject,
            np.nan,
            NOTE,
            f"not computed: no two votes on a clip, or all alike; {told[0]}",
        )
    if np.isfinite(found.low):
        told.insert(0, f"{confidence:.0%} interval {found.low:.3f} to {found.high:.3f} over groups")
    verdict = WARNING if found.alpha < TENTATIVE else OK
    return AGREEMENT, subject, found.alpha, verdict, f"alpha, {level}; {'; '.join(told)}"
