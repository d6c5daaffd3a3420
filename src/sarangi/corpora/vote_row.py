"""A row of a table of votes, in one form for every format that such a table may have."""

from collections.abc import Mapping
from typing import NamedTuple


class VoteRow(NamedTuple):
    """What a table of votes says of one recording, or of a segment of one, by one annotator.

    Parameters
    ----------
    where
        Place of the row: the table's name, not its path, and the line.
    file
        The recording, as the table writes it; empty where it says nothing.
    annotator, label
        Likewise.
    start, end
        The segment's, as text.
    ratings
        By dimension, as text; empty ones are none.
    problem
        Why nobody can say what the row means; None where that is clear.
    """

    where: str
    file: str
    annotator: str
    label: str
    start: str = ""
    end: str = ""
    ratings: Mapping[str, str] = {}
    problem: str | None = None
