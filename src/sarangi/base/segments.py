"""Segments of recordings: start and end in seconds, as tables write them and utterance ids hold them."""

import re
from typing import NamedTuple

from sarangi.base.errors import SarangiError

SHORTEST = 0.001
"""Seconds that ids tell apart, and the shortest segment."""
LAST = "end"
"""In ids, the end of a segment that lasts until its recording ends."""
IN_ID = re.compile(rf"#\d+\.\d{{3}}-(\d+\.\d{{3}}|{LAST})$")


class Segment(NamedTuple):
    """A stretch of a recording, in seconds from its beginning; ``end`` is None for the recording's own."""

    start: float
    end: float | None


class SegmentError(SarangiError):
    """A row of a table states no segment that can be; ``cause`` is the message without its numbers."""

    def __init__(self, message: str, cause: str):
        super().__init__(message)
        self.cause = cause


def segment_of(start: str | None, end: str | None) -> Segment | None:
    """Return the segment that two cells of a table state; None for the whole recording.

    An empty start is the beginning, an empty end the end of the recording.  A comma may take the place of the
    point, as spreadsheets of some languages write it.

    Raises
    ------
    SegmentError
        If one is not a number or negative, or the end is not after the start.
    """
    first = _seconds("start", start) if start else 0.0
    if not end:
        return Segment(first, None) if first > 0 else None
    last = _seconds("end", end)
    if last - first < SHORTEST:
        raise SegmentError(
            f"end {end} is not after start {start or 0}; expected seconds from the beginning of the file",
            "the end of a segment is not after its start",
        )
    return Segment(first, last)


def _seconds(column: str, cell: str) -> float:
    plain = cell.replace(",", ".") if cell.count(",") == 1 and "." not in cell else cell
    if not re.fullmatch(r"\d+(\.\d*)?([eE][+-]?\d+)?|\.\d+", plain) or float(plain) == float("inf"):
        raise SegmentError(
            f"{column} {cell!r} is not a number of seconds", f"{column} is not a number of seconds"
        )
    return float(plain)


def segment_id(recording: str, segment: Segment) -> str:
    """Return what tells a segment from others of its recording.

    Sorted as texts they are in the order of time, since random folds depend on the order of utterances.

    Examples
    --------
    >>> segment_id("my/a.wav", Segment(0, 1.5))
    'my/a.wav#00000.000-00001.500'
    """
    end = LAST if segment.end is None else f"{segment.end:09.3f}"
    return f"{recording}#{segment.start:09.3f}-{end}"


def recording_of(utterance_id: str) -> str:
    """Return an utterance's id without its segment.

    Examples
    --------
    >>> recording_of("my/a.wav#00000.000-00001.500")
    'my/a.wav'
    """
    return IN_ID.sub("", utterance_id)
