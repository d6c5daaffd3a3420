"""The audits of a corpus and of its protocols in one table."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sarangi.audit.rows import write_audit
from sarangi.base import store
from sarangi.base.store import Output


def whole_audit(audits: Sequence[Path], output: Output, readable: Path) -> None:
    """Write the audits of a corpus and of its protocols in one table.

    Parameters
    ----------
    audits
        Tables of schema :data:`sarangi.audit.rows.AUDIT`.
    output
        Parquet file to write, of the same schema, sorted by check and subject.
    readable
        The same as CSV, to be read without a library.
    """
    write_audit(pd.concat([store.read(path) for path in audits], ignore_index=True), output)
    store.read(output.path).to_csv(readable, index=False, lineterminator="\n")
