"""What is known of the error of pseudo-speakers, for the notes of tables."""

from collections.abc import Sequence

import numpy as np

from sarangi.base import store
from sarangi.base.guessed_folds import MeasuredVoices
from sarangi.base.labels import Labels

LEAKAGE = "residual_leakage"
NOT_KNOWN = (
    "How often guessed voices are wrong here is not known: no corpus that has them names its speakers."
)


def measured_error(voices: Sequence[MeasuredVoices], labels: Labels) -> str:
    """Return a note with the residual leakage of pseudo-speakers, wherever speakers are known.

    Parameters
    ----------
    voices
        Whose measures are of schema :data:`sarangi.speakers.measures.MEASURES`.
    labels
        Titles of corpora.
    """
    told = []
    for each in voices:
        found = store.read(each.file, measure=LEAKAGE, slice="all")
        value, chance = found[["value", "chance"]].iloc[0]
        if not np.isnan(value):
            told.append(f"{value:.2f} on {labels.corpus(each.corpus)} ({each.title}; {chance:.2f} by chance)")
    if not told:
        return NOT_KNOWN
    return (
        "Error of guessed voices, where speakers are known (share of clips whose speaker is in training, "
        f"one voice tested at a time): {'; '.join(told)}."
    )
