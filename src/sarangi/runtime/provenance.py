"""Provenance: what each result was made from, in a small JSON file of its own.

``results/provenance/<path of the result>.json`` holds the rule, its wildcards and outputs, the sha256
of each input, of the parameters and of the result itself, its path, and the fingerprint of the code.
It holds no time and no place, so the same work elsewhere gives the same bytes.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sarangi.base.documents import DocumentError, json_in
from sarangi.base.errors import SarangiError
from sarangi.runtime.inventory import inventory

FOLDER = Path("results/provenance")

PROJECT, OF_PROJECT = Path(__file__).parents[3], "project:"
KEYS = {"rule", "wildcards", "inputs", "outputs", "parameters", "code", "sha256"}


def place(result: str | Path) -> Path:
    """Return where the provenance of a result lies."""
    return FOLDER / f"{result}.json"


def described(rule: str, wildcards: Mapping[str, str], params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a job is, apart from its inputs: rule, wildcards, parameters (as a hash), code."""
    values = {name: value for name, value in params.items() if name != "code"}
    text = json.dumps(values, sort_keys=True, default=str)
    return {
        "rule": rule,
        "wildcards": dict(wildcards),
        "parameters": hashlib.sha256(text.encode()).hexdigest(),
        "code": params.get("code"),
    }


def inputs_of(inputs: Iterable[Any]) -> list[str]:
    """Return the names of a job's inputs (Snakemake's list of paths), sorted, each once."""
    return sorted({named(str(path)) for path in inputs})


def named(path: str | Path) -> str:
    """Return an input's name: its path, or ``project:<path>`` for one of the project's own files.

    The workflow may run in any folder (``--directory``), and the way from there to the paper's text
    must not show.
    """
    if os.pardir in Path(path).parts or Path(path).is_absolute():
        whole = Path(path).resolve()
        if whole.is_relative_to(PROJECT):
            return f"{OF_PROJECT}{whole.relative_to(PROJECT)}"
    return str(path)


def located(name: str) -> Path:
    """Return the path of an input by its name."""
    return PROJECT / name.removeprefix(OF_PROJECT) if name.startswith(OF_PROJECT) else Path(name)


def digest(path: str | Path) -> str:
    """Return the sha256 of a file, or the inventory of a folder (paths and sizes)."""
    path = Path(path)
    if path.is_dir():
        return inventory(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(result: Path, content: Path, made_from: Mapping[str, Any]) -> None:
    """Write the provenance of ``result``, whose bytes are those of ``content``, whole or not at all."""
    path = place(result)
    path.parent.mkdir(parents=True, exist_ok=True)
    for stale in path.parent.glob(f".{path.name}.*.tmp"):
        stale.unlink(missing_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        # of which result it is, since those of one job differ in nothing else
        record = {**made_from, "result": str(result), "sha256": digest(content)}
        temporary.write_text(as_text(record), encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def as_text(record: Mapping[str, Any]) -> str:
    """Return the text of a provenance file."""
    return json.dumps(record, sort_keys=True, indent=1) + "\n"


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
        raise DocumentError("a name or a hash in it is no text")


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
            raise SarangiError(f"{result}: has no provenance ({place(result)}); delete it and make it anew")
    while waiting:
        result = waiting.pop()
        record = None if result in found else read(result, folder)
        if record is not None:  # else a file that no rule made
            found[result] = record
            waiting += [*record["inputs"], *record["outputs"]]
    return dict(sorted(found.items()))
