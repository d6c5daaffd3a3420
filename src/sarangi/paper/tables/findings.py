"""The tables of findings: what the published study says, and what became of it."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sarangi.base.evidence import Evidence, reference
from sarangi.base.finding_rows import read_findings
from sarangi.base.labels import Labels
from sarangi.base.spreadsheets import as_csv
from sarangi.base.typed_texts import NONE, NumberText
from sarangi.base.verdicts import is_further, verdict_in
from sarangi.paper.tables.columns import Column, numeric
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table
from sarangi.paper.texts import interval_text
from sarangi.paper.untested import needs, untested
from sarangi.published.family import judged_together

COLUMNS = [
    Column("Finding", text=True), Column("Claim", wraps=0.45), *numeric("Published", "Ours", "Interval"),
    Column("Verdict", wraps=0.3),
]  # fmt: skip
DERIVED = "(derived)"
"""Behind a number that the study does not print itself."""
RULE = (
    "What is deterministic is recomputed or not; a size is reproduced within its margin, shifted, or differs "
    "under our software and hardware; a direction, a best or an absence holds or fails; else it is "
    "undecided. One number of an experiment is judged, its others are listed."
)


def findings_table(findings: Sequence[Path], labels: Labels, output: dict[str, Path]) -> None:
    """Write every finding with its claims and verdicts.

    The rows of the study's printed tables are counted by verdict, and what cannot be tested and has no number
    of ours is counted in a note; the CSV has a row for each claim.

    Parameters
    ----------
    findings
        ``results/findings/finding_<n>.parquet``.
    labels
        Titles, and which corpora are synthetic.
    output
        Files to write by suffix: ``tex``, ``md``, ``csv``, ``json``.
    """
    table, together = judged_together(findings)
    caption = (
        f"What the published study says, finding by finding, judged by our scores. {RULE} Of "
        f"{together.judged} sizes that were tested, {together.differs + together.shifted} differ or have "
        "shifted after Benjamini and Yekutieli's correction over all of them; alone "
        f"{together.differs_alone + together.shifted_alone} do, and up to {together.by_chance:.1f} would by "
        "chance if all were true."
    )
    rows, evidence = _by_claim(table)
    write_table(Table("findings", caption, COLUMNS, rows, evidence, _notes(table)), labels, output)
    _write_csv(table, output)


def finding_table(finding: Path, labels: Labels, output: dict[str, Path]) -> None:
    """Write one finding with its claims and verdicts, a line each.

    Parameters
    ----------
    finding
        ``results/findings/finding_<n>.parquet``.
    labels, output
        As in :func:`findings_table`.
    """
    table = read_findings([finding])
    number = table["finding"].iloc[0]
    caption = (
        f"What the published study says in finding {number}, each claim judged by itself; the table of all "
        f"findings corrects for their number. {RULE}"
    )
    rows, evidence = _by_claim(table, counted=False)
    write_table(Table(finding.stem, caption, COLUMNS[1:], rows, evidence, _notes(table)), labels, output)
    _write_csv(table, output)


def _notes(table: pd.DataFrame) -> list[str]:
    """Return what is said of claims that cannot be tested, and of numbers that the study does not print."""
    notes = _counted(table)
    if table["derived"][~untested(table)].notna().any():
        notes.append(f"{DERIVED}: not printed by the study, but computed from what it prints.")
    return notes


def _write_csv(table: pd.DataFrame, output: dict[str, Path]) -> None:
    table = table.drop(columns="file")
    output["csv"].write_text(as_csv(table), encoding="utf-8")


def _by_claim(table: pd.DataFrame, counted: bool = True) -> tuple[list[dict[str, str]], list[Evidence]]:
    """Return lines of claims of which something is tested or shown, and where each comes from.

    ``counted`` says whether the rows of a printed table are counted by verdict.
    """
    printed = table["printed"] + table["derived"].notna().map({True: f" {DERIVED}", False: ""})
    table = table.assign(printed=printed.fillna(NONE))[~untested(table)]
    if not counted:
        table = table.assign(grid=None)
    lines = []
    for (number, grid), rows in table[table["grid"].notna()].groupby(["finding", "grid"], sort=False):
        for verdict, same in rows.groupby(rows["verdict"].map(_kind), sort=False):
            claim = f"{len(same)} of the {len(rows)} numbers in the table {str(grid).replace('_', ' ')}"
            blank = {"Published": NONE, "Ours": NONE, "Interval": NONE}
            line = {"Finding": number, "Claim": claim} | blank | {"Verdict": verdict}
            lines.append((line, _behind(same)))
    for _, row in table[table["grid"].isna()].iterrows():
        line = {
            "Finding": row["finding"],
            "Claim": row["statement"],
            "Published": row["printed"],
            "Ours": _number(row["ours"]),
            "Interval": interval_text(row["low"], row["high"]),
            "Verdict": row["verdict"],
        }
        lines.append((line, _behind(row.to_frame().T)))
    lines.sort(key=lambda entry: entry[0]["Finding"])
    return [line for line, _ in lines], [known for _, known in lines]


def _counted(table: pd.DataFrame) -> list[str]:
    """Return a sentence about the claims that cannot be tested."""
    claims = table[~table["claim"].map(is_further)]
    count = int(untested(claims).sum())
    if not count:
        return []
    if count == len(claims):
        said = f"None of the {count} claims can be tested here"
    else:
        said = f"{count} of {len(claims)} claims cannot be tested here"
    return [f"{said}: {needs(claims)}. The CSV lists each."]


def _kind(verdict: str) -> str:
    return verdict_in(verdict).kind


def _behind(claims: pd.DataFrame) -> Evidence:
    """Return where the columns of a row about some claims come from."""

    def stand(*columns: str | None) -> list[dict]:
        return [
            reference(row["file"], column, claim=row["claim"])
            for _, row in claims.iterrows()
            for column in columns
        ]

    if len(claims) > 1:
        return {"": stand(None)}
    return {
        "": stand(None),
        "Published": stand("printed"),
        "Recomputed": stand("recomputed"),
        "Ours": stand("ours"),
        "Interval": stand("low", "high"),
        "Verdict": stand("verdict"),
        "Why": stand("why"),
    }


def _number(value: float) -> NumberText:
    if pd.isna(value):
        return NumberText(NONE, value)
    text = f"{value:z.4f}".rstrip("0").rstrip(".") if abs(value) < 1 else f"{value:.2f}"
    return NumberText(text, value)
