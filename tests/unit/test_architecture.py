"""The order of the packages, and which scripts a change reruns."""

import ast
import re
from functools import cache

import pytest
from conftest import ROOT

import sarangi

SOURCE = ROOT / "src/sarangi"
ORDER = re.findall(r"^([a-z]+) {2,}\S.*$", sarangi.__doc__, re.MULTILINE)[1:]
MODULES = sorted(SOURCE.rglob("*.py"))


def test_the_table_names_every_package():
    packages = {path.name for path in SOURCE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert set(ORDER) == packages
    loose = {path.name for path in SOURCE.glob("*.py")}
    assert loose == {"__init__.py", "__main__.py"}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_imports_only_from_its_package_and_those_above_it(module):
    place = module.relative_to(SOURCE).parts[0]
    if place == "__main__.py":
        return
    allowed = ORDER[: ORDER.index(place) + 1] if place in ORDER else []
    below = [name for name in imported(module) if name.split(".")[1] not in allowed]
    assert not below


def test_there_is_no_cycle():
    done = set()

    def visit(module, path):
        assert module not in path, f"cycle: {' -> '.join([*path, module])}"
        if module not in done:
            for name in sorted(imported(file_of(module))):
                if file_of(name) is not None and name != module:
                    visit(name, [*path, module])
            done.add(module)

    for file in MODULES:
        if file.name not in ("__init__.py", "__main__.py"):
            visit(name_of(file), [])


def test_init_files_are_docstrings():
    for file in SOURCE.rglob("__init__.py"):
        body = ast.parse(file.read_text(encoding="utf-8")).body
        assert len(body) == 1, file
        assert isinstance(body[0].value, ast.Constant), file


def name_of(file):
    return ".".join(file.relative_to(SOURCE.parent).with_suffix("").parts)


def file_of(name):
    file = SOURCE.parent.joinpath(*name.split(".")).with_suffix(".py")
    return file if file.is_file() else None


@cache
def imported(file):
    """The project's modules that a module imports anywhere in its text."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith("sarangi.")}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sarangi":
            modules = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if file_of(name) else node.module for name in modules}
    return found
