"""The parts of a split, and what is said of one that cannot be made."""

import pandas as pd

TRAIN, VALIDATION, TEST, UNUSED = PARTS = "train", "validation", "test", "unused"

UNMADE = "cannot be made: "


def unmade_text(why: object) -> str:
    """Return the reason of every utterance of a protocol that could not be made."""
    return f"{UNMADE}{why}"


def unmade_why(text: str) -> str:
    """Return what :func:`unmade_text` was given; a reason of another kind is returned as it is."""
    return text.removeprefix(UNMADE)


def why_not_made(table: pd.DataFrame) -> str | None:
    """Return why a protocol could not be made; None for one that was.

    Parameters
    ----------
    table : data frame of part and reason
        Rows of a protocol.
    """
    # one that was made tests something
    return None if (table["part"] == TEST).any() else str(table["reason"].iloc[0])
