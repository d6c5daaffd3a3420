"""The files of claims and errata: read, and checked whole before any job starts."""

import re
import string
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from sarangi.base.documents import DocumentError
from sarangi.base.errors import SarangiError
from sarangi.base.hints import nearest
from sarangi.base.yaml_documents import Loader, yaml_in
from sarangi.published.accusations import PARTS
from sarangi.published.expressions import selected
from sarangi.published.readings import READINGS, SIDES, can_be_read
from sarangi.published.records import flat, records
from sarangi.study.places import Place
from sarangi.study.problems import Problem, against, refuse


class _AsPrinted(Loader):
    """Reads a number with decimals as the text that it is: 0.590 keeps its last digit."""


_AsPrinted.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:float"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def published_in(
    config: Mapping[str, Any], home: Path
) -> tuple[dict[str, dict[str, Any]], dict[str, list[dict[str, Any]]]]:
    """Return the claims and the errata of the published study that a configuration names; none without one.

    Parameters
    ----------
    config
        As merged; what is odd about it is not said here.
    home
        Folder of Sarangi's own files, and of ``workflow/schemas``.

    Raises
    ------
    SarangiError
        Where a file is not there, and as :func:`read_claims` and :func:`read_errata`.
    """
    named = config.get("published")
    named = named if isinstance(named, Mapping) else {}
    claims: dict[str, dict[str, Any]] = {}
    errata: dict[str, list[dict[str, Any]]] = {}
    if isinstance(named.get("claims"), str):
        claims = read_claims(_of_study(named, "claims", home), home / "workflow/schemas/claims.schema.yaml")
    if claims and isinstance(named.get("errata"), str):
        schema = home / "workflow/schemas/errata.schema.yaml"
        errata = read_errata(_of_study(named, "errata", home), schema, claims)
    return claims, errata


def _of_study(named: Mapping[str, str], key: str, home: Path) -> Path:
    """Return a file that a study names, in its own folder or else among Sarangi's own."""
    places = [Path(named[key]), home / named[key]]
    file = next((place for place in places if place.is_file()), None)
    if file is None:
        raise SarangiError(
            f"published.{key}: there is no {named[key]} in the study's folder, nor in {home.name}, where "
            "Sarangi's own are; no job was started. Name a file that is there, or leave the key out."
        )
    return file


def read_claims(file: Path, schema: Path) -> dict[str, dict[str, Any]]:
    """Read and check a file of claims, and return its :func:`~sarangi.published.records.records` by name.

    Raises
    ------
    SarangiError
        Lists every problem, as :func:`sarangi.study.checking.check` does.
    """
    try:
        document = yaml_in(file, _AsPrinted)
    except DocumentError as error:
        raise SarangiError(f"{file}: not YAML that can be read; no job was started. {error}") from error
    refuse(against(document, schema) or list(_unknown_parts(document)), [file], "the file of claims")
    return records(document)


