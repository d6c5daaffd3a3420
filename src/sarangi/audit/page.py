"""The audits of a study as one HTML page, by severity, with what to do."""

import html
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pandas as pd

from sarangi.audit.advice import Finding, findings
from sarangi.audit.summary import summary
from sarangi.base import store
from sarangi.base.auditing import NOTE, OK
from sarangi.base.html_pages import html_page
from sarangi.base.labels import Labels

ROWS_OF_A_CHECK = 50  # on the page; the CSV file has them all

MEANT = "meant"
MEANING = {
    "fatal": "a score does not mean what it says until this is fixed, or stated next to it",
    "warning": "look at it before you trust a score",
    MEANT: "fatal for scores of that protocol, which the configuration has for comparison only",
    "note": "worth knowing",
    "ok": "checked, nothing found",
}

STYLE = """
body { max-width: 72rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.2rem; margin-top: 2.2rem } p, ul { max-width: 48rem }
table { border-collapse: collapse; width: 100%; min-width: 58rem; margin: .6rem 0; table-layout: fixed }
col.verdicts { width: 6.5rem } col.numbers { width: 6rem } col.words { width: 10.5rem }
col.todo { width: 14rem }
th, td { padding: .35rem .6rem; vertical-align: top; text-align: left } th { border-bottom: 2px solid }
td { border-top: 1px solid var(--pale); overflow-wrap: anywhere }
td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
.verdict { padding: 0 .5rem; border-radius: .6rem; white-space: nowrap; font-weight: 600 }
.fatal { background: #b00020; color: #fff } .warning { background: var(--warn) }
.note, .meant { background: var(--plain) } .ok { background: var(--fine) }
.small { color: var(--soft); font-size: 90% }
summary { cursor: pointer; margin: .6rem 0 }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--raised); padding: .7rem }
"""


def audit_page(
    audits: Sequence[Path],
    unavailable: Mapping[str, str],
    leaking: Collection[str],
    labels: Labels,
    output: Path,
    text: Path,
) -> None:
    """Write a page with the audit of every corpus: what is fatal first, each finding with what to do.

    Parameters
    ----------
    audits
        ``results/audit/<corpus>.parquet``, of schema :data:`sarangi.audit.rows.AUDIT`.
    unavailable
        Corpora that are not available, with what to do.
    leaking
        Names of the protocols that share groups by design.
    labels
        Titles, and which corpora are synthetic.
    output
        HTML file to write; it needs no other.
    text
        Text file to write, with the few lines of each corpus that a terminal shows.
    """
    names = [Path(path).stem for path in audits]
    title = f"Audit of {', '.join(map(labels.corpus, names)) or 'no corpus'}"
    lines = []
    parts = [f"<h1>{html.escape(title)}</h1>"]
    if labels.synthetic:
        parts.append('<p class="synthetic">Synthetic speech: these findings say nothing about people.</p>')
    parts.append("<p>What was checked before any training, the worst first.</p><ul>")
    parts += [f"<li>{_chip(verdict)} {html.escape(words)}</li>" for verdict, words in MEANING.items()]
    parts.append("</ul>")
    for name, path in zip(names, audits, strict=True):
        audit = store.read(path)
        told = summary(labels.corpus(name), audit, leaking)
        lines += told
        parts += _corpus(name, audit, told, leaking, labels)
    for name, advice in sorted(unavailable.items()):
        lines.append(f"{labels.corpora[name]}: not audited, since it is not available: {advice}")
        parts.append(f"<h2>{html.escape(labels.corpora[name])}</h2><p>Not audited: {html.escape(advice)}</p>")
    output.write_text(html_page(title, "\n".join(parts), STYLE), encoding="utf-8")
    text.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _corpus(
    name: str, audit: pd.DataFrame, told: Sequence[str], leaking: Collection[str], labels: Labels
) -> list[str]:
    rows = findings(audit, leaking)
    counts = Counter(MEANT if row.by_design and row.verdict != OK else row.verdict for row in rows)
    bad = [row for row in rows if row.verdict not in (NOTE, OK)]
    good = [row for row in rows if row.verdict in (NOTE, OK)]
    numbers = ", ".join(f"{counts[verdict]} {verdict}" for verdict in MEANING)
    parts = [f"<h2>{html.escape(labels.corpus(name))}</h2>", f"<pre>{html.escape(chr(10).join(told))}</pre>"]
    parts += _table(bad, labels) if bad else []
    parts.append(f"<details><summary>{len(good)} notes and checks without a finding</summary>")
    parts += [*_table(good, labels), "</details>"]
    where = f"{numbers}; all rows are in results/audit/{name}.csv"
    return [*parts, f'<p class="small">{html.escape(where)}</p>']


def _table(rows: Sequence[Finding], labels: Labels) -> list[str]:
    widths = ("verdicts", "words", "words", "numbers", "details", "todo")
    columns = "".join(f'<col class="{width}">' for width in widths)
    head = "".join(f"<th>{word}</th>" for word in ("", "What", "Where", "Number", "Detail", "What to do"))
    body, shown = [], Counter[tuple[str, str]]()
    total = Counter((row.verdict, row.check) for row in rows)
    for row in rows:
        shown[row.verdict, row.check] += 1
        if shown[row.verdict, row.check] > ROWS_OF_A_CHECK:
            continue
        where = labels.protocols.get(row.subject, row.subject) or "the corpus"
        what, subject, number, detail, todo = map(
            html.escape, (row.words, where, row.number, row.detail, row.todo)
        )
        chip = _chip(MEANT if row.by_design and row.verdict != OK else row.verdict)
        body.append(
            f"<tr><td>{chip}</td><td>{what}</td><td>{subject}</td>"
            f'<td class="number">{number}</td><td>{detail}</td><td>{todo}</td></tr>'
        )
        left = total[row.verdict, row.check] - ROWS_OF_A_CHECK
        if shown[row.verdict, row.check] == ROWS_OF_A_CHECK and left > 0:
            more = f"and {left} more of this kind, in the CSV file"
            body.append(f'<tr><td></td><td colspan="5">{more}</td></tr>')
    return [
        f'<div class="wide"><table><colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead><tbody>',
        *body,
        "</tbody></table></div>",
    ]


def _chip(verdict: str) -> str:
    return f'<span class="verdict {verdict}">{verdict}</span>'
