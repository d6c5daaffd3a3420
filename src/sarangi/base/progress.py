"""Progress of long work: a bar on a terminal, a line now and then in a log."""

import sys
from collections.abc import Iterable
from typing import TextIO, TypeVar

from tqdm import tqdm

Item = TypeVar("Item")

IN_A_LOG = 30.0  # seconds from one line to the next, and before the first


def progress(
    items: Iterable[Item] | None,
    total: int | None,
    what: str,
    unit: str = "",
    delay: float = 0,
    initial: int = 0,
) -> tqdm:
    """Yield ``items`` and show how many of ``total`` (None: nobody knows) are done.

    Without items the bar is a context, to be moved on by its ``update``, from ``initial``.

    Of a ``unit`` (B) thousands and millions are shown as such; nothing is shown before ``delay`` seconds.

    On a terminal the bar moves twice a second; elsewhere a line is written every 30 seconds, and none for
    work that takes less.
    """
    terminal = sys.stderr.isatty()
    return tqdm(
        items,
        total=total,
        desc=what,
        unit=unit,
        unit_scale=bool(unit),
        delay=delay if terminal else max(delay, IN_A_LOG),
        initial=initial,
        file=sys.stderr if terminal else _Lines(sys.stderr),
        leave=False,
        mininterval=0.5 if terminal else IN_A_LOG,
        ascii=not terminal,
        dynamic_ncols=terminal,
    )


class _Lines:
    """Writes what tqdm draws over and over in one place as lines."""

    def __init__(self, stream: TextIO):
        self._stream = stream

    def write(self, text: str) -> int:
        """Write the text as a line; nothing where it only clears the place."""
        if line := text.strip():
            self._stream.write(f"{line}\n")
        return len(text)

    def flush(self) -> None:
        """Flush the stream."""
        self._stream.flush()
