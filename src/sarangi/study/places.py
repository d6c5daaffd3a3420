"""Where a value of a document stands: in which file on which line, or on the command line."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from sarangi.base.documents import DocumentError, text_in

Place = tuple[str | int, ...]

COMMAND_LINE = "--config (command line or profile)"
MERGED = "tag:yaml.org,2002:merge"
TEXT = "tag:yaml.org,2002:str"
OTHERS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("int", "float", "bool", "null"))


class Sources:
    """What a document was merged from: files, and what the command line states.

    Parameters
    ----------
    files
        The first is what the others change: each counts for more than those before it.
    stated
        What ``--config`` states, which counts for more than all files.
    """

    def __init__(self, files: Sequence[Path], stated: Mapping[str, Any] | None = None):
        self._trees = {file: _tree(file) for file in files}
        self._stated = stated or {}

    def named(self, path: Place) -> str:
        """Return where a place stands and its key: ``config.yaml:7: threads.torch``.

        A mapping may be merged from several of them, and then has several places.
        """
        key = "".join(f"[{part}]" if type(part) is int else f".{part}" for part in path).lstrip(".")
        found = list(self._places(path))
        return ": ".join([*([" and ".join(found)] if found else []), key or "top level"])

    @property
    def names(self) -> list[str]:
        """The files, and the command line where it states something."""
        return [*map(str, self._trees), *([COMMAND_LINE.split(" ")[0]] if self._stated else [])]

    def is_stated(self, path: Place) -> bool:
        """Return whether the command line states the value of a place."""
        return bool(path) and _below(self._stated, path) is not None

    def _places(self, path: Place) -> Iterator[str]:
        if not path:
            # all have a top level, and what is missing there is missing in the first
            for file, tree in list(self._trees.items())[:1]:
                yield f"{file}:{1 if tree is None else tree.start_mark.line + 1}"
            return
        stated = _below(self._stated, path)
        if stated is not None:
            yield COMMAND_LINE
            if not isinstance(stated[0], Mapping):
                return
        for file, tree in reversed(list(self._trees.items())):
            found = _node(tree, path)
            if found is not None:
                line, node = found
                yield f"{file}:{line}"
                if not isinstance(node, yaml.MappingNode):
                    return


def _tree(file: Path) -> yaml.Node | None:
    try:
        return yaml.compose(text_in(file), Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError, DocumentError):
        return None  # Snakemake takes other forms, too; then the places have no lines


def _below(value: Any, path: Place) -> tuple[Any] | None:
    """Return the value at a path, as a tuple of one, or None where there is none."""
    for part in path:
        is_key = isinstance(value, Mapping) and part in value
        if not is_key and not (isinstance(value, list) and isinstance(part, int) and part < len(value)):
            return None
        value = value[part]
    return (value,)


def _node(node: yaml.Node | None, path: Place) -> tuple[int, yaml.Node] | None:
    """Return line and value of a place below a node, or None where the file does not have it."""
    line = 0 if node is None else node.start_mark.line + 1
    for part in path:
        found = _entry(node, part)
        if found is None:
            return None
        at, node = found
        line = at.start_mark.line + 1
    return None if node is None else (line, node)


def _entry(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """Return what says where an entry of a node stands, and its value."""
    if isinstance(node, yaml.SequenceNode):
        if isinstance(part, int) and part < len(node.value):
            return node.value[part], node.value[part]
        return None
    if not isinstance(node, yaml.MappingNode):
        return None
    for key, value in node.value:
        if _is_key(key, part):
            return key, value
    # what is in the mapping itself counts for more than what is merged into it (<<)
    for key, value in node.value:
        if key.tag == MERGED:
            for merged in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                if (found := _entry(merged, part)) is not None:
                    return found
    return None


def _is_key(node: yaml.Node, part: Any) -> bool:
    if not isinstance(node, yaml.ScalarNode):
        return False
    if node.tag in OTHERS:
        return bool(yaml.safe_load(node.value) == part)
    return node.tag == TEXT and bool(node.value == part)
