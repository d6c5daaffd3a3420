"""Marks of scores: what a reader must know before believing one, and how a table on disk holds them."""

from collections.abc import Iterable

GROUPS_SHARED = "groups shared"
GROUPS_GUESSED = "groups guessed"
DESCRIPTIVE = "descriptive interval"
TOO_NARROW = "interval too narrow"
UNTRAINED = "untrained weights"
CLASS_MISSING = "class missing"
NEAR_DUPLICATES = "near-duplicates shared"
UNPREDICTED = "nothing predicted"
PREDICTIONS_MISSING = "predictions missing"
SIDES_DIFFER = "sides differ"
MANY_FAILED = "many failed"
TRAINED_ONCE = "training not resampled"
TRAINED_TWICE = "two trainings"
NOT_PARTED = "no two parts to compare"
ONE_GROUP = "one group on a side"
NO_OTHERS = "no other annotator"
INFINITE = "infinite cross-entropy"

OF_INTERVALS = (DESCRIPTIVE, TOO_NARROW, TRAINED_ONCE, TRAINED_TWICE)
"""Marks of an interval that says less than it seems, not of the score itself."""

BETWEEN = "; "


def joined(marks: Iterable[str]) -> str:
    """Return marks as the text of a column ``mark``, each once, in their order."""
    return BETWEEN.join(dict.fromkeys(marks))


def marks_in(text: str | None) -> list[str]:
    """Return the marks of a column ``mark``; none for an empty text."""
    return text.split(BETWEEN) if text else []
