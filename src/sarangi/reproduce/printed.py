"""What the generated paper prints, as ``explain`` looks it up: numbers, cells of tables, and claims."""

import difflib
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import jsonschema

from sarangi.base import layout, store
from sarangi.base.documents import DocumentError, json_in
from sarangi.base.errors import SarangiError
from sarangi.paper.escapes import plain
from sarangi.reproduce.files import Files
from sarangi.runtime import commands, provenance
from sarangi.study.claims_file import read_claims

NUMBERS = layout.numbers()
CLAIMS = f"{provenance.OF_PROJECT}claims.yaml"
SET = re.compile(r"^\\set(val|experiment|outcome|verdict)\{([^}]+)\}\{(.*)\}$", re.MULTILINE)

TEXTS = {"type": "array", "items": {"type": "string"}}
REFERENCES = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {
                "type": "string",
                "pattern": r"^([^/\x00-\x1f]{1,80}/)*[^/\x00-\x1f]{1,200}$",
                "maxLength": 500,
            },
            "column": {"type": "string"},
            "where": {
                "type": "object",
                "properties": {key: {"type": "string"} for key in ("entry", "metric", "slice", "claim")},
                "additionalProperties": {"type": ["string", "number", "null"]},
            },
        },
    },
}
TABLE = {
    "type": "object",
    "required": ["caption", "columns", "rows", "notes"],
    "properties": {
        "caption": {"type": "string"},
        "columns": TEXTS,
        "notes": TEXTS,
        "rows": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["cells", "from"],
                "properties": {
                    "cells": {"type": "object", "additionalProperties": {"type": "string"}},
                    "from": {"type": "object", "additionalProperties": REFERENCES},
                },
            },
        },
    },
}
"""What :func:`sarangi.paper.tables.writing.write_table` writes as JSON, as a JSON schema."""


class Printed:
    """What the paper of one folder prints, and what the published study printed."""

    def __init__(self, files: Files):
        self.files = files

    @cached_property
    def entries(self) -> dict[str, dict[str, str]]:
        """What ``numbers.tex`` sets, as the paper prints it: val, experiment, outcome, verdict, by key."""
        found: dict[str, dict[str, str]] = {"val": {}, "experiment": {}, "outcome": {}, "verdict": {}}
        for kind, key, text in SET.findall(self.files.text(NUMBERS)):
            found[kind][key] = plain(text)
        return found

    @property
    def numbers(self) -> dict[str, str]:
        r"""Numbers and texts as the paper prints them, by what ``\val`` looks up."""
        return self.entries["val"]

    @property
    def synthetic(self) -> bool:
        """Whether the paper is about synthetic speech."""
        return r"\synthetictrue" in self.files.text(NUMBERS)

    @cached_property
    def tables(self) -> dict[str, dict[str, Any]]:
        """What the JSON of each generated table says, by the table's name."""
        files = sorted((self.files.root / layout.TABLES).glob("*.json"))
        return {file.stem: _table_in(file) for file in files}

    def cells(self) -> Iterator[str]:
        """Yield the id of every cell of every generated table."""
        for name, table in self.tables.items():
            for row in range(1, len(table["rows"]) + 1):
                yield from (f"{name}:{row}:{column}" for column in table["columns"])

    @cached_property
    def claims(self) -> dict[str, str]:
        """The file of findings in which each claim is judged."""
        found: dict[str, str] = {}
        for file in sorted((self.files.root / layout.FINDINGS).glob("*.parquet")):
            name = str(file.relative_to(self.files.root))
            found |= dict.fromkeys(store.read(file, ["claim"])["claim"], name)
        return found

    @cached_property
    def records(self) -> dict[str, dict[str, Any]]:
        """What the published study printed, by the name of the claim."""
        schema = provenance.PROJECT / "workflow/schemas/claims.schema.yaml"
        return read_claims(provenance.located(CLAIMS), schema)

    def places(self, wanted: str) -> list[str]:
        """Return the lines of the paper's own text that print a number."""
        found = []
        for path in sorted((provenance.PROJECT / "paper").rglob("*.tex")):
            name = path.relative_to(provenance.PROJECT)
            if name.parts[1] not in ("tables", "numbers.tex"):
                lines = path.read_text(encoding="utf-8").splitlines()
                found += [f"{name}:{n}" for n, line in enumerate(lines, 1) if f"{{{wanted}}}" in line]
        return found

    def unknown(self, wanted: str) -> SarangiError:
        """Return what to tell of an id that nothing has, with those most like it."""
        root = self.files.root
        known = [*self.numbers, *self.claims, *self.tables]
        known += [str(path.relative_to(root)) for path in (root / "results").glob("*/*.parquet")]
        if ":" in wanted:
            known = [*self.cells(), *known]
        near = difflib.get_close_matches(wanted, known, n=5)
        if not near:
            near = [name for name in known if wanted.split(".")[0] in name][:5]
        return SarangiError(
            f"{wanted}: no number, cell, claim or file of {root.resolve().name} has this id"
            + (f"; did you mean {' or '.join(near)}? " if near else ". ")
            + r"An id is what \val looks up in paper/numbers.tex, <table>:<row>:<column>, a claim of "
            "claims.yaml, or a result's path. If the results are not made yet, run "
            f"{commands.snakemake('--cores 2', root)} first"
        )


def _table_in(file: Path) -> dict[str, Any]:
    try:
        found = json_in(file)
        problem = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(TABLE).iter_errors(found))
        if problem is not None:
            raise DocumentError(f"{problem.json_path}: {problem.message}")
        odd = [row for row in found["rows"] if set(row["cells"]) != set(found["columns"])]
        if odd:
            raise DocumentError(f"a row has the columns {', '.join(odd[0]['cells'])}")
    except (OSError, DocumentError) as error:
        raise SarangiError(
            f"{file}: expected a table that Sarangi wrote, found something else ({error}); "
            f"{commands.snakemake('--cores 1 verify', file.parents[2])} says what to do"
        ) from error
    return found
