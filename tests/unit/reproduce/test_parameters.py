"""Parameters are shown where a plan has those of the provenance's hash, and never others."""

from contextlib import contextmanager
from types import SimpleNamespace
from typing import NamedTuple

import pytest
import yaml
from support.browser import well_formed

from sarangi.base.errors import SarangiError
from sarangi.reproduce import plan
from sarangi.reproduce.parameters import NOT_NOW, parameters_of
from sarangi.reproduce.steps import MadeBy, Step, as_page
from sarangi.runtime import provenance


class Titles(NamedTuple):
    corpora: dict
    order: tuple


PARAMS = {
    "titles": Titles({"c": "<script>alert(1)</script>"}, ("a", "b")),
    "folds": 5,
    "none": None,
    "code": "c" * 16,
}


@pytest.fixture
def planned(monkeypatch):
    """A plan of one job with :data:`PARAMS`."""
    described = provenance.described("made", {}, PARAMS)
    job = SimpleNamespace(described=described, job=SimpleNamespace(params=PARAMS))

    @contextmanager
    def one_job(targets, directory):
        yield SimpleNamespace(jobs=[job])

    monkeypatch.setattr(plan, "plan", one_job)
    return described["parameters"]


def test_those_of_the_hash_are_shown_by_name_and_as_they_are(planned, tmp_path):
    made = MadeBy("results/<x>.parquet", "made", "", "c" * 16, planned)
    walk = Step("number", steps=[Step("file", made=made)])
    known = parameters_of(walk, tmp_path)
    assert list(known[made].values) == ["folds", "none", "titles"]
    assert known[made].values["folds"] == "5"
    shown = yaml.safe_load(known[made].values["titles"])
    assert shown == {"corpora": {"c": "<script>alert(1)</script>"}, "order": ["a", "b"]}
    page = as_page(walk, known)
    assert "<script>" not in page and "&lt;script&gt;alert(1)" in page and well_formed(page)
    assert planned not in page


def test_those_of_another_hash_or_of_no_plan_are_not_shown_and_that_is_said(planned, tmp_path, monkeypatch):
    other = MadeBy("a", "made", "", "c", "0" * 64)
    walk = Step("file", made=other)
    assert parameters_of(walk, tmp_path)[other].why == NOT_NOW
    assert "0" * 64 in as_page(walk, parameters_of(walk, tmp_path))

    @contextmanager
    def fails(targets, directory):
        raise SarangiError("Snakemake cannot plan a: no")
        yield

    monkeypatch.setattr(plan, "plan", fails)
    assert parameters_of(walk, tmp_path)[other].why == "Snakemake cannot plan a: no"
