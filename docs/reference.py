"""Write the reference of the documentation from the code: configuration, tables, commands, rules, Python API.

A page has what the schema of the configuration, the Arrow schemas, argparse and the docstrings say, and no
more.  The same code gives the same bytes.
"""

import ast
import importlib
import inspect
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import yaml

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
SCHEMA = ROOT / "workflow/schemas/config.schema.yaml"
BUILTIN = ROOT / "workflow/schemas/builtin.yaml"
WIDTH = "100"
"""Columns of the help of a command, which argparse takes from COLUMNS."""


class Key(NamedTuple):
    """One key of the configuration."""

    path: str
    kind: str
    default: str
    description: str


class Table(NamedTuple):
    """One Arrow schema: its module and name, its docstring, and the meaning of columns by their comments."""

    module: str
    name: str
    about: str
    schema: pa.Schema
    meanings: Mapping[str, str]


class Rule(NamedTuple):
    """One rule, or one name that a loop makes rules of."""

    name: str
    file: str
    about: str


def cell(text: str) -> str:
    """Return a text for a cell of a Markdown table: one line, no roles, bars and HTML escaped."""
    text = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", " ".join(text.split()))
    parts = text.replace("``", "`").replace("|", "\\|").split("`")
    return "`".join(part if place % 2 else part.replace("<", "&lt;") for place, part in enumerate(parts))


def code(text: str) -> str:
    """Return a text as code in a cell of a Markdown table, or nothing for an empty one."""
    return f"`{' '.join(text.split())}`".replace("|", "\\|") if text else ""


# Configuration


def schema_of_configuration() -> dict[str, Any]:
    """Return the JSON schema of ``config.yaml``."""
    return yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))


def keys_below(node: Any, path: str, schema: Mapping[str, Any], seen: tuple[str, ...] = ()) -> Iterator[Key]:
    """Yield every key that a part of the schema declares, in its order.

    Parameters
    ----------
    node
        A part of the schema.
    path
        Its place: ``a.b`` for keys, ``a.<name>`` for names that a user chooses, ``a[]`` for entries of lists.
    schema
        The whole, in which references are looked up.
    seen
        References on the way, which are not followed twice.
    """
    if not isinstance(node, Mapping):
        return
    reference = node.get("$ref")
    if reference and reference not in seen:
        yield from keys_below(_resolved(reference, schema), path, schema, (*seen, reference))
    for name, value in node.get("properties", {}).items():
        if not isinstance(value, Mapping):
            continue  # a condition: not together with another key
        own = f"{path}.{name}" if path else name
        if _declares(value, schema):
            yield _key(own, value, schema)
        yield from keys_below(value, own, schema, seen)
    yield from keys_below(node.get("additionalProperties"), f"{path}.<name>", schema, seen)
    yield from keys_below(node.get("items"), f"{path}[]", schema, seen)
    for choice in ("oneOf", "anyOf", "allOf"):
        for part in node.get(choice, []):
            yield from keys_below(part, path, schema, seen)


def configuration() -> str:
    """Return the page of the configuration."""
    schema = schema_of_configuration()
    lines = [
        "# Configuration",
        "",
        cell(schema["description"]),
        "",
        "`<name>` is a name that you choose, `[]` an entry of a list. An unknown key is refused, with",
        "the nearest valid one.",
        "",
    ]
    for name, value in schema["properties"].items():
        top = _key(name, value, schema)
        found: dict[str, Key] = {}
        for key in keys_below(value, name, schema):
            # a key of several kinds of entries has a row for each description
            found.setdefault(f"{key.path} {key.description}", key)
        lines += [f"## {name}", "", cell(top.description), ""]
        default = "required" if name in schema["required"] else f"default {code(top.default) or 'none'}"
        lines += [f"{top.kind.capitalize()}; {default}.", ""]
        if found:
            lines += ["| key | type | default | description |", "|---|---|---|---|"]
            lines += [
                f"| {code(key.path)} | {cell(key.kind)} | {code(key.default)} | {cell(key.description)} |"
                for key in found.values()
            ]
            lines.append("")
    builtin = yaml.safe_load(BUILTIN.read_text(encoding="utf-8"))
    lines += ["## Built-in entries", "", "Experiments may name these without defining them.", ""]
    lines += ["| key | entries |", "|---|---|"]
    lines += [f"| {code(key)} | {', '.join(map(code, entries))} |" for key, entries in builtin.items()]
    return "\n".join(lines) + "\n"


