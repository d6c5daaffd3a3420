"""Text and JSON as people and programs write it, read in bounds and refused in words."""

import json
import stat
from pathlib import Path
from typing import Any

LARGEST = 2**26  # bytes


class DocumentError(ValueError):
    """A document cannot be read; says why, and on which line where that is known."""


def text_in(path: str | Path) -> str:
    """Return the text of a UTF-8 file.

    Raises
    ------
    DocumentError
        If it is not a regular file, larger than :data:`LARGEST`, or no UTF-8: says on which line.
    OSError
        If it cannot be opened.
    """
    path = Path(path)
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise DocumentError("it is a folder, a pipe or a device, and no file")
    size = status.st_size
    if size > LARGEST:
        raise DocumentError(f"it has {size} bytes; at most {LARGEST} are read")
    return decoded(path.read_bytes())


def decoded(data: bytes, encoding: str = "utf-8") -> str:
    """Return bytes as text, without a byte order mark.

    Raises
    ------
    DocumentError
        If they are not text in that encoding: says on which line.
    """
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DocumentError(f"line {line}: expected text in {encoding} ({error})") from error


def lines_of(text: str) -> list[str]:
    """Return the lines of a text; ``str.splitlines`` would also break at marks inside of a line (U+0085)."""
    return text.removesuffix("\n").split("\n") if text else []


class Pairs(list[tuple[str, Any]]):
    """An object of JSON as names and values; it may hold a name twice."""


def json_of(text: str | bytes, pairs: bool = False) -> Any:
    """Return what a JSON text holds; ``pairs`` keeps names that appear twice in an object, as :class:`Pairs`.

    Raises
    ------
    DocumentError
        If it is not JSON, or nested too deep.
    """
    try:
        return json.loads(text, object_pairs_hook=Pairs if pairs else None)
    except RecursionError as error:
        raise DocumentError("it is nested too deep") from error
    except ValueError as error:  # of JSON, of UTF-8, and of a number with thousands of digits
        raise DocumentError(str(error)) from error


def json_in(path: str | Path) -> Any:
    """Return what a JSON file holds; raises as :func:`json_of` and :func:`text_in`."""
    return json_of(text_in(path))
