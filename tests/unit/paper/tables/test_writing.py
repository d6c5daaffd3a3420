"""How a table is set, whatever it shows."""

import dataclasses
import html
import json
import re

import pandas as pd
import pytest
from markdown_it import MarkdownIt
from support.labels import labels

from sarangi.paper.tables.columns import MARKS, Column
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import FORMATS, write_table


@pytest.fixture
def written(tmp_path):
    """A function that writes a table and returns what is in its files, by suffix."""

    def write(table, synthetic=()):
        files = {suffix: tmp_path / f"table.{suffix}" for suffix in FORMATS}
        write_table(table, labels(synthetic), files)
        return {suffix: file.read_text(encoding="utf-8") for suffix, file in files.items()}

    return write


def test_a_column_says_how_it_is_set_and_what_a_blank_cell_means(written):
    columns = [Column("Name", text=True), Column("Why", wraps=0.3), Column("n"), MARKS]
    rows = [{"Name": "a", "Why": "since", "n": "", "Marks": "", "more": "left out"}]
    text = written(Table("shown", "Shown.", columns, rows, [{}], bold=[(0, "Name")]))
    assert r"\textbf{a} & since & – & none" in text["tex"]
    assert "| **a**" in text["md"]
    assert "– | none" in text["md"] and "–</td>" in text["html"]
    assert text["csv"] == "Name,Why,n,Marks\na,since,,\n"
    # numbers alone are aligned to the right
    assert '<th scope="col" class="number">n</th>' in text["html"]
    assert "<td><b>a</b></td><td>since</td>" in text["html"]
    assert json.loads(text["json"])["columns"] == ["Name", "Why", "n", "Marks"]


def test_rows_and_evidence_must_be_as_many(written):
    with pytest.raises(ValueError, match="shorter"):
        written(Table("odd", "Odd.", [Column("n")], [{"n": 1}], []))


def test_a_table_without_rows_keeps_its_columns(written):
    text = written(Table("none", "None.", [Column("n"), MARKS], [], [], ["nothing"]))
    assert text["csv"] == "n,Marks\n"
    assert pd.DataFrame(json.loads(text["json"])["rows"]).empty


def test_cells_and_notes_of_markdown_are_shown_as_they_are(written):
    odd = [
        "a|b",
        "<b>x</b>",
        "`code`",
        "two\nlines\r\n| of | three",
        r"\\|",
        "[x](y)",
        "![i](u)",
        "&lt;",
        "*a* _b_ ~~c~~",
    ]
    rows = [{"Name": text, "n_|": "1"} for text in odd]
    table = Table(
        "odd", "A <b>caption</b>.", [Column("Name", text=True), Column("n_|")], rows, [{}] * len(odd)
    )
    markdown = written(dataclasses.replace(table, notes=["a `note`\n# of two lines"], bold=[(0, "Name")]))[
        "md"
    ]
    page = MarkdownIt("commonmark").enable("table").enable("strikethrough").render(markdown)
    cells = [html.unescape(re.sub("</?strong>", "", cell)) for cell in re.findall("<td.*?>(.*?)</td>", page)]
    assert cells[::2] == [" ".join(text.split()) for text in odd]
    assert re.findall("<th.*?>(.*?)</th>", page) == ["Name", "n_|"]
    tags = set(re.findall(r"<(\w+)", page))
    assert tags == {"p", "table", "thead", "tbody", "tr", "th", "td", "strong"}
    assert "<strong>a|b</strong>" in page
    assert "A &lt;b&gt;caption&lt;/b&gt;." in page
    assert "a `note` # of two lines" in page
