"""A table in every format: LaTeX (booktabs), Markdown, CSV, HTML and JSON, with the same rows.

The JSON says of each cell where its number is (:data:`sarangi.base.evidence.Evidence`), which
``python -m sarangi explain`` reads.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from sarangi.base.degenerate import DEGENERATE, MEANING
from sarangi.base.labels import Labels
from sarangi.base.markdown import escaped
from sarangi.base.spreadsheets import as_csv
from sarangi.paper.synthetic import SYNTHETIC
from sarangi.paper.tables.data import data_of
from sarangi.paper.tables.html_page import html_page
from sarangi.paper.tables.latex import latex
from sarangi.paper.tables.table import MARKERS, Table

FORMATS = ("tex", "md", "csv", "html", "json")
"""Suffixes of the files of a table."""


def write_table(table: Table, labels: Labels, output: dict[str, Path]) -> None:
    """Write a table in every one of :data:`FORMATS`.

    A note says what a degenerate interval is, if it has one.

    Parameters
    ----------
    table
        To write.
    labels
        Any corpus of synthetic speech adds a note that says so.
    output
        Files to write by suffix, each of :data:`FORMATS`.
    """
    notes = [*table.notes]
    if table.frame.map(lambda cell: f"({DEGENERATE})" in str(cell)).any(axis=None):
        notes.append(MEANING)
    notes += [SYNTHETIC] if labels.synthetic else []
    texts = {
        "tex": latex(table, notes),
        "md": _markdown(table, notes),
        "csv": as_csv(data_of(table)),
        "html": html_page(table, notes),
        "json": _json(table, notes),
    }
    for suffix, text in texts.items():
        output[suffix].write_text(text, encoding="utf-8")


def _markdown(table: Table, notes: Sequence[str]) -> str:
    aligned = ["left" if column.left else "right" for column in table.columns]
    shown = table.emphasised(*MARKERS).map(lambda cell: escaped(cell) if isinstance(cell, str) else cell)
    shown = shown.rename(columns=escaped)
    body = shown.to_markdown(index=False, colalign=aligned, disable_numparse=True)
    for marker in MARKERS:
        body = body.replace(marker, "**")
    below = "".join(f"\n{escaped(note)}\n" for note in notes)
    return f"{escaped(table.caption)}\n\n{body}\n{below}"


def _json(table: Table, notes: Sequence[str]) -> str:
    rows = [
        {"cells": {column: str(cell) for column, cell in row.items()}, "from": dict(evidence)}
        for row, evidence in zip(table.emphasised("", "").to_dict("records"), table.evidence, strict=True)
    ]
    content = {"caption": table.caption, "columns": list(table.frame.columns), "rows": rows, "notes": notes}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
