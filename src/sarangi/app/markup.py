"""The pieces of HTML that the page is made of."""

import html
from collections.abc import Sequence

from sarangi.base.degenerate import DEGENERATE, is_degenerate


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table that scrolls where it is wider than the page."""
    heads = "".join(f'<th scope="col">{escaped(text)}</th>' for text in head)
    body = "".join(f"<tr>{''.join(f'<td>{escaped(str(cell))}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'


def number(value: float | None) -> str:
    """Return a number with three digits; two dashes where it is not known."""
    return "--" if value is None else f"{value:.3f}"


def between(low: float | None, high: float | None) -> str:
    """Return an interval in words; two dashes for a bound that is not known."""
    of_no_width = low is not None and high is not None and is_degenerate(low, high)
    return f"{number(low)} to {number(high)}" + (f" ({DEGENERATE})" if of_no_width else "")


def status_of(text: str) -> str:
    """Return a text as what the page answers."""
    return status(f"<p>{escaped(text)}</p>")


def status(content: str) -> str:
    """Return HTML as what the page answers: it is read aloud when it changes."""
    return f'<div role="status" aria-live="polite">{content}</div>'


def escaped(text: str) -> str:
    """Return a text that is shown as it is."""
    return html.escape(str(text), quote=True)
