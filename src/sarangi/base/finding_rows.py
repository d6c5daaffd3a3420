"""The rows of ``results/findings``."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from sarangi.base import store

FINDING = pa.schema(
    [
        pa.field("claim", pa.string(), nullable=False),
        pa.field("statement", pa.string(), nullable=False),
        # with the digits that the study printed
        pa.field("printed", pa.string()),
        # where the study has it; and of a number that is not printed itself, what is printed in its place
        pa.field("printed_in", pa.string()),
        pa.field("derived", pa.string()),
        pa.field("published", pa.float64()),
        pa.field("published_low", pa.float64()),
        pa.field("published_high", pa.float64()),
        # a derived number, from its published parts
        pa.field("recomputed", pa.float64()),
        pa.field("ours", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        pa.field("unit", pa.string(), nullable=False),
        # of this claim alone; for how many claims of a study remain so see sarangi.published.family
        pa.field("verdict", pa.string(), nullable=False),
        pa.field("why", pa.string(), nullable=False),
        # whether it is counted, or shown beside a claim that is
        pa.field("counted", pa.bool_(), nullable=False),
        # of a size that was tested: ours minus published, half of its 90 % interval, the size that does not
        # matter, p of a true difference of at most that, and of none; which verdicts were possible beforehand
        pa.field("difference", pa.float64()),
        pa.field("half_width", pa.float64()),
        pa.field("delta", pa.float64()),
        pa.field("p_differs", pa.float64()),
        pa.field("p_shifted", pa.float64()),
        pa.field("possible", pa.string()),
        # what is said against the claim, whatever its verdict: kinds of sarangi.base.fault_kinds and why,
        # null where nothing is; where the study says so itself; and what else of it the study says itself
        pa.field("fault", pa.string()),
        pa.field("fault_why", pa.string()),
        pa.field("disclosed", pa.string()),
        pa.field("says_itself", pa.string()),
        pa.field("sources", pa.string(), nullable=False),
        # the table that a row is of, where the study printed one
        pa.field("grid", pa.string()),
    ]
)

BETWEEN = "; "  # files of scores in a column ``sources``


def sources_text(files: Iterable[str]) -> str:
    """Return files of scores as the text of a column ``sources``."""
    return BETWEEN.join(files)


def sources_in(text: str | None) -> list[str]:
    """Return the files of scores of a column ``sources``; none for an empty text."""
    return text.split(BETWEEN) if text else []


def read_findings(findings: Sequence[Path]) -> pd.DataFrame:
    """Return the rows of all findings with their numbers, in order."""
    tables = [
        store.read(path).assign(finding=Path(path).stem.removeprefix("finding_"), file=str(path))
        for path in findings
    ]
    columns = ["finding", *FINDING.names, "file"]
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)
