"""What is wrong with a document: what its schema refuses, in words, each with file, line and key."""

import copy
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from sarangi.base.errors import SarangiError
from sarangi.base.hints import nearest
from sarangi.sources.proxies import without_secrets
from sarangi.study.places import Place, Sources

MOST_PROBLEMS = 50  # that are listed
TEXT_IN_BRACES = (
    "  Snakemake takes what is in braces or brackets after --config as text: put numbers, true and false "
    "in a file, and pass it with --configfile."
)
TRUE_OR_FALSE = "  After --config write True and False with a capital letter; Snakemake takes true as text."
SAME_VALUE = frozenset(["allOf", "anyOf", "oneOf", "if", "then", "else", "not"])
"""Keys of a schema below which a schema is of the same value."""

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
    whole = _Explained(document, _validator(schema).schema)
    # each branch of a choice may say the same
    return list(dict.fromkeys(problem for error in errors for problem in whole.explain(error)))


def with_defaults(document: Mapping[str, Any], schema: Path) -> dict[str, Any]:
    """Return a document with the defaults of the keys that it leaves out, as its JSON schema states them.

    Those of the document, of what is one mapping in it, and of entries that have names.
    """
    filled: dict[str, Any] = _filled(document, _validator(schema).schema)
    return filled


def _filled(value: Any, schema: Any) -> Any:
    if not isinstance(value, Mapping) or not isinstance(schema, Mapping):
        return value
    properties = schema.get("properties", {})
    missing = {
        key: copy.deepcopy(described["default"])
        for key, described in properties.items()
        if key not in value and "default" in described
    }
    others = schema.get("additionalProperties")
    return {key: _filled(entry, properties.get(key, others)) for key, entry in ({**value, **missing}).items()}


def refuse(
    problems: list[Problem], files: list[Path], what: str, stated: Mapping[str, Any] | None = None
) -> None:
    """Raise a SarangiError with every problem and its place, if there is one.

    Parameters
    ----------
    problems
        Of a document.
    files
        That it came from; each counts for more than those before it.
    what
        How to call it.
    stated
        What the command line states of it.
    """
    if problems:
        sources = Sources(files, stated)
        listed = problems[:MOST_PROBLEMS]
        as_text = [path for path, text in listed if "found str" in text and sources.is_stated(path)]
        bare = [path for path, text in listed if "expected boolean, found str" in text and path in as_text]
        named = f" ({', '.join(sources.names)})" if sources.names else ""
        raise SarangiError(
            f"{what}{named} has {len(problems)} problem{'s' if len(problems) > 1 else ''}; "
            "no job was started.",
            *(f"  {sources.named(path)}: {text}" for path, text in listed),
            *([f"  and {len(problems) - MOST_PROBLEMS} more"] if len(problems) > MOST_PROBLEMS else []),
            *([TEXT_IN_BRACES] if any(path[1:] for path in as_text) else []),
            *([TRUE_OR_FALSE] if any(not path[1:] for path in bare) else []),
        )


class _Explained:
    """What is wrong with one document by one schema, in words."""

    def __init__(self, document: Any, schema: Any):
        self._document = document
        self._schema = schema

    def explain(self, error: jsonschema.ValidationError) -> Iterator[Problem]:
        """Yield each problem that an error of jsonschema stands for."""
        path = tuple(error.absolute_path)
        instance: Any = error.instance
        allowed: Any = error.validator_value
        if error.validator == "additionalProperties":
            valid = list(_schema_of(error).get("properties", {}))
            for key in sorted(set(instance) - set(valid), key=str):
                yield (*path, key), f"unknown key {key!r}; {nearest(key, valid)}"
        elif error.schema is False:
            yield from self._out_of_place(error)
        elif "propertyNames" in error.absolute_schema_path:
            yield (*path, instance), f"{instance!r} cannot be a name here: {error.message}"
        elif error.validator == "enum":
            yield path, f"{instance!r} is not valid; {nearest(instance, allowed)}"
        elif error.validator in ("oneOf", "anyOf") and (meant := _branch_meant(error)):
            for inner in meant:
                yield from self.explain(inner)
        elif error.validator in ("oneOf", "anyOf"):
            choices = " or ".join(branch.get("title", "?") for branch in allowed)
            keys = isinstance(instance, dict)
            found = f"keys {', '.join(map(str, instance))}" if keys else repr(instance)
            yield path, f"expected one of: {choices}; found {found}"
        elif error.validator == "required":
            # jsonschema has an error for each, and does not say of which
            for key in allowed:
                if key not in instance:
                    yield path, f"the key {key!r} is missing: {self._description(error, key)}"
        elif error.validator == "type":
            found = "nothing" if instance is None else f"{type(instance).__name__} {instance!r}"
            yield path, f"expected {allowed}, found {found}"
        elif error.validator == "pattern":
            expected = _schema_of(error).get("description", f"expected {allowed}")
            yield path, f"{without_secrets(str(instance))!r} does not match: {expected}"
        else:
            yield path, error.message

    def _out_of_place(self, error: jsonschema.ValidationError) -> Iterator[Problem]:
        """Yield what does not go with the other keys of an entry; jsonschema says the value alone."""
        path = tuple(error.absolute_path)
        entry = self._document
        for part in path:
            entry = entry[part]
        refused = list(self._schemas(error))[-1]
        for key, value in entry.items() if isinstance(entry, Mapping) else ():
            if refused.get(key) is False and value is error.instance:
                yield (
                    (*path, key),
                    f"the key {key!r} with value {value!r} cannot be combined with the other keys "
                    "of this entry",
                )

    def _schemas(self, error: jsonschema.ValidationError) -> Iterator[Any]:
        """Yield the schemas from the whole one to that of an error."""
        node = self._schema
        for part in error.absolute_schema_path:
            while isinstance(node, Mapping) and part not in node and "$ref" in node:
                node = self._referred(node)
            yield node
            node = node[part]
        yield node

    def _referred(self, node: Any) -> Any:
        found = self._schema
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return found

    def _description(self, error: jsonschema.ValidationError, key: str) -> str:
        """Return how the schema describes a key that is missing, there or where the entry has its keys."""
        parts = [*error.absolute_schema_path]
        for place, node in reversed(list(enumerate(self._schemas(error)))):
            described = node.get("properties", {}).get(key) if isinstance(node, Mapping) else None
            if isinstance(described, Mapping):
                while "description" not in described and "$ref" in described:
                    described = self._referred(described)
                if "description" in described:
                    return str(described["description"])
            above = parts[place - 1] if 0 < place < len(parts) else 0
            if not (isinstance(above, int) or above in SAME_VALUE):
                break
        return "the schema does not describe it further"


def _branch_meant(error: jsonschema.ValidationError) -> list[jsonschema.ValidationError]:
    """Return what is wrong by the one branch of a choice whose keys are all there, if it is one."""
    keys = set(error.instance) if isinstance(error.instance, dict) else set()
    branches: Any = error.validator_value
    meant = [n for n, b in enumerate(branches) if b.get("required") and keys >= set(b["required"])]
    return [inner for inner in error.context if [inner.schema_path[0]] == meant]


def _schema_of(error: jsonschema.ValidationError) -> Mapping[str, Any]:
    return error.schema if isinstance(error.schema, Mapping) else {}
