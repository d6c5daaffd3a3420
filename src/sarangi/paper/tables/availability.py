"""The table of where data and weights are published, on what terms."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from sarangi.base.evidence import configured
from sarangi.paper.tables.titles import title
from sarangi.paper.tables.writing import write_table

AVAILABILITY_COLUMNS = ["Kind", "Name", "Licence", "Access", "From", "In this build"]


def availability_table(
    rows: Sequence[Mapping[str, str]], synthetic: Sequence[str], output: dict[str, Path]
) -> None:
    """Write where each corpus and each set of weights is had, on what terms, and whether it was.

    Parameters
    ----------
    rows
        Of :func:`sarangi.study.availability.availability`.
    synthetic, output
        As in :func:`audit_table`.
    """
    lines, evidence = [], []
    for row in rows:
        corpus = row["kind"] == "corpus"
        lines.append(
            {
                "Kind": row["kind"],
                "Name": title(row["name"], synthetic) if corpus else row["title"],
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
    frame = pd.DataFrame(lines, columns=AVAILABILITY_COLUMNS)
    write_table(frame, evidence, caption, "availability", [], synthetic, output)
