"""CITATION.cff: what the Citation File Format 1.2.0 asks for, and the project's own version and licence."""

import tomllib

import yaml
from support.places import ROOT

REQUIRED = {"cff-version", "message", "title", "authors"}


def test_the_citation_has_what_the_format_asks_for_and_is_of_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert set(citation) >= REQUIRED
    assert citation["cff-version"] == "1.2.0"
    assert citation["authors"] and all(set(author) == {"name"} for author in citation["authors"])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for key in ("version", "license"):
        assert citation[key] == project[key]
