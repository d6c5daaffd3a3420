"""The parts of a split, and what is said of one that cannot be made."""

import pandas as pd

TRAIN, VALIDATION, TEST, UNUSED = PARTS = "train", "validation", "test", "unused"

UNMADE = "cannot be made: "  # before the reason of a protocol's utterances


def why_not_made(table: pd.DataFrame) -> str | None:
    """Return why a protocol could not be made; None for one that was.

    Parameters
    ----------
    table : data frame of part and reason
        Rows of a protocol.
    """
    # one that was made tests something
    return None if (table["part"] == TEST).any() else table["reason"].iloc[0]
