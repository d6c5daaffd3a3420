"""Fingerprints of code."""

import importlib.metadata
import os
import sys

import pytest
from support.configuration import code  # noqa: F401  (fixtures)

from sarangi.runtime import fingerprint as fingerprints


def test_comments_docstrings_layout_and_times_change_nothing(code):
    package, take = code
    before = take()
    (package / "deep.py").write_text(
        '"""Doc."""\n# why\nimport numpy\ndef f():\n  """Doc."""\n  return (1)\n'
    )
    os.utime(package / "middle.py", (1, 1))
    assert take() == before


@pytest.mark.parametrize(
    ("file", "counts"), [("deep", True), ("corpora/one", True), ("corpora/two", False), ("other", False)]
)
def test_code_counts_where_it_is_imported_even_by_name_or_from_afar(code, file, counts):
    package, take = code
    before = take()
    path = package / f"{file}.py"
    path.write_text(path.read_text().replace("1", "7").replace("A = 2", "A = 8"))
    assert (take() != before) == counts


def test_a_guard_counts_nowhere_and_neither_does_what_only_it_imports(code, monkeypatch):
    package, take = code
    monkeypatch.setattr(fingerprints, "GUARDS", {"sarangi.middle": "for the test"})
    before = take()
    for file in ("deep", "middle"):
        (package / f"{file}.py").write_text("import pandas\n")
        assert take() == before
    fingerprints._module.cache_clear()
    covered, _ = fingerprints.closure(package.parent / "script.py", apart=fingerprints.GUARDS)
    whole, _ = fingerprints.closure(package.parent / "script.py")
    assert set(whole) - set(covered) == {"sarangi.middle"}


def test_another_version_in_the_lock_of_an_imported_package_counts(code, monkeypatch):
    _, take = code
    before, versions = take(), fingerprints.locked()
    for package, counts in (("pandas", False), ("numpy", True)):
        monkeypatch.setattr(fingerprints, "locked", lambda package=package: versions | {package: "0.0"})
        assert (take() != before) == counts


def test_what_is_installed_does_not_count(code, monkeypatch):
    _, take = code
    before = take()
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "0.0")
    monkeypatch.setattr(importlib.metadata, "packages_distributions", dict)
    monkeypatch.setattr(sys, "path", [])
    assert take() == before
