"""Fingerprints of code, so that Snakemake reruns a job when its code changes, and only then.

Snakemake's own ``code`` trigger goes by modification times and does not see imported modules.
A fingerprint covers the script, the project modules it imports (transitively) and the versions that
the lock has of the packages that these import, so that it is the same whichever are installed; it ignores
comments, docstrings, formatting and times.
It leaves out the few modules that never change what a job writes (:data:`GUARDS`).
"""

import ast
import hashlib
import importlib.util
import sys
from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path

from sarangi.runtime.packages import distribution_of, locked

PACKAGE = "sarangi"
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
ROOT = Path(__file__).parents[1]
NOT_LOCKED = "not in the lock"
"""The version of a package that only somebody's own module imports."""
GUARDS = {
    "sarangi.runtime.contents": "opens what a job has written, and refuses it where it is damaged",
    "sarangi.runtime.extras": "says which extra brings a package that a job does not find",
    "sarangi.runtime.gpu": "acquires as many GPUs as the rule asks for, and says which they are",
    "sarangi.runtime.job_log": "sends what a job prints to its log",
    "sarangi.runtime.lock": "says which run is the latest, and an earlier one's job drops its result",
}
"""Modules that decide whether a job runs, whether its result counts and where it prints, never what is in it.

Each has a reason.

They are in no fingerprint, nor is what only they import: with a better check every result would be made anew,
to the same bytes.  A module that computes, reads or writes anything of a result does not belong here.
"""


@cache
def fingerprint(script: Path, by_name: tuple[tuple[str, tuple[str, ...]], ...] = ()) -> str:
    """Return 16 hexadecimal digits for the code that ``script`` runs.

    Parameters
    ----------
    script
        A Python file.
    by_name
        Pairs of a project package that loads modules by name at run time and the modules that it
        will load (``("sarangi.corpora.registry", ("sarangi.corpora.layouts.ravdess",))``), which
        no ``import`` statement shows.  They count where the script imports the package.
    """
    code, installed = closure(script, by_name, apart=GUARDS)
    digest = hashlib.sha256()
    for name, text in sorted(code.items()):
        digest.update(f"{name}\n{text}\n".encode())
    for name, version in sorted(_versions(installed)):
        digest.update(f"{name}=={version}\n".encode())
    return digest.hexdigest()[:16]


def closure(
    script: Path, by_name: tuple[tuple[str, tuple[str, ...]], ...] = (), apart: Collection[str] = ()
) -> tuple[dict[str, str], set[str]]:
    """Return what a script imports, however far.

    Parameters
    ----------
    script, by_name
        As for :func:`fingerprint`.
    apart
        Modules that are left out, with what only they import.

    Returns
    -------
    code : dict
        Module name to its code without comments and docstrings; the script's name is empty.
    installed : set of str
        Top-level names of everything else that is imported.
    """
    loaded = dict(by_name)
    text = script.read_text(encoding="utf-8")
    code: dict[str, str] = {}
    installed: set[str] = set()
    code[""], imported = _canonical_and_imports(text, script, package="")
    waiting = list(imported)
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name.split(".")[0] != PACKAGE:
            installed.add(name.split(".")[0])
            continue
        for part in _with_parents(name):
            found = _module(part) if part not in code and part not in apart else None
            if found is not None:
                code[part], imported = found
                waiting += [*imported, *loaded.get(part, ())]
    return code, installed


def modules_of(script: Path, by_name: tuple[tuple[str, tuple[str, ...]], ...] = ()) -> list[Path]:
    """Return the project's modules that ``script`` imports, however far, as files below ``src``, sorted.

    ``by_name`` is as for :func:`fingerprint`.
    """
    code, _ = closure(script, by_name)
    return sorted(_module_file(name).relative_to(ROOT.parent) for name in code if name)


def _with_parents(name: str) -> Iterable[str]:
    parts = name.split(".")
    return (".".join(parts[: count + 1]) for count in range(len(parts)))


def _module_file(name: str) -> Path | None:
    base = ROOT.parent.joinpath(*name.split("."))
    for file in (base.with_suffix(".py"), base / "__init__.py"):
        if file.is_file():
            return file
    return None


# a hundred rules share the modules: reading and parsing is what takes time
@cache
def _module(name: str) -> tuple[str, tuple[str, ...]] | None:
    file = _module_file(name)
    if file is None:
        return None
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    return _canonical_and_imports(file.read_text(encoding="utf-8"), file, package)


# a script is asked for once a corpus
@cache
def _canonical_and_imports(text: str, file: Path, package: str) -> tuple[str, tuple[str, ...]]:
    tree = ast.parse(text, filename=str(file))
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
            names.append(base)
            # "from package import module" names a module too
            names += [f"{base}.{alias.name}" for alias in node.names]
        elif isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    # unparse, not dump: the dump of one text differs between Python versions
    return ast.unparse(tree), tuple(names)


def _versions(modules: set[str]) -> Iterable[tuple[str, str]]:
    for module in modules - set(sys.stdlib_module_names):
        name = distribution_of(module)
        yield name, locked().get(name, NOT_LOCKED)
