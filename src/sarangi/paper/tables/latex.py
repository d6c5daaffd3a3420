"""A table in LaTeX, as the paper prints it and as its supplement does: never in letters under 7 points."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pandas as pd

from sarangi.base.typed_texts import NONE
from sarangi.paper.tables.columns import Column
from sarangi.paper.tables.table import MARKERS, Table
from sarangi.paper.tables.widths import (
    FILLED,
    GAP_PT,
    LANDSCAPE_PT,
    SIZES,
    TEXT_PT,
    Layout,
    layout_of,
    width_of,
)

LINES = 42
"""Of a table that the paper itself has; a longer one is in the supplement."""
BLANK = ("", NONE)


def latex(table: Table, notes: Sequence[str]) -> str:
    """Return a table in LaTeX with notes below.

    What fits on a page of the paper is a float there; what does not is in the supplement, over as many pages
    as it takes, in parts by a column where the table says so, and in parts of fewer columns where even those
    pages are too narrow.  Columns that are the same in every row are in the caption.
    """
    frame = table.emphasised(*MARKERS, filled=False).map(str)
    below = _notes(notes)
    text = "% Made by Snakemake from results, not by hand.\n"
    if frame.empty:
        nothing = f"\\nothingtoshow{{{table.label}}}{{{_escape(table.caption)}}}{{{below}}}\n"
        return f"{text}\\tableplace{{text}}\n{nothing}"
    whole = _part(frame, table.columns, _escape(table.caption), f"\\label{{tab:{table.label}}}")
    layout = layout_of(whole.plain, whole.columns, TEXT_PT)
    fits = layout is not None and _lines(whole.plain, whole.columns, layout) <= LINES
    text += f"\\tableplace{{{'text' if fits else 'supplement'}}}\n\\def\\tablenotes{{{below}}}\n"
    if fits and layout is not None:
        text += f"\\ifsupplement\\else\n{_float(whole, layout)}\\fi\n"
    parts = [whole] if fits or table.by is None else list(_by(table, frame, table.by))
    return f"{text}\\ifinsupplement\n{''.join(map(_long, parts))}\\belowtable\n\\fi\n"


class _Part(NamedTuple):
    """Rows of a table under a caption of their own (LaTeX), with the columns that differ between them."""

    frame: pd.DataFrame
    columns: Sequence[Column]
    caption: str
    label: str

    @property
    def plain(self) -> pd.DataFrame:
        """The rows without what makes a cell bold."""
        return self.frame.replace(dict.fromkeys(MARKERS, ""), regex=True)


def _part(frame: pd.DataFrame, columns: Sequence[Column], caption: str, label: str) -> _Part:
    kept, same = _apart(frame, columns)
    return _Part(frame, kept, " ".join([caption, *map(_escape, same)]), label)


def _by(table: Table, frame: pd.DataFrame, by: str) -> Iterator[_Part]:
    """Yield the rows of each value of a column, in the order of the table."""
    columns = [column for column in table.columns if column.name != by]
    label, caption = f"\\label{{tab:{table.label}}}", f" {_escape(table.caption)}"
    for value, rows in frame.groupby(by, sort=False):
        yield _part(rows, columns, f"{_escape(str(value))}.{caption}", label)
        label, caption = "", f" As Table~\\ref{{tab:{table.label}}}."


def _apart(frame: pd.DataFrame, columns: Sequence[Column]) -> tuple[list[Column], list[str]]:
    """Return the columns that differ between rows, and what the others are in every row."""
    same = [c for c in columns if len(frame) > 2 and frame[c.name].nunique() == 1]
    if len(same) == len(columns):
        return list(columns), []
    empty = [c.name for c in same if frame[c.name].iloc[0] in BLANK]
    alike = [f"{c.name} {frame[c.name].iloc[0].strip(''.join(MARKERS))}" for c in same if c.name not in empty]
    said = [f"In every row: {', '.join(alike)}."] if alike else []
    if empty:
        said.append(f"Not in any row: {', '.join(empty)}.")
    return [column for column in columns if column not in same], said


def _lines(frame: pd.DataFrame, columns: Sequence[Column], layout: Layout) -> int:
    """Return how many lines the rows of a table take."""
    most = [1] * len(frame)
    for column, width in zip(columns, layout.widths, strict=True):
        if width is not None:
            filled = (width_of(str(cell), layout.size) / width for cell in frame[column.name])
            most = [max(lines, math.ceil(FILLED * each)) for lines, each in zip(most, filled, strict=True)]
    return sum(most)


def _float(part: _Part, layout: Layout) -> str:
    formats, heading = _formats(part.columns, layout), _heading(part.columns, layout)
    return (
        f"\\begin{{table*}}\n\\centering\\{SIZES[layout.size]}\\tabletight\n"
        f"\\caption{{{part.caption}}}{part.label}\n"
        f"\\begin{{tabular}}{{{formats}}}\n\\toprule\n{heading}\\midrule\n"
        f"{_body(part.frame, part.columns)}\\bottomrule\n\\end{{tabular}}\n\\belowtable\n\\end{{table*}}\n"
    )


def _long(part: _Part) -> str:
    """Return a table over several pages, in parts of fewer columns where these do not fit side by side."""
    text = ""
    for number, (columns, layout) in enumerate(_side_by_side(part.plain, part.columns)):
        heading = _heading(columns, layout)
        named = f"\\caption{{{part.caption}}}{part.label}"
        if number:
            named = "\\caption*{Table \\thetable, further columns}"
        text += (
            f"{{\\{SIZES[layout.size]}\\tabletight\n\\begin{{longtable}}{{{_formats(columns, layout)}}}\n"
            f"{named}\\\\\n\\toprule\n{heading}\\midrule\n\\endfirsthead\n"
            f"\\toprule\n{heading}\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\n"
            f"{_body(part.frame, columns)}\\end{{longtable}}}}\n"
        )
    return text


def _side_by_side(plain: pd.DataFrame, columns: Sequence[Column]) -> list[tuple[list[Column], Layout]]:
    """Return groups of columns that fit side by side, each behind those that name a row."""
    names = [column for place, column in enumerate(columns) if all(c.left for c in columns[: place + 1])]
    rest = [column for column in columns if column not in names]
    whole = layout_of(plain, columns, LANDSCAPE_PT)
    if whole is not None or not names or not rest:
        return [(list(columns), whole or _narrowest(plain, columns))]
    found: list[tuple[list[Column], Layout]] = []
    chosen: list[Column] = []
    for column in rest:
        layout = layout_of(plain, [*names, *chosen, column], LANDSCAPE_PT)
        if layout is None and chosen:
            found.append(([*names, *chosen], _sure(plain, [*names, *chosen])))
            chosen = []
        chosen.append(column)
    return [*found, ([*names, *chosen], _sure(plain, [*names, *chosen]))]


def _sure(plain: pd.DataFrame, columns: Sequence[Column]) -> Layout:
    return layout_of(plain, columns, LANDSCAPE_PT) or _narrowest(plain, columns)


def _narrowest(plain: pd.DataFrame, columns: Sequence[Column]) -> Layout:
    """Return a layout for what cannot fit: every column of text alike, and words may be cut anywhere."""
    size = min(SIZES)
    text = [column for column in columns if column.left] or list(columns)
    share = (LANDSCAPE_PT - GAP_PT * len(columns)) / max(len(columns), 1)
    return Layout(size, [share if c in text else None for c in columns], [[c.name] for c in columns])


def _formats(columns: Sequence[Column], layout: Layout) -> str:
    formats = []
    for column, width in zip(columns, layout.widths, strict=True):
        if width is None:
            formats.append("l" if column.left else "r")
        else:
            formats.append(rf">{{\raggedright\arraybackslash}}p{{{width:.1f}pt}}")
    return "@{}" + "".join(formats) + "@{}"


def _heading(columns: Sequence[Column], layout: Layout) -> str:
    cells = []
    for column, lines in zip(columns, layout.headings, strict=True):
        side = "l" if column.left else "r"
        joined = r"\\".join(_escape(line) for line in lines)
        cells.append(joined if len(lines) == 1 else rf"\shortstack[{side}]{{{joined}}}")
    return " & ".join(cells) + " \\\\\n"


def _body(frame: pd.DataFrame, columns: Sequence[Column]) -> str:
    """Return the rows between the rules."""
    # a reader cannot tell a blank that is meant from one that is not
    filled = frame.assign(**{c.name: frame[c.name].mask(frame[c.name] == "", c.blank) for c in columns})
    body = filled[[column.name for column in columns]].to_latex(index=False, header=False, escape=True)
    rows = body.split("\\toprule\n", 1)[1].rsplit("\\bottomrule", 1)[0].removeprefix("\\midrule\n")
    # a long address may be broken
    rows = rows.replace("/", r"/\allowbreak{}")
    return rows.replace(MARKERS[0], r"\textbf{").replace(MARKERS[1], "}")


def _notes(notes: Sequence[str]) -> str:
    return "".join(f"\\par {_escape(note)}\n" for note in notes)


def _escape(text: str) -> str:
    for character in "&%$#_{}":
        text = text.replace(character, f"\\{character}")
    return text.replace("~", "\\textasciitilde{}")
