"""A table as an HTML page."""

import html
from collections.abc import Sequence

from sarangi.paper.synthetic import SYNTHETIC
from sarangi.paper.tables.table import MARKERS, Table

PAGE_STYLE = """
body { font: 14px/1.45 system-ui, sans-serif; margin: 1rem; background: #fff; color: #111 }
h1 { font-size: 1.1rem } p { margin: .3rem 0; color: #444; max-width: 60rem }
.synthetic { color: #b00000; font-weight: 600 }
table { border-collapse: collapse; border-bottom: 2px solid #111 }
th { position: sticky; top: 0; background: #fff; box-shadow: 0 2px #111, 0 -2px #111; text-align: left }
th, td { padding: .25rem .6rem; vertical-align: top } td { border-top: 1px solid #ddd; max-width: 26rem }
"""

STYLE_OF_NUMBERS = "{} {{ text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }}\n"


def html_page(table: Table, notes: Sequence[str]) -> str:
    """Return a table as an HTML page that needs no other file."""
    numbers = [place for place, column in enumerate(table.columns, 1) if not column.left]
    cells = ", ".join(f"{cell}:nth-child({place})" for place in numbers for cell in ("th", "td"))
    style = PAGE_STYLE + (STYLE_OF_NUMBERS.format(cells) if numbers else "")
    body = table.emphasised(*MARKERS).to_html(index=False, border=0)
    body = body.replace(MARKERS[0], "<b>").replace(MARKERS[1], "</b>")
    below = ""
    for note in notes:
        mark = ' class="synthetic"' if note == SYNTHETIC else ""
        below += f"<p{mark}>{html.escape(note)}</p>\n"
    title, _, rest = html.escape(table.caption).partition(". ")
    above = f"<h1>{title.rstrip('.')}</h1>\n" + (f"<p>{rest}</p>\n" if rest else "")
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f"<style>{style}</style>\n</head>\n<body>\n{above}{body}\n{below}</body>\n</html>\n"
    )
