"""A table in LaTeX, in as many floats as it takes."""

from collections.abc import Iterator, Sequence

import pandas as pd

from sarangi.paper.tables.columns import Column
from sarangi.paper.tables.table import MARKERS, Table

LETTERS = 110  # that fit on a line as wide as the text
LINES = 60  # that fit on a page


def latex(table: Table, notes: Sequence[str]) -> str:
    """Return a table in LaTeX with notes below.

    A long table continues in further floats (package caption); the notes are below the last of them.
    """
    columns = "".join(map(_set, table.columns))
    below = "".join(f"\\par {_escape(note)}\n" for note in notes)
    text = "% Made by Snakemake from results, not by hand.\n"
    parts = list(_pages(table.emphasised(*MARKERS), table.columns))
    for number, part in enumerate(parts):
        # a reader cannot tell a blank that is meant from one that is not
        filled = {c.name: part[c.name].mask(part[c.name] == "", c.blank) for c in table.columns}
        body = part.assign(**filled).to_latex(index=False, escape=True, column_format=columns)
        # a long address may be broken
        body = body.replace("/", r"/\allowbreak{}")
        body = body.replace(MARKERS[0], r"\textbf{").replace(MARKERS[1], "}")
        # a part that continues keeps the number of its table
        again = "\\ContinuedFloat" if number else ""
        caption, label = _escape(table.caption), table.label
        if number:
            caption, label = "(continued)", f"{table.label}:{number}"
        text += (
            f"\\begin{{table*}}{again}\n\\centering\\small\n\\caption{{{caption}}}\\label{{tab:{label}}}\n"
            f"\\adjustbox{{max width=\\textwidth}}{{%\n{body}}}\n"
            f"\\begin{{flushleft}}\\footnotesize\n{below if number == len(parts) - 1 else ''}"
            "\\end{flushleft}\n\\end{table*}\n"
        )
    return text


def _pages(frame: pd.DataFrame, columns: Sequence[Column]) -> Iterator[pd.DataFrame]:
    """Yield the rows of a table in parts that fit on a page, at least one."""
    wraps = {column.name: column.wraps for column in columns if column.wraps is not None}
    start = lines = 0
    for place, row in enumerate(frame[list(wraps)].to_dict("records")):
        needed = 1 + max((len(text) // int(LETTERS * wraps[name]) for name, text in row.items()), default=0)
        if lines + needed > LINES:
            yield frame.iloc[start:place]
            start, lines = place, 0
        lines += needed
    yield frame.iloc[start:]


def _set(column: Column) -> str:
    if column.wraps is not None:
        return rf">{{\raggedright\arraybackslash}}p{{{column.wraps}\textwidth}}"
    return "l" if column.left else "r"


def _escape(text: str) -> str:
    for character in "&%$#_{}":
        text = text.replace(character, f"\\{character}")
    return text.replace("~", "\\textasciitilde{}")
