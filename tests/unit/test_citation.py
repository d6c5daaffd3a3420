"""CITATION.cff against the schema of the Citation File Format, and against the project."""

import json
import tomllib

import jsonschema
import pytest
import yaml
from conftest import ROOT

# version 1.2.0 of https://citation-file-format.github.io, CC BY 4.0, unchanged
SCHEMA = json.loads((ROOT / "tests/schemas/citation-file-format-1.2.0.json").read_text())
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text())


def faults(citation):
    checker = jsonschema.Draft7Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
    return [error.message for error in checker.iter_errors(citation)]


def test_the_citation_is_valid_and_that_of_this_version():
    assert faults(CITATION) == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert {key: CITATION[key] for key in ("version", "license")} == {
        key: project[key] for key in ("version", "license")
    }


@pytest.mark.parametrize(
    "change",
    [
        {"license": "free"},
        {"authors": []},
        {"title": ""},
        {"date-released": "yesterday"},
        {"titel": "Sarangi"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_schema_refuses_mistakes(change):
    assert faults(CITATION | change)
