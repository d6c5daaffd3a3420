"""A table in every format: LaTeX (booktabs), Markdown, CSV, HTML and JSON, with the same rows.

The JSON says of each cell where its number is (:data:`sarangi.base.evidence.Evidence`), which
``python -m sarangi explain`` reads.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from sarangi.base.evidence import Evidence
from sarangi.paper.tables.bold import MARKERS, emphasised
from sarangi.paper.tables.columns import TEXT, WRAPPED
from sarangi.paper.tables.html_page import SYNTHETIC, html_page

FORMATS = ("tex", "md", "csv", "html", "json")
"""Suffixes of the files of a table."""


def write_table(
    frame: pd.DataFrame,
    evidence: Sequence[Evidence],
    caption: str,
    label: str,
    notes: Sequence[str],
    synthetic: Sequence[str],
    output: dict[str, Path],
    bold: Sequence[tuple[int, str]] = (),
) -> None:
    """Write a data frame in every one of :data:`FORMATS` with one caption and notes below.

    In LaTeX a long table goes on in further floats (package caption); the notes stand below the last of them.

    Parameters
    ----------
    frame
        Text and numbers as they are to be read.
    evidence
        Of each row; the JSON has it.
    caption, label
        Of the table.
    notes
        Lines below it.
    synthetic
        Names of the corpora spoken by the demo's generator; any adds a note that says so.
    output
        Files to write by suffix, each of :data:`FORMATS`.
    bold
        Row (counted from 0) and column of each cell to print in bold in LaTeX, Markdown and HTML.
    """
    notes = [*notes, *([SYNTHETIC] if synthetic else [])]
    columns = "".join(map(_column, frame.columns))
    below = "".join(f"\\par {_escape(note)}\n" for note in notes)
    text = "% Made by Snakemake from results; edit src/sarangi/paper/tables/scores.py, not this.\n"
    parts = list(_pages(emphasised(frame, bold, *MARKERS)))
    for number, part in enumerate(parts):
        # a reader cannot tell a blank that is meant from one that is not
        part = part.assign(**{n: part[n].mask(part[n] == "", BLANK.get(n, "--")) for n in part.columns})
        body = part.to_latex(index=False, escape=True, column_format=columns)
        # a long address may be broken
        body = body.replace("/", r"/\allowbreak{}")
        body = body.replace(MARKERS[0], r"\textbf{").replace(MARKERS[1], "}")
        # a part that goes on keeps the number of its table
        again = "\\ContinuedFloat" if number else ""
        named, label_ = ("(continued)", f"{label}:{number}") if number else (_escape(caption), label)
        text += (
            f"\\begin{{table*}}{again}\n\\centering\\small\n\\caption{{{named}}}\\label{{tab:{label_}}}\n"
            f"\\adjustbox{{max width=\\textwidth}}{{%\n{body}}}\n"
            f"\\begin{{flushleft}}\\footnotesize\n{below if number == len(parts) - 1 else ''}"
            "\\end{flushleft}\n\\end{table*}\n"
        )
    output["tex"].write_text(text, encoding="utf-8")
    below = "".join(f"\n{note}\n" for note in notes)
    aligned = ["left" if name in TEXT else "right" for name in frame.columns]
    markdown = emphasised(frame, bold, "**", "**").to_markdown(
        index=False, colalign=aligned, disable_numparse=True
    )
    output["md"].write_text(f"{caption}\n\n{markdown}\n{below}", encoding="utf-8")
    output["csv"].write_text(frame.to_csv(index=False, lineterminator="\n"), encoding="utf-8")
    output["html"].write_text(html_page(frame, bold, caption, notes), encoding="utf-8")
    rows = [
        {"cells": {column: str(cell) for column, cell in row.items()}, "from": dict(known)}
        for row, known in zip(frame.to_dict("records"), evidence, strict=True)
    ]
    known = {"caption": caption, "columns": list(frame.columns), "rows": rows, "notes": notes}
    output["json"].write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


BLANK = {"Marks": "none", "At fault": "as above"}
"""What a blank cell of a column means, in LaTeX."""

LETTERS = 110  # that fit on a line as wide as the text

LINES = 60  # that fit on a page


def _pages(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the rows of a table in parts that fit on a page, at least one."""
    wrapped = [name for name in frame.columns if name in WRAPPED]
    start = lines = 0
    for place, row in enumerate(frame[wrapped].to_dict("records")):
        needed = 1 + max((len(text) // int(LETTERS * WRAPPED[name]) for name, text in row.items()), default=0)
        if lines + needed > LINES:
            yield frame.iloc[start:place]
            start, lines = place, 0
        lines += needed
    yield frame.iloc[start:]


def _column(name: str) -> str:
    if name in WRAPPED:
        return rf">{{\raggedright\arraybackslash}}p{{{WRAPPED[name]}\textwidth}}"
    return "l" if name in TEXT else "r"


def _escape(text: str) -> str:
    for character in "&%$#_{}":
        text = text.replace(character, f"\\{character}")
    return text.replace("~", "\\textasciitilde{}")