def _resolved(reference: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a reference within the schema names."""
    found: Any = schema
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def _declares(value: Mapping[str, Any], schema: Mapping[str, Any]) -> bool:
    """Whether a property declares a key, rather than stating a condition on one declared elsewhere."""
    return bool(_description(value, schema)) or "properties" in value


def _description(value: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Return the description of a key, its own or that of what it refers to."""
    if "description" in value or "$ref" not in value:
        return value.get("description", "")
    return _description(_resolved(value["$ref"], schema), schema)


def _key(path: str, value: Mapping[str, Any], schema: Mapping[str, Any]) -> Key:
    """Return what the schema says of one key."""
    default = value.get("default")
    stated = yaml.safe_dump(default, default_flow_style=True, width=10_000) if "default" in value else ""
    stated = stated.removesuffix("\n...\n").strip()
    return Key(path, _kind(value, schema), stated, _description(value, schema))


def _kind(value: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Return the type of a key in words: types, choices, and bounds."""
    if "$ref" in value and "type" not in value and "enum" not in value:
        return _kind(_resolved(value["$ref"], schema), schema)
    if "enum" in value:
        return " or ".join("null" if choice is None else str(choice).lower() for choice in value["enum"])
    if "const" in value:
        return str(value["const"])
    for choice in ("oneOf", "anyOf"):
        if choice in value and "type" not in value:
            return " or ".join(dict.fromkeys(_kind(part, schema) for part in value[choice]))
    kind = value.get("type", "any")
    words = kind if isinstance(kind, str) else " or ".join(kind)
    if words == "array" and isinstance(value.get("items"), Mapping):
        words = f"list of {_kind(value['items'], schema)}"
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    bounds = [f"{sign} {value[key]}" for key, sign in signs.items() if key in value]
    return f"{words} {', '.join(bounds)}".strip()


# Tables


def tables() -> Iterator[Table]:
    """Yield every Arrow schema that a module of the library has as a constant, by module."""
    for file in sorted((SOURCE / "sarangi").rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        if "pa.schema(" not in text:
            continue
        body = ast.parse(text).body
        for place, node in enumerate(body):
            if not (isinstance(node, ast.Assign) and _is_schema(node.value)):
                continue
            module = ".".join(file.relative_to(SOURCE).with_suffix("").parts)
            name = ast.unparse(node.targets[0])
            after = body[place + 1] if place + 1 < len(body) else None
            about = after.value.value if _is_text(after) else ""
            found = getattr(importlib.import_module(module), name)
            yield Table(module, name, about, found, _meanings(text, node))


def schemas() -> str:
    """Return the page of the tables on disk."""
    lines = [
        "# Tables",
        "",
        "The columns of the Parquet files, by the schemas that they are written with. The files are",
        "listed in [what comes out](../results.md). *Null* says whether a value may be missing.",
        "",
    ]
    for table in tables():
        doc = importlib.import_module(table.module).__doc__ or ""
        about = table.about or doc.split("\n\n")[0]
        lines += [f"## {table.name} (`{table.module}`)", "", cell(about), ""]
        lines += ["| column | type | null | meaning |", "|---|---|---|---|"]
        lines += [
            f"| {code(field.name)} | {code(str(field.type))} | {'yes' if field.nullable else 'no'} "
            f"| {cell(table.meanings.get(field.name, ''))} |"
            for field in table.schema
        ]
        lines.append("")
    return "\n".join(lines)


def _is_schema(node: ast.expr) -> bool:
    """Whether an expression is a call of ``pa.schema``."""
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "pa.schema"


def _is_text(node: ast.stmt | None) -> bool:
    """Whether a statement is a text, such as the docstring of a constant."""
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        return False
    return isinstance(node.value.value, str)


def _meanings(text: str, node: ast.Assign) -> dict[str, str]:
    """Return the comments above the fields of a schema, by the name of the field."""
    found: dict[str, str] = {}
    comment: list[str] = []
    for line in text.splitlines()[node.lineno - 1 : node.end_lineno]:
        stripped = line.strip()
        named = re.search(r"""(?:pa\.field\(|^\()"(\w+)",""", stripped)
        if stripped.startswith("# "):
            comment.append(stripped[2:])
            continue
        if named and comment:
            found[named[1]] = " ".join(comment)
        comment = []
        if named and "  # " in stripped:
            found[named[1]] = stripped.partition("  # ")[2]
    return found


# Commands


def commands() -> str:
    """Return the page of the command line: the help of every command, as argparse prints it."""
    from sarangi.__main__ import command_line

    os.environ["COLUMNS"] = WIDTH
    os.environ["NO_COLOR"] = "1"
    parser, parsers = command_line()
    lines = ["# Command line", "", "`sarangi` and `python -m sarangi` are the same.", ""]
    lines += ["```text", parser.format_help().strip(), "```", ""]
    for name, own in parsers.items():
        # the number of cores is that of the machine that prints the help
        said = re.sub(r"\(all: \d+\)", "(all)", own.format_help())
        lines += [f"## sarangi {name}", "", "```text", said.strip(), "```", ""]
    return "\n".join(lines)


# Rules


def rules() -> Iterator[Rule]:
    """Yield every rule of the Snakefile and of ``rules/``, and every table and figure that has one."""
    for file in [ROOT / "Snakefile", *sorted((ROOT / "rules").glob("*.smk"))]:
        text = file.read_text(encoding="utf-8")
        place = file.relative_to(ROOT).as_posix()
        for found in re.finditer(
            r'^ *rule(?: (\w+))?:\n +"""(.+?)"""(?:\n +name:\n +(?:f?"([^"\n]+)"|(\w+)))?', text, re.M | re.S
        ):
            named, about, stated, variable = found.groups()
            # a name that a loop makes: one for each value of its variable
            made = re.sub(r"\{(\w+)(?:\.\w+)?\}", r"<\1>", stated or f"{{{variable}}}")
            yield Rule(named or made, place, about)
        for name, about in re.findall(r'^    "(\w+)": Exhibit\(\n? *"([^"]+)"', text, re.M):
            kind = file.stem.removesuffix("s")
            yield Rule(f"{name}_{kind}", place, about)


def rule_page() -> str:
    """Return the page of the rules, by file, with what each file says at its head."""
    lines = [
        "# Rules",
        "",
        "By file. A name in `<>` is that of a loop, which makes one rule for each of its values; targets",
        "such as `paper/tables` are rules, too. `snakemake --list-rules` prints those of a configuration.",
        "",
    ]
    by_file: dict[str, list[Rule]] = {}
    for rule in rules():
        by_file.setdefault(rule.file, []).append(rule)
    for file, found in by_file.items():
        lines += [f"## {file}", ""]
        head = re.match(r"(?:#.*\n)+", (ROOT / file).read_text(encoding="utf-8"))
        if head and file != "Snakefile":
            lines += ["```text", re.sub(r"^# ?", "", head[0], flags=re.M).strip(), "```", ""]
        lines += ["| rule | what it does |", "|---|---|"]
        lines += [f"| {code(rule.name)} | {cell(rule.about)} |" for rule in found]
        lines.append("")
    return "\n".join(lines)


# Python API


def python_api() -> str:
    """Return the page of the library: its packages, in their order, with a link to the page of each."""
    about = inspect.getdoc(importlib.import_module("sarangi")) or ""
    lines = ["# Python API", "", "```text", about.strip(), "```", ""]
    lines += [f"- [sarangi.{name}](python-{name}.md)" for name in packages()]
    return "\n".join(lines) + "\n"


def packages() -> list[str]:
    """Return the names of the library's packages, sorted."""
    return sorted(path.parent.name for path in (SOURCE / "sarangi").glob("*/__init__.py"))


def package_page(package: str) -> str:
    """Return the page of a package: every module with its docstring, and its public names with theirs."""
    lines = [f"# sarangi.{package}", ""]
    for file in sorted((SOURCE / "sarangi" / package).rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        doc = (ast.get_docstring(tree) or "").split("\n\n")[0]
        name = ".".join(file.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        rows = [_public(node) for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        rows = [row for row in rows if row]
        lines += [f"## {name}", "", cell(doc), ""]
        if rows:
            lines += ["| name | what it does |", "|---|---|", *rows, ""]
    return "\n".join(lines)


def _public(node: ast.FunctionDef | ast.ClassDef) -> str:
    """Return the row of a public function or class, or nothing for a private one."""
    if node.name.startswith("_"):
        return ""
    about = (ast.get_docstring(node) or "").split("\n\n")[0]
    if isinstance(node, ast.ClassDef):
        return f"| {code(f'class {node.name}')} | {cell(about)} |"
    return f"| {code(f'{node.name}({ast.unparse(node.args)})')} | {cell(about)} |"


PAGES = {
    "configuration": configuration,
    "tables": schemas,
    "commands": commands,
    "rules": rule_page,
    "python": python_api,
}


def write(folder: Path) -> None:
    """Write every page of the reference into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / f"{name}.md").write_text(page(), encoding="utf-8")
    for package in packages():
        (folder / f"python-{package}.md").write_text(package_page(package), encoding="utf-8")
