"""A table as an HTML page."""

import html
from collections.abc import Sequence

from sarangi.base import html_pages
from sarangi.paper.synthetic import SYNTHETIC
from sarangi.paper.tables.html_table import SCRIPT, STYLE, html_table
from sarangi.paper.tables.table import Table

STYLE_OF_PAGE = """
h1 { font-size: 1.15rem; margin: .2rem 0 } p { max-width: 60rem; margin: .3rem 0; color: var(--soft) }
p.synthetic { color: var(--bad) }
.wide { overflow: auto; max-height: 85vh; width: fit-content; max-width: 100% }
thead th { position: sticky; top: 0; background: var(--ground); box-shadow: 0 2px var(--ink); border: 0 }
"""


def html_page(table: Table, notes: Sequence[str]) -> str:
    """Return a table as an HTML page that needs no other file: see :mod:`sarangi.paper.tables.html_table`.

    Parameters
    ----------
    table
        To show.
    notes
        Below it.
    """
    columns = [column.name for column in table.columns]
    numbers = {column.name for column in table.columns if not column.left}
    rows = [
        [str(cell) for cell in row] for row in table.emphasised("", "").itertuples(index=False, name=None)
    ]
    shown = html_table(table.label, columns, numbers, rows, set(table.bold))
    below = "".join(f"<p{_class(note)}>{html.escape(note)}</p>\n" for note in notes)
    title, _, rest = table.caption.partition(". ")
    title = title.rstrip(".")
    above = f"<h1>{html.escape(title)}</h1>\n" + (f"<p>{html.escape(rest)}</p>\n" if rest else "")
    below += (
        f"<p>Where a number comes from: <code>sarangi explain {html.escape(table.label)}:ROW:COLUMN</code>, "
        "in the folder of the study.</p>\n"
    )
    return html_pages.html_page(title, f"{above}{shown}\n{below}", STYLE + STYLE_OF_PAGE, SCRIPT)


def _class(note: str) -> str:
    return ' class="synthetic"' if note == SYNTHETIC else ""
