"""Findings: what the published study says, what we measured, and what cannot be tested yet."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from sarangi import store
from sarangi.tables import headline, write_table

MEASURED, UNTESTABLE = "measured, not yet compared", "cannot be tested"

FINDING = pa.schema(
    [
        pa.field("claim", pa.string(), nullable=False),
        pa.field("statement", pa.string(), nullable=False),
        pa.field("published", pa.float64()),
        pa.field("ours", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        pa.field("verdict", pa.string(), nullable=False),
        pa.field("why", pa.string(), nullable=False),
        pa.field("sources", pa.string(), nullable=False),
    ]
)


def finding(
    name: str,
    statement: str,
    scores: Sequence[Path],
    waiting: dict[str, Sequence[str]],
    waits_for: Sequence[str],
    output: Path,
    provenance: dict,
) -> None:
    """Write a finding: a row for each experiment that bears on it, and for each thing it waits for.

    No published number is compared here: that needs the same corpus, protocol and model, and rules
    of agreement.  A measured row has our UAR, its interval and its marks.

    Parameters
    ----------
    name
        Such as ``finding_3``.
    statement
        What the published study says.
    scores
        Scores of its experiments that can run.
    waiting
        Its experiments that cannot, with what each waits for.
    waits_for
        What this project cannot run yet.
    output
        Parquet file to write, of schema :data:`FINDING`.
    provenance
        Passed to the store.
    """
    blank = dict.fromkeys(FINDING.names) | {"statement": statement, "sources": ""}
    lines = []
    found = headline(scores)
    for _, score in found[found["metric"] == "uar"].sort_values("experiment").iterrows():
        lines.append(
            blank
            | {
                "claim": f"UAR of {score['experiment']}",
                "ours": score["value"],
                "low": score["low"],
                "high": score["high"],
                "verdict": MEASURED,
                "why": score["mark"],
                "sources": f"results/scores/{score['experiment']}.parquet",
            }
        )
    for experiment, texts in sorted(waiting.items()):
        why = "waits for " + "; ".join(texts)
        lines.append(blank | {"claim": f"UAR of {experiment}", "verdict": UNTESTABLE, "why": why})
    for text in waits_for:
        lines.append(blank | {"claim": f"{name}: {text}", "verdict": UNTESTABLE, "why": f"waits for {text}"})
    frame = pd.DataFrame(lines, columns=FINDING.names).astype(
        {column: float for column in ("published", "ours", "low", "high")}
    )
    store.write(output, frame, FINDING, provenance)


def findings_table(findings: Sequence[Path], synthetic: Sequence[str], output: dict[str, Path]) -> None:
    """Write every finding with its rows and verdicts.

    Parameters
    ----------
    findings
        ``results/findings/finding_<n>.parquet``.
    synthetic
        Names of the corpora spoken by the demo's generator.
    output
        Files to write by suffix: ``tex``, ``md``, ``csv``.
    """
    lines = []
    for path in map(Path, findings):
        for _, row in store.read(path).iterrows():
            measured = not pd.isna(row["ours"])
            lines.append(
                {
                    "Finding": path.stem.removeprefix("finding_"),
                    "Claim": row["claim"].removeprefix(f"{path.stem}: "),
                    "Ours": f"{row['ours']:.3f}" if measured else "--",
                    "Interval": f"[{row['low']:.3f}, {row['high']:.3f}]" if measured else "--",
                    "Verdict": row["verdict"],
                }
            )
    caption = (
        "The published study's findings and what bears on them here. Nothing is compared with a published "
        "number yet; a claim whose corpus, weights or model are missing cannot be tested."
    )
    frame = pd.DataFrame(lines, columns=["Finding", "Claim", "Ours", "Interval", "Verdict"])
    write_table(frame, caption, "findings", [], synthetic, output)
