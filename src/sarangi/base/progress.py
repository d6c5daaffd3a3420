"""Progress of long work: a bar on a terminal, a line now and then in a log."""

import sys
from collections.abc import Iterable
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")


def progress(
    items: Iterable[Item] | None, total: int | None, what: str, unit: str = "", delay: float = 0
) -> tqdm:
    """Yield ``items`` and show how many of ``total`` (None: nobody knows) are done.

    Without items the bar is a context, to be moved on by its ``update``.

    Of a ``unit`` (B) thousands and millions are shown as such; nothing is shown before ``delay`` seconds.

    On a terminal the bar moves twice a second; elsewhere a line is written every 30 seconds.
    """
    terminal = sys.stderr.isatty()
    return tqdm(
        items,
        total=total,
        desc=what,
        unit=unit,
        unit_scale=bool(unit),
        delay=delay,
        file=sys.stderr,
        leave=False,
        mininterval=0.5 if terminal else 30,
        disable=None if terminal else False,
        ascii=not terminal,
        dynamic_ncols=terminal,
    )
