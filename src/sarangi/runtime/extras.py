"""Extras of the package, and which of them what is installed lacks."""

import importlib.util
import re
import tomllib
from functools import cache
from itertools import chain

from sarangi.base.installation import home
from sarangi.runtime.packages import DISTRIBUTIONS, distribution_of

OF_THE_PROJECT = "pyproject.toml"
TEST = "test"
"""The extra of no job; some of its packages are no modules."""


@cache
def packages_of_extras() -> dict[str, frozenset[str]]:
    """Return the packages of each extra, with those of the extras that it names, the smallest extra first."""
    stated = tomllib.loads((home() / OF_THE_PROJECT).read_text(encoding="utf-8"))["project"]
    listed = stated["optional-dependencies"]

    def packages(extra: str) -> frozenset[str]:
        within = [entry for entry in listed[extra] if "==" not in entry]
        others = chain(*(re.split(r"[\[\],]", entry)[1:-1] for entry in within))
        own = (entry.split("==")[0].lower().replace("_", "-") for entry in listed[extra] if "==" in entry)
        return frozenset(own).union(*map(packages, others))

    found = {extra: packages(extra) for extra in listed}
    return dict(sorted(found.items(), key=lambda entry: (len(entry[1]), entry[0])))


@cache
def lacking() -> dict[str, str]:
    """Return each extra of which a package is not installed, with what to do; nothing is imported for it."""
    imported_as = {distribution: module for module, distribution in DISTRIBUTIONS.items()}
    absent = {}
    for extra, packages in packages_of_extras().items():
        if extra == TEST:
            continue
        modules = {name: imported_as.get(name, name.replace("-", "_")) for name in packages}
        if names := sorted(name for name, module in modules.items() if not _installed(module)):
            absent[extra] = advice(extra, names)
    return absent


def advice_for(module: str | None) -> str | None:
    """Return which extra brings a module that an import did not find, and how; None where none does."""
    name = distribution_of((module or "").split(".")[0])
    extra = next((extra for extra, packages in packages_of_extras().items() if name in packages), None)
    return None if extra is None else advice(extra, [name])


def advice(extra: str, packages: list[str]) -> str:
    """Return what to do where packages of an extra are missing."""
    are = "is" if len(packages) == 1 else "are"
    return f"{', '.join(packages)} {are} not installed: pip install 'sarangi[{extra}]'"


def _installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False
