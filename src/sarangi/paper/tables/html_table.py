"""A table in HTML, sorted and filtered offline, with the numbers of rows that ``sarangi explain`` takes."""

import html
from collections.abc import Collection, Mapping, Sequence

from sarangi.base.degenerate import DEGENERATE
from sarangi.base.typed_texts import NONE

LONG = 60
"""Characters of a cell beyond which its column is not narrowed to a few words a line."""

STYLE = r"""
table { border-collapse: collapse; font-size: .87rem; line-height: 1.4 }
.wide > table { border-bottom: 2px solid var(--ink) }
th, td { padding: .25rem .6rem; vertical-align: top; text-align: left; max-width: 26rem;
overflow-wrap: normal }
thead th { border-bottom: 2px solid var(--ink); vertical-align: bottom }
tbody td, tbody th { border-top: 1px solid var(--pale) }
td.number, th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
th.row { color: var(--soft); font-weight: 400; text-align: right; font-variant-numeric: tabular-nums }
td:not(.number):not(:last-child) { min-width: 6.5rem }
td.long:not(:last-child) { min-width: 15rem }
td.fatal { color: var(--bad); font-weight: 600 }
table button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer;
text-align: inherit }
thead button { font-weight: 600 }
thead button::after { content: "\00a0\2195" / ""; color: var(--soft); font-weight: 400 }
th[aria-sort=ascending] button::after { content: "\00a0\2191" / ""; color: var(--accent) }
th[aria-sort=descending] button::after { content: "\00a0\2193" / ""; color: var(--accent) }
td.chosen, th.chosen { outline: 2px solid var(--accent); outline-offset: -2px }
table.asks td.number, table.asks th.row { cursor: pointer } .filter { margin: .6rem 0; font-size: .9rem }
.filter input { font: inherit; padding: .2rem .5rem; max-width: 100%; color: var(--ink);
background: var(--raised); border: 1px solid var(--soft); border-radius: .3rem }
.filter span { margin-left: .7rem; color: var(--soft) } .note { color: var(--soft); font-size: .87rem }
#origin { position: sticky; bottom: 0; margin: .6rem 0 0; padding: .6rem .8rem; background: var(--raised);
border: 1px solid var(--accent); border-radius: .3rem; font-size: .87rem }
code { font-family: ui-monospace, monospace; font-size: .95em; overflow-wrap: anywhere }
"""

SCRIPT = r"""
"use strict";
const SIGNED = /[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?/i;
const number = text => {
  const found = text.replace(/,(?=\d{3})/g, "").replace(/\u2212/g, "-").match(SIGNED);
  return found ? Number(found[0]) : NaN;
};
const words = new Intl.Collator("en", { numeric: true });
const quoted = text => /^[\w:.%+\/-]+$/.test(text) ? text : "'" + text.replace(/'/g, "'\\''") + "'";
const origin = document.createElement("p");
origin.id = "origin";
origin.hidden = true;
origin.setAttribute("role", "status");
document.body.append(origin);
let chosen = null;
const tell = (cell, asked) => {
  if (chosen) chosen.classList.remove("chosen");
  chosen = cell;
  cell.classList.add("chosen");
  const command = document.createElement("code");
  command.textContent = "sarangi explain " + quoted(asked);
  origin.replaceChildren("Where it comes from, in the folder of the study: ", command);
  origin.hidden = false;
};
for (const table of document.querySelectorAll("table[data-name]")) {
  const body = table.tBodies[0], rows = [...body.rows], heads = [...table.tHead.rows[0].cells];
  const sort = (place, head) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    heads.forEach(each => each.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const numeric = head.classList.contains("number") || head.classList.contains("row");
    const text = row => row.cells[place].textContent.trim();
    const blank = row => numeric ? Number.isNaN(number(text(row))) : ["", "\u2013"].includes(text(row));
    const order = (a, b) => numeric ? number(text(a)) - number(text(b)) : words.compare(text(a), text(b));
    // blank cells last either way, equal ones as the table has them
    body.append(...[...rows].sort((a, b) =>
      blank(a) - blank(b) || (blank(a) ? 0 : (down ? -1 : 1) * order(a, b))));
  };
  heads.forEach((head, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(place, head));
    head.append(button);
  });
  const filter = document.createElement("p"), label = document.createElement("label");
  const input = document.createElement("input"), count = document.createElement("span");
  filter.className = "filter";
  input.type = "search";
  count.setAttribute("role", "status");
  label.append("Filter rows: ", input);
  filter.append(label, count);
  input.addEventListener("input", () => {
    const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !wanted.every(word => text.includes(word));
      left += !row.hidden;
    }
    count.textContent = wanted.length ? `${left} of ${rows.length} rows` : "";
  });
  if (rows.length > 5) table.parentElement.before(filter);
  table.classList.add("asks");
  // where each number is a link to its page, nothing has to be asked
  if (body.querySelector("a")) continue;
  for (const row of rows) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...row.cells[0].childNodes);
    row.cells[0].append(button);
  }
  body.addEventListener("click", event => {
    const cell = event.target.closest("td.number, th.row");
    if (!cell) return;
    const row = `${table.dataset.name}:${cell.parentElement.cells[0].textContent.trim()}`;
    tell(cell, cell.cellIndex ? `${row}:${heads[cell.cellIndex].textContent.trim()}` : row);
  });
}
"""
"""Sorts by a column, filters by words, and says how to ask for the origin of a number."""


