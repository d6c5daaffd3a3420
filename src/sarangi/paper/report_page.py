"""The report of a study for people: one HTML page that needs no other file."""

import base64
import html
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from sarangi.base.documents import json_in
from sarangi.base.html_pages import html_page
from sarangi.base.labels import Labels
from sarangi.base.prose import Paragraph, Sentence
from sarangi.paper.report_exhibits import (
    DATA,
    FIGURES,
    METHODS,
    PUBLISHED,
    RESULTS,
    SECTION_OF_TABLE,
    TABLES,
    figure_of,
    titled,
)
from sarangi.paper.report_verdict import verdict
from sarangi.paper.summary import audit_sentences, leakage_sentences, rating_sentences, result_sentences
from sarangi.paper.synthetic import SYNTHETIC
from sarangi.paper.tables.html_table import SCRIPT, html_table, number_columns
from sarangi.paper.tables.html_table import STYLE as STYLE_OF_TABLES
from sarangi.runtime.provenance import digest

STYLE = """
body { max-width: 74rem } h1 { font-size: 1.7rem; line-height: 1.25; margin: 1rem 0 .3rem }
h2 { font-size: 1.25rem; margin: 2.4rem 0 .6rem; padding-bottom: .2rem;
border-bottom: 2px solid var(--accent) }
h3 { font-size: 1.02rem; margin: 1.5rem 0 .3rem } p, li { max-width: 48rem } ul { padding-left: 1.2rem }
p.note { margin: .25rem 0 } nav { font-size: .92rem } nav a { display: inline-block; margin-right: 1rem }
.verdict { background: var(--raised); border-left: 4px solid var(--accent); padding: .6rem 1rem;
margin: 1rem 0; max-width: 52rem }
.verdict p { margin: .3rem 0 } figure { margin: 1.2rem 0 } figcaption { color: var(--soft); font-size: .9rem;
max-width: 48rem } figure img { min-width: 36rem }
summary { cursor: pointer; font-weight: 600; margin: .7rem 0 }
"""
FOLDED = 12
"""Rows of a table, or sentences, beyond which they are folded."""
SCORES = "Scores in full"
SECTIONS = ("The audit", RESULTS, PUBLISHED, SCORES, DATA, METHODS, "Limits", "Where it comes from")
LIMITS = (
    "Intervals say how far a score depends on who was recorded. They do not cover how folds were drawn, "
    "the seed of a single run, or who gave the labels",
    "A label is what a script or a listener says, not what a speaker felt",
    "With fewer than 8 groups an interval describes those who were recorded, and no others",
    "Recognising the emotions of people who did not ask for it is a use that these scores do not support",
)
OF_RATINGS = (
    "A rating is the mean of a few listeners, whose disagreement no score here shows",
    "A CCC depends on how much the ratings of a corpus differ, so those of two corpora cannot be compared",
)
"""Limits where models predict ratings."""


def report_page(
    read: Mapping[str, Sequence[Path]],
    methods: Sequence[Paragraph],
    statements: Mapping[str, str],
    baselines: Sequence[str],
    leaking: Sequence[str],
    labels: Labels,
    output: Path,
) -> None:
    """Write the report: the verdict in three lines, audit, results, claims, data, methods, limits, sources.

    Parameters
    ----------
    read
        ``tables`` (JSON of each table), ``figures`` (PNG of each), ``scores``, ``ratings``, ``audits``,
        ``findings`` and ``premiums``.
    methods
        What the study does, by its configuration.
    statements
        What each finding of the published study says, by name; none for a study without claims.
    baselines
        Names of the models that are baselines.
    leaking
        Names of the protocols that share groups by design.
    labels
        Titles, and which corpora are synthetic.
    output
        HTML file to write.
    """
    tables = {Path(path).stem: json_in(path) for path in read["tables"]}
    audited = [Path(path).stem for path in read["audits"]]
    *first, last = [labels.corpora[name] for name in audited] or ["no corpus"]
    names = f"{', '.join(first)} and {last}" if first else last
    sections: dict[str, list[str]] = {title: [] for title in SECTIONS}
    _add_sentences(sections, read, methods, baselines, leaking, labels)
    drawn = [*FIGURES, *statements]
    for path in sorted(read["figures"], key=lambda path: _place(Path(path).stem, drawn)):
        picture = figure_of(Path(path).stem, statements)
        sections[picture.section].append(_figure(picture.heading, picture.caption, Path(path)))
    order = [*TABLES, *statements]
    for name in sorted(tables, key=lambda name: _place(name, order)):
        section = PUBLISHED if name in statements else SECTION_OF_TABLE.get(name, SCORES)
        if tables[name]["rows"]:
            sections[section].append(_table(name, tables[name], statements))
    sections[SECTIONS[-1]] += _sources([*read["tables"], *read["figures"]])
    shown = {title: parts for title, parts in sections.items() if parts}
    ids = {title: title.lower().replace(" ", "-") for title in shown}
    contents = " ".join(f'<a href="#{ids[title]}">{title}</a>' for title in shown)
    lines = "".join(f"<p>{_text(line)}</p>" for line in verdict(read, baselines, leaking, labels))
    title = f"Speech emotion recognition on {names}"
    synthetic = f'<p class="synthetic">{html.escape(SYNTHETIC)}</p>\n' if labels.synthetic else ""
    body = "".join(
        f'<h2 id="{ids[title]}">{title}</h2>\n' + "\n".join(parts) + "\n" for title, parts in shown.items()
    )
    above = f"<h1>{html.escape(title)}</h1>\n{synthetic}"
    page = f'{above}<div class="verdict">{lines}</div>\n<nav>{contents}</nav>\n{body}'
    output.write_text(html_page(title, page, STYLE_OF_TABLES + STYLE, SCRIPT), encoding="utf-8")


