"""What the marks of scores mean, and the letters that tables and figures show for them."""

import string
from collections.abc import Iterable, Sequence

from sarangi.base.marks import (
    CLASS_MISSING,
    DESCRIPTIVE,
    GROUPS_GUESSED,
    GROUPS_SHARED,
    INFINITE,
    MANY_FAILED,
    NEAR_DUPLICATES,
    NO_OTHERS,
    NOT_PARTED,
    ONE_GROUP,
    PREDICTIONS_MISSING,
    SIDES_DIFFER,
    TOO_NARROW,
    TRAINED_ONCE,
    TRAINED_TWICE,
    UNPREDICTED,
    UNTRAINED,
)
from sarangi.base.typed_texts import MarksText

MARKS = {
    GROUPS_SHARED: "groups (speakers) are in both training and test: the score is too high",
    DESCRIPTIVE: "fewer than 8 groups: the interval is descriptive",
    TOO_NARROW: "speakers are unknown, so clips are resampled: the interval is too narrow",
    UNTRAINED: "the encoder's weights are random: it was never trained on speech before",
    CLASS_MISSING: "an emotion has no test utterance and is left out of UAR; see the audit for the ceiling",
    NEAR_DUPLICATES: "recordings that share sound are in both training and test",
    UNPREDICTED: "no test utterance has a prediction; the results of that experiment say why",
    PREDICTIONS_MISSING: "some test utterances have no prediction from some run and are left out",
    SIDES_DIFFER: "the two sides are scored on other emotions, or on another number of utterances",
    MANY_FAILED: "more than a tenth of the corpus failed, so what is scored is not the corpus; see the audit",
    TRAINED_ONCE: "trained once, with one seed: the training is not resampled and the interval is too narrow",
    TRAINED_TWICE: "trained twice: the interval is descriptive of what other trainings would score",
    NOT_PARTED: "fewer than two values are stated, or no emotion is in both parts: nothing is compared",
    ONE_GROUP: "one group (speaker) on a side: how far other speakers differ is not known, so no interval",
    # at the end, so that the letters of the others stay
    GROUPS_GUESSED: "the folds hold apart voices that are guessed from the recordings: a speaker may be in "
    "training and test, and an interval over guessed voices is as wrong as the guess",
    NO_OTHERS: "no clip has the votes of two annotators, of whom one could be compared with the others",
    INFINITE: "a probability of 0 is stated for an emotion with votes, so the cross-entropy has no value",
}


def letters(marks: Sequence[str], known: Sequence[str] = tuple(MARKS)) -> MarksText:
    """Return the letters of some marks, apart by spaces: each is that of its place in ``known``."""
    text = " ".join(string.ascii_lowercase[list(known).index(mark)] for mark in marks)
    return MarksText(text, marks)


def in_order(marks: Iterable[str]) -> list[str]:
    """Return marks, each once and in the order of :data:`MARKS`: so known, their letters have no gaps."""
    there = set(marks)
    return [mark for mark in MARKS if mark in there]


def meanings(marks: Sequence[str], known: Sequence[str] = tuple(MARKS)) -> list[str]:
    """Return the notes that say what the letters of some marks mean, in the order of :data:`MARKS`."""
    return [f"{letters([mark], known)}: {MARKS[mark]}." for mark in in_order(marks)]
