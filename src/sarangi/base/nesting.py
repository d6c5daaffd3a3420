"""Whether emotion is nested in the speaker: then a voice cannot be told from an emotion."""

from typing import NamedTuple

import pandas as pd

MOST = 0.5  # share of speakers with one emotion alone, beyond which voice and emotion are one


class Nesting(NamedTuple):
    """How many speakers have several clips, and how many of these have one emotion alone."""

    speakers: int
    of_one_emotion: int

    @property
    def nested(self) -> bool:
        """Whether most of them have one emotion alone."""
        return self.of_one_emotion > MOST * self.speakers


def one_emotion(table: pd.DataFrame) -> Nesting:
    """Return how many speakers have several clips, and how many of them one emotion alone.

    Parameters
    ----------
    table : data frame of speaker and emotion
        One row a clip; those without a speaker do not count.
    """
    counts = table.groupby("speaker")["emotion"].agg(["size", "nunique"]).query("size > 1")
    return Nesting(len(counts), int((counts["nunique"] == 1).sum()))
