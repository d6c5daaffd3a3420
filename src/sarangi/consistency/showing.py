"""Findings as text, as a table, and as one HTML page."""

import html
import textwrap
from collections.abc import Iterator, Sequence

import pandas as pd

from sarangi.audit.page import STYLE
from sarangi.consistency.finding import FACT, IMPOSSIBLE, MEANING, NOTE, WARNING, Finding

WIDTH = 100
CHIPS = {IMPOSSIBLE: "fatal", WARNING: "warning", NOTE: "note"}
"""How the project's pages colour a severity."""
OWN_STYLE = """
col.verdicts, col.kinds { width: 8rem } col.wheres { width: 16rem } col.sources { width: 13rem }
"""
LIMITS = (
    "What passes is possible as far as these checks go, not right. They see the print alone: no "
    "recordings, no "
    "predictions. Bounds are necessary conditions, and intervals over clips take clips for independent."
)


def text(findings: Sequence[Finding], summary: str) -> Iterator[str]:
    """Yield the lines that a terminal shows."""
    yield summary
    for finding in findings:
        kind = "" if finding.kind == FACT else f" ({finding.kind})"
        yield ""
        yield f"{finding.severity}{kind}: {finding.where}"
        yield from textwrap.wrap(
            finding.text, WIDTH, initial_indent="  ", subsequent_indent="  ", break_long_words=False
        )
        if finding.source:
            yield f"  [{finding.source}]"
    yield ""
    yield from textwrap.wrap(LIMITS, WIDTH)


def as_frame(findings: Sequence[Finding]) -> pd.DataFrame:
    """Return the findings as a table, one row each."""
    return pd.DataFrame(findings, columns=list(Finding._fields))


def page(findings: Sequence[Finding], summary: str, names: Sequence[str]) -> str:
    """Return an HTML page that needs no other file.

    Parameters
    ----------
    findings
        The worst first.
    summary
        How much was checked and found.
    names
        Of the files that were checked.
    """
    title = f"Check of {', '.join(names)}"
    parts = [f"<h1>{_broken(title)}</h1>", f"<p>{html.escape(summary)}</p>", "<ul>"]
    parts += [f"<li>{_chip(severity)} {html.escape(words)}</li>" for severity, words in MEANING.items()]
    parts.append("</ul>")
    bad = [finding for finding in findings if finding.severity != NOTE]
    notes = [finding for finding in findings if finding.severity == NOTE]
    parts += _table(bad) if bad else ["<p>Nothing impossible, and nothing to look at.</p>"]
    if notes:
        opened = "" if bad else " open"
        counted = f"{len(notes)} {'note' if len(notes) == 1 else 'notes'}"
        parts += [f"<details{opened}><summary>{counted}</summary>", *_table(notes), "</details>"]
    parts.append(f'<p class="small">{html.escape(LIMITS)}</p>')
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{html.escape(title)}</title>\n<style>{STYLE}{OWN_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def _table(findings: Sequence[Finding]) -> list[str]:
    widths = ("verdicts", "kinds", "wheres", "details", "sources")
    columns = "".join(f'<col class="{width}">' for width in widths)
    head = "".join(f"<th>{word}</th>" for word in ("", "Kind", "Where", "What", "Formula"))
    body = [
        f"<tr><td>{_chip(finding.severity)}</td>"
        + "".join(f"<td>{_broken(part)}</td>" for part in (
            finding.kind, finding.where, finding.text, finding.source,
        ))
        + "</tr>"
        for finding in findings
    ]  # fmt: skip
    return [
        f"<table><colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead><tbody>",
        *body,
        "</tbody></table>",
    ]


def _chip(severity: str) -> str:
    return f'<span class="verdict {CHIPS[severity]}">{severity}</span>'


def _broken(text: str) -> str:
    """Return a text as HTML that breaks lines in a path behind its slashes."""
    return html.escape(text).replace("/", "/<wbr>")
