"""What lies below a folder: links are followed, and what cannot be looked at is said, never left out."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from sarangi.sources.listing import OF_SYSTEM, of_system


class Found(NamedTuple):
    """A path below a folder, and why it cannot be looked at (None for a file that can)."""

    path: str
    odd: str | None = None


def walked(folder: str, left_out: Callable[[str], bool] = lambda _: False) -> Iterator[Found]:
    """Yield every file below a folder, also behind links to folders and files.

    Each link is followed once, and none into a folder that it lies in, so that this ends.

    Parameters
    ----------
    folder
        Where to begin; nothing is found where it is not there.
    left_out
        Whether a path, and what is below it, is not wanted.

    Yields
    ------
    Found
        Files, and what is neither a file nor a folder that can be looked into: a link to nothing or to a
        folder above it, a pipe, a folder that cannot be listed.
    """
    if not os.path.lexists(folder):
        return
    followed: set[tuple[int, int]] = set()
    waiting: list[tuple[str, tuple[tuple[int, int], ...]]] = [(folder, ())]
    while waiting:
        path, above = waiting.pop()
        try:
            here = Path(path).stat()
        except OSError as error:
            what = "a link to nothing" if Path(path).is_symlink() else "gone"
            yield Found(path, f"{what} ({error.strerror})")
            continue
        if of_system(here):
            yield Found(path, OF_SYSTEM)
            continue
        if stat.S_ISREG(here.st_mode):
            yield Found(path)
            continue
        if not stat.S_ISDIR(here.st_mode):
            yield Found(path, "neither a file nor a folder")
            continue
        if Path(path).is_symlink():
            link = Path(path).lstat()
            if (here.st_dev, here.st_ino) in above:
                yield Found(path, "a link to a folder that contains it; nothing behind it was looked at")
                continue
            if (link.st_dev, link.st_ino) in followed:
                yield Found(path, "a link that was followed from elsewhere; nothing behind it was looked at")
                continue
            followed.add((link.st_dev, link.st_ino))
        try:
            names = sorted((below.name for below in Path(path).iterdir()), reverse=True)
        except OSError as error:
            yield Found(path, f"cannot be listed ({error.strerror})")
            continue
        inner = (*above, (here.st_dev, here.st_ino))
        waiting += [(below, inner) for name in names if not left_out(below := f"{path}/{name}")]