def read_errata(file: Path, schema: Path, published: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Read and check a file of errata, and return its four lists, the entries in the order of their numbers.

    Parameters
    ----------
    file, schema
        As for :func:`read_claims`.
    published
        The claims that it names, from :func:`read_claims`.

    Raises
    ------
    SarangiError
        Lists every problem, as :func:`sarangi.study.checking.check` does.
    """
    try:
        document = yaml_in(file)
    except DocumentError as error:
        raise SarangiError(f"{file}: not YAML that can be read; no job was started. {error}") from error
    problems = against(document, schema) or list(_unknown_claims(document, published))
    refuse(problems, [file], "the file of errata")
    lists = {part: list(document.get(part, ())) for part in PARTS}
    return lists | {"entries": sorted(lists["entries"], key=lambda entry: entry["number"])}


def _unknown_claims(document: Mapping[str, Any], published: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield each number that is there twice, and each claim not there, or named twice for one kind."""
    known = list(published)
    named: set[tuple[str, str]] = set()
    for part in PARTS:
        for place, entry in enumerate(document.get(part, ())):
            if part == "entries" and entry["number"] in [other["number"] for other in document[part][:place]]:
                yield (part, place, "number"), f"{entry['number']} appears twice"
            for position, name in enumerate(entry.get("claims", ())):
                if name not in published:
                    yield (
                        (part, place, "claims", position),
                        (f"{name!r} is not a claim; {nearest(name, known)}"),
                    )
                elif (name, entry["kind"]) in named:
                    where = (part, place, "claims", position)
                    yield where, f"{name} has another entry that is {entry['kind']}; one point is one entry"
                named.add((name, entry["kind"]))
            yield from _unreadable(entry, (part, place), published)


def _unreadable(entry: Mapping[str, Any], place: Place, published: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield each claim that an entry compares and that is not there, or cannot be read as it says."""
    known = list(published)
    for position, row in enumerate(entry.get("rows", ())):
        for side in SIDES:
            operand = row.get(side, {})
            where, name = (*place, "rows", position, side), operand.get("claim")
            if name is None:
                continue
            if name not in published:
                yield (*where, "claim"), f"{name!r} is not a claim; {nearest(name, known)}"
            elif "otherwise" in operand:
                labels = list(published[name].get("otherwise", ()))
                if operand["otherwise"] not in labels:
                    hint = nearest(operand["otherwise"], labels)
                    yield (*where, "otherwise"), f"{name} has no {operand['otherwise']!r}; {hint}"
                elif ("as" in operand) == (published[name]["kind"] == "derived"):
                    yield (*where, "otherwise"), "with `as` for a statement, without for a derived number"
            elif not can_be_read(name, published, operand.get("as", "printed")):
                ways = [how for how in READINGS if can_be_read(name, published, how)]
                yield (
                    (*where, "as"),
                    f"{name} cannot be read as {operand.get('as', 'printed')}; valid: {', '.join(ways)}",
                )


def _unknown_parts(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield each row of a grid that does not fit, and each name of a claim that is not there."""
    for kind in ("experiments", "grids"):
        for name, entry in document[kind].items():
            there = list(entry["numbers" if kind == "experiments" else "metrics"])
            headline = entry["judged"]["number"]
            if headline not in there:
                yield (kind, name, "judged", "number"), f"no number {headline!r}; {nearest(headline, there)}"
    for grid, entry in document["grids"].items():
        for key in ("named_by", "metrics"):
            for place, column in enumerate(entry[key]):
                if column not in entry["columns"]:
                    yield (
                        ("grids", grid, key, place),
                        f"no column {column!r}; {nearest(column, entry['columns'])}",
                    )
        patterns: dict[tuple[str, ...], str] = {
            ("title",): entry["title"],
            **{("ours", key): text for key, text in entry["ours"].items() if isinstance(text, str)},
        }
        odd = [
            problem
            for path, pattern in patterns.items()
            for problem in _odd_fields(pattern, ("grids", grid, *path), entry["named_by"])
        ]
        if odd or set(entry["named_by"]) - set(entry["columns"]):
            yield from odd
            return
        for place, row in enumerate(entry["rows"]):
            columns = ", ".join(entry["columns"])
            if len(row) != len(entry["columns"]):
                yield (
                    ("grids", grid, "rows", place),
                    f"found {len(row)} cells, expected {len(entry['columns'])}: {columns}",
                )
                return
            for column, text in zip(entry["columns"], row, strict=True):
                if column in entry["metrics"] and not re.fullmatch(r"[-+]?\d{1,15}(\.\d{1,15})?", text):
                    yield ("grids", grid, "rows", place), f"{column} is {text!r}, expected a number"
    numbers = flat(document)
    for kind, key in (("derived", "compute"), ("derived", "otherwise"), ("statements", "holds")):
        for name, entry in document[kind].items():
            if key in entry:
                yield from _unknown_operands(entry[key], (kind, name, key), numbers, document["grids"])


def _odd_fields(pattern: str, place: Place, columns: list[str]) -> Iterator[Problem]:
    """Yield each field of a pattern that is not the name of a column alone, in braces."""
    try:
        fields = list(string.Formatter().parse(pattern))
    except ValueError as error:
        yield place, f"{pattern!r} is not a pattern: {error}"
        return
    for _, name, form, conversion in fields:
        if name is not None and (name not in columns or form or conversion):
            yield place, f"{{{name}}} is not a column of named_by in braces; {nearest(name, columns)}"


def _unknown_operands(
    node: Any, path: Place, numbers: Mapping[str, Any], grids: Mapping[str, Any]
) -> Iterator[Problem]:
    """Yield each name below an expression or a relation that is not there."""
    if isinstance(node, str):
        if node not in numbers:
            yield path, f"{node!r} is not a number; {nearest(node, list(numbers))}"
    elif isinstance(node, list):
        for place, operand in enumerate(node):
            yield from _unknown_operands(operand, (*path, place), numbers, grids)
    elif "rows" in node:
        if node["rows"] not in grids:
            yield (*path, "rows"), f"no grid {node['rows']!r}; {nearest(node['rows'], list(grids))}"
        elif not selected(node, numbers, lambda name: None):
            cells = ", ".join(f"{key} {text}" for key, text in node.get("where", {}).items())
            said = f"metric {node['metric']}" + (f" where {cells}" if cells else "")
            yield path, f"selects no row: {said}; columns: {', '.join(grids[node['rows']]['columns'])}"
    else:
        columns = {column for grid in grids.values() for column in grid["named_by"]}
        for column in [*node.get("by", ()), *([node["group"]] if "group" in node else [])]:
            if column not in columns:
                yield path, f"no column {column!r}; {nearest(column, list(columns))}"
        for key, operand in node.items():
            if key not in ("by", "group", "are", "near", "within", "unit", "share"):
                yield from _unknown_operands(operand, (*path, key), numbers, grids)
