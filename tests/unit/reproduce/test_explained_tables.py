"""A table whose numbers lead to pages: every link has its page, and there is no other page."""

import json
import re
from pathlib import Path

import pytest

from sarangi.base.errors import SarangiError
from sarangi.reproduce import explained_tables
from sarangi.reproduce.explain import Walk
from sarangi.reproduce.explained_tables import explained_table
from sarangi.reproduce.steps import Parameters


def row(cells, **references):
    behind = {column: [{"file": file}] for column, file in references.items()}
    return {"cells": cells, "from": {column.replace("whole", ""): files for column, files in behind.items()}}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    rows = [
        row(
            {"Model": "<b>m</b>", "UAR": "0.500", "n": "4"},
            whole="results/a.parquet",
            UAR="results/b.parquet",
        ),
        row({"Model": "m2", "UAR": "--", "n": "4"}, whole="results/a.parquet"),
        row({"Model": "absent", "UAR": "--", "n": "--"}),
    ]
    Path(tmp_path, "paper/tables").mkdir(parents=True)
    table = {"caption": "Scores.", "columns": ["Model", "UAR", "n"], "rows": rows, "notes": []}
    Path(tmp_path, "paper/tables/scores.json").write_text(json.dumps(table))

    def known(walk, directory):
        return {step.made: Parameters({}) for step in walk.steps if step.made}

    monkeypatch.setattr(explained_tables, "parameters_of", known)
    return tmp_path


def test_every_number_leads_to_a_page_that_is_there_and_back(folder):
    out = folder / "why"
    assert explained_table(Walk(folder), "scores", out) == 3
    index = (out / "index.html").read_text()
    links = re.findall(r'href="([^"]+)"', index)
    assert links == ["1.html", "1-2.html", "1.html", "2.html", "2.html"]
    assert {path.name for path in out.iterdir()} == {"index.html", *links}
    assert "&lt;b&gt;m&lt;/b&gt;" in index
    page = (out / "1-2.html").read_text()
    assert "scores:1:UAR = 0.500" in page and "results/b.parquet" in page
    for address in re.findall(r'href="([^"]+)"', page):
        assert address == "index.html" or f'id="{address[1:]}"' in page
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    explained_table(Walk(folder), "scores", out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_folder_of_something_else_is_left_alone(folder):
    (folder / "mine").mkdir()
    (folder / "mine/letter.txt").write_text("x")
    with pytest.raises(SarangiError, match="is not empty and holds no table"):
        explained_table(Walk(folder), "scores", folder / "mine")
    assert [path.name for path in (folder / "mine").iterdir()] == ["letter.txt"]
