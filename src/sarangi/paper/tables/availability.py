"""The table of where data and weights are published, on what terms."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sarangi.base.evidence import configured
from sarangi.base.labels import Labels
from sarangi.paper.tables.columns import Column
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table

COLUMNS = [
    *(Column(name, text=True) for name in ("Kind", "Name", "Licence", "Access")),
    Column("From", wraps=0.3), Column("In this build", wraps=0.3),
]  # fmt: skip


def availability_table(rows: Sequence[Mapping[str, str]], labels: Labels, output: dict[str, Path]) -> None:
    """Write where each corpus and each set of weights is had, on what terms, and whether it was.

    Parameters
    ----------
    rows
        Of :func:`sarangi.study.availability.availability`.
    labels, output
        As in :func:`sarangi.paper.tables.corpora.corpora_table`.
    """
    lines, evidence = [], []
    for row in rows:
        corpus = row["kind"] == "corpus"
        lines.append(
            {
                "Kind": row["kind"],
                "Name": labels.corpus(row["name"]) if corpus else row["title"],
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
