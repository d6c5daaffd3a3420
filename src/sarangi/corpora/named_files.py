"""Which file below a folder a table means, by its path, or by less than that where it is still one file."""

import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath


class NamedFiles:
    """Files by their paths, and by parts of these that only one of them has.

    Parameters
    ----------
    paths
        Below the folder, POSIX.
    """

    def __init__(self, paths: Iterable[str]):
        self.paths = sorted(paths)
        self._whole: dict[str, str | None] = {}
        self._ends: dict[str, str | None] = {}
        for path in self.paths:
            composed = _composed(path)
            stem = composed[: -len(PurePosixPath(composed).suffix) or None]
            self._add(self._whole, stem, path)
            for text in {composed, stem}:
                for end in _ends_of(text)[1:]:
                    self._add(self._ends, end, path)
        # what is a path itself means just that file
        self._whole |= {_composed(path): path for path in self.paths}

    def _add(self, index: dict[str, str | None], name: str, path: str) -> None:
        # what two files are called names neither
        index[name] = None if name in index and index[name] != path else path

    def of(self, name: str) -> str | None:
        r"""Return the path of the file that a table calls so; None where there is none, or more than one.

        That is the file of just this path, with or without its suffix; else the one whose path is the end of
        this (``wavs/s1/01.wav``, ``C:\data\wavs\s1\01.wav``); else the only one whose path ends in this.

        Examples
        --------
        >>> files = NamedFiles(["s1/01.wav", "s1/02.wav", "s2/01.wav"])
        >>> files.of("s1/01"), files.of("/data/s2/01.wav"), files.of("02"), files.of("01"), files.of("s3/02")
        ('s1/01.wav', 's2/01.wav', 's1/02.wav', None, None)
        """
        text = _composed(name.strip()).replace("\\", "/").removeprefix("./")
        ends = _ends_of(text)
        whole = next((end for end in ends if end in self._whole), None)
        return self._whole[whole] if whole is not None else self._ends.get(text)


def _ends_of(path: str) -> list[str]:
    """Return a path and what follows each of its folders, the longest first."""
    parts = path.split("/")
    return ["/".join(parts[start:]) for start in range(len(parts))]


def _composed(path: str) -> str:
    return unicodedata.normalize("NFC", path)
