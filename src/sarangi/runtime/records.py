"""The provenance of results as it is on disk, read and checked by what compares results, never by a job."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sarangi.base.documents import DocumentError, json_in
from sarangi.base.errors import SarangiError
from sarangi.runtime.provenance import place

KEYS = {"rule", "wildcards", "inputs", "outputs", "parameters", "code", "sha256"}


def read(result: str | Path, folder: str | Path = ".") -> dict[str, Any] | None:
    """Return the provenance of a result of the workflow in ``folder``, or None where it has none.

    Raises
    ------
    SarangiError
        If the file is there and is no provenance.
    """
    path = Path(folder) / place(result)
    try:
        record = json_in(path)
        refuse_odd(record)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise SarangiError(
            f"{path}: expected the provenance of {result}, found something else ({error}). "
            f"Delete {result} and run the same command again."
        ) from error
    return record


def refuse_odd(record: Any) -> None:
    """Refuse what is no provenance.

    Raises
    ------
    DocumentError
        Says what is missing or of another kind.
    """
    if not isinstance(record, dict) or not set(record) >= KEYS:
        raise DocumentError("keys are missing")
    for key, kind in (
        ("rule", str),
        ("wildcards", dict),
        ("inputs", dict),
        ("outputs", list),
        ("sha256", str),
    ):
        if not isinstance(record[key], kind):
            raise DocumentError(f"{key} is {type(record[key]).__name__}, not {kind.__name__}")
    if not all(isinstance(name, str) for name in (*record["inputs"].values(), *record["outputs"])):
        raise DocumentError("a name or a hash in it is not text")


def closure(results: Iterable[str], folder: str | Path = ".") -> dict[str, dict[str, Any]]:
    """Return the provenance of results, and of everything made on the way to them or beside it.

    Raises
    ------
    SarangiError
        If one of ``results`` has no provenance.
    """
    found: dict[str, dict[str, Any]] = {}
    waiting = sorted(results)
    for result in waiting:
        if read(result, folder) is None:
            raise SarangiError(f"{result}: has no provenance ({place(result)}); delete it and rebuild it")
    while waiting:
        result = waiting.pop()
        record = None if result in found else read(result, folder)
        if record is not None:  # else a file that no rule made
            found[result] = record
            waiting += [*record["inputs"], *record["outputs"]]
    return dict(sorted(found.items()))
