"""What is wrong with a document: what its schema refuses, in words, each with file, line and key."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from sarangi.base.documents import DocumentError, text_in
from sarangi.base.errors import SarangiError
from sarangi.base.hints import nearest
from sarangi.sources.proxies import without_password

MOST_PROBLEMS = 50  # that are listed

Place = tuple[str | int, ...]
Problem = tuple[Place, str]


@cache
def _validator(schema: Path) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(
        yaml.load(schema.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    )


def against(document: Any, schema: Path) -> list[Problem]:
    """Return what a JSON schema (as YAML) refuses in a document."""
    errors = sorted(_validator(schema).iter_errors(document), key=lambda error: list(map(str, error.path)))
    # of a value of the wrong type nothing else is worth saying
    mistyped = {tuple(error.path) for error in errors if error.validator == "type"}
    errors = [error for error in errors if error.validator == "type" or tuple(error.path) not in mistyped]
    return [problem for error in errors for problem in _explain(error)]


def refuse(problems: list[Problem], files: list[Path], what: str) -> None:
    """Raise a SarangiError with every problem and its place in the files, if there is one."""
    if problems:
        trees = {file: _tree(file) for file in files}
        named = f" ({', '.join(map(str, files))})" if files else ""
        raise SarangiError(
            f"{what}{named} has {len(problems)} problem{'s' if len(problems) > 1 else ''}; "
            "no job was started.",
            *(f"  {_place(path, trees)}: {text}" for path, text in problems[:MOST_PROBLEMS]),
            *([f"  and {len(problems) - MOST_PROBLEMS} more"] if len(problems) > MOST_PROBLEMS else []),
        )


def _explain(error: jsonschema.ValidationError) -> Iterator[Problem]:
    path = tuple(error.absolute_path)
    instance: Any = error.instance
    allowed: Any = error.validator_value
    if error.validator == "additionalProperties":
        valid = list(_schema_of(error).get("properties", {}))
        for key in sorted(set(instance) - set(valid), key=str):
            yield (*path, key), f"unknown key {key!r}; {nearest(key, valid)}"
    elif error.validator == "enum":
        yield path, f"{instance!r} is not valid; {nearest(instance, allowed)}"
    elif error.validator in ("oneOf", "anyOf") and (meant := _branch_meant(error)):
        for inner in meant:
            yield from _explain(inner)
    elif error.validator in ("oneOf", "anyOf"):
        choices = " or ".join(branch.get("title", "?") for branch in allowed)
        keys = isinstance(instance, dict)
        found = f"keys {', '.join(map(str, instance))}" if keys else repr(instance)
        yield path, f"expected one of: {choices}; found {found}"
    elif error.schema is False:
        # jsonschema says the value, and not the key
        yield path, f"the key with value {instance!r} does not go with the others of this entry"
    elif error.validator == "required":
        missing = [key for key in allowed if key not in instance]
        yield path, f"the key {missing[0]!r} is missing: {_description(error, missing[0])}"
    elif error.validator == "type":
        found = type(instance).__name__
        yield path, f"expected {allowed}, found {found} {instance!r}"
    elif error.validator == "pattern":
        expected = _schema_of(error).get("description", f"expected {allowed}")
        yield path, f"{without_password(str(instance))!r} does not match: {expected}"
    else:
        yield path, error.message


def _branch_meant(error: jsonschema.ValidationError) -> list[jsonschema.ValidationError]:
    """Return what is wrong by the one branch of a choice whose keys are all there, if it is one."""
    keys = set(error.instance) if isinstance(error.instance, dict) else set()
    branches: Any = error.validator_value
    meant = [n for n, b in enumerate(branches) if b.get("required") and keys >= set(b["required"])]
    return [inner for inner in error.context if [inner.schema_path[0]] == meant]


def _description(error: jsonschema.ValidationError, key: str) -> str:
    text: str = _schema_of(error).get("properties", {}).get(key, {}).get("description", "")
    return text


def _schema_of(error: jsonschema.ValidationError) -> Mapping[str, Any]:
    return error.schema if isinstance(error.schema, Mapping) else {}


def _tree(file: Path) -> yaml.Node | None:
    try:
        return yaml.compose(text_in(file), Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError, DocumentError):
        return None  # Snakemake takes other forms, too; then the places have no lines


def _place(path: Place, trees: Mapping[Path, yaml.Node | None]) -> str:
    """Return file, line and key of a place in the configuration."""
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
    for file, tree in reversed(list(trees.items())):
        line = _line(tree, path)
        if line is not None:
            return f"{file}:{line}: {key or 'top level'}"
    return key or "top level"


def _line(node: yaml.Node | None, path: Place) -> int | None:
    """Return the line of a place below a node, or None where the file does not have it."""
    if not path:
        return None if node is None else node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(path[0]):
                return key.start_mark.line + 1 if len(path) == 1 else _line(value, path[1:])
    if isinstance(node, yaml.SequenceNode) and isinstance(path[0], int) and path[0] < len(node.value):
        return _line(node.value[path[0]], path[1:])
    return None
