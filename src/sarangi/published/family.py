"""Findings read together: of many sizes that were tested, those that still differ or have shifted."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sarangi.base.finding_rows import read_findings
from sarangi.base.verdicts import SHIFTED, Verdict, verdict_in
from sarangi.statistics.families import Family, family
from sarangi.statistics.replication import Judgement


def judged_together(findings: Sequence[Path]) -> tuple[pd.DataFrame, Family]:
    """Return the rows of all findings with verdicts corrected for their number, and what is left of them.

    Corrected are the sizes that are counted and were tested.  A claim that differs or has shifted by itself,
    and not among so many, is what the correction leaves of it; its reason says so.

    Parameters
    ----------
    findings
        ``results/findings/finding_<n>.parquet``.
    """
    table = read_findings(findings)
    tested = table.index[table["counted"].eq(True) & table["p_differs"].notna()]
    alone = [_judgement(table.loc[place]) for place in tested]
    together = family(alone)
    for place, before, after in zip(tested, alone, together.kinds, strict=True):
        if before.kind != after:
            reason = f"alone it {'has ' if before.kind == SHIFTED else ''}{before.kind}"
            reason += f", among {together.judged} claims no longer"
            table.loc[place, "verdict"] = str(Verdict(after, reason))
    return table, together


def _judgement(row: pd.Series) -> Judgement:
    numbers = ("difference", "half_width", "delta", "p_differs", "p_shifted")
    return Judgement(verdict_in(row["verdict"]).kind, *(float(row[name]) for name in numbers))
