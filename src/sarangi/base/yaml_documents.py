"""YAML as people and programs write it, read so that no file can harm the reader.

A file of a kilobyte can stand for a billion values, by aliases of aliases; what is read here has a largest
size, a greatest depth and a largest number of values, each alias counted as what it stands for.
"""

from pathlib import Path
from typing import Any

import yaml

from sarangi.base.documents import DocumentError, text_in

DEEPEST = 40
MOST_VALUES = 200_000


class Loader(yaml.CSafeLoader):
    """YAML's safe loader, whose errors in a value say where it stands."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Return the value of a node."""
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
            # yaml itself raises whatever int(), float() or a pattern that does not match raise
            problem = f"{str(node.value)[:40]!r} is not a value of {node.tag} ({type(error).__name__})"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark) from error


def yaml_in(path: str | Path, loader: type[Loader] = Loader) -> Any:
    """Return what a YAML file holds.

    Parameters
    ----------
    path
        Of the file.
    loader
        What makes values of its scalars.

    Raises
    ------
    DocumentError
        If it is no YAML, a key appears twice, or it is too large, too deep, or stands for too much: says
        on which line.
    OSError
        If it cannot be opened.
    """
    return yaml_of(text_in(path), loader)


def yaml_of(text: str, loader: type[Loader] = Loader) -> Any:
    """Return what a text of YAML holds; parameters and errors as of :func:`yaml_in`."""
    try:
        _refuse_harm(text)
        return yaml.load(text, loader)  # noqa: S506 (a safe loader)
    except yaml.YAMLError as error:
        raise DocumentError(_described(error)) from error


def _described(error: yaml.YAMLError) -> str:
    if not isinstance(error, yaml.MarkedYAMLError):
        return str(error)
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return str(error)
    said = [text for text in (error.context, error.problem) if text]
    return f"line {mark.line + 1}: {', '.join(said)}"


def _refuse_harm(text: str) -> None:
    """Refuse a YAML text that is nested too deep, stands for too many values, or has a key twice."""
    sizes: dict[str, int] = {}  # values that an anchor stands for
    # of each open node: its anchor, the values before it, its keys or None, whether a key comes next
    opened: list[list[Any]] = []
    values = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        mark: Any = event.start_mark  # each event of a parser has one
        line = mark.line + 1
        if isinstance(event, yaml.CollectionEndEvent):
            anchor, before, _, _ = opened.pop()
            if anchor is not None:
                sizes[anchor] = values - before
            continue
        if not isinstance(event, yaml.NodeEvent):
            continue
        before = values
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in sizes:
                raise DocumentError(
                    f"line {line}: the alias *{event.anchor} has no anchor, or refers to itself"
                )
            values += sizes[event.anchor]
        values += 1
        if values > MOST_VALUES:
            raise DocumentError(f"line {line}: with its aliases it has more than {MOST_VALUES} values")
        if opened and opened[-1][2] is not None:
            keys, is_key = opened[-1][2], opened[-1][3]
            opened[-1][3] = not is_key
            if is_key and isinstance(event, yaml.ScalarEvent):
                if event.value in keys:
                    raise DocumentError(f"line {line}: the key {event.value!r} appears twice")
                keys.add(event.value)
        if isinstance(event, yaml.CollectionStartEvent):
            keys = set() if isinstance(event, yaml.MappingStartEvent) else None
            opened.append([event.anchor, before, keys, True])
            if len(opened) > DEEPEST:
                raise DocumentError(f"line {line}: it is nested more than {DEEPEST} deep")
        elif event.anchor is not None and isinstance(event, yaml.ScalarEvent):
            sizes[event.anchor] = 1
