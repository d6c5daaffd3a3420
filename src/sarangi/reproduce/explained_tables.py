"""A table with a page behind each of its numbers, in a folder of its own."""

import html
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from sarangi.base.errors import SarangiError
from sarangi.base.html_pages import html_page
from sarangi.paper.tables.html_table import SCRIPT, STYLE, html_table, number_columns
from sarangi.reproduce.explain import Walk
from sarangi.reproduce.parameters import parameters_of
from sarangi.reproduce.steps import Step, as_page

INDEX = "index.html"


def explained_table(walk: Walk, name: str, folder: Path) -> int:
    """Write a table as ``index.html``, and a page for each of its numbers that is made of files.

    Cells of a row that come from the same place share the page of the row.

    Parameters
    ----------
    walk
        In the folder of the workflow.
    name
        Of the table.
    folder
        To write into; made if it is not there.

    Returns
    -------
    int
        How many pages there are beside the table.

    Raises
    ------
    SarangiError
        If the folder holds anything but an earlier such table.
    """
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir()) and not (folder / INDEX).is_file()):
        raise SarangiError(
            f"{folder}: is not empty and holds no table explained before; expected a new folder, or one that "
            f"`sarangi explain {name} --html` wrote"
        )
    table = walk.printed.tables[name]
    columns = table["columns"]
    rows = [[row["cells"][column] for column in columns] for row in table["rows"]]
    numbers = number_columns(columns, rows)
    pages = _pages(table, numbers)
    walks: dict[str, Step] = {}
    for (row, column), page in pages.items():
        if page not in walks:
            walks[page] = walk.explain(f"{name}:{row + 1}:{column}" if column else f"{name}:{row + 1}")
    known = parameters_of(Step(name, steps=list(walks.values())), walk.files.root)
    folder.mkdir(parents=True, exist_ok=True)
    for page, found in walks.items():
        (folder / page).write_text(as_page(found, known, (INDEX, f"table {name}")), encoding="utf-8")
    shown = html_table(name, columns, numbers, rows, pages=pages)
    notes = "".join(f"<p>{html.escape(note)}</p>\n" for note in [table["caption"], *table["notes"]])
    body = f"<h1>Table {html.escape(name)}</h1>\n{shown}\n{notes}"
    (folder / INDEX).write_text(html_page(f"Table {name}", body, STYLE, SCRIPT), encoding="utf-8")
    return len(walks)


def _pages(table: Mapping[str, Any], numbers: Collection[str]) -> dict[tuple[int, str], str]:
    """Return the name of the page of each cell that comes from somewhere, and of each row (column "")."""
    found: dict[tuple[int, str], str] = {}
    for place, row in enumerate(table["rows"]):
        whole = row["from"].get("", [])
        if whole:
            found[place, ""] = f"{place + 1}.html"
        for number, column in enumerate(table["columns"], 1):
            own = row["from"].get(column, whole)
            if own and column in numbers and any(sign.isdigit() for sign in row["cells"][column]):
                same = own == whole
                found[place, column] = f"{place + 1}.html" if same else f"{place + 1}-{number}.html"
    return found
