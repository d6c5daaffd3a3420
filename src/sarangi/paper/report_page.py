"""The report of a study for people: one HTML page that needs no other file."""

import base64
import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sarangi.base.documents import json_in
from sarangi.base.labels import Labels
from sarangi.base.prose import Paragraph, Sentence
from sarangi.paper.summary import audit_sentences, leakage_sentences, rating_sentences, result_sentences
from sarangi.paper.synthetic import SYNTHETIC

STYLE = """
:root { --ink: #1a1a1a; --pale: #e3e3e3; --accent: #0072b2 }
body { font: 16px/1.55 system-ui, sans-serif; color: var(--ink); margin: 0 auto; max-width: 74rem;
padding: 1rem 1.5rem 4rem } h1 { font-size: 1.7rem; line-height: 1.25; margin: 1rem 0 .3rem }
h2 { font-size: 1.25rem; margin: 2.4rem 0 .6rem; padding-bottom: .2rem;
border-bottom: 2px solid var(--accent) }
h3 { font-size: 1.02rem; margin: 1.5rem 0 .3rem }
p, li { max-width: 48rem } .note { color: #555; font-size: .87rem; margin: .25rem 0 }
nav { font-size: .92rem }
nav a { margin-right: 1rem } a { color: var(--accent) } .synthetic { color: #b00000; font-weight: 600 }
.wide { overflow-x: auto } table { border-collapse: collapse; font-size: .86rem; margin: .6rem 0 }
th, td { padding: .25rem .6rem; vertical-align: top; text-align: left; max-width: 26rem; min-width: 2.5rem }
td:not(.number):nth-child(-n+3) { min-width: 7rem }
th { border-bottom: 2px solid var(--ink) } td { border-top: 1px solid var(--pale) }
td.number, th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
td.fatal { color: #b00000; font-weight: 600 } figure { margin: 1rem 0 } img { max-width: 100%; height: auto }
figcaption { color: #555; font-size: .87rem }
"""
FIGURES = {
    "leakage": (
        "What known speakers are worth",
        "UAR with speakers in training and test, and with speakers held out.",
    ),
    "conditions": (
        "Each model under every protocol",
        "UAR with its interval over groups; letters are the marks.",
    ),
    "recalls": ("Which emotions are recognised", "Recall of each emotion in per cent."),
    "confusions": ("Which emotions are taken for which", "Of all folds and seeds together."),
    "seeds": ("How much the seed decides", "UAR of each seed, and of all of them."),
    "fairness": (
        "Parts of the speakers",
        "UAR on one part of the speakers minus that on another, with its interval over groups.",
    ),
    "robustness": (
        "Worse recordings",
        "UAR on worse recordings of the same clips minus that as recorded, with its interval over groups.",
    ),
    "dimension_scatter": (
        "Ratings and predictions",
        "Of the model with the highest CCC of each dimension; on the line, the prediction is the rating.",
    ),
    "dimension_speakers": (
        "Ratings by speaker",
        "CCC on the clips of each speaker, of the same models; behind each point the number of clips.",
    ),
    "inversion": (
        "Within and across languages",
        "UAR of each feature set within a language and from the other one.",
    ),
    "methodology": ("From the recordings to this page", "What is made from what."),
}
"""Heading and caption of each figure; another one has its name."""
RESULTS = (
    "leakage", "conditions", "recalls", "confusions", "seeds", "inversion", "fairness", "robustness",
    "dimension_scatter", "dimension_speakers",
)  # fmt: skip
SCORES = (
    "scores",
    "differences",
    "transfer",
    "within_language",
    "across_languages",
    "gaps",
    "sensitivity",
    "splits",
    "speakers",
    "pseudo_speakers",
    "fairness",
    "annotators",
    "robustness",
    "dimensions",
    "dimension_differences",
)
DATA = ("corpora", "transcripts")
DONE = ("recipes", "availability", "costs")
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
    baselines: Sequence[str],
    leaking: Sequence[str],
    labels: Labels,
    output: Path,
) -> None:
    """Write the report: the verdict of the audit, results, figures, data, what was done, limits.

    Parameters
    ----------
    read
        ``tables`` (JSON of each table), ``figures`` (PNG of each), ``scores``, ``ratings``, ``audits`` and
        ``premiums``.
    methods
        What the study does, by its configuration.
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
    pictures = {Path(path).stem: Path(path) for path in read["figures"]}
    audited = [Path(path).stem for path in read["audits"]]
    names = " and ".join(labels.corpora[name] for name in audited) or "no corpus"
    leakage = leakage_sentences(read["premiums"][0], labels)
    rated = rating_sentences(read["ratings"], baselines, labels)
    limits = [*LIMITS, *(OF_RATINGS if rated else ())]
    others = [name for name in tables if name not in (*SCORES, *DATA, *DONE, "audit")]
    sections = {
        "The audit": [_list(audit_sentences(read["audits"], leaking, labels)), *_tables(tables, ["audit"])],
        "Results": [
            _list(result_sentences(read["scores"], baselines, labels)),
            *(["<h3>What known speakers are worth</h3>", _list(leakage)] if leakage else []),
            *(["<h3>Ratings on a scale</h3>", _list(rated)] if rated else []),
            *(_figure(name, pictures[name]) for name in RESULTS if name in pictures),
            *(_figure(name, path) for name, path in pictures.items() if name not in FIGURES),
        ],
        "Scores in full": _tables(tables, [*SCORES, *others]),
        "Data": _tables(tables, DATA),
        "What was done": [
            *(f"<h3>{html.escape(each.heading)}</h3>{_list(each.sentences)}" for each in methods),
            *(_figure("methodology", pictures[name]) for name in ("methodology",) if name in pictures),
            *_tables(tables, DONE),
        ],
        "Limits": [_list([Sentence(text) for text in limits])],
    }
    ids = {title: title.lower().replace(" ", "-") for title in sections}
    contents = "".join(f'<a href="#{ids[title]}">{title}</a>' for title in sections)
    body = "".join(
        f'<h2 id="{ids[title]}">{title}</h2>\n' + "\n".join(parts) + "\n" for title, parts in sections.items()
    )
    title = html.escape(f"Speech emotion recognition on {names}")
    synthetic = f'<p class="synthetic">{html.escape(SYNTHETIC)}</p>' if labels.synthetic else ""
    output.write_text(
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{synthetic}\n<nav>{contents}</nav>\n"
        f"{body}</body>\n</html>\n",
        encoding="utf-8",
    )


def _list(sentences: Sequence[Sentence]) -> str:
    items = "".join(f"<li>{html.escape(sentence.text)}.</li>" for sentence in sentences)
    return f"<ul>{items}</ul>"


def _figure(name: str, picture: Path) -> str:
    heading, caption = FIGURES.get(name, (name.replace("_", " "), ""))
    content = base64.b64encode(picture.read_bytes()).decode("ascii")
    return (
        f'<figure><h3>{heading}</h3><img alt="{html.escape(heading)}" src="data:image/png;base64,{content}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _tables(tables: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> list[str]:
    """Return those of some tables that there are and that have rows."""
    return [_table(name, tables[name]) for name in names if name in tables and tables[name]["rows"]]


def _table(name: str, table: Mapping[str, Any]) -> str:
    """Return a table of :func:`sarangi.paper.tables.writing.write_table`, from its JSON."""
    numbers = {
        column: all(_is_number(row["cells"][column]) for row in table["rows"]) for column in table["columns"]
    }
    head = "".join(_cell("th", column, numbers[column]) for column in table["columns"])
    rows = "".join(
        "<tr>" + "".join(_cell("td", row["cells"][c], numbers[c], c) for c in table["columns"]) + "</tr>"
        for row in table["rows"]
    )
    notes = "".join(
        f'<p class="note">{html.escape(note)}</p>' for note in [table["caption"], *table["notes"]]
    )
    heading = html.escape(name.replace("_", " ").capitalize())
    return (
        f'<h3>{heading}</h3><div class="wide"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{notes}"
    )


def _cell(kind: str, text: str, number: bool, column: str = "") -> str:
    held = "number" if number else "fatal" if column == "Fatal" and text != "--" else ""
    opened = f'<{kind} class="{held}">' if held else f"<{kind}>"
    return f"{opened}{html.escape(text)}</{kind}>"


def _is_number(text: str) -> bool:
    return not text.strip("<0123456789.,+-[]% ")
