"""The tables of where data and weights are published, on what terms, and of what is not available here."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sarangi.base.evidence import configured
from sarangi.base.labels import Labels
from sarangi.base.missing import CORPUS, TRANSCRIPTS, WEIGHTS, Missing
from sarangi.base.typed_texts import TitleText
from sarangi.paper.tables.columns import Column
from sarangi.paper.tables.not_here import TITLE
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table

COLUMNS = [
    *(Column(name, text=True) for name in ("Kind", "Name", "Licence", "Access")),
    Column("From", wraps=0.3), Column("In this build", wraps=0.3),
]  # fmt: skip
ABSENT = [
    Column("Kind", text=True), Column("Name", wraps=0.25), Column("What to do", wraps=0.5),
    Column("Experiments that need it"),
]  # fmt: skip


def availability_table(
    rows: Sequence[Mapping[str, str]],
    needed: Sequence[tuple[Missing, int]],
    labels: Labels,
    output: dict[str, Path],
    absent: dict[str, Path],
) -> None:
    """Write where each corpus and each set of weights is had and on what terms, and what is not available.

    Parameters
    ----------
    rows
        Of :func:`sarangi.study.availability.availability`.
    needed
        Of :func:`sarangi.study.availability.waiting_for`.
    labels
        Titles, and which corpora are synthetic.
    output, absent
        Files to write by suffix: ``tex``, ``md``, ``csv``, ``html``, ``json``.
    """
    lines, evidence = [], []
    for row in rows:
        lines.append(
            {
                "Kind": row["kind"],
                "Name": _title(row, labels),
                "Licence": row["licence"],
                "Access": row["access"],
                "From": row["source"],
                "In this build": row["state"],
            }
        )
        evidence.append({"": [configured(row["entry"])]})
    caption = (
        "Availability of data and weights: terms, access and where each is had from, with the revision that "
        "is fetched. This project passes on neither recordings nor weights of others."
    )
    write_table(Table("availability", caption, COLUMNS, lines, evidence), labels, output)
    _absent_table(rows, needed, labels, absent)


def _absent_table(
    rows: Sequence[Mapping[str, str]],
    needed: Sequence[tuple[Missing, int]],
    labels: Labels,
    output: dict[str, Path],
) -> None:
    """Write a line for each corpus and each set of weights that is not available, and for what else lacks."""
    counts = {(each.kind == CORPUS, each.name): n for each, n in needed if each.kind in LISTED}
    lines = [
        {
            "Kind": row["kind"],
            "Name": _title(row, labels),
            "What to do": row["advice"],
            "Experiments that need it": str(counts.get((row["kind"] == CORPUS, row["name"]), 0)),
        }
        for row in rows
        if row["advice"]
    ]
    evidence = [{"": [configured(row["entry"])]} for row in rows if row["advice"]]
    listed = {row["name"] for row in rows if row["advice"]}
    for each, n in needed:
        if each.kind not in LISTED or each.name not in listed:
            title = TitleText(each.title or each.name, each.name)
            lines.append(
                {
                    "Kind": each.kind,
                    "Name": title,
                    "What to do": each.advice,
                    "Experiments that need it": str(n),
                }
            )
            evidence.append({})
    caption = f"{TITLE}: what is missing, and how to get it. No other table has a row of it."
    notes = [] if lines else ["All that the configuration names is available."]
    write_table(Table("absent", caption, ABSENT, lines, evidence, notes), labels, output)


LISTED = (CORPUS, WEIGHTS, TRANSCRIPTS)
"""The kinds of what is missing that have a row of their own among corpora and weights."""


def _title(row: Mapping[str, str], labels: Labels) -> TitleText:
    name = row["name"]
    return labels.corpus(name) if row["kind"] == CORPUS else TitleText(row["title"], name)
