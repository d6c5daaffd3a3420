"""Where the columns of a row about cells come from, and what is said of cells without a score."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from sarangi.base.evidence import Evidence, reference
from sarangi.paper.tables.score_evidence import behind_score

NO_SCORE = "–: no score can be computed from what is available."

NO_PAIR = "No pair of languages is configured."


def behind_cells(rows: Sequence[Mapping[str, Any]]) -> Evidence:
    """Return where the columns of a row about some cells come from, ours and what was published."""
    # one cell may be compared with many
    rows = list({row["name"]: row for row in rows}.values())
    there = [row for row in rows if isinstance(row["file"], str)]
    ours = [reference(row["file"], "value", metric="uar", slice=row["slice"]) for row in there]
    print_ = [
        reference("project:claims.yaml", "value", ours=row["name"], metric="uar")
        for row in rows
        if not pd.isna(row["published"])
    ]
    alone = len(rows) == len(there) == 1
    found = behind_score(pd.DataFrame(there, index=["uar"])) if alone else {}
    return found | {"": ours, "Published": print_}