def _add_sentences(
    sections: Mapping[str, list[str]],
    read: Mapping[str, Sequence[Path]],
    methods: Sequence[Paragraph],
    baselines: Collection[str],
    leaking: Sequence[str],
    labels: Labels,
) -> None:
    """Put what is said in words at the beginning of its section."""
    sections["The audit"].append(_list(audit_sentences(read["audits"], leaking, labels)))
    best = result_sentences(read["scores"], list(baselines), labels)
    sections[RESULTS].append(_folded("The best model of each corpus and protocol", best))
    leakage = leakage_sentences(read["premiums"][0], labels)
    rated = rating_sentences(read["ratings"], list(baselines), labels)
    for heading, said in (("What known speakers are worth", leakage), ("Ratings on a scale", rated)):
        if said:
            sections[RESULTS].append(_folded(heading, said))
    sections[METHODS] += [f"<h3>{html.escape(part.heading)}</h3>{_list(part.sentences)}" for part in methods]
    limits = [*LIMITS, *(OF_RATINGS if rated else ())]
    sections["Limits"].append(_list([Sentence(text) for text in limits]))


def _place(name: str, order: Sequence[str]) -> int:
    """Return what sorts by an order, with what is not in it at the end."""
    return order.index(name) if name in order else len(order)


def _text(sentence: Sentence) -> str:
    return f"{html.escape(sentence.text)}."


def _list(sentences: Sequence[Sentence]) -> str:
    return f"<ul>{''.join(f'<li>{_text(sentence)}</li>' for sentence in sentences)}</ul>"


def _folded(heading: str, sentences: Sequence[Sentence]) -> str:
    """Return sentences below a heading, a long list folded."""
    if len(sentences) <= FOLDED:
        return f"<h3>{heading}</h3>{_list(sentences)}"
    return f"<details><summary>{heading} ({len(sentences)})</summary>{_list(sentences)}</details>"


def _figure(heading: str, caption: str, picture: Path) -> str:
    content = base64.b64encode(picture.read_bytes()).decode("ascii")
    heading, caption = html.escape(heading), html.escape(caption)
    return (
        f'<h3>{heading}</h3><figure><div class="wide"><img alt="{heading}. {caption}" '
        f'src="data:image/png;base64,{content}"></div><figcaption>{caption}</figcaption></figure>'
    )


def _table(name: str, table: Mapping[str, Any], statements: Mapping[str, str]) -> str:
    """Return a table of :func:`sarangi.paper.tables.writing.write_table` from its JSON, a long one folded."""
    columns = table["columns"]
    rows = [[row["cells"][column] for column in columns] for row in table["rows"]]
    numbers = number_columns(columns, rows)
    shown = html_table(name, columns, numbers, rows, fatal="Fatal")
    said = [statements[name]] if name in statements else []
    notes = "".join(
        f'<p class="note">{html.escape(note)}</p>' for note in [*said, table["caption"], *table["notes"]]
    )
    heading = html.escape(TABLES.get(name, titled(name)))
    if len(rows) <= FOLDED:
        return f"<h3>{heading}</h3>{shown}{notes}"
    return f"<details><summary>{heading} ({len(rows)} rows)</summary>{shown}{notes}</details>"


def _sources(files: Sequence[Path]) -> list[str]:
    """Return how to trace what the page shows, and the sha256 of each file that it was made from."""
    rows = "".join(
        f"<tr><td><code>{html.escape(str(path))}</code></td><td><code>{digest(path)}</code></td></tr>\n"
        for path in files
    )
    return [
        "<p>Every number here is a cell of a table. Choose one, or the number of its row, and the page names "
        "the command that walks from it to its score, predictions, protocol, features and recordings, such "
        "as <code>sarangi explain scores:1:UAR</code>; with <code>--html FILE</code> the walk is a page. "
        "<code>snakemake --cores 1 verify</code> hashes every result again.</p>",
        "<p>This page is the study. The record of the workflow, with each rule's code, parameters and time, "
        "is <code>paper/report.html</code>, which <code>snakemake --cores 1 report</code> writes.</p>",
        f"<details><summary>What this page was made from ({len(files)} files)</summary>"
        '<div class="wide"><table><thead><tr><th scope="col">File</th><th scope="col">sha256</th></tr>'
        f"</thead><tbody>{rows}</tbody></table></div></details>",
    ]