def number_columns(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> set[str]:
    """Return the columns whose cells are all numbers, intervals or blank, of a table that does not say so.

    Examples
    --------
    >>> sorted(number_columns(["Model", "UAR", "Interval"], [["m 1", "0.5", "[0.5, 0.5] (degenerate)"]]))
    ['Interval', 'UAR']
    """
    texts = {column: [row[place] for row in rows] for place, column in enumerate(columns)}
    degenerate = f" ({DEGENERATE})"
    return {
        column
        for column, cells in texts.items()
        if not any(cell.removesuffix(degenerate).strip("<0123456789.,+-–[]% ") for cell in cells)
    }


def html_table(
    name: str,
    columns: Sequence[str],
    numbers: Collection[str],
    rows: Sequence[Sequence[str]],
    bold: Collection[tuple[int, str]] = (),
    fatal: str | None = None,
    pages: Mapping[tuple[int, str], str] = {},
) -> str:
    """Return a table as HTML, which :data:`STYLE` and :data:`SCRIPT` are for.

    Parameters
    ----------
    name
        Of the table, as ``sarangi explain <name>:<row>:<column>`` takes it.
    columns
        Their names.
    numbers
        Columns of numbers, which are aligned to the right and sorted as such.
    rows
        Text of the cells, in the order of the columns.
    bold
        Row (counted from 0) and column of each cell in bold.
    fatal
        A column whose cells are set apart unless they are blank.
    pages
        Page that says where a cell comes from, by its row (counted from 0) and column; of the number of the
        row by an empty column.  Whoever states one sees to it that it is there.
    """
    numbered = '<th scope="col" class="row">Row</th>'
    head = numbered + "".join(
        f'<th scope="col"{_class("number" if column in numbers else "")}>{html.escape(column)}</th>'
        for column in columns
    )
    body = "".join(
        f'<tr><th scope="row" class="row">{_linked(str(place + 1), pages.get((place, "")))}</th>'
        + "".join(
            _cell(
                text, column in numbers, (place, column) in bold, column == fatal, pages.get((place, column))
            )
            for column, text in zip(columns, row, strict=True)
        )
        + "</tr>\n"
        for place, row in enumerate(rows)
    )
    return (
        f'<div class="wide"><table data-name="{html.escape(name)}">\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>"
    )


def _linked(shown: str, page: str | None) -> str:
    return f'<a href="{html.escape(page)}">{shown}</a>' if page else shown


def _cell(text: str, number: bool, bold: bool, fatal: bool, page: str | None) -> str:
    shown = _linked(html.escape(text), page)
    held = ["number"] if number else ["long"] if len(text) > LONG else []
    held += ["fatal"] if fatal and text != NONE else []
    return f"<td{_class(' '.join(held))}>{f'<b>{shown}</b>' if bold else shown}</td>"


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""
