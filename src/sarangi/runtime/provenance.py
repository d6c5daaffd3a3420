"""Provenance: what each result was made from, in a small JSON file of its own, as a job writes it.

``results/provenance/<path of the result>.json`` holds the rule, its wildcards and outputs, the sha256
of each input, of the parameters and of the result itself, its path, and the fingerprint of the code.
It holds no time and no place, so the same work elsewhere gives the same bytes.
:mod:`sarangi.runtime.records` reads it.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sarangi.base.installation import LIBRARY, PACKAGE, home

FOLDER = Path("results/provenance")

PROJECT, OF_PROJECT = home(), "project:"


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
        # of an installed library, as a checkout names it
        if whole.is_relative_to(PACKAGE):
            return f"{OF_PROJECT}{LIBRARY}/{whole.relative_to(PACKAGE)}"
    return str(path)


def located(name: str) -> Path:
    """Return the path of an input by its name."""
    if not name.startswith(OF_PROJECT):
        return Path(name)
    within = Path(name.removeprefix(OF_PROJECT))
    if within.is_relative_to(LIBRARY) and not (PROJECT / LIBRARY).is_dir():
        return PACKAGE / within.relative_to(LIBRARY)
    return PROJECT / within


def digest(path: str | Path) -> str:
    """Return the sha256 of a file."""
    with Path(path).open("rb") as file:
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
