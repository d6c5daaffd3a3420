"""Segments of recordings: start and end in seconds, as tables write them and utterance ids hold them."""

import re
from typing import NamedTuple

from sarangi.base.errors import SarangiError

SHORTEST = 0.001
"""Seconds that ids tell apart, and the shortest segment."""
IN_ID = re.compile(r"#\d+\.\d{3}-\d+\.\d{3}$")


class Segment(NamedTuple):
    """A stretch of a recording, in seconds from its beginning."""

    start: float
    end: float


class SegmentError(SarangiError):
    """A row of a table states no segment that can be; ``cause`` is the message without its numbers."""

    def __init__(self, message: str, cause: str):
        super().__init__(message)
        self.cause = cause


def segment_of(start: str | None, end: str | None) -> Segment | None:
    """Return the segment that two cells of a table state; None where both are empty.

    A comma may take the place of the point, as spreadsheets of some languages write it.

    Raises
    ------
    SegmentError
        If one alone is stated, one is no number or negative, or the end is not after the start.
    """
    if not start and not end:
        return None
    if not start or not end:
        raise SegmentError(
            f"start {start or ''!r} and end {end or ''!r}: one is missing", "start or end is missing"
        )
    found = Segment(_seconds("start", start), _seconds("end", end))
    if found.end - found.start < SHORTEST:
        raise SegmentError(
            f"end {end} is not after start {start}; expected seconds from the beginning of the file",
            "the end of a segment is not after its start",
        )
    return found


def _seconds(column: str, cell: str) -> float:
    plain = cell.replace(",", ".") if cell.count(",") == 1 and "." not in cell else cell
    if not re.fullmatch(r"\d+(\.\d*)?([eE][+-]?\d+)?|\.\d+", plain) or float(plain) == float("inf"):
        raise SegmentError(f"{column} {cell!r} is no number of seconds", f"{column} is no number of seconds")
    return float(plain)


def segment_id(recording: str, segment: Segment) -> str:
    """Return what tells a segment from others of its recording.

    Examples
    --------
    >>> segment_id("my/a.wav", Segment(0, 1.5))
    'my/a.wav#0.000-1.500'
    """
    return f"{recording}#{segment.start:.3f}-{segment.end:.3f}"


def recording_of(utterance_id: str) -> str:
    """Return an utterance's id without its segment.

    Examples
    --------
    >>> recording_of("my/a.wav#0.000-1.500")
    'my/a.wav'
    """
    return IN_ID.sub("", utterance_id)
