"""The audits of a corpus and of its protocols in one table."""

from collections.abc import Collection, Sequence
from pathlib import Path

import pandas as pd

from sarangi.audit.advice import findings
from sarangi.audit.rows import write_audit
from sarangi.base import store
from sarangi.base.spreadsheets import as_csv
from sarangi.base.store import Output


def whole_audit(audits: Sequence[Path], leaking: Collection[str], output: Output, readable: Path) -> None:
    """Write the audits of a corpus and of its protocols in one table.

    Parameters
    ----------
    audits
        Tables of schema :data:`sarangi.audit.rows.AUDIT`.
    leaking
        Names of the protocols that share groups by design.
    output
        Parquet file to write, of the same schema, sorted by check and subject.
    readable
        The same as CSV, to be read without a library: the worst first, with what to do.
    """
    write_audit(pd.concat([store.read(path) for path in audits], ignore_index=True), output)
    rows = [
        (row.verdict, row.check, row.subject, row.value, row.detail, row.todo)
        for row in findings(store.read(output.path), leaking)
    ]
    table = pd.DataFrame(rows, columns=["verdict", "check", "subject", "value", "detail", "advice"])
    readable.write_text(as_csv(table), encoding="utf-8")
